"""Staff sign-in: throttled, equal in time for known and unknown accounts, audited in the transaction of its effect.

A right password opens a login, or a step that waits for what else is owed: a second factor, or setting one up. Nothing but that
step's own requests can be done with it (second_step.py); it is no login.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.identity import ANONYMOUS, ActorRef, Staff
from telemed.care.login_rules import TOUCH_EVERY, Standing, standing
from telemed.care.ports import Store
from telemed.care.records import LoginRecord, UserRecord
from telemed.care.repositories import Transaction
from telemed.care.staff.policies import FixedPolicies, SecondFactor, SignInPolicies
from telemed.care.staff.records import Factors, SignInStepRecord, StepKind
from telemed.care.staff.sign_in_steps import ENROL_LIFE, PASSWORD, STEP_LIFE, step_kind
from telemed.care.tokens import token_hash
from telemed.clock import Clock
from telemed.errors import NotSignedIn
from telemed.ids import new_id, new_secret
from telemed.web.passwords import PasswordChecker
from telemed.web.second_factors import factors_of
from telemed.web.sign_in_limits import SignInLimits

KEEP_STEPS = timedelta(days=1)  # how long rows of ended steps stay
KEEP_ENDED = timedelta(days=7)  # how long rows of ended logins stay; the audit trail keeps what happened

UNKNOWN_ACCOUNT = "unknown"  # audit object of an attempt on an account that does not exist


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh sign-in. `token` is shown to the browser once; we keep its hash."""

    user: UserRecord
    token: str = field(repr=False)
    login_id: str
    life: timedelta


