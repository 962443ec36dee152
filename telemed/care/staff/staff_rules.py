"""Who may change whose account, and which change would leave a clinic without anybody who can run it."""

from __future__ import annotations

from dataclasses import replace

from telemed.care.identity import Staff
from telemed.care.records import UserRecord
from telemed.care.roles import STAFF_ROLES, Role
from telemed.errors import Conflict, InvalidInput, NotFound


def in_reach(admin: Staff, user: UserRecord | None) -> UserRecord:
    """Return the account when it is of the admin's organisation and site; else raise NotFound, as for none.

    Things of no site are everybody's to see, accounts of no site work at all of them: an admin of one site, who could reset such
    an account and take its place, does not reach it.
    """
    if user is None or user.organisation_id != admin.organisation_id or not may_place(admin, user.site_id):
        raise NotFound()
    return user


def deactivated(admin: Staff, user: UserRecord, admins: int) -> UserRecord:
    """The account shut. `admins`: how many active admins there are. Raises Conflict `own_account`, `last_admin`."""
    if user.id == admin.user_id:
        raise Conflict("Nobody shuts the own account.", code="own_account")
    _keep_an_admin(user, admins)
    return replace(user, is_active=False)


def activated(user: UserRecord) -> UserRecord:
    """The account open again."""
    return replace(user, is_active=True)


def with_role(admin: Staff, user: UserRecord, role: Role, is_privacy_officer: bool, admins: int) -> UserRecord:
    """The account in another role. Raises Conflict `own_account`, `last_admin`; InvalidInput for a role without an account."""
    if role not in STAFF_ROLES:
        raise InvalidInput("People with this role come by a link and have no account.", field="role")
    if user.id == admin.user_id and role is not user.role:
        raise Conflict("Nobody changes the own role.", code="own_account")
    if role is not Role.ADMIN:
        _keep_an_admin(user, admins)
    return replace(user, role=role, is_privacy_officer=is_privacy_officer)


def with_site(admin: Staff, user: UserRecord, site_id: str | None) -> UserRecord:
    """The account at another site. An admin of one site moves nobody out of it. Raises NotFound, Conflict `own_account`."""
    if user.id == admin.user_id:
        raise Conflict("Nobody changes the own site.", code="own_account")
    if not may_place(admin, site_id):
        raise NotFound()
    return replace(user, site_id=site_id)


def may_place(admin: Staff, site_id: str | None) -> bool:
    """Whether an admin may give somebody this site; None is all of them."""
    return admin.site_id is None or admin.site_id == site_id


def _keep_an_admin(user: UserRecord, admins: int) -> None:
    if user.role is Role.ADMIN and user.is_active and admins <= 1:
        raise Conflict("The last admin stays.", code="last_admin")
