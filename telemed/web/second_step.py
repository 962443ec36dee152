"""What comes after a right password, and signing in with a passkey alone.

A step is single-use, lives minutes, takes five wrong answers, and opens nothing but these requests. Its token travels in bodies
only: no other page can make a browser send it, and no cookie stands for a sign-in that is half done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.ports import Json, Store
from telemed.care.records import UserRecord
from telemed.care.repositories import Transaction
from telemed.care.staff.records import SignInStepRecord, StepKind
from telemed.care.staff.sign_in_steps import STEP_LIFE, failed, first_factor, is_open
from telemed.care.tokens import token_hash
from telemed.clock import Clock
from telemed.errors import Conflict, InvalidInput, NotSignedIn
from telemed.ids import new_id, new_secret
from telemed.web.passkey_ceremony import Holder, RelyingParty
from telemed.web.second_factors import SecondFactors, TotpOffer, factors_of, note_use, shown_passkey
from telemed.web.second_step_limits import CodeLimits
from telemed.web.sign_in import SignedIn, SignIn, account_key

DeviceOf = Callable[[str], str | None]  # account -> the id of this browser, when the account knows it


@dataclass(frozen=True, slots=True)
class Shown:
    """What one answers a step with: exactly one of the three."""

    code: str | None = None
    recovery_code: str | None = None
    credential: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A first factor was set up and the login opened; the recovery codes are shown once."""

    signed_in: SignedIn
    recovery_codes: list[str]


