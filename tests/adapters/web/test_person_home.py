"""Home: what a patient and a carer see of the record, what they never see, and who saw it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.patients.words import CarerScope
from telemed.care.records import NoteRecord, ParticipantRecord, SessionRecord
from telemed.care.roles import Role
from telemed.care.states import ParticipantState, SessionKind, SessionState
from telemed.errors import Gone, TooEarly
from telemed.web.persons import home as home_module
from tests.adapters.web.fakes import LINK_TOKEN, SESSION_ID, START
from tests.adapters.web.patients import MERGED_ID, NAME, PATIENT_ID, TWIN_ID
from tests.adapters.web.people import People
from tests.adapters.web.test_person_sign_in import API, MAIL, PHONE, Door, add_carer, door

__all__ = ["door"]
REASON, NOTE = "reason-canary", "note-canary"


async def add_visit(people: People, session_id: str, state: SessionState, **changes: Any) -> SessionRecord:
    """A visit of the patient with the clinician."""
    maker = people.users[Role.CLINICIAN]
    visit = SessionRecord(session_id, maker.organisation_id, SessionKind.SCHEDULED, state, START, maker.id, START, "Zoe", REASON)
    visit = replace(visit, **({"patient_id": PATIENT_ID} | changes))
    async with people.store.write() as tx:
        await tx.sessions.create(visit)
        await tx.notes.write(NoteRecord(session_id, 0, NOTE, maker.id, START))
    return visit


async def home(door: Door) -> Any:
    answer = await door.site.ask("GET", f"{API}/home")
    assert answer.status == 200 and REASON not in answer.text and NOTE not in answer.text
    return answer.json


async def test_visits_by_what_one_can_do_with_them(door: Door, people: People) -> None:
    await add_visit(people, "ses_open", SessionState.OPEN)
    await add_visit(people, "ses_later", SessionState.CREATED, starts_at=START + timedelta(days=2))
    await add_visit(people, "ses_soon", SessionState.CREATED, starts_at=START + timedelta(minutes=20))
    await add_visit(people, "ses_past", SessionState.SEALED, started_at=START, ended_at=START)
    await add_visit(people, "ses_off", SessionState.CANCELLED)
    await add_visit(people, "ses_other", SessionState.OPEN, patient_id=TWIN_ID)
    await add_visit(people, "ses_sent_away", SessionState.ACTIVE)
    async with people.store.write() as tx:
        gone = ParticipantRecord("par_1", "ses_sent_away", Role.PATIENT, "Z", ParticipantState.REMOVED, START, START)
        await tx.participants.create(gone)
    await door.enter()
    seen = await home(door)
    joinable = {visit["id"]: visit["can_join"] for visit in seen["visits"]}
    assert joinable == {"ses_open": True, "ses_soon": True, "ses_later": False, "ses_sent_away": False}
    assert {visit["id"] for visit in seen["past"]} == {"ses_past", "ses_off"}
    later = next(visit for visit in seen["visits"] if visit["id"] == "ses_later")
    assert (later["with"], later["opens_at"]) == ("Name of clinician", "2026-03-03T07:30:00.000Z")
    assert seen["person"] == {"role": "patient", "name": NAME, "patient_name": NAME, "scope": None, "ends_at": None}
    assert {contact["kind"] for contact in seen["contacts"]} >= {"email", "phone"}
    assert [carer["name"] for carer in seen["carers"]] == ["Carl"] and seen["access"] is True


SECTIONS = {
    CarerScope.SEE_VISITS: {"visits", "past"},
    CarerScope.JOIN_VISITS: {"visits"},
    CarerScope.SEE_DETAILS: {"details"},
    CarerScope.SEE_ACCESS: {"access"},
    CarerScope.EDIT_CONTACTS: set(),
}


@pytest.mark.parametrize("scope", list(CarerScope), ids=str)
async def test_a_carer_sees_what_was_agreed(door: Door, people: People, scope: CarerScope) -> None:
    await add_visit(people, "ses_open", SessionState.OPEN)
    await add_visit(people, "ses_later", SessionState.CREATED, starts_at=START + timedelta(days=2))
    await add_carer(people, scope=(scope,), ends_at=START + timedelta(days=3))
    await door.enter(PHONE, "car_daughter")
    seen = await home(door)
    shown = {name for name in ("visits", "past", "details", "carers") if seen[name] is not None}
    assert shown | ({"access"} if seen["access"] else set()) == SECTIONS[scope]
    if scope is CarerScope.JOIN_VISITS:
        assert [visit["id"] for visit in seen["visits"]] == ["ses_open"]
    assert all(contact["shown"] != MAIL for contact in seen["contacts"])  # the patient's own
    access = await door.site.ask("GET", f"{API}/home/access")
    assert access.status == (200 if scope is CarerScope.SEE_ACCESS else 403)
    joined = await door.site.ask("POST", f"{API}/home/visits/{SESSION_ID}/join", {})
    assert joined.status == 200  # handed on: the call logic decides, and is tried there
    assert seen["person"]["ends_at"] == "2026-03-04T08:00:00.000Z" and seen["person"]["patient_name"] == NAME


async def test_joining_is_handed_to_the_call_logic(door: Door) -> None:
    await door.enter()
    answer = await door.site.ask("POST", f"{API}/home/visits/{SESSION_ID}/join", {})
    assert answer.json == {"path": f"/j#{LINK_TOKEN}"}
    ((name, (person, session_id)),) = door.site.visits.calls
    assert (name, person.patient_id, session_id) == ("join_own_visit", PATIENT_ID, SESSION_ID)
    for fault, status in ((Gone("x", code="visit_ended"), 410), (TooEarly(retry_after=60), 409)):
        door.site.visits.fault = fault
        assert (await door.site.ask("POST", f"{API}/home/visits/{SESSION_ID}/join", {})).status == status


async def test_who_saw_my_data(door: Door, people: People) -> None:
    """Staff by name and role, refused looks, emergency access, carers; nothing one did oneself, and no reason."""
    visit = await add_visit(people, "ses_open", SessionState.OPEN)
    await add_carer(people)
    clinician, desk = people.users[Role.CLINICIAN].staff.ref, people.users[Role.FRONT_DESK].staff.ref
    responder = people.users[Role.RESPONDER].staff.ref
    done, refused = AuditOutcome.DONE, AuditOutcome.REFUSED
    rows = [
        (clinician, AuditAction.PATIENT_READ, PATIENT_ID, done),
        (clinician, AuditAction.PATIENT_READ, PATIENT_ID, done),
        (clinician, AuditAction.NOTE_READ, visit.id, done),
        (desk, AuditAction.PATIENT_EDITED, MERGED_ID, done),
        (responder, AuditAction.PATIENT_READ, PATIENT_ID, refused),
        (responder, AuditAction.GLASS_BROKEN, PATIENT_ID, done),
        (responder, AuditAction.PATIENT_READ, PATIENT_ID, done),
        (clinician, AuditAction.PATIENT_READ, TWIN_ID, done),
    ]
    async with people.store.write() as tx:
        for actor, action, object_id, outcome in rows:
            await tx.audit.append(actor, action, object_id, outcome, START)
    await door.enter(PHONE, "car_daughter")
    await home(door)
    door.site.cookies = {}
    await door.enter()
    await home(door)
    answer = await door.site.ask("GET", f"{API}/home/access")
    lines = {(line["name"], line["role"], line["act"], line["times"], line["emergency"]) for line in answer.json["lines"]}
    assert lines >= {
        ("Name of clinician", "clinician", "saw_record", 2, False),
        ("Name of clinician", "clinician", "saw_note", 1, False),
        ("Name of front_desk", "front_desk", "changed_record", 1, False),
        ("Name of responder", "responder", "refused", 1, False),
        ("Name of responder", "responder", "broke_glass", 1, True),
        ("Name of responder", "responder", "saw_record", 1, True),
        ("Dora", "carer", "saw_record", 1, False),
    }
    assert "patient" not in {line["role"] for line in answer.json["lines"]} and REASON not in answer.text
    async with people.store.read() as tx:
        trail = [(row.actor, row.action, row.object_id) for row in await tx.audit.page()]
    assert (PATIENT_ID, "patient.access_read", PATIENT_ID) in trail
    assert ("car_daughter", "person.home_read", PATIENT_ID) in trail


async def test_the_list_goes_on_below(door: Door, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(home_module, "ACCESS_ROWS", 2)
    users = [people.users[role].staff.ref for role in (Role.CLINICIAN, Role.DISPATCHER, Role.RESPONDER)]
    async with people.store.write() as tx:
        for minute, actor in enumerate(users):
            at = START + timedelta(minutes=minute)
            await tx.audit.append(actor, AuditAction.PATIENT_READ, PATIENT_ID, AuditOutcome.DONE, at)
    await door.enter()
    for _ in range(2):
        await home(door)
        door.site.clock.move(20 * 60)  # rows of one's own, which are not shown
    names, after = [], ""
    for _ in range(10):
        page = (await door.site.ask("GET", f"{API}/home/access{after}")).json
        names += [line["name"] for line in page["lines"]]
        if page["next"] is None:
            break
        after = f"?after={page['next']}"
    assert names == ["Name of responder", "Name of dispatcher", "Name of clinician"]
    for wrong in ("ses_1", "seq_x", "seq_", "seq_" + "9" * 30):
        assert (await door.site.ask("GET", f"{API}/home/access?after={wrong}")).status == 400


async def test_a_contact_taken_away_signs_out(door: Door, people: People) -> None:
    await add_carer(people)
    patient = await door.enter()
    door.site.cookies = {}
    carer = await door.enter(PHONE, "car_daughter")
    door.site.cookies = {"telemed_staff": await people.token_of(Role.FRONT_DESK)}
    assert (await door.site.ask("POST", f"{API}/patients/{PATIENT_ID}/channels/chn_mail/revoke", {})).status == 200
    for token, status in ((patient, 401), (carer, 200)):
        answer = await door.site.ask("GET", f"{API}/home", headers={"Authorization": f"Bearer {token}"})
        assert answer.status == status


async def test_pages(door: Door) -> None:
    gate, inside = await door.site.ask("GET", "/my"), await door.site.ask("GET", "/home")
    assert (gate.status, inside.status, inside.headers["Location"]) == (200, 302, "/my")
    await door.enter()
    gate, inside = await door.site.ask("GET", "/my"), await door.site.ask("GET", "/home")
    assert (gate.status, gate.headers["Location"], inside.status) == (302, "/home", 200)
