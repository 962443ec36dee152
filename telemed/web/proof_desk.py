"""Somebody who is signed in shows again who they are: for acts that ask for it, and to unlock hidden pages.

Both take the password, a code of the authenticator app or a passkey, and where the clinic requires a second factor a proof takes
both (care/staff/proof_ways.py); unlocking also takes the PIN set for this login. A wrong answer counts against this login alone,
so nobody else can shut its holder out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.ports import Json, Store
from telemed.care.records import LoginRecord, UserRecord
from telemed.care.repositories import Transaction
from telemed.care.staff.policies import SignInPolicies
from telemed.care.staff.proof_ways import Shown, Way, is_way, proof_ways
from telemed.care.staff.records import Factors, QuickUnlockRecord, SignInStepRecord, StepKind
from telemed.care.staff.sign_in_steps import STEP_LIFE, is_open, pin_failed
from telemed.care.tokens import token_hash
from telemed.clock import Clock
from telemed.errors import InvalidInput, NotAllowed, NotSignedIn, TooMany
from telemed.ids import new_id, new_secret
from telemed.web.passkey_ceremony import RelyingParty
from telemed.web.passwords import NO_PASSWORD, PasswordChecker
from telemed.web.second_factors import SecondFactors, factors_of, note_use, shown_passkey
from telemed.web.second_step_limits import CodeLimits
from telemed.web.throttle import Rate, Throttle

WRONG_RATE = Rate(5, 60.0)  # wrong proofs of one login


@dataclass(frozen=True, slots=True)
class Proof:
    """What is shown: one thing, or password and code; `token` goes with `credential`."""

    password: str | None = None
    code: str | None = None
    pin: str | None = None
    credential: Mapping[str, Any] | None = None
    token: str | None = None

    @property
    def shown(self) -> Way:
        """Its things, but for the PIN, which proves nothing."""
        present = ((Shown.PASSWORD, self.password), (Shown.TOTP, self.code), (Shown.PASSKEY, self.credential))
        return tuple(word for word, thing in present if thing is not None)


@dataclass(frozen=True, slots=True)
class Proven:
    """Whose pages or acts it is about."""

    user: UserRecord
    login: LoginRecord


class ProofDesk:
    """Proofs, the idle lock and its PIN."""

    def __init__(
        self, store: Store, clock: Clock, checker: PasswordChecker, factors: SecondFactors, policies: SignInPolicies
    ) -> None:
        self._store = store
        self._clock = clock
        self._checker = checker
        self._factors = factors
        self._policies = policies
        self._wrong = Throttle(WRONG_RATE)
        self._codes = CodeLimits(clock)

    async def lock_state(self, who: Proven) -> Json:
        """-> {is_locked, idle_minutes, methods, proof, name}: what the lock screen and the question for a proof need to know."""
        async with self._store.read() as tx:
            factors = await factors_of(tx, who.user.id)
            pin = await tx.quick_unlocks.get(who.login.id)
        present = (
            ("pin", pin is not None and not pin.is_blocked),
            ("password", who.user.password_hash != NO_PASSWORD),
            ("passkey", factors.passkeys),
            ("totp", factors.totp),
        )
        return {
            "is_locked": who.login.locked_at is not None,
            "idle_minutes": self._policies.idle_lock_minutes,
            "methods": [name for name, there in present if there],
            "proof": [[word.value for word in way] for way in self._ways(who, factors)],
            "name": who.user.name,
        }

    async def lock(self, who: Proven) -> None:
        """Hide the pages of a login; what is open stays."""
        if who.login.locked_at is not None:
            return
        now = self._clock.utcnow()
        async with self._store.write() as tx:
            login = await self._login(tx, who)
            await tx.logins.save(replace(login, locked_at=now))
            await tx.audit.append(who.user.staff.ref, AuditAction.LOGIN_LOCKED, login.id, AuditOutcome.DONE, now)

    async def unlock(self, who: Proven, proof: Proof, party: RelyingParty | None) -> None:
        """Show the pages again. Raises NotAllowed `wrong_proof`, `pin_blocked`; TooMany."""
        is_right = await self._tried(who, proof, party)
        now = self._clock.utcnow()
        action, outcome = (AuditAction.LOGIN_UNLOCKED, AuditOutcome.DONE)
        async with self._store.write() as tx:
            login = await self._login(tx, who)
            if proof.pin is not None:
                is_right = await self._settle_pin(tx, login.id, is_right)
            if is_right:
                await tx.logins.save(replace(login, locked_at=None, last_seen_at=now))
            else:
                action, outcome = AuditAction.UNLOCK_REFUSED, AuditOutcome.REFUSED
            await tx.audit.append(who.user.staff.ref, action, login.id, outcome, now)
        if not is_right:
            raise NotAllowed("This was not right.", code="wrong_proof")
        self._wrong.give_back(who.login.id)

    async def prove(self, who: Proven, proof: Proof, party: RelyingParty | None) -> None:
        """Note that the holder showed who they are. Raises NotAllowed `wrong_proof`, `proof_incomplete`; TooMany."""
        async with self._store.read() as tx:
            is_enough = is_way(proof.shown, self._ways(who, await factors_of(tx, who.user.id)))
        # Less than enough is not even looked at: half a proof must not be tried out.
        is_right = is_enough and await self._tried(who, proof, party)
        now = self._clock.utcnow()
        action, outcome = (AuditAction.PROVED, AuditOutcome.DONE)
        async with self._store.write() as tx:
            login = await self._login(tx, who)
            if is_right:
                await tx.logins.save(replace(login, proved_at=now))
            else:
                action, outcome = AuditAction.PROOF_REFUSED, AuditOutcome.REFUSED
            await tx.audit.append(who.user.staff.ref, action, who.user.id, outcome, now)
        if not is_enough:
            raise NotAllowed("This alone is not enough.", code="proof_incomplete")
        if not is_right:
            raise NotAllowed("This was not right.", code="wrong_proof")
        self._wrong.give_back(who.login.id)

    def _ways(self, who: Proven, factors: Factors) -> tuple[Way, ...]:
        return proof_ways(who.user.password_hash != NO_PASSWORD, factors, self._policies.second_factor)

    async def ask_passkey(self, who: Proven, party: RelyingParty) -> tuple[str, Json]:
        """Begin showing a passkey of one's own; -> the step's token and the options."""
        now, token = self._clock.utcnow(), new_secret()
        async with self._store.write() as tx:
            challenge, options = party.options_to_show(await tx.passkeys.of_user(who.user.id), must_verify=True)
            kind = StepKind.PASSKEY_PROOF.value
            await tx.sign_in_steps.create(
                SignInStepRecord(new_id("stp"), who.user.id, kind, token_hash(token), challenge, 0, now, now + STEP_LIFE)
            )
        return token, options

    async def set_pin(self, who: Proven, pin: str) -> None:
        """Let a PIN unlock this login from now on. Raises InvalidInput `pin_easy`."""
        if len(set(pin)) < 3 or pin in "01234567890123456789" or pin in "98765432109876543210":
            raise InvalidInput("This PIN is easy to guess.", code="pin_easy", field="pin")
        now, hashed = self._clock.utcnow(), await self._checker.hash(pin)
        async with self._store.write() as tx:
            await self._login(tx, who)
            await tx.quick_unlocks.put(QuickUnlockRecord(who.login.id, hashed, 0, False, now))
            await tx.audit.append(who.user.staff.ref, AuditAction.PIN_SET, who.login.id, AuditOutcome.DONE, now)

    async def remove_pin(self, who: Proven) -> None:
        """Forget the PIN of this login."""
        async with self._store.write() as tx:
            if await tx.quick_unlocks.remove(who.login.id):
                now = self._clock.utcnow()
                await tx.audit.append(who.user.staff.ref, AuditAction.PIN_REMOVED, who.login.id, AuditOutcome.DONE, now)

    async def _tried(self, who: Proven, proof: Proof, party: RelyingParty | None) -> bool:
        """Whether a proof is right. Raises TooMany, NotAllowed `pin_blocked`."""
        if (wait := self._wrong.take(who.login.id, self._clock.monotonic())) > 0:
            raise TooMany("Too many attempts. Please wait a minute.", retry_after=wait)
        if proof.password is not None:
            is_right = await self._checker.matches(who.user.password_hash, proof.password)
            if not is_right or proof.code is None:
                return is_right
        if proof.pin is not None:
            return await self._pin_matches(who, proof.pin)
        if proof.code is not None:
            return await self._code_matches(who, proof.code)
        async with self._store.write() as tx:
            return await self._passkey_shown(tx, who, proof, party)

    async def _code_matches(self, who: Proven, code: str) -> bool:
        """Check a code of the app. Whoever holds a stolen login guesses no more of them than somebody at the door."""
        right = self._codes.take(who.login.id, None)
        async with self._store.write() as tx:
            is_right = await self._factors.use_totp(tx, who.user, code, self._clock.utcnow())
        if is_right:
            right()
        return is_right

    async def _pin_matches(self, who: Proven, pin: str) -> bool:
        async with self._store.read() as tx:
            unlock = await tx.quick_unlocks.get(who.login.id)
        if unlock is None or unlock.is_blocked:
            raise NotAllowed("The PIN does not unlock this page any more.", code="pin_blocked")
        return await self._checker.matches(unlock.pin_hash, pin)

    async def _settle_pin(self, tx: Transaction, login_id: str, is_right: bool) -> bool:
        """Count a wrong PIN; a right one begins anew, unless parallel guesses have blocked it meanwhile."""
        unlock = await tx.quick_unlocks.get(login_id)
        if unlock is None or unlock.is_blocked:
            return False
        await tx.quick_unlocks.put(replace(unlock, attempts=0) if is_right else pin_failed(unlock))
        return is_right

    async def _passkey_shown(self, tx: Transaction, who: Proven, proof: Proof, party: RelyingParty | None) -> bool:
        now = self._clock.utcnow()
        step = await tx.sign_in_steps.by_token_hash(token_hash(proof.token or ""))
        if step is None or party is None or proof.credential is None or step.user_id != who.user.id:
            return False
        if not is_open(step, StepKind.PASSKEY_PROOF, now):
            return False
        await tx.sign_in_steps.save(replace(step, used_at=now))
        try:
            passkey = await shown_passkey(tx, party, proof.credential, step.secret, must_verify=True)
        except InvalidInput:
            return False
        if passkey.user_id != who.user.id:
            return False
        await note_use(tx, passkey, now)
        return True

    async def _login(self, tx: Transaction, who: Proven) -> LoginRecord:
        login = await tx.logins.get(who.login.id)
        if login is None or login.revoked_at is not None:
            raise NotSignedIn("Please sign in.")
        return login
