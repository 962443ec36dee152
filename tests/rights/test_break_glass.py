"""Emergency access through the running server: what opens, who is told, what the patient sees, what a privacy officer does."""

from __future__ import annotations

from datetime import datetime, timedelta

from telemed.care.break_glass import BreakGlassRecord
from telemed.care.identity import Staff
from telemed.care.notify.records import OutboxMessage
from telemed.care.records import UserRecord
from telemed.care.roles import Role
from telemed.clock import SystemClock
from telemed.ids import new_id
from telemed.web.response_models_rights import Glasses, GlassOpened, OwnGlassAnswer
from tests.rights.house import House, Json

REASON = "Unconscious, allergies unknown"


async def ask(house: House, user: UserRecord, method: str, path: str, body: Json | None = None) -> tuple[int, Json]:
    headers = {"Origin": "http://localhost:8080", "Cookie": f"telemed_staff={await house.token(user)}"}
    async with house.http.request(method, f"{house.url}/api/v1{path}", json=body, headers=headers) as response:
        return response.status, await response.json()


async def notices(house: House, access_id: str) -> list[OutboxMessage]:
    async with house.store.read() as tx:
        return await tx.outbox.about(access_id)


async def actions_on(house: House, object_id: str) -> list[tuple[str, str]]:
    async with house.store.read() as tx:
        rows = await tx.audit.page(0, 10_000)
    return [(row.actor, row.action) for row in rows if row.object_id == object_id and row.outcome == "done"]


async def test_it_opens_the_record_for_one_and_for_an_hour(house: House) -> None:
    doctor, other = [await house.account("north", Role.CLINICIAN) for _ in range(2)]
    patient = await house.patient("north", house.staff("north", Role.DISPATCHER))
    path = f"/patients/{patient.id}"
    assert (await ask(house, doctor, "GET", path))[0] == 403
    status, opened = await ask(house, doctor, "POST", f"{path}/break-glass", {"reason": REASON})
    assert status == 200
    GlassOpened.model_validate(opened)
    for part in ("", "/timeline", "/history", "/colleagues"):
        assert (await ask(house, doctor, "GET", path + part))[0] == 200, part
        assert (await ask(house, other, "GET", path + part))[0] == 403, part
    status, own = await ask(house, doctor, "GET", f"{path}/break-glass")
    OwnGlassAnswer.model_validate(own)
    assert own["access"] == opened["access"]
    assert (await ask(house, doctor, "POST", f"/break-glass/{opened['access']['id']}/close", {}))[0] == 200
    assert (await ask(house, doctor, "GET", path))[0] == 403
    assert (await ask(house, doctor, "GET", f"{path}/break-glass"))[1] == {"access": None}


async def test_it_makes_no_lasting_access_out_of_itself(house: House) -> None:
    doctor, owner = [await house.account("north", Role.CLINICIAN) for _ in range(2)]
    patient, own = await house.patient("north", owner.staff), await house.patient("north", doctor.staff)
    path = f"/patients/{patient.id}"
    assert (await ask(house, doctor, "POST", f"{path}/break-glass", {"reason": REASON}))[0] == 200
    status, record = await ask(house, doctor, "GET", path)
    assert status == 200 and "merge_patients" not in record["can"]
    theirs = record["team"][0]["id"]
    for act, body in (
        (f"{path}/team", {"user_id": doctor.id}),
        (f"{path}/team/{theirs}/end", {}),
        (f"{path}/merge", {"merged_id": own.id, "revision": patient.revision}),
        (f"/patients/{own.id}/merge", {"merged_id": patient.id, "revision": own.revision}),
    ):
        status, refused = await ask(house, doctor, "POST", act, body)
        assert (status, refused["error"]["code"]) == (403, "record_closed"), act
    assert (await ask(house, owner, "POST", f"{path}/team", {"user_id": doctor.id}))[0] == 200


async def test_it_ends_by_itself(house: House) -> None:
    doctor = await house.account("north", Role.CLINICIAN)
    patient = await house.patient("north")
    _, opened = await ask(house, doctor, "POST", f"/patients/{patient.id}/break-glass", {"reason": REASON})
    async with house.store.write() as tx:
        access = await tx.break_glasses.get(opened["access"]["id"])
        assert access is not None
        assert access.ends_at - access.opened_at == timedelta(minutes=60)
        standing = await tx.standings.of_staff(doctor.staff, patient.id, access.ends_at - timedelta(seconds=1))
        assert standing.broke_glass
        assert not (await tx.standings.of_staff(doctor.staff, patient.id, access.ends_at)).broke_glass


async def test_more_time_takes_a_new_reason(house: House) -> None:
    doctor = await house.account("north", Role.CLINICIAN)
    path = f"/patients/{(await house.patient('north')).id}/break-glass"
    _, first = await ask(house, doctor, "POST", path, {"reason": REASON})
    status, refused = await ask(house, doctor, "POST", path, {"reason": REASON})
    assert (status, refused["error"]["code"]) == (409, "reason_repeated")
    status, second = await ask(house, doctor, "POST", path, {"reason": "Going to theatre now"})
    assert status == 200 and second["access"]["id"] != first["access"]["id"]
    async with house.store.read() as tx:
        before = await tx.break_glasses.get(first["access"]["id"])
    assert before is not None and before.closed_at is not None, "two accesses are never open at once"


