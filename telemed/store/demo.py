"""The demo clinic of `telemed serve --demo`.

Everything it makes carries `is_demo`, so that a server without --demo refuses the database.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.identity import SYSTEM
from telemed.care.records import UserRecord
from telemed.care.repositories import Transaction
from telemed.care.roles import Role
from telemed.errors import Conflict
from telemed.store.accounts import NewAccount, add_account, set_password
from telemed.store.clinic import ClinicDetails, configure_clinic

DEMO_CLINIC = ClinicDetails(name="Demo Clinic", phone="+49 30 5550100", emergency_number="112")


async def ensure_demo(tx: Transaction, clinic: ClinicDetails, accounts: Iterable[NewAccount], at: datetime) -> list[UserRecord]:
    """Make the demo clinic and its accounts as far as they are missing, and correct the passwords of those that exist.

    Run again with the same arguments it writes nothing. A salted hash is new each time it is made: to keep a password (and its
    sign-ins), pass the hash that `tx.users.by_email` returns when it fits the password. Raises Conflict `not_a_demo` for the
    database of a real clinic and when one of the e-mail addresses belongs to a real account.
    """
    present = await tx.organisations.first()
    if present is not None and not present.is_demo:
        raise Conflict("This database belongs to a real clinic.", code="not_a_demo")
    made = await configure_clinic(tx, clinic, SYSTEM, at, is_demo=True)
    if present is None:
        await tx.audit.append(SYSTEM, AuditAction.DEMO_CREATED, made.id, AuditOutcome.DONE, at)
    return [await _ensure_account(tx, made.id, account, at) for account in accounts]


async def _ensure_account(tx: Transaction, organisation_id: str, account: NewAccount, at: datetime) -> UserRecord:
    user = await tx.users.by_email(account.email)
    if user is None:
        made = await add_account(tx, organisation_id, replace(account, is_demo=True), SYSTEM, at)
        return await _with_office(tx, made)
    if not user.is_demo:
        raise Conflict("A real account uses this e-mail address.", code="not_a_demo", field="email")
    if user.password_hash == account.password_hash:
        return user
    return await set_password(tx, user.id, account.password_hash, SYSTEM, at)


async def _with_office(tx: Transaction, user: UserRecord) -> UserRecord:
    """The demo's reviewer is its privacy officer, too, so that the audit trail can be tried."""
    if user.role is not Role.REVIEWER:
        return user
    officer = replace(user, is_privacy_officer=True)
    await tx.users.save(officer)
    return officer
