"""Staff sign-in: throttled, equal in time for known and unknown accounts, audited in the transaction of its effect."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.identity import ANONYMOUS, ActorRef, Staff
from telemed.care.login_rules import LIFE, TOUCH_EVERY, Standing, standing
from telemed.care.ports import Store
from telemed.care.records import LoginRecord, UserRecord
from telemed.care.tokens import token_hash
from telemed.clock import Clock
from telemed.errors import NotSignedIn
from telemed.ids import new_id, new_secret
from telemed.web.passwords import PasswordChecker
from telemed.web.sign_in_limits import SignInLimits

KEEP_ENDED = timedelta(days=7)  # how long rows of ended logins stay; the audit trail keeps what happened

UNKNOWN_ACCOUNT = "unknown"  # audit object of an attempt on an account that does not exist


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh sign-in. `token` is shown to the browser once; we keep its hash."""

    user: UserRecord
    token: str
    login_id: str


def nothing_outlives_it(login_id: str) -> bool:
    """No call in progress carries a login past its end."""
    return False


def account_key(email: str) -> str:
    """Return what limits and marks call an account: it exists for unknown ones too and carries no address of a person."""
    return token_hash(email.casefold())


class SignIn:
    """Opens, checks and closes staff logins."""

    def __init__(self, store: Store, clock: Clock, checker: PasswordChecker) -> None:
        self._store = store
        self._clock = clock
        self._checker = checker
        self._limits = SignInLimits(clock)

    async def sign_in(self, email: str, password: str, source: str, device: str | None = None) -> SignedIn:
        """Check a password and open a login. `source` is the caller's address as `source_key` gives it, `device` the id of a
        browser known to the account.

        Raises TooMany when throttled and NotSignedIn, always with the same words, when the account is unknown or disabled or the
        password wrong.
        """
        async with self._limits.attempt(account_key(email), source, device) as succeeded:
            async with self._store.read() as tx:
                user = await tx.users.by_email(email)
            matches = await self._checker.matches(user.password_hash if user else None, password)
            if user is None or not matches or not user.is_active:
                await self._refused(user)
                raise NotSignedIn("The e-mail address or the password is wrong.", code="wrong_credentials")
            succeeded()  # only failures count
        return await self._open(user)

    async def who(self, token: str, carries_call: Callable[[str], bool] = nothing_outlives_it) -> tuple[Staff, UserRecord] | None:
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
            return (replace(user.staff, login_id=login.id), user) if carries_call(login.id) else None
        if now - login.last_seen_at >= TOUCH_EVERY:
            async with self._store.write() as tx:
                await tx.logins.touch(login.id, now)
        return replace(user.staff, login_id=login.id), user

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
            await tx.audit.append(actor, AuditAction.SIGN_OUT, login.user_id, AuditOutcome.DONE, now)
        return login

    async def _open(self, user: UserRecord) -> SignedIn:
        now = self._clock.utcnow()
        token = new_secret()
        login = LoginRecord(
            id=new_id("lgn"),
            user_id=user.id,
            token_hash=token_hash(token),
            created_at=now,
            last_seen_at=now,
            expires_at=now + LIFE,
        )
        async with self._store.write() as tx:
            await tx.logins.delete_expired(now - KEEP_ENDED)
            await tx.logins.create(login)
            await tx.audit.append(ActorRef(user.id, user.role.value), AuditAction.SIGN_IN, user.id, AuditOutcome.DONE, now)
        return SignedIn(user, token, login.id)

    async def _refused(self, user: UserRecord | None) -> None:
        """Write the refusal down. Known and unknown accounts cost one transaction alike."""
        object_id = user.id if user else UNKNOWN_ACCOUNT
        async with self._store.write() as tx:
            await tx.audit.append(ANONYMOUS, AuditAction.SIGN_IN_REFUSED, object_id, AuditOutcome.REFUSED, self._clock.utcnow())