class SecondStep:
    """Answers steps; opens the login when all that is owed was shown."""

    def __init__(self, store: Store, clock: Clock, sign_in: SignIn, factors: SecondFactors) -> None:
        self._store = store
        self._clock = clock
        self._sign_in = sign_in
        self._factors = factors
        self._limits = CodeLimits(clock)

    async def ask_passkey(self, token: str, party: RelyingParty) -> Json:
        """Begin showing a passkey as the second factor."""
        async with self._store.write() as tx:
            step, user = await self._step(tx, token, StepKind.FACTOR)
            challenge, options = party.options_to_show(await tx.passkeys.of_user(user.id), must_verify=False)
            await tx.sign_in_steps.save(replace(step, secret=challenge))
        return options

    async def answer(self, token: str, shown: Shown, party: RelyingParty | None, device_of: DeviceOf, words: str) -> SignedIn:
        """Answer a step. Raises NotSignedIn `step_over`, `wrong_code`; TooMany."""
        async with self._store.read() as tx:
            _, user = await self._step(tx, token, StepKind.FACTOR)
        account = account_key(user.email)
        right = self._limits.take(account, device_of(account)) if shown.code is not None else lambda: None
        async with self._store.write() as tx:
            step, user = await self._step(tx, token, StepKind.FACTOR)
            method = await self._check(tx, step, user, shown, party)
            if method is not None:
                await tx.sign_in_steps.save(replace(step, used_at=self._clock.utcnow()))
                signed_in = await self._sign_in.open(tx, user, method, words)
            else:
                await self._refuse(tx, step, user)
        if method is None:
            raise NotSignedIn("This was not right.", code="wrong_code")
        right()
        return signed_in

    async def _check(
        self, tx: Transaction, step: SignInStepRecord, user: UserRecord, shown: Shown, party: RelyingParty | None
    ) -> str | None:
        """How the person signs in when what was shown is right, else None."""
        now, first = self._clock.utcnow(), first_factor(step)
        if shown.code is not None:
            return f"{first}+totp" if await self._factors.use_totp(tx, user, shown.code, now) else None
        if shown.recovery_code is not None:
            is_right = await self._factors.use_recovery_code(tx, user, shown.recovery_code, now)
            return f"{first}+recovery" if is_right else None
        if shown.credential is None or party is None or not step.secret:
            return None
        try:
            passkey = await shown_passkey(tx, party, shown.credential, step.secret, must_verify=False)
        except InvalidInput:
            return None
        if passkey.user_id != user.id:
            return None
        await note_use(tx, passkey, now)
        return f"{first}+passkey"

    async def begin_passkey(self, party: RelyingParty) -> tuple[str, Json]:
        """Begin a sign-in with a passkey alone: whichever the person picks, proved by finger, face or PIN of the device."""
        now, token = self._clock.utcnow(), new_secret()
        challenge, options = party.options_to_show((), must_verify=True)
        step = SignInStepRecord(
            new_id("stp"), None, StepKind.PASSKEY.value, token_hash(token), challenge, 0, now, now + STEP_LIFE
        )
        async with self._store.write() as tx:
            await tx.sign_in_steps.delete_expired(now - STEP_LIFE)
            await tx.sign_in_steps.create(step)
        return token, options

    async def finish_passkey(self, token: str, credential: Mapping[str, Any], party: RelyingParty, words: str) -> SignedIn:
        """Sign in with the passkey shown. Raises NotSignedIn `step_over`, `passkey_refused`."""
        now = self._clock.utcnow()
        signed_in = None
        async with self._store.write() as tx:
            step = await tx.sign_in_steps.by_token_hash(token_hash(token))
            if step is None or not is_open(step, StepKind.PASSKEY, now):
                raise NotSignedIn("This took too long. Please begin again.", code="step_over")
            await tx.sign_in_steps.save(replace(step, used_at=now))  # one answer to one challenge
            user = await self._shown_by(tx, credential, step.secret, party)
            if user is not None:
                signed_in = await self._sign_in.open(tx, user, "passkey", words)
        if signed_in is None:
            raise NotSignedIn("This passkey was not accepted.", code="passkey_refused")
        return signed_in

    async def _shown_by(
        self, tx: Transaction, credential: Mapping[str, Any], challenge: bytes, party: RelyingParty
    ) -> UserRecord | None:
        try:
            passkey = await shown_passkey(tx, party, credential, challenge, must_verify=True)
        except InvalidInput:
            return None
        user = await tx.users.get(passkey.user_id) if passkey.user_id else None
        if user is None or not user.is_active:
            return None
        await note_use(tx, passkey, self._clock.utcnow())
        return user

    async def offer_totp(self, token: str) -> TotpOffer:
        """Begin setting up an authenticator app, which is owed."""
        async with self._store.write() as tx:
            _, user = await self._step(tx, token, StepKind.ENROL)
            return await self._factors.offer_totp(tx, user, self._clock.utcnow())

    async def enrol_totp(self, token: str, code: str, words: str) -> Enrolled:
        """Set it up with its first code, and sign in. Raises NotSignedIn `step_over`, `wrong_code`."""
        now, enrolled = self._clock.utcnow(), None
        async with self._store.write() as tx:
            step, user = await self._step(tx, token, StepKind.ENROL)
            if await self._factors.confirm_totp(tx, user, code, now):
                enrolled = await self._enrolled(tx, step, user, "totp", words)
            else:
                await tx.sign_in_steps.save(failed(step, now))
        if enrolled is None:
            raise NotSignedIn("This was not right.", code="wrong_code")
        return enrolled

    async def offer_passkey(self, token: str, party: RelyingParty) -> Json:
        """Begin setting up a passkey, which is owed."""
        async with self._store.write() as tx:
            step, user = await self._step(tx, token, StepKind.ENROL)
            holder = Holder(user.id, user.email, user.name)
            challenge, options = party.options_to_add(holder, await tx.passkeys.of_user(user.id))
            await tx.sign_in_steps.save(replace(step, secret=challenge))
        return options

    async def enrol_passkey(
        self, token: str, credential: Mapping[str, Any], name: str, party: RelyingParty, words: str
    ) -> Enrolled:
        """Set it up and sign in. Raises NotSignedIn `step_over`, InvalidInput `passkey_refused`, Conflict."""
        now = self._clock.utcnow()
        async with self._store.write() as tx:
            step, user = await self._step(tx, token, StepKind.ENROL)
            if not step.secret:
                raise Conflict("No passkey was asked for.", code="passkey_not_offered")
            added = party.verify_added(credential, step.secret)
            await self._factors.add_passkey(tx, user, added, name, now)
            return await self._enrolled(tx, step, user, "passkey", words)

    async def _enrolled(self, tx: Transaction, step: SignInStepRecord, user: UserRecord, added: str, words: str) -> Enrolled:
        now = self._clock.utcnow()
        await tx.sign_in_steps.save(replace(step, used_at=now))
        codes = await self._factors.make_recovery_codes(tx, user, now)
        return Enrolled(await self._sign_in.open(tx, user, f"{first_factor(step)}+{added}", words), codes)

    async def _step(self, tx: Transaction, token: str, kind: StepKind) -> tuple[SignInStepRecord, UserRecord]:
        """The open step of a token and whose it is. Raises NotSignedIn `step_over`."""
        step = await tx.sign_in_steps.by_token_hash(token_hash(token))
        user = await tx.users.get(step.user_id) if step is not None and step.user_id else None
        if step is None or user is None or not user.is_active or not is_open(step, kind, self._clock.utcnow()):
            raise NotSignedIn("This took too long. Please sign in again.", code="step_over")
        # A factor set up since the step began is owed from now on: another step must not add one beside it instead.
        if kind is StepKind.ENROL and (await factors_of(tx, user.id)).any:
            raise NotSignedIn("This took too long. Please sign in again.", code="step_over")
        return step, user

    async def _refuse(self, tx: Transaction, step: SignInStepRecord, user: UserRecord) -> None:
        now = self._clock.utcnow()
        await tx.sign_in_steps.save(failed(step, now))
        await tx.audit.append(user.staff.ref, AuditAction.FACTOR_REFUSED, user.id, AuditOutcome.REFUSED, now)