@dataclass(frozen=True, slots=True)
class StepOwed:
    """The first factor was right, and it is not enough. `token` is shown once; `methods` says what can be shown."""

    token: str = field(repr=False)
    kind: StepKind
    methods: tuple[str, ...]
    life: timedelta


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a login token."""

    staff: Staff
    user: UserRecord
    login: LoginRecord


def nothing_outlives_it(login_id: str) -> bool:
    """No call in progress carries a login past its end."""
    return False


def account_key(email: str) -> str:
    """Return what limits and marks call an account: it exists for unknown ones too and carries no address of a person."""
    return token_hash(email.casefold())


class SignIn:
    """Opens, checks and closes staff logins."""

    def __init__(self, store: Store, clock: Clock, checker: PasswordChecker, policies: SignInPolicies | None = None) -> None:
        self._store = store
        self._clock = clock
        self._checker = checker
        self._policies = policies or FixedPolicies()
        self.limits = SignInLimits(clock)

    async def sign_in(
        self, email: str, password: str, source: str, device: str | None = None, words: str = ""
    ) -> SignedIn | StepOwed:
        """Check a password and open a login, or the step that is owed. `source` is the caller's address as `source_key` gives
        it, `device` the id of a browser known to the account, `words` what the browser is.

        Raises TooMany when throttled and NotSignedIn, always with the same words, when the account is unknown or disabled or the
        password wrong.
        """
        account = account_key(email)
        async with self.limits.attempt(account, source, device) as succeeded:
            async with self._store.read() as tx:
                user = await tx.users.by_email(email)
            matches = await self._checker.matches(user.password_hash if user else None, password)
            if user is None or not matches or not user.is_active:
                await self._refused(user)
                raise NotSignedIn("The e-mail address or the password is wrong.", code="wrong_credentials")
            succeeded()  # only failures count
        better = await self._checker.hash(password) if self._checker.is_outdated(user.password_hash) else user.password_hash
        async with self._store.write() as tx:
            present = await tx.users.get(user.id)
            if present is None or not present.is_active or present.password_hash != user.password_hash:
                raise NotSignedIn("The e-mail address or the password is wrong.", code="wrong_credentials")  # changed meanwhile
            if better != present.password_hash:
                await tx.users.save(replace(present, password_hash=better))
            opened = await self.after_first(tx, present, words)
        if isinstance(opened, SignedIn):
            self.limits.remember(account, source)
        return opened

    async def after_first(self, tx: Transaction, user: UserRecord, words: str, first: str = PASSWORD) -> SignedIn | StepOwed:
        """Open a login when the first factor, by default the password, is enough, else the step that is owed."""
        factors = await factors_of(tx, user.id)
        if factors.any:
            return await self._owe(tx, user, StepKind.FACTOR, _methods(factors), first)
        if self._policies.second_factor == SecondFactor.REQUIRED:
            return await self._owe(tx, user, StepKind.ENROL, ("totp", "passkey"), first)
        return await self.open(tx, user, first, words)

    async def _owe(self, tx: Transaction, user: UserRecord, kind: StepKind, methods: tuple[str, ...], first: str) -> StepOwed:
        now = self._clock.utcnow()
        life = ENROL_LIFE if kind is StepKind.ENROL else STEP_LIFE
        token = new_secret()
        await tx.sign_in_steps.delete_expired(now - KEEP_STEPS)
        await tx.sign_in_steps.create(
            SignInStepRecord(new_id("stp"), user.id, step_kind(kind.value, first), token_hash(token), b"", 0, now, now + life)
        )
        await tx.audit.append(user.staff.ref, AuditAction.SIGN_IN_STEP, user.id, AuditOutcome.DONE, now)
        return StepOwed(token, kind, methods, life)

    async def open(self, tx: Transaction, user: UserRecord, method: str, words: str) -> SignedIn:
        """Open a login: everything that is owed was shown. `method` says how."""
        now = self._clock.utcnow()
        token = new_secret()
        life = timedelta(hours=self._policies.login_hours)
        login = LoginRecord(
            id=new_id("lgn"),
            user_id=user.id,
            token_hash=token_hash(token),
            created_at=now,
            last_seen_at=now,
            expires_at=now + life,
            device=words,
            method=method,
            proved_at=now,
        )
        await tx.quick_unlocks.delete_of_logins(now - KEEP_ENDED)
        await tx.logins.delete_expired(now - KEEP_ENDED)
        await tx.logins.create(login)
        await tx.audit.append(user.staff.ref, AuditAction.SIGN_IN, user.id, AuditOutcome.DONE, now)
        return SignedIn(user, token, login.id, life)

    async def who(self, token: str, carries_call: Callable[[str], bool] = nothing_outlives_it) -> Holder | None:
        """Return who holds a login token; None when it is unknown, revoked or its user disabled, and when it is too old or was
        idle too long, unless `carries_call(login_id)`: a call in progress goes on until it ends (care/login_rules.py)."""
        now = self._clock.utcnow()
        async with self._store.read() as tx:
            login = await tx.logins.by_token_hash(token_hash(token))
            user = await tx.users.get(login.user_id) if login is not None else None
        worth = standing(login, user, now)
        if login is None or user is None or worth is Standing.ENDED:
            return None
        if worth is Standing.EXPIRED:
            return _holder(login, user) if carries_call(login.id) else None
        if now - login.last_seen_at >= TOUCH_EVERY:
            async with self._store.write() as tx:
                await tx.logins.touch(login.id, now)
        return _holder(login, user)

    async def login_of(self, token: str) -> LoginRecord | None:
        """Return the login of a token, ended ones too."""
        async with self._store.read() as tx:
            return await tx.logins.by_token_hash(token_hash(token))

    async def sign_out(self, token: str) -> LoginRecord | None:
        """Close the login of a token and return it; None when there was nothing to close."""
        now = self._clock.utcnow()
        async with self._store.write() as tx:
            login = await tx.logins.by_token_hash(token_hash(token))
            if login is None or login.revoked_at is not None:
                return None
            user = await tx.users.get(login.user_id)
            actor = ActorRef(login.user_id, user.role.value if user else ANONYMOUS.role)
            await tx.logins.revoke(login.id, now)
            await tx.quick_unlocks.remove(login.id)
            await tx.audit.append(actor, AuditAction.SIGN_OUT, login.user_id, AuditOutcome.DONE, now)
        return login

    async def _refused(self, user: UserRecord | None) -> None:
        """Write the refusal down. Known and unknown accounts cost one transaction alike."""
        object_id = user.id if user else UNKNOWN_ACCOUNT
        async with self._store.write() as tx:
            await tx.audit.append(ANONYMOUS, AuditAction.SIGN_IN_REFUSED, object_id, AuditOutcome.REFUSED, self._clock.utcnow())


def _holder(login: LoginRecord, user: UserRecord) -> Holder:
    return Holder(replace(user.staff, login_id=login.id), user, login)


def _methods(factors: Factors) -> tuple[str, ...]:
    present = (("passkey", factors.passkeys), ("totp", factors.totp), ("recovery", factors.recovery_codes))
    return tuple(name for name, there in present if there)
