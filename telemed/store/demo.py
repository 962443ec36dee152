"""The demo clinic of `telemed serve --demo`: one account per staff role. People with other roles come by a link.

Everything it makes carries `is_demo`, so that a server without --demo refuses the database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.identity import SYSTEM
from telemed.care.records import UserRecord
from telemed.care.repositories import Transaction
from telemed.care.roles import Role
from telemed.errors import Conflict
from telemed.store.accounts import NewAccount, add_account, set_password
from telemed.store.clinic import ClinicDetails, set_clinic

DEMO_CLINIC = ClinicDetails(name="Demo Clinic", phone="+49 30 5550100", emergency_number="112")


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account of the demo. The e-mail domain is reserved for examples (RFC 2606)."""

    role: Role
    name: str
    email: str


DEMO_ACCOUNTS: tuple[DemoAccount, ...] = (
    DemoAccount(Role.CLINICIAN, "Dr. Clara Amsel", "clinician@demo.example"),
    DemoAccount(Role.DISPATCHER, "Dana Keller", "dispatcher@demo.example"),
    DemoAccount(Role.RESPONDER, "Robin Vogt", "responder@demo.example"),
    DemoAccount(Role.FRONT_DESK, "Fiona Lang", "front-desk@demo.example"),
    DemoAccount(Role.REVIEWER, "Dr. Ralf Brandt", "reviewer@demo.example"),
    DemoAccount(Role.ADMIN, "Alex Weber", "admin@demo.example"),
)


async def ensure_demo(tx: Transaction, password_hashes: Mapping[Role, str], at: datetime) -> list[UserRecord]:
    """Make the demo clinic and its accounts as far as they are missing; return the accounts in the order of DEMO_ACCOUNTS.

    `password_hashes` holds one hash per role to set; a role that is left out keeps its password (KeyError when its account does not
    exist yet). Run again with the same hashes it changes nothing. Raises Conflict `not_a_demo` for a database of a real clinic.
    """
    present = await tx.organisations.first()
    if present is not None and not present.is_demo:
        raise Conflict("This database belongs to a real clinic.", code="not_a_demo")
    clinic = present or await set_clinic(tx, DEMO_CLINIC, SYSTEM, at, is_demo=True)
    if present is None:
        await tx.audit.append(SYSTEM, AuditAction.DEMO_CREATED, clinic.id, AuditOutcome.DONE, at)
    return [await _ensure_account(tx, clinic.id, account, password_hashes, at) for account in DEMO_ACCOUNTS]


async def _ensure_account(
    tx: Transaction, organisation_id: str, account: DemoAccount, password_hashes: Mapping[Role, str], at: datetime
) -> UserRecord:
    user = await tx.users.by_email(account.email)
    if user is None:
        new = NewAccount(account.role, account.name, account.email, password_hashes[account.role], is_demo=True)
        return await add_account(tx, organisation_id, new, SYSTEM, at)
    wanted = password_hashes.get(account.role, user.password_hash)
    return user if wanted == user.password_hash else await set_password(tx, user.id, wanted, SYSTEM, at)