async def test_everybody_concerned_is_told_in_the_same_transaction(house: House) -> None:
    doctor = await house.account("north", Role.CLINICIAN)
    member = await house.account("north", Role.RESPONDER)
    officer = await house.account("north", Role.REVIEWER, is_privacy_officer=True)
    everywhere = await house.account("north", Role.CLINICIAN, is_privacy_officer=True, site_id=None)
    for place in ("south", "abroad"):
        await house.account(place, Role.REVIEWER, is_privacy_officer=True)
    patient = await house.patient("north", member.staff)
    _, opened = await ask(house, doctor, "POST", f"/patients/{patient.id}/break-glass", {"reason": REASON})
    sent = await notices(house, opened["access"]["id"])
    assert {message.recipient for message in sent} == {user.email for user in (member, officer, everywhere)}
    assert all(patient.name not in str(message.details) and REASON not in str(message.details) for message in sent)
    assert (doctor.id, "patient.glass_broken") in await actions_on(house, patient.id)
    async with house.store.read() as tx:
        listed = await tx.break_glasses.of_patient(patient.id)
    assert [access.id for access in listed] == [opened["access"]["id"]], "what the patient is shown"


async def test_a_refused_one_tells_nobody_and_leaves_nothing(house: House) -> None:
    doctor = await house.account("north", Role.CLINICIAN)
    patient = await house.patient("north", doctor.staff)
    for reason, status in (("short", 400), (REASON, 409)):
        assert (await ask(house, doctor, "POST", f"/patients/{patient.id}/break-glass", {"reason": reason}))[0] == status
    async with house.store.read() as tx:
        assert await tx.break_glasses.of_patient(patient.id) == []
    assert await actions_on(house, patient.id) == []


async def test_privacy_officers_list_and_review(house: House) -> None:
    doctor = await house.account("north", Role.CLINICIAN)
    officer = await house.account("north", Role.REVIEWER, is_privacy_officer=True)
    patient = await house.patient("north")
    _, opened = await ask(house, doctor, "POST", f"/patients/{patient.id}/break-glass", {"reason": REASON})
    access_id = opened["access"]["id"]
    _, listed = await ask(house, officer, "POST", "/break-glass/search", {"show": "open"})
    Glasses.model_validate(listed)
    row = listed["accesses"][0]
    assert (row["id"], row["reason"], row["patient_name"], row["user"]["name"]) == (access_id, REASON, patient.name, doctor.name)
    status, refused = await ask(house, officer, "POST", f"/break-glass/{access_id}/review", {})
    assert (status, refused["error"]["code"]) == (409, "still_open")
    assert (await ask(house, officer, "POST", f"/break-glass/{access_id}/close", {}))[0] == 200
    status, seen = await ask(house, officer, "POST", f"/break-glass/{access_id}/review", {})
    assert status == 200 and seen["access"]["reviewed_by"] == officer.name
    assert (await ask(house, officer, "POST", "/break-glass/search", {}))[1]["accesses"] == []
    assert [one["id"] for one in (await ask(house, officer, "POST", "/break-glass/search", {"show": "all"}))[1]["accesses"]] == [
        access_id
    ]


async def test_lists_are_paged_and_stay_in_the_officers_reach(house: House) -> None:
    now = SystemClock().utcnow()
    places: dict[str, list[str]] = {"north": [], "south": [], "abroad": []}
    for place, made in places.items():
        for _ in range(3):
            patient = await house.patient(place)
            made.append(await broken(house, house.staff(place, Role.CLINICIAN), patient.id, now - timedelta(hours=len(made) + 2)))
    reach = {
        "north": await house.account("north", Role.REVIEWER, is_privacy_officer=True),
        "both": await house.account("north", Role.REVIEWER, is_privacy_officer=True, site_id=None),
        "abroad": await house.account("abroad", Role.REVIEWER, is_privacy_officer=True),
    }
    seen = {name: await read_all(house, officer) for name, officer in reach.items()}
    assert seen["north"] == places["north"] and seen["abroad"] == places["abroad"]
    assert sorted(seen["both"]) == sorted(places["north"] + places["south"])


async def broken(house: House, staff: Staff, patient_id: str, at: datetime) -> str:
    access = BreakGlassRecord(new_id("brk"), staff.user_id, patient_id, REASON, at, at + timedelta(hours=1))
    async with house.store.write() as tx:
        await tx.break_glasses.create(access)
    return access.id


async def read_all(house: House, officer: UserRecord) -> list[str]:
    """All pages, two rows each."""
    found: list[str] = []
    after = None
    while True:
        _, page = await ask(house, officer, "POST", "/break-glass/search", {"show": "all", "after": after, "limit": 2})
        found += [row["id"] for row in page["accesses"]]
        after = page["next"]
        if after is None:
            return found
