"""What staff do with their own account: password, second factors, recovery codes, signed-in devices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.ports import Json, Store
from telemed.care.records import LoginRecord, UserRecord
from telemed.care.repositories import Transaction
from telemed.care.staff.password_rules import check_password
from telemed.care.staff.policies import SecondFactor, SignInPolicies
from telemed.care.staff.records import PasskeyRecord, SignInStepRecord, StepKind
from telemed.care.staff.sign_in_steps import STEP_LIFE, is_open, is_proved
from telemed.care.times import iso_or_none, iso_utc
from telemed.care.tokens import token_hash
from telemed.clock import Clock
from telemed.errors import Conflict, InvalidInput, NotFound
from telemed.ids import new_id, new_secret
from telemed.web.passkey_ceremony import Holder, RelyingParty
from telemed.web.passwords import NO_PASSWORD, PasswordChecker
from telemed.web.second_factors import SecondFactors, TotpOffer, factors_of


class AccountDesk:
    """Changes of one's own account. That the caller showed lately who they are is checked before (Route.needs_proof)."""

    def __init__(
        self, store: Store, clock: Clock, checker: PasswordChecker, factors: SecondFactors, policies: SignInPolicies
    ) -> None:
        self._store = store
        self._clock = clock
        self._checker = checker
        self._factors = factors
        self._policies = policies

    async def security(self, user: UserRecord, login: LoginRecord) -> Json:
        """-> what the account page shows."""
        now = self._clock.utcnow()
        async with self._store.read() as tx:
            app = await tx.totps.get(user.id)
            passkeys = await tx.passkeys.of_user(user.id)
            left = await tx.recovery_codes.left(user.id)
            pin = await tx.quick_unlocks.get(login.id)
        confirmed = app.confirmed_at if app is not None else None
        return {
            "totp": {"since": iso_utc(confirmed)} if confirmed else None,
            "passkeys": [passkey_json(passkey) for passkey in passkeys],
            "recovery_codes": left,
            "has_password": user.password_hash != NO_PASSWORD,
            "has_pin": pin is not None and not pin.is_blocked,
            "second_factor": str(self._policies.second_factor),
            "idle_minutes": self._policies.idle_lock_minutes,
            "is_proved": is_proved(login, now),
            "language": user.language,
        }

    async def set_language(self, user: UserRecord, language: str) -> None:
        """Choose the language of mails to oneself."""
        async with self._store.write() as tx:
            present = await self._user(tx, user)
            await tx.users.save(replace(present, language=language))
            await tx.audit.append(user.staff.ref, AuditAction.USER_CHANGED, user.id, AuditOutcome.DONE, self._clock.utcnow())

    async def change_password(self, user: UserRecord, login: LoginRecord, password: str, clinic: str) -> list[str]:
        """Take another password; every other login and links to set one end. -> the ids of logins ended. Raises InvalidInput."""
        check_password(password, (user.name, user.email, clinic))
        hashed, now = await self._checker.hash(password), self._clock.utcnow()
        async with self._store.write() as tx:
            present = await self._user(tx, user)
            await tx.users.save(replace(present, password_hash=hashed))
            await tx.sign_in_steps.end_of_user(user.id, now)
            await tx.invitations.revoke_of_user(user.id, now)  # whoever holds such a link would undo the change
            ended = await self._end_logins(tx, user, login.id)
            await tx.audit.append(user.staff.ref, AuditAction.PASSWORD_CHANGED, user.id, AuditOutcome.DONE, now)
        return ended

    async def offer_totp(self, user: UserRecord) -> TotpOffer:
        """Begin setting up an authenticator app. Raises Conflict `totp_there`."""
        async with self._store.write() as tx:
            return await self._factors.offer_totp(tx, user, self._clock.utcnow())

    async def confirm_totp(self, user: UserRecord, code: str) -> list[str]:
        """Set it up with its first code. -> recovery codes, with the first factor. Raises InvalidInput `wrong_code`."""
        now = self._clock.utcnow()
        async with self._store.write() as tx:
            if not await self._factors.confirm_totp(tx, user, code, now):
                raise InvalidInput("This was not right.", code="wrong_code", field="code")
            return await self._factors.first_recovery_codes(tx, user, now)

    async def remove_totp(self, user: UserRecord) -> None:
        """Give the authenticator app up. Raises NotFound, Conflict `last_factor`."""
        now = self._clock.utcnow()
        async with self._store.write() as tx:
            if not await tx.totps.remove(user.id):
                raise NotFound()
            await self._keep_a_factor(tx, user)
            await tx.audit.append(user.staff.ref, AuditAction.TOTP_REMOVED, user.id, AuditOutcome.DONE, now)

    async def offer_passkey(self, user: UserRecord, party: RelyingParty) -> tuple[str, Json]:
        """Begin adding a passkey; -> the step's token and the options."""
        now, token = self._clock.utcnow(), new_secret()
        async with self._store.write() as tx:
            holder = Holder(user.id, user.email, user.name)
            challenge, options = party.options_to_add(holder, await tx.passkeys.of_user(user.id))
            kind = StepKind.PASSKEY_NEW.value
            await tx.sign_in_steps.create(
                SignInStepRecord(new_id("stp"), user.id, kind, token_hash(token), challenge, 0, now, now + STEP_LIFE)
            )
        return token, options

    async def add_passkey(
        self, user: UserRecord, token: str, credential: Mapping[str, Any], name: str, party: RelyingParty
    ) -> tuple[PasskeyRecord, list[str]]:
        """Add it; -> with the first factor come recovery codes. Raises Conflict, InvalidInput `passkey_refused`."""
        now = self._clock.utcnow()
        async with self._store.write() as tx:
            step = await tx.sign_in_steps.by_token_hash(token_hash(token))
            if step is None or step.user_id != user.id or not is_open(step, StepKind.PASSKEY_NEW, now):
                raise Conflict("This took too long. Please begin again.", code="step_over")
            await tx.sign_in_steps.save(replace(step, used_at=now))
            added = party.verify_added(credential, step.secret)
            passkey = await self._factors.add_passkey(tx, user, added, name, now)
            return passkey, await self._factors.first_recovery_codes(tx, user, now)

    async def remove_passkey(self, user: UserRecord, passkey_id: str) -> None:
        """Give a passkey up. Raises NotFound, Conflict `last_factor`."""
        now = self._clock.utcnow()
        async with self._store.write() as tx:
            passkey = await tx.passkeys.get(passkey_id)
            if passkey is None or passkey.user_id != user.id or passkey.revoked_at is not None:
                raise NotFound()
            await tx.passkeys.save(replace(passkey, revoked_at=now))
            await self._keep_a_factor(tx, user)
            await tx.audit.append(user.staff.ref, AuditAction.PASSKEY_REMOVED, user.id, AuditOutcome.DONE, now)

    async def new_recovery_codes(self, user: UserRecord) -> list[str]:
        """Make new codes; the former ones are worthless. Raises Conflict `no_factor` where there is nothing to recover from."""
        async with self._store.write() as tx:
            if not (await factors_of(tx, user.id)).any:
                raise Conflict("Set up an authenticator app or a passkey first.", code="no_factor")
            return await self._factors.make_recovery_codes(tx, user, self._clock.utcnow())

    async def logins(self, user: UserRecord, login: LoginRecord) -> Json:
        """-> {logins}: where one is signed in, this browser first."""
        async with self._store.read() as tx:
            records = await tx.logins.of_user(user.id, self._clock.utcnow())
        records.sort(key=lambda record: record.id != login.id)
        return {"logins": [login_json(record, login.id) for record in records]}

    async def end_login(self, user: UserRecord, login_id: str) -> None:
        """Sign one device out. Raises NotFound."""
        now = self._clock.utcnow()
        async with self._store.write() as tx:
            record = await tx.logins.get(login_id)
            if record is None or record.user_id != user.id or record.revoked_at is not None:
                raise NotFound()
            await tx.logins.revoke(login_id, now)
            await tx.audit.append(user.staff.ref, AuditAction.LOGIN_ENDED, login_id, AuditOutcome.DONE, now)

    async def end_logins(self, user: UserRecord, keep: str | None) -> list[str]:
        """Sign all devices out but `keep`; -> the ids of the logins ended."""
        async with self._store.write() as tx:
            return await self._end_logins(tx, user, keep)

    async def _end_logins(self, tx: Transaction, user: UserRecord, keep: str | None) -> list[str]:
        now = self._clock.utcnow()
        ended = [record.id for record in await tx.logins.of_user(user.id, now) if record.id != keep]
        for login_id in ended:
            await tx.logins.revoke(login_id, now)
            await tx.audit.append(user.staff.ref, AuditAction.LOGIN_ENDED, login_id, AuditOutcome.DONE, now)
        return ended

    async def _keep_a_factor(self, tx: Transaction, user: UserRecord) -> None:
        """Called after a removal, which the transaction takes back when it may not be."""
        if (await factors_of(tx, user.id)).any:
            return
        if self._policies.second_factor == SecondFactor.REQUIRED:
            raise Conflict("The last second factor stays. Add another one first.", code="last_factor")
        await tx.recovery_codes.replace(user.id, [])  # they stand for a factor that is gone

    async def _user(self, tx: Transaction, user: UserRecord) -> UserRecord:
        present = await tx.users.get(user.id)
        if present is None or not present.is_active:
            raise NotFound()
        return present


def passkey_json(passkey: PasskeyRecord) -> Json:
    """A passkey as its owner sees it."""
    used = passkey.last_used_at
    return {
        "id": passkey.id,
        "name": passkey.name,
        "created_at": iso_utc(passkey.created_at),
        "last_used_at": iso_or_none(used),
    }


def login_json(record: LoginRecord, own_id: str) -> Json:
    """A signed-in browser as its owner sees it."""
    return {
        "id": record.id,
        "device": record.device,
        "method": record.method,
        "created_at": iso_utc(record.created_at),
        "last_seen_at": iso_utc(record.last_seen_at),
        "is_this": record.id == own_id,
        "is_locked": record.locked_at is not None,
    }
