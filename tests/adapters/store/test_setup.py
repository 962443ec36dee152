"""The clinic, accounts and the demo."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from telemed.care.identity import SYSTEM
from telemed.care.records import LoginRecord
from telemed.care.roles import STAFF_ROLES, Role
from telemed.care.tokens import token_hash
from telemed.demo import WALK_IN_TOKEN
from telemed.errors import Conflict, InvalidInput, NotFound
from telemed.store import Store
from telemed.store.accounts import NewAccount, add_account, set_password
from telemed.store.clinic import ClinicDetails, configure_clinic, set_clinic
from telemed.store.demo import DEMO_CLINIC, ensure_demo
from telemed.store.demo_rooms import ensure_demo_rooms
from tests.adapters.store.rows import NOW, fill

DETAILS = ClinicDetails("Clinic", "+49 30 1", "112")


def demo_accounts(password_hash: str = "hash") -> list[NewAccount]:
    return [NewAccount(role, f"Some {role.value}", f"{role.value}@demo.example", password_hash) for role in sorted(STAFF_ROLES)]


async def audit_rows(store: Store) -> int:
    verdict = await store.verify_audit()
    assert verdict.complete
    return verdict.rows


async def test_the_clinic_is_made_once_and_corrected(store: Store) -> None:
    for details in (DETAILS, DETAILS, ClinicDetails("Clinic", "+49 30 2", "112")):
        async with store.write() as tx:
            await set_clinic(tx, details, SYSTEM, NOW)
    async with store.read() as tx:
        clinic = await tx.organisations.first()
    assert clinic is not None and (clinic.phone, clinic.is_demo) == ("+49 30 2", False)
    assert await audit_rows(store) == 2, "setting the same again writes nothing"
    assert not await store.has_demo_accounts()


async def test_what_an_admin_set_outlives_a_restart_until_the_configuration_changes(store: Store) -> None:
    async def start(details: ClinicDetails) -> str:
        async with store.write() as tx:
            return (await configure_clinic(tx, details, SYSTEM, NOW)).phone

    assert await start(DETAILS) == DETAILS.phone
    async with store.write() as tx:
        clinic = await tx.organisations.first()
        assert clinic is not None
        await tx.organisations.save(replace(clinic, phone="+49 30 7"))
    assert await start(DETAILS) == "+49 30 7", "the same configuration as before"
    assert await start(ClinicDetails("Clinic", "+49 30 8", "112")) == "+49 30 8"


@pytest.mark.parametrize("field", ["name", "phone", "emergency_number"])
@pytest.mark.parametrize("value", ["", "  ", "x" * 201])
def test_the_clinic_must_be_filled_in(field: str, value: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        ClinicDetails(**({"name": "Clinic", "phone": "1", "emergency_number": "112"} | {field: value}))
    assert caught.value.field == field


async def test_the_demo_is_made_once(store: Store) -> None:
    for _ in range(2):
        async with store.write() as tx:
            users = await ensure_demo(tx, DEMO_CLINIC, demo_accounts(), NOW)
    assert {user.role for user in users} == STAFF_ROLES
    assert all(user.is_demo for user in users)
    assert await store.has_demo_accounts()
    assert await audit_rows(store) == 2 + len(STAFF_ROLES)


async def test_the_examples_of_a_demo_are_made_once_and_left_as_they_were_changed(store: Store) -> None:
    token = token_hash(WALK_IN_TOKEN)
    for _ in range(2):
        async with store.write() as tx:
            users = await ensure_demo(tx, DEMO_CLINIC, demo_accounts(), NOW)
            await ensure_demo_rooms(tx, users, WALK_IN_TOKEN, DEMO_CLINIC.phone, NOW)
            link = await tx.walk_in_links.by_token_hash(token)
            assert link is not None
            members = await tx.queue_members.of_queue(link.queue_id)
            (speciality,) = await tx.rosters.of_organisation(users[0].organisation_id)
            shifts = await tx.rosters.shifts([speciality.id])
    clinician = next(user.id for user in users if user.role is Role.CLINICIAN)
    assert clinician in {member.user_id for member in members}
    assert {(shift.user_id, shift.weekday) for shift in shifts} == {(clinician, day) for day in range(7)}
    assert await audit_rows(store) == 2 + len(STAFF_ROLES) + 4


async def test_another_demo_password_ends_the_sign_ins(store: Store) -> None:
    async with store.write() as tx:
        users = await ensure_demo(tx, DEMO_CLINIC, demo_accounts(), NOW)
        await tx.logins.create(LoginRecord("log_1", users[0].id, "a" * 64, NOW, NOW, NOW + timedelta(hours=1)))
        await ensure_demo(tx, DEMO_CLINIC, demo_accounts("other"), NOW)
        login = await tx.logins.by_token_hash("a" * 64)
        user = await tx.users.get(users[0].id)
    assert login is not None and login.revoked_at == NOW
    assert user is not None and user.password_hash == "other"


async def test_a_real_clinic_never_becomes_a_demo(store: Store) -> None:
    await fill(store)
    with pytest.raises(Conflict) as caught:
        async with store.write() as tx:
            await ensure_demo(tx, DEMO_CLINIC, demo_accounts(), NOW)
    assert caught.value.code == "not_a_demo"
    assert not await store.has_demo_accounts()


async def test_accounts(store: Store) -> None:
    await fill(store)
    async with store.write() as tx:
        user = await add_account(tx, "org_1", NewAccount(Role.ADMIN, " Al ", " Al@Clinic.Example", "hash"), SYSTEM, NOW)
        assert (user.name, user.email, user.is_demo) == ("Al", "al@clinic.example", False)
        assert (await set_password(tx, user.id, "new", SYSTEM, NOW)).password_hash == "new"
        with pytest.raises(Conflict):
            await add_account(tx, "org_1", NewAccount(Role.ADMIN, "Al", "al@clinic.example", "hash"), SYSTEM, NOW)
        with pytest.raises(NotFound):
            await set_password(tx, "usr_9", "new", SYSTEM, NOW)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"role": Role.PATIENT}, "role"),
        ({"name": " "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"email": "nobody"}, "email"),
        ({"email": "a b@c.example"}, "email"),
        ({"email": "@c.example"}, "email"),
        ({"email": "a" * 250 + "@c.example"}, "email"),
        ({"password_hash": ""}, "password"),
    ],
)
def test_wrong_accounts_are_told_by_field(changes: dict[str, object], field: str) -> None:
    values: dict[str, object] = {"role": Role.ADMIN, "name": "Al", "email": "a@c.example", "password_hash": "h"}
    with pytest.raises(InvalidInput) as caught:
        NewAccount(**(values | changes))  # type: ignore[arg-type]
    assert caught.value.field == field
