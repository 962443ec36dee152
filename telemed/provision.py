"""What control provides in its database before it serves: the clinic as configured, or the demo with its accounts."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from telemed.care.identity import SYSTEM
from telemed.care.records import OrganisationRecord
from telemed.care.roles import STAFF_ROLES, Role
from telemed.care.staff.password_rules import check_password
from telemed.config import Clinic
from telemed.demo import PEOPLE, WALK_IN_TOKEN, DemoAccount, email_of, read_accounts, write_accounts
from telemed.errors import ConfigError, Conflict, InvalidInput
from telemed.store import Store
from telemed.store.accounts import NewAccount, add_account
from telemed.store.clinic import ClinicDetails, configure_clinic
from telemed.store.demo import ensure_demo
from telemed.store.demo_patient import ensure_demo_patient
from telemed.store.demo_rooms import ensure_demo_rooms
from telemed.web.passwords import hash_password

DEMO_PASSWORD_BYTES = 12  # 96 bits, 16 characters


@dataclass(frozen=True, slots=True)
class NewStaff:
    """A member of staff as typed. Raises InvalidInput with the field at fault."""

    role: Role
    name: str
    email: str
    password: str = field(repr=False)

    @classmethod
    def typed(cls, role: str, name: str, email: str, password: str) -> NewStaff:
        """From plain texts; checks role and password, the store checks the rest."""
        if role not in STAFF_ROLES:
            raise InvalidInput("There is no such staff role. Roles are " + ", ".join(sorted(STAFF_ROLES)) + ".", field="role")
        check_password(password, (name, email))
        return cls(Role(role), name, email, password)


async def provide_clinic(store: Store, clinic: Clinic, now: datetime) -> OrganisationRecord:
    """Bring the clinic in line with the configuration and return it. Raises ConfigError for a database of a demo."""
    if await store.has_demo_accounts():
        raise ConfigError(
            "This database holds demo accounts whose passwords lie in a file. Use another directory, or serve it with --demo."
        )
    async with store.write() as tx:
        return await configure_clinic(tx, _details(clinic), SYSTEM, now)


async def provide_demo(store: Store, clinic: Clinic, path: Path, now: datetime, examples: bool = False) -> None:
    """Make the demo's clinic and accounts, their passwords kept in `path`; with `examples` a waiting room and a speciality, too.
    Raises ConfigError for a database of a real clinic."""
    kept = {account.role: account.password for account in await asyncio.to_thread(read_accounts, path)}
    async with store.read() as tx:
        known = {role: await tx.users.by_email(email_of(role)) for role in PEOPLE}
    accounts: list[NewAccount] = []
    passwords: list[DemoAccount] = []
    for role, name in PEOPLE.items():
        password = kept.get(role.value) or secrets.token_urlsafe(DEMO_PASSWORD_BYTES)
        passwords.append(DemoAccount(role.value, email_of(role), password))
        user = known[role]
        # A kept password is the one that was set; checking it would cost 60 ms and account at every start.
        password_hash = user.password_hash if user and role.value in kept else await asyncio.to_thread(hash_password, password)
        accounts.append(NewAccount(role, name, email_of(role), password_hash, is_demo=True))
    try:
        async with store.write() as tx:
            people = await ensure_demo(tx, _details(clinic), accounts, now)
            await ensure_demo_patient(tx, next(user for user in people if user.role is Role.CLINICIAN), now)
            if examples:
                await ensure_demo_rooms(tx, people, WALK_IN_TOKEN, clinic.phone, now)
    except Conflict as conflict:
        raise ConfigError(f"{conflict.message} Serve it with --config, or use another directory: --var DIR.") from conflict
    if any(role.value not in kept for role in PEOPLE):
        # After the commit: a file without its accounts would lock everybody out, accounts without their file get new passwords.
        await asyncio.to_thread(write_accounts, path, passwords)


async def add_staff(store: Store, person: NewStaff, now: datetime) -> str:
    """Add a member of staff; returns the user's id. Raises InvalidInput, Conflict `email_taken`, ConfigError without a clinic."""
    password_hash = await asyncio.to_thread(hash_password, person.password)
    account = NewAccount(person.role, person.name, person.email, password_hash)
    async with store.write() as tx:
        clinic = await tx.organisations.first()
        if clinic is None:
            raise ConfigError("This database has no clinic yet. Run `telemed init` first.")
        return (await add_account(tx, clinic.id, account, SYSTEM, now)).id


def _details(clinic: Clinic) -> ClinicDetails:
    return ClinicDetails(clinic.name, clinic.phone, clinic.emergency_number)
