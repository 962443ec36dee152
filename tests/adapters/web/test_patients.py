"""Patients over HTTP: made once, found, changed, reached, joined, and closed to whom they do not concern."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from telemed.care.roles import Role
from tests.adapters.store.rows import SESSION
from tests.adapters.web.patients import BORN, MERGED_ID, NAME, PATIENT_ID, TWIN_ID, a_patient
from tests.adapters.web.people import People
from tests.adapters.web.site import Answered, Site

BASE = "/api/v1/patients"
RECORD = f"{BASE}/{PATIENT_ID}"
COLLEAGUE = Role.DISPATCHER


async def act_as(site: Site, people: People, role: Role) -> None:
    site.cookies = {"telemed_staff": await people.token_of(role)}


@pytest.fixture
async def doctor(site: Site, people: People) -> Site:
    await act_as(site, people, Role.CLINICIAN)
    return site


async def make(site: Site, number: int = 1, **changes: Any) -> Answered:
    body = {"name": "Mehmet Yılmaz", "birth_date": "1980-07-01", "command_id": f"command-{number}"} | changes
    return await site.ask("POST", BASE, body)


async def trail(people: People, patient_id: str) -> list[tuple[str, str]]:
    """Audit rows about a record."""
    async with people.store.read() as tx:
        rows = await tx.audit.page(limit=500)
    return [(row.action, row.outcome) for row in rows if row.object_id == patient_id]


async def test_a_record_is_made_once_and_who_cares_is_in_its_team(doctor: Site, people: People) -> None:
    first = (await make(doctor)).json
    again = (await make(doctor)).json
    assert first["patient"] == again["patient"] and first["patient"]["revision"] == 1
    assert [member["name"] for member in first["team"]] == ["Name of clinician"]
    assert await trail(people, first["patient"]["id"]) == [("patient.created", "done"), ("patient.team_added", "done")]
    found = (await doctor.ask("POST", f"{BASE}/search", {"text": "yilmaz mehmed"})).json
    assert [(line["name"], line["open"]) for line in found["patients"]] == [("Mehmet Yılmaz", True)] and not found["more"]
    await act_as(doctor, people, Role.FRONT_DESK)
    assert (await make(doctor, name="Somebody Else")).json["team"] == []


async def searches(people: People) -> int:
    """How many searches the trail tells of."""
    async with people.store.read() as tx:
        return sum(row.action == "patients.searched" for row in await tx.audit.page())


async def test_people_alike_are_shown_and_nothing_is_made(doctor: Site, people: People) -> None:
    answer = (await make(doctor, name="Zoe Mueller", birth_date=BORN.isoformat())).json
    assert answer["patient"] is None
    assert {one["id"] for one in answer["duplicates"]} == {PATIENT_ID, TWIN_ID}  # the merged one leads to the first
    assert await searches(people) == 1, "who asks for people alike has searched"
    made = (await make(doctor, name="Zoe Mueller", birth_date=BORN.isoformat(), confirmed=True)).json
    assert made["patient"]["name"] == "Zoe Mueller" and made["duplicates"] == []


async def test_an_edit_on_an_older_revision_is_refused(doctor: Site, people: People) -> None:
    changed = await doctor.ask(
        "PATCH", RECORD, {"revision": 1, "name": "Zoë Maier", "birth_date": None, "needs": ["cannot_hear"]}
    )
    assert changed.json["patient"]["revision"] == 2 and changed.json["patient"]["birth_date"] is None
    stale = await doctor.ask("PATCH", RECORD, {"revision": 1, "name": "Other"})
    assert (stale.status, stale.json["error"]["code"]) == (409, "patient_changed")
    wrong = await doctor.ask("PATCH", RECORD, {"revision": 2, "birth_date": "2999-01-01"})
    assert (wrong.status, wrong.json["error"]["field"]) == (400, "birth_date")
    history = (await doctor.ask("GET", f"{RECORD}/history")).json["changes"]
    assert history[0]["kind"] == "edited" and history[0]["by"] == "Name of clinician"
    assert history[0]["change"] == {
        "name": [NAME, "Zoë Maier"],
        "birth_date": [BORN.isoformat(), None],
        "needs": [[], ["cannot_hear"]],
    }
    assert await trail(people, PATIENT_ID) == [("patient.edited", "done"), ("patient.history_read", "done")]


async def test_channels_and_carers_come_and_go(doctor: Site) -> None:
    added = await doctor.ask("POST", f"{RECORD}/channels", {"kind": "phone", "value": "030 765 43 21"})
    assert (added.json["channel"]["value"], added.json["channel"]["verified_at"]) == ("+49307654321", None)
    twice = await doctor.ask("POST", f"{RECORD}/channels", {"kind": "phone", "value": "+49 30 7654321"})
    assert (twice.status, twice.json["error"]["code"]) == (409, "channel_exists")
    wrong = await doctor.ask("POST", f"{RECORD}/channels", {"kind": "email", "value": "nobody"})
    assert (wrong.status, wrong.json["error"]["field"]) == (400, "value") and "nobody" not in wrong.text
    scope = ["see_visits", "join_visits"]
    body = {"name": "Carla", "relation": "child", "scope": scope, "ends_on": "2026-03-01"}
    carer = (await doctor.ask("POST", f"{RECORD}/carers", body)).json["carer"]
    assert carer["active"] and carer["scope"] == ["join_visits", "see_visits"] and carer["ends_at"].startswith("2026-03-01T23:59")
    past = await doctor.ask("POST", f"{RECORD}/carers", {**body, "ends_on": "2026-02-28"})
    assert (past.status, past.json["error"]["field"]) == (400, "ends_on")
    own = await doctor.ask("POST", f"{RECORD}/channels", {"kind": "email", "value": "Carla@X.example", "carer_id": carer["id"]})
    assert own.json["channel"]["carer_id"] == carer["id"]
    await doctor.ask("PATCH", f"{RECORD}/carers/{carer['id']}", {"relation": "friend"})
    assert doctor.visits.ended_carers == []
    await doctor.ask("PATCH", f"{RECORD}/carers/{carer['id']}", {"scope": ["see_visits"]})
    assert doctor.visits.ended_carers == [carer["id"]], "who may not join any more loses its places in visits"
    await doctor.ask("POST", f"{RECORD}/carers/{carer['id']}/revoke", {})
    assert doctor.visits.ended_carers == [carer["id"]] * 2
    detail = (await doctor.ask("GET", RECORD)).json
    assert carer["id"] not in {one["id"] for one in detail["carers"]}
    assert own.json["channel"]["id"] not in {one["id"] for one in detail["channels"]}
    other = await doctor.ask("POST", f"{BASE}/{TWIN_ID}/channels/{added.json['channel']['id']}/revoke", {})
    assert other.status == 404  # a channel of another record


async def test_joining_moves_everything_and_undoing_gives_it_back(doctor: Site, people: People) -> None:
    await doctor.ask("POST", f"{BASE}/{TWIN_ID}/channels", {"kind": "email", "value": "twin@x.example"})
    before = [(await doctor.ask("GET", path)).json for path in (RECORD, f"{BASE}/{TWIN_ID}")]
    stale = await doctor.ask("POST", f"{RECORD}/merge", {"merged_id": TWIN_ID, "revision": 7})
    assert stale.json["error"]["code"] == "patient_changed"
    joined = (await doctor.ask("POST", f"{RECORD}/merge", {"merged_id": TWIN_ID, "revision": 1})).json
    assert "twin@x.example" in {channel["value"] for channel in joined["channels"]}
    led = (await doctor.ask("GET", f"{BASE}/{TWIN_ID}")).json
    assert led["patient"]["id"] == PATIENT_ID
    found = (await doctor.ask("POST", f"{BASE}/search", {"text": "zoe muller"})).json["patients"]
    assert [line["id"] for line in found] == [PATIENT_ID]
    undo = f"{RECORD}/merges/{joined['merge']['id']}/undo"
    assert (await doctor.ask("POST", undo, {})).json["restored_id"] == TWIN_ID
    assert [(await doctor.ask("GET", path)).json for path in (RECORD, f"{BASE}/{TWIN_ID}")] == before
    again = await doctor.ask("POST", undo, {})
    assert (again.status, again.json["error"]["code"]) == (409, "merge_undone")
    for patient_id in (PATIENT_ID, TWIN_ID):
        rows = [action for action, _ in await trail(people, patient_id)]
        assert "patient.merged" in rows and "patient.merge_undone" in rows
    itself = await doctor.ask("POST", f"{RECORD}/merge", {"merged_id": MERGED_ID, "revision": 1})
    assert (itself.status, itself.json["error"]["code"]) == (409, "patient_merged")


async def test_a_record_is_closed_to_whom_it_does_not_concern(doctor: Site, people: People) -> None:
    record = (await make(doctor)).json["patient"]["id"]
    await act_as(doctor, people, COLLEAGUE)
    found = (await doctor.ask("POST", f"{BASE}/search", {"text": "Yılmaz"})).json["patients"]
    assert [(line["id"], line["open"]) for line in found] == [(record, False)]
    assert set(found[0]) == {"id", "name", "birth_date", "open"}
    closed = await doctor.ask("GET", f"{BASE}/{record}")
    assert (closed.status, closed.json["error"]["code"]) == (403, "record_closed") and "ılmaz" not in closed.text
    assert (await trail(people, record))[-1] == ("patient.read", "refused")
    before = await searches(people)
    door = (await doctor.ask("GET", f"{BASE}/{record}/door")).json
    assert await searches(people) == before + 1
    assert door["team"] == [{"name": "Name of clinician", "role": "clinician"}] and not door["patient"]["open"]
    for method, path, body in (
        ("PATCH", "", {"revision": 1, "name": "X"}),
        ("GET", "/timeline", None),
        ("GET", "/history", None),
        ("POST", "/channels", {"kind": "email", "value": "a@x.example"}),
        ("POST", "/carers", {"name": "C", "relation": "child", "scope": ["join_visits"]}),
        ("GET", "/colleagues", None),
        ("POST", "/team", {"user_id": people.users[COLLEAGUE].id}),
        ("POST", "/merge", {"merged_id": TWIN_ID, "revision": 1}),
    ):
        answer = await doctor.ask(method, f"{BASE}/{record}{path}", body)
        assert (answer.status, answer.json["error"]["code"]) == (403, "record_closed"), path
    half = await doctor.ask("POST", f"{RECORD}/merge", {"merged_id": record, "revision": 1})
    assert half.status == 403  # both records must be open
    await act_as(doctor, people, Role.CLINICIAN)
    await doctor.ask("POST", f"{BASE}/{record}/team", {"user_id": people.users[COLLEAGUE].id})
    await act_as(doctor, people, COLLEAGUE)
    assert (await doctor.ask("GET", f"{BASE}/{record}")).status == 200


async def test_another_organisation_or_site_has_no_such_record(doctor: Site, people: People) -> None:
    elsewhere = replace(people.users[Role.CLINICIAN], id="usr_far", email="far@x.example", organisation_id="org_far")
    async with people.store.write() as tx:
        organisation = await tx.organisations.first()
        assert organisation is not None
        await tx.organisations.create(replace(organisation, id="org_far"))
        await tx.users.create(elsewhere)
        await tx.patients.create(a_patient("pat_far", "org_far", "usr_far"))
    for path in ("", "/door", "/timeline", "/history"):
        assert (await doctor.ask("GET", f"{BASE}/pat_far{path}")).status == 404
    found = (await doctor.ask("POST", f"{BASE}/search", {"text": NAME})).json["patients"]
    assert "pat_far" not in {line["id"] for line in found}


@pytest.mark.parametrize(
    "query", ["?limit=0", "?limit=101", "?limit=x", "?after=x", "?page=2", "?limit=1&limit=2", "?after=ses_nobody"]
)
async def test_pages_are_asked_for_properly(doctor: Site, query: str) -> None:
    answer = await doctor.ask("GET", f"{RECORD}/timeline{query}")
    assert (answer.status, answer.json["error"]["code"]) == (400, "invalid_input")


async def test_history_comes_in_pages(doctor: Site) -> None:
    for number in range(3):
        await doctor.ask("POST", f"{RECORD}/channels", {"kind": "email", "value": f"{number}@x.example"})
    first = (await doctor.ask("GET", f"{RECORD}/history?limit=2")).json
    rest = (await doctor.ask("GET", f"{RECORD}/history?limit=2&after={first['next']}")).json
    assert len(first["changes"]) == 2 and len(rest["changes"]) == 1 and rest["next"] is None


async def test_the_front_desk_sees_no_reasons(doctor: Site, people: People) -> None:
    async with people.store.write() as tx:
        maker = people.users[Role.CLINICIAN]
        visit = replace(
            SESSION, organisation_id=maker.organisation_id, created_by=maker.id, patient_id=PATIENT_ID, reason="a rash"
        )
        await tx.sessions.create(visit)
    assert (await doctor.ask("GET", f"{RECORD}/timeline")).json["sessions"][0]["reason"] == "a rash"
    await act_as(doctor, people, Role.FRONT_DESK)
    answer = await doctor.ask("GET", f"{RECORD}/timeline")
    assert answer.json["sessions"][0]["with"] == "Name of clinician" and "rash" not in answer.text
