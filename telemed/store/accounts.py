"""Staff accounts: made by `telemed init`, `telemed user add` and the demo. Password hashes come from outside."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.identity import ActorRef
from telemed.care.records import UserRecord
from telemed.care.repositories import Transaction
from telemed.care.roles import STAFF_ROLES, Role
from telemed.errors import InvalidInput, NotFound
from telemed.ids import new_id

MAX_NAME_LENGTH = 80
MAX_EMAIL_LENGTH = 254  # RFC 5321 section 4.5.3.1.3


@dataclass(frozen=True, slots=True)
class NewAccount:
    """A staff account to be made. Raises InvalidInput with the field that is wrong."""

    role: Role
    name: str
    email: str
    password_hash: str
    is_demo: bool = False

    def __post_init__(self) -> None:
        """Check what a person typed."""
        if self.role not in STAFF_ROLES:
            raise InvalidInput("People with this role come by a link and have no account.", field="role")
        if not self.name.strip() or len(self.name) > MAX_NAME_LENGTH:
            raise InvalidInput("The name must have 1 to 80 characters.", field="name")
        local, at, domain = self.email.strip().rpartition("@")
        if not (local and at and domain) or " " in self.email.strip() or len(self.email) > MAX_EMAIL_LENGTH:
            raise InvalidInput("This is not an e-mail address.", field="email")
        if not self.password_hash:
            raise InvalidInput("A password is needed.", field="password")


async def add_account(tx: Transaction, organisation_id: str, account: NewAccount, actor: ActorRef, at: datetime) -> UserRecord:
    """Make a staff account. Raises Conflict `email_taken`."""
    user = UserRecord(
        id=new_id("usr"),
        organisation_id=organisation_id,
        role=account.role,
        name=account.name.strip(),
        email=account.email.strip().lower(),
        password_hash=account.password_hash,
        created_at=at,
        is_demo=account.is_demo,
    )
    await tx.users.create(user)
    await tx.audit.append(actor, AuditAction.USER_CREATED, user.id, AuditOutcome.DONE, at)
    return user


async def set_password(tx: Transaction, user_id: str, password_hash: str, actor: ActorRef, at: datetime) -> UserRecord:
    """Give an account another password and end all its sign-ins. Raises NotFound."""
    user = await tx.users.get(user_id)
    if user is None:
        raise NotFound()
    changed = replace(user, password_hash=password_hash)
    await tx.users.save(changed)
    await tx.logins.revoke_all(user_id, at)
    await tx.audit.append(actor, AuditAction.PASSWORD_CHANGED, user_id, AuditOutcome.DONE, at)
    return changed
