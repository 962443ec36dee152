"""Links by which staff set a password: for new people, and for those who lost theirs.

The token is in the link's fragment, so it reaches no log; the database keeps its hash. With a mail server the link goes out by
mail in the transaction that made it; without one the admin is shown it once, to hand over.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.identity import ActorRef
from telemed.care.notify.catalogue import Template
from telemed.care.notify.compose import Wanted, compose
from telemed.care.notify.records import Medium
from telemed.care.ports import Json, Store
from telemed.care.records import UserRecord
from telemed.care.repositories import Transaction
from telemed.care.staff.password_rules import check_password
from telemed.care.staff.records import InvitationKind, InvitationRecord
from telemed.care.staff.sign_in_steps import INVITE_LIFE, RESET_LIFE, is_usable
from telemed.care.tokens import token_hash
from telemed.clock import Clock
from telemed.errors import Gone, NotFound
from telemed.ids import new_id, new_secret
from telemed.web.passwords import PasswordChecker
from telemed.web.sign_in import SignedIn, SignIn, StepOwed

PAGE = "/invitation"
LIVES = {InvitationKind.INVITE: INVITE_LIFE, InvitationKind.RESET: RESET_LIFE}
TEMPLATES = {InvitationKind.INVITE: Template.INVITATION, InvitationKind.RESET: Template.PASSWORD_RESET}
MAIL_LIFE = timedelta(hours=24)  # after which an unsent mail, and the link in it, is forgotten


@dataclass(frozen=True, slots=True)
class Invited:
    """A new invitation. `link` is None when it went out by mail."""

    invitation: InvitationRecord
    link: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Accepted:
    """A password was set. `former`: the account's logins that ended with it."""

    user: UserRecord
    opened: SignedIn | StepOwed


class InvitationDesk:
    """Makes, shows and redeems invitations."""

    def __init__(self, store: Store, clock: Clock, checker: PasswordChecker, sign_in: SignIn, base_url: str, mails: bool) -> None:
        self._store = store
        self._clock = clock
        self._checker = checker
        self._sign_in = sign_in
        self._base_url = base_url
        self._mails = mails

    async def invite(self, tx: Transaction, actor: ActorRef, user: UserRecord, kind: InvitationKind) -> Invited:
        """Make the one invitation of an account; former ones are worthless."""
        now, token = self._clock.utcnow(), new_secret()
        await tx.invitations.revoke_of_user(user.id, now)
        invitation = InvitationRecord(new_id("inv"), user.id, kind.value, token_hash(token), actor.id, now, now + LIVES[kind])
        await tx.invitations.create(invitation)
        action = AuditAction.USER_INVITED if kind is InvitationKind.INVITE else AuditAction.USER_RESET
        await tx.audit.append(actor, action, user.id, AuditOutcome.DONE, now)
        link = f"{self._base_url}{PAGE}#{token}"
        if not self._mails:
            return Invited(invitation, link)
        await tx.outbox.put(compose(_mail(invitation, user, kind, link, now), now))
        return Invited(invitation, None)

    async def open(self, token: str) -> Json:
        """-> {kind, name, email, expires_at}: what the page shows before a password is set. Changes nothing."""
        async with self._store.read() as tx:
            _, user = await self._usable(tx, token)
            invitation = await tx.invitations.by_token_hash(token_hash(token))
        return {"kind": invitation.kind if invitation else "", "name": user.name, "email": user.email}

    async def accept(self, token: str, password: str, clinic: str, words: str) -> Accepted:
        """Set the password and go on as after a right one. Raises NotFound, Gone, InvalidInput."""
        async with self._store.read() as tx:
            _, user = await self._usable(tx, token)
        check_password(password, (user.name, user.email, clinic))
        hashed, now = await self._checker.hash(password), self._clock.utcnow()
        async with self._store.write() as tx:
            invitation, user = await self._usable(tx, token)
            user = replace(user, password_hash=hashed)
            await tx.invitations.save(replace(invitation, used_at=now))
            await tx.users.save(user)
            await tx.logins.revoke_all(user.id, now)
            await tx.sign_in_steps.end_of_user(user.id, now)
            await tx.audit.append(user.staff.ref, AuditAction.INVITATION_ACCEPTED, user.id, AuditOutcome.DONE, now)
            await tx.audit.append(user.staff.ref, AuditAction.PASSWORD_CHANGED, user.id, AuditOutcome.DONE, now)
            return Accepted(user, await self._sign_in.after_first(tx, user, words))

    async def _usable(self, tx: Transaction, token: str) -> tuple[InvitationRecord, UserRecord]:
        invitation = await tx.invitations.by_token_hash(token_hash(token))
        user = await tx.users.get(invitation.user_id) if invitation is not None else None
        if invitation is None or user is None:
            raise NotFound("This link is not known.", code="invitation_unknown")
        if not user.is_active or not is_usable(invitation, self._clock.utcnow()):
            raise Gone("This link has been used or is too old.", code="invitation_over")
        return invitation, user


def _mail(invitation: InvitationRecord, user: UserRecord, kind: InvitationKind, link: str, now: datetime) -> Wanted:
    hours = int(LIVES[kind].total_seconds() // 3600)
    return Wanted(
        id=new_id("out"),
        organisation_id=user.organisation_id,
        medium=Medium.MAIL,
        recipient=user.email,
        template=TEMPLATES[kind],
        language=user.language,
        about_id=invitation.id,
        dedupe_key=f"invitation:{invitation.id}",
        expires_at=min(invitation.expires_at, now + MAIL_LIFE),
        details={"link": link, "hours": str(hours)},
    )
