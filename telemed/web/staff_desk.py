"""What an admin does with the accounts of staff: invite, reset, shut, open, give another role or site.

Whoever is shut, reset or given another role or site loses all logins in the same transaction; the handler then closes what is
open at once. An admin sees accounts only, never what people do with patients.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.identity import Staff
from telemed.care.notify.compose import check_recipient
from telemed.care.notify.records import Medium
from telemed.care.ports import Json, Store
from telemed.care.records import UserRecord
from telemed.care.repositories import Transaction
from telemed.care.roles import STAFF_ROLES, Role
from telemed.care.staff import staff_rules
from telemed.care.staff.records import Factors, InvitationKind, InvitationRecord
from telemed.care.times import iso_or_none, iso_utc
from telemed.clock import Clock
from telemed.errors import InvalidInput, NotFound
from telemed.ids import new_id
from telemed.web.invitation_desk import InvitationDesk, Invited
from telemed.web.passwords import NO_PASSWORD
from telemed.web.second_factors import factors_of, factors_of_all


@dataclass(frozen=True, slots=True)
class NewPerson:
    """A member of staff to be invited."""

    name: str
    email: str
    role: Role
    site_id: str | None
    language: str
    is_privacy_officer: bool


@dataclass(frozen=True, slots=True)
class Search:
    """Which accounts are listed."""

    text: str
    after: str
    limit: int


class StaffDesk:
    """Changes of accounts by an admin."""

    def __init__(self, store: Store, clock: Clock, invitations: InvitationDesk) -> None:
        self._store = store
        self._clock = clock
        self._invitations = invitations

    async def search(self, admin: Staff, search: Search) -> Json:
        """-> {users, next}: accounts by id, `next` the `after` of the following page or None."""
        now = self._clock.utcnow()
        async with self._store.read() as tx:
            found = await tx.users.page(admin.organisation_id, search.text, search.after, search.limit + 1)
            page = found[: search.limit]
            shown = {user.id: user for user in page if staff_rules.may_place(admin, user.site_id)}
            seen, factors = await tx.logins.last_seen(shown), await factors_of_all(tx, shown)
            invited = await tx.invitations.open_of_all(shown, now)
        users = [account_json(user, factors[id_], seen.get(id_), invited.get(id_)) for id_, user in shown.items()]
        return {"users": users, "next": page[-1].id if len(found) > search.limit else None}

    async def create(self, admin: Staff, person: NewPerson) -> Json:
        """Make an account and invite its owner. -> {user, invitation}. Raises Conflict `email_taken`, InvalidInput, NotFound."""
        if person.role not in STAFF_ROLES:
            raise InvalidInput("People with this role come by a link and have no account.", field="role")
        email, now = person.email.strip().lower(), self._clock.utcnow()
        _check_address(email)
        async with self._store.write() as tx:
            await self._check_site(tx, admin, person.site_id)
            user = UserRecord(
                id=new_id("usr"),
                organisation_id=admin.organisation_id,
                role=person.role,
                name=person.name,
                email=email,
                password_hash=NO_PASSWORD,
                created_at=now,
                site_id=person.site_id,
                language=person.language,
                is_privacy_officer=person.is_privacy_officer,
            )
            await tx.users.create(user)
            await tx.audit.append(admin.ref, AuditAction.USER_CREATED, user.id, AuditOutcome.DONE, now)
            invited = await self._invitations.invite(tx, admin.ref, user, InvitationKind.INVITE)
            return {"user": await self._row(tx, user, None, now), "invitation": _invited(invited)}

    async def reset(self, admin: Staff, user_id: str, remove_factors: bool) -> Json:
        """Send a link for another password and end all logins; the factors stay unless asked. -> {user, invitation}.

        Somebody who has not accepted the first invitation is invited again. Raises NotFound.
        """
        now = self._clock.utcnow()
        async with self._store.write() as tx:
            user = staff_rules.in_reach(admin, await tx.users.get(user_id))
            await self._end_logins(tx, user, now)
            if remove_factors:
                await self._remove_factors(tx, admin, user, now)
            kind = InvitationKind.INVITE if user.password_hash == NO_PASSWORD else InvitationKind.RESET
            invited = await self._invitations.invite(tx, admin.ref, user, kind)
            return {"user": await self._row(tx, user, None, now), "invitation": _invited(invited)}

    async def revoke_invitation(self, admin: Staff, user_id: str) -> Json:
        """Make an open invitation worthless. -> {user}. Raises NotFound."""
        now = self._clock.utcnow()
        async with self._store.write() as tx:
            user = staff_rules.in_reach(admin, await tx.users.get(user_id))
            if not await tx.invitations.revoke_of_user(user.id, now):
                raise NotFound()
            await tx.audit.append(admin.ref, AuditAction.INVITATION_REVOKED, user.id, AuditOutcome.DONE, now)
            return {"user": await self._row(tx, user, None, now)}

    async def deactivate(self, admin: Staff, user_id: str) -> Json:
        """Shut an account. -> {user}. Raises NotFound, Conflict."""
        return await self._change(
            admin, user_id, AuditAction.USER_DEACTIVATED, lambda user, admins: staff_rules.deactivated(admin, user, admins)
        )

    async def activate(self, admin: Staff, user_id: str) -> Json:
        """Open it again; its password and factors are as they were. -> {user}. Raises NotFound."""
        return await self._change(admin, user_id, AuditAction.USER_ACTIVATED, lambda user, _: staff_rules.activated(user))

    async def set_role(self, admin: Staff, user_id: str, role: Role, is_privacy_officer: bool) -> Json:
        """Give another role. -> {user}. Raises NotFound, Conflict, InvalidInput."""

        def change(user: UserRecord, admins: int) -> UserRecord:
            return staff_rules.with_role(admin, user, role, is_privacy_officer, admins)

        return await self._change(admin, user_id, AuditAction.USER_ROLE_CHANGED, change)

    async def set_site(self, admin: Staff, user_id: str, site_id: str | None) -> Json:
        """Give another site; None: all of them. -> {user}. Raises NotFound, Conflict."""
        async with self._store.read() as tx:
            await self._check_site(tx, admin, site_id)
        change = lambda user, _: staff_rules.with_site(admin, user, site_id)  # noqa: E731 - one of five alike
        return await self._change(admin, user_id, AuditAction.USER_SITE_CHANGED, change)

    async def _change(
        self, admin: Staff, user_id: str, action: AuditAction, change: Callable[[UserRecord, int], UserRecord]
    ) -> Json:
        """Change one account by its rule; its logins, steps and invitations end unless nothing changed."""
        now = self._clock.utcnow()
        async with self._store.write() as tx:
            user = staff_rules.in_reach(admin, await tx.users.get(user_id))
            changed = change(user, await tx.users.active_with(admin.organisation_id, Role.ADMIN))
            if changed != user:
                await tx.users.save(changed)
                await self._end_logins(tx, changed, now)
                await tx.audit.append(admin.ref, action, user.id, AuditOutcome.DONE, now)
            return {"user": await self._row(tx, changed, None, now)}

    async def _end_logins(self, tx: Transaction, user: UserRecord, now: datetime) -> None:
        await tx.logins.revoke_all(user.id, now)
        await tx.sign_in_steps.end_of_user(user.id, now)
        if not user.is_active:
            await tx.invitations.revoke_of_user(user.id, now)

    async def _remove_factors(self, tx: Transaction, admin: Staff, user: UserRecord, now: datetime) -> None:
        await tx.totps.remove(user.id)
        await tx.passkeys.revoke_of_user(user.id, now)
        await tx.recovery_codes.replace(user.id, [])
        if await tx.oidc_identities.remove_of_user(user.id):
            await tx.audit.append(admin.ref, AuditAction.PROVIDER_UNLINKED, user.id, AuditOutcome.DONE, now)
        await tx.audit.append(admin.ref, AuditAction.FACTORS_REMOVED, user.id, AuditOutcome.DONE, now)

    async def _check_site(self, tx: Transaction, admin: Staff, site_id: str | None) -> None:
        """Raise NotFound unless it is a site of the admin's organisation where the admin may place people."""
        place = await tx.places.of("site_id", site_id) if site_id is not None else None
        is_ours = site_id is None or (place is not None and place.organisation_id == admin.organisation_id)
        if not is_ours or not staff_rules.may_place(admin, site_id):
            raise NotFound()

    async def _row(self, tx: Transaction, user: UserRecord, seen: datetime | None, now: datetime) -> Json:
        factors = await factors_of(tx, user.id)
        return account_json(user, factors, seen, await tx.invitations.open_of(user.id, now))


def account_json(user: UserRecord, factors: Factors, seen: datetime | None, invitation: InvitationRecord | None) -> Json:
    """An account as admins see it."""
    return {
        "id": user.id,
        "name": user.name,
        "email": user.email,
        "role": user.role.value,
        "site_id": user.site_id,
        "language": user.language,
        "is_active": user.is_active,
        "is_privacy_officer": user.is_privacy_officer,
        "has_password": user.password_hash != NO_PASSWORD,
        "totp": factors.totp,
        "passkeys": factors.passkeys,
        "recovery_codes": factors.recovery_codes,
        "created_at": iso_utc(user.created_at),
        "last_seen_at": iso_or_none(seen),
        "invitation": _open(invitation) if invitation else None,
    }


def _open(invitation: InvitationRecord) -> Json:
    return {"id": invitation.id, "kind": invitation.kind, "expires_at": iso_utc(invitation.expires_at)}


def _invited(invited: Invited) -> Json:
    return {**_open(invited.invitation), "link": invited.link}


def _check_address(email: str) -> None:
    try:
        check_recipient(Medium.MAIL, email)
    except InvalidInput:
        raise InvalidInput("This is not an e-mail address mail can be sent to.", field="email") from None
