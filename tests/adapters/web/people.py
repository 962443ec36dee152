"""Staff accounts in a real store, and shortcuts to being signed in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from telemed.care.ports import Store
from telemed.care.records import LoginRecord, OrganisationRecord, UserRecord
from telemed.care.roles import STAFF_ROLES, Role
from telemed.care.tokens import token_hash
from telemed.ids import new_id, new_secret
from tests.adapters.web.clinic_samples import settle_clinic
from tests.adapters.web.fakes import START
from tests.adapters.web.patients import account_id, settle_patients
from tests.adapters.web.recordings_samples import settle_recordings

PASSWORD = "correct horse battery staple"


def email_of(role: Role) -> str:
    return f"{role.value}@clinic.example"


@dataclass
class People:
    """One account per role, all with the same password."""

    store: Store
    users: dict[Role, UserRecord]

    async def token_of(self, role: Role) -> str:
        """Open a login without the door: for tests of what comes after."""
        token = new_secret()
        end = START + timedelta(hours=12)
        login = LoginRecord(new_id("lgn"), self.users[role].id, token_hash(token), START, START, end, proved_at=START)
        async with self.store.write() as tx:
            await tx.logins.create(login)
        return token

    async def change(self, role: Role, **changes: object) -> None:
        self.users[role] = replace(self.users[role], **changes)  # type: ignore[arg-type]
        async with self.store.write() as tx:
            await tx.users.save(self.users[role])


async def settle(store: Store, password_hash: str) -> People:
    """Write an organisation and its staff."""
    organisation = OrganisationRecord(new_id("org"), "Clinic", "1", "112", True, START)
    users = {
        role: replace(
            UserRecord(account_id(role), organisation.id, role, f"Name of {role.value}", email_of(role), password_hash, START),
            is_privacy_officer=True,
        )
        for role in sorted(STAFF_ROLES)
    }
    async with store.write() as tx:
        await tx.organisations.create(organisation)
        for user in users.values():
            await tx.users.create(user)
        await settle_patients(tx, users)
        await settle_clinic(tx, organisation, users)
        await settle_recordings(tx, users)
    return People(store, users)
