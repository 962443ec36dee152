"""Organisations and sites part data in bodies and lists as well: what a request names within itself, and what a list may hold."""

from __future__ import annotations

import pytest

from telemed.care.clinic.records import SiteRecord
from telemed.care.ports import Json
from telemed.care.records import UserRecord
from telemed.care.roles import Role
from telemed.clock import SystemClock
from telemed.ids import new_id
from tests.rights.house import ABROAD, SOUTH, House
from tests.rights.test_break_glass import ask

BEYOND = ("south", "abroad")


@pytest.mark.parametrize("place", BEYOND)
async def test_no_body_reaches_over_a_border(house: House, place: str) -> None:
    doctor = await house.account("north", Role.CLINICIAN)
    own = await house.patient("north", doctor.staff)
    session_id = await house.session(doctor.staff)
    theirs = await house.patient(place, house.staff(place, Role.CLINICIAN))
    carer = await house.carer(theirs)
    stranger = await house.account(place, Role.CLINICIAN)
    requests = {
        f"/sessions/{session_id}/patient": {"patient_id": theirs.id},
        "/sessions": {"kind": "urgent", "patient_id": theirs.id, "command_id": "command-border"},
        f"/patients/{own.id}/merge": {"merged_id": theirs.id, "revision": 1},
        f"/patients/{own.id}/channels": {"kind": "email", "value": "a@mail.example", "carer_id": carer.id},
    }
    for path, body in requests.items():
        status, answer = await ask(house, doctor, "POST", path, body)
        assert status == 404, (path, status, answer)
    status, _ = await ask(house, doctor, "POST", f"/patients/{own.id}/team", {"user_id": stranger.id})
    assert status == (404 if place == "abroad" else 400), "a colleague of the house who does not work here, or nobody"


@pytest.mark.parametrize("place", BEYOND)
async def test_an_admin_sends_nobody_over_a_border(house: House, place: str) -> None:
    admin = await house.account("north", Role.ADMIN, site_id=None if place == "abroad" else house.places["north"].site_id)
    person = await house.account("north", Role.CLINICIAN)
    foreign = await site_of(house, place)
    for site_id in (foreign, "sit_NobodyHasThisId"):
        assert (await ask(house, admin, "POST", f"/admin/users/{person.id}/site", {"site_id": site_id}))[0] == 404
        body = {"name": "New", "email": "new@clinic.example", "role": "clinician", "site_id": site_id}
        assert (await ask(house, admin, "POST", "/admin/users", body))[0] == 404


async def site_of(house: House, place: str) -> str:
    """A site there."""
    where = house.places[place]
    if where.site_id is not None:
        return where.site_id
    site = SiteRecord(new_id("sit"), where.organisation_id, "Abroad Site", "1", SystemClock().utcnow())
    async with house.store.write() as tx:
        await tx.sites.create(site)
    return site.id


async def test_lists_hold_nothing_from_beyond(house: House) -> None:
    for place in ("north", *BEYOND):
        leader = house.staff(place, Role.CLINICIAN)
        await house.session(leader)
        await house.patient(place, leader)
    readers = [await house.account("north", role, is_privacy_officer=True) for role in (Role.CLINICIAN, Role.FRONT_DESK)]
    admin = await house.account("north", Role.ADMIN)
    asked = [("GET", "/today", None), ("POST", "/patients/search", {"text": "patient"}), ("POST", "/break-glass/search", {})]
    for user in readers:
        for method, path, body in asked:
            status, answer = await ask(house, user, method, path, body)
            assert status == 200 and SOUTH not in str(answer) and ABROAD not in str(answer), (user.role, path)
    for method, path, body in (("POST", "/admin/users/search", {}), ("GET", "/admin/sites", None), ("GET", "/me", None)):
        status, answer = await ask(house, admin, method, path, body)
        assert status == 200 and ABROAD not in str(answer), path
    _, found = await ask(house, readers[0], "POST", "/patients/search", {"text": "patient"})
    assert len(found["patients"]) == 1, "the search does find what is here"


async def test_who_works_everywhere_sees_every_site_and_no_other_organisation(house: House) -> None:
    for place in ("north", *BEYOND):
        await house.patient(place)
    reader = await house.account("north", Role.FRONT_DESK, site_id=None)
    _, found = await ask(house, reader, "POST", "/patients/search", {"text": "patient"})
    assert len(found["patients"]) == 2 and ABROAD not in str(found)


async def test_one_command_id_for_commands_of_two_kinds_is_refused(house: House) -> None:
    doctor = await house.account("north", Role.CLINICIAN)
    made = {"name": "Ida Twice", "confirmed": True, "command_id": "command-twice"}
    assert (await ask(house, doctor, "POST", "/patients", made))[0] == 200
    begun = {"kind": "urgent", "command_id": "command-twice"}
    assert await refusal(house, doctor, "/sessions", begun) == (409, "command_repeated")
    session_id = await house.session(doctor.staff)
    link = {"role": "patient", "command_id": "command-twice"}
    assert await refusal(house, doctor, f"/sessions/{session_id}/links", link) == (409, "command_repeated")
    assert (await ask(house, doctor, "POST", "/sessions", {**begun, "command_id": "command-other"}))[0] == 200
    assert await refusal(house, doctor, "/patients", {**made, "command_id": "command-other"}) == (409, "command_repeated")


async def refusal(house: House, user: UserRecord, path: str, body: Json) -> tuple[int, str]:
    """How a request is refused."""
    status, answer = await ask(house, user, "POST", path, body)
    return status, str(answer["error"]["code"])
