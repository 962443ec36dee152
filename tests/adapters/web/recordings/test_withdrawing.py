"""Withdrawing from a finished recording: the own part in review and in Home, others' by privacy officers, under a hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from telemed.care.identity import ActorRef
from telemed.care.patients.words import CarerScope
from telemed.care.recording.records import Bystander, ConsentEvent
from telemed.care.recording.texts import WITHDRAWAL_TEXT
from telemed.care.recording.words import BystanderLabel, ConsentAct, DecidedBy, RecordingState
from telemed.care.records import ParticipantRecord
from telemed.care.roles import Role
from telemed.care.states import ParticipantState, SessionState
from telemed.store import Store
from tests.adapters.web.fakes import START
from tests.adapters.web.patients import PATIENT_ID, TWIN_ID
from tests.adapters.web.people import People
from tests.adapters.web.recordings.conftest import Reviewed
from tests.adapters.web.recordings_samples import BEGAN, REASON, RECORDED_ID, RECORDING_ID, SEGMENT_ID, seat_of
from tests.adapters.web.test_person_sign_in import API, PHONE, Door, add_carer, door

__all__ = ["door"]
WORDS = {"text_version": WITHDRAWAL_TEXT, "language": "de"}
KEEP, DESTROY = {"choice": "keep", **WORDS}, {"choice": "destroy", **WORDS}
MINE, GUEST, CHILD = seat_of(Role.CLINICIAN), "par_GuestGuestGuest1", "bys_ChildChildChild1"


async def agree(store: Store, *people: str, at_second: int = 0) -> None:
    async with store.write() as tx:
        for person in people:
            event = ConsentEvent(
                f"con_{person}"[:40],
                RECORDED_ID,
                ConsentAct.AGREED,
                ActorRef(person, "x"),
                "2026-11",
                "en",
                BEGAN + timedelta(seconds=at_second),
                None,
                person,
            )
            await tx.consents.append(event)


async def add_guest(store: Store, **changes: object) -> None:
    """Somebody who came by a link, and a child in the room."""
    seat = ParticipantRecord(GUEST, RECORDED_ID, Role.PATIENT, "Guest", ParticipantState.LEFT, BEGAN, BEGAN, admitted_at=BEGAN)
    async with store.write() as tx:
        await tx.participants.create(replace(seat, **changes))  # type: ignore[arg-type]
        child = Bystander(CHILD, RECORDED_ID, BystanderLabel.CHILD, MINE, BEGAN, DecidedBy.CARER, agreed=True, by_name="Mum")
        await tx.consents.add_bystander(child)
    await agree(store, GUEST)


@pytest.fixture
async def recorded(reviewed: Reviewed) -> Reviewed:
    await add_guest(reviewed.store)
    return reviewed


async def withdraw(reviewed: Reviewed, body: dict[str, str]) -> tuple[int, str]:
    """Status, and the part or the code of the refusal."""
    answer = await reviewed.ask("POST", "/withdraw", body)
    return answer.status, answer.json.get("part") or answer.json["error"]["code"]


async def said(store: Store, person: str) -> list[tuple[str, str, str, str]]:
    """Acts of a person since: act, by whom, words, language."""
    async with store.read() as tx:
        events = await tx.consents.of_session(RECORDED_ID)
    found = [event for event in events if event.person_id == person and event.at >= START]
    assert all(event.recording_id == RECORDING_ID for event in found)
    return [(event.act.value, event.by.role, event.text_version, event.language) for event in found]


async def trail(store: Store) -> list[tuple[str, str]]:
    async with store.read() as tx:
        rows = await tx.audit.page(limit=500)
    return [(row.action, row.object_id) for row in rows if row.action.startswith(("consent.", "recording.part"))]


async def test_a_clinician_withdraws_and_keeps_then_has_it_destroyed(recorded: Reviewed) -> None:
    shown = (await recorded.ask("GET", "")).json["recording"]
    assert shown["withdrawal"]["mine"] == "recorded" and shown["withdrawal"]["text_version"] == WITHDRAWAL_TEXT
    assert {one["id"]: one["part"] for one in shown["participants"]}[MINE] == "recorded"
    assert await withdraw(recorded, KEEP) == (200, "kept")
    assert await withdraw(recorded, KEEP) == (200, "kept")
    assert await said(recorded.store, MINE) == [
        ("withdrawn", "clinician", WITHDRAWAL_TEXT, "de"),
        ("keep_earlier", "clinician", WITHDRAWAL_TEXT, "de"),
    ], "once"
    assert (await recorded.row()).state is RecordingState.READY
    assert await withdraw(recorded, DESTROY) == (200, "destroying"), "keeping can be changed"
    assert await withdraw(recorded, DESTROY) == (200, "destroying")
    assert await withdraw(recorded, KEEP) == (409, "part_destroyed"), "destroying cannot"
    assert [act for act, *_ in await said(recorded.store, MINE)] == ["withdrawn", "keep_earlier", "destroy_earlier"]
    assert await trail(recorded.store) == [
        ("consent.withdrawn", MINE),
        ("consent.earlier_kept", MINE),
        ("consent.earlier_destroyed", MINE),
        ("recording.part_withdrawn", RECORDING_ID),
    ]
    assert (await recorded.row()).state is RecordingState.FINALISING
    for path in (f"/segments/{SEGMENT_ID}", "/exports/exp_AbCdEfGh"):
        assert (await recorded.ask("GET", path)).status == 404, "nobody plays it meanwhile"
    assert (await recorded.ask("GET", "")).json["recording"]["segments"] == []


async def test_what_was_not_answered_in_the_call_is_answered_afterwards(recorded: Reviewed) -> None:
    async with recorded.store.write() as tx:
        at = BEGAN + timedelta(seconds=20)
        by = ActorRef(MINE, "clinician")
        await tx.consents.append(
            ConsentEvent("con_out", RECORDED_ID, ConsentAct.WITHDRAWN, by, "2026-11", "en", at, RECORDING_ID, MINE)
        )
    assert (await recorded.ask("GET", "")).json["recording"]["withdrawal"]["mine"] == "owed"
    assert await withdraw(recorded, DESTROY) == (200, "destroying")
    assert [act for act, *_ in await said(recorded.store, MINE)] == ["destroy_earlier"], "the withdrawal is there already"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({**DESTROY, "text_version": "2026-11"}, (409, "text_changed")),
        ({**DESTROY, "language": "fr"}, (400, "invalid_input")),
        ({**DESTROY, "person_id": seat_of(Role.RESPONDER), "reason": REASON}, (409, "own_request")),
        ({**DESTROY, "person_id": GUEST, "reason": "x"}, (400, "invalid_input")),
        ({**DESTROY, "person_id": CHILD, "reason": REASON}, (409, "no_own_part")),
        ({**KEEP, "person_id": "bys_nobody", "reason": REASON}, (404, "not_found")),
    ],
)
async def test_what_cannot_be(recorded: Reviewed, body: dict[str, str], code: tuple[int, str]) -> None:
    assert await withdraw(recorded, body) == code
    assert not await trail(recorded.store)


async def test_who_was_not_recorded_has_nothing_to_withdraw(recorded: Reviewed) -> None:
    await recorded.sign_in(Role.RESPONDER)
    assert (await recorded.ask("GET", "")).json["recording"]["withdrawal"]["mine"] == "none"
    assert await withdraw(recorded, DESTROY) == (409, "nothing_recorded")


async def test_while_the_visit_goes_on_it_is_said_in_the_call(recorded: Reviewed) -> None:
    async with recorded.store.write() as tx:
        visit = await tx.sessions.get(RECORDED_ID)
        assert visit is not None
        await tx.sessions.save(replace(visit, state=SessionState.ACTIVE))
    assert await withdraw(recorded, DESTROY) == (409, "visit_open")


async def test_a_privacy_officer_acts_for_those_who_cannot_sign_in(recorded: Reviewed) -> None:
    await recorded.sign_in(Role.FRONT_DESK)
    others = (await recorded.ask("GET", "")).json["recording"]["withdrawal"]["others"]
    assert others == [
        {"person_id": GUEST, "name": "Guest", "label": None, "part": "recorded", "withdrawn": False},
        {"person_id": CHILD, "name": "", "label": "child", "part": "none", "withdrawn": False},
    ]
    assert await withdraw(recorded, {**KEEP, "person_id": CHILD, "reason": REASON}) == (200, "none")
    assert await said(recorded.store, CHILD) == [("withdrawn", "front_desk", WITHDRAWAL_TEXT, "de")]
    assert await withdraw(recorded, {**DESTROY, "person_id": GUEST, "reason": REASON}) == (200, "destroying")
    others = (await recorded.ask("GET", "")).json["recording"]["withdrawal"]["others"]
    assert [(one["part"], one["withdrawn"]) for one in others] == [("destroying", True), ("none", True)]


async def test_nobody_else_acts_for_others(recorded: Reviewed) -> None:
    await recorded.people.change(Role.CLINICIAN, is_privacy_officer=False)
    assert (await recorded.ask("GET", "")).json["recording"]["withdrawal"]["others"] == []
    assert await withdraw(recorded, {**DESTROY, "person_id": GUEST, "reason": REASON}) == (403, "not_allowed")
    assert (await recorded.row()).state is RecordingState.READY


async def test_a_legal_hold_keeps_the_part_and_nobody_plays_it(recorded: Reviewed) -> None:
    await recorded.ask("POST", "/hold", {"hold": True, "reason": REASON})
    assert await withdraw(recorded, DESTROY) == (200, "held")
    assert (await recorded.row()).state is RecordingState.READY
    detail = (await recorded.ask("GET", "")).json["recording"]
    assert detail["segments"] == [] and detail["withdrawal"]["mine"] == "held"
    assert (await recorded.ask("GET", f"/segments/{SEGMENT_ID}")).status == 404
    assert (await recorded.ask("POST", "/export", {"reason": REASON})).status == 200, "a privacy officer may"
    await recorded.people.change(Role.CLINICIAN, is_privacy_officer=False)
    refused = await recorded.ask("POST", "/export", {"reason": REASON})
    assert (refused.status, refused.json["error"]["code"]) == (409, "part_withdrawn")
    await recorded.people.change(Role.CLINICIAN, is_privacy_officer=True)
    await recorded.ask("POST", "/hold", {"hold": False, "reason": REASON})
    assert (await recorded.row()).state is RecordingState.FINALISING, "lifted, it is carried out"
    assert ("recording.part_withdrawn", RECORDING_ID) in await trail(recorded.store)


# Home


@pytest.fixture
async def patient(people: People) -> People:
    """The recording is of the patient's visit, and the patient is in it."""
    await add_guest(people.store)
    await attach(people, PATIENT_ID)
    return people


async def attach(people: People, patient_id: str) -> None:
    async with people.store.write() as tx:
        visit = await tx.sessions.get(RECORDED_ID)
        assert visit is not None
        await tx.sessions.save(replace(visit, patient_id=patient_id))


async def own(door: Door, body: dict[str, str]) -> tuple[int, str]:
    answer = await door.site.ask("POST", f"{API}/home/recordings/{RECORDING_ID}/withdraw", body)
    return answer.status, answer.json.get("part") or answer.json["error"]["code"]


async def test_a_patient_withdraws_at_home(door: Door, patient: People) -> None:
    await door.enter()
    answer = (await door.site.ask("GET", f"{API}/home/recordings")).json
    assert answer["text_version"] == WITHDRAWAL_TEXT and answer["recordings"][0]["part"] == "recorded"
    assert await own(door, KEEP) == (200, "kept")
    assert await own(door, DESTROY) == (200, "destroying")
    assert await own(door, KEEP) == (409, "part_destroyed")
    assert [act for act, *_ in await said(patient.store, GUEST)] == ["withdrawn", "keep_earlier", "destroy_earlier"]
    async with patient.store.read() as tx:
        row = await tx.recordings.get(RECORDING_ID)
        assert row is not None and row.state is RecordingState.FINALISING
        assert {line.actor for line in await tx.audit.page(limit=500) if line.action.startswith("consent.")} == {PATIENT_ID}


async def test_a_recording_of_somebody_else_is_not_there(door: Door, patient: People) -> None:
    await attach(patient, TWIN_ID)
    await door.enter()
    assert await own(door, DESTROY) == (404, "not_found")
    missing = await door.site.ask("POST", f"{API}/home/recordings/rec_nothing/withdraw", DESTROY)
    assert missing.status == 404


async def test_two_who_sat_as_the_patient_are_told_apart_by_nobody_but_the_clinic(door: Door, patient: People) -> None:
    async with patient.store.write() as tx:
        twin = ParticipantRecord("par_Twin", RECORDED_ID, Role.PATIENT, "Twin", ParticipantState.LEFT, BEGAN, BEGAN)
        await tx.participants.create(twin)
    await door.enter()
    assert await own(door, DESTROY) == (409, "nothing_recorded")


async def test_a_carer_withdraws_from_the_seat_it_took(door: Door, people: People) -> None:
    await add_carer(people, scope=(CarerScope.SEE_ACCESS,))
    await attach(people, PATIENT_ID)
    await add_guest(people.store, carer_id="car_daughter")
    await door.enter(PHONE, "car_daughter")
    assert await own(door, KEEP) == (200, "kept")
    async with people.store.read() as tx:
        events = await tx.consents.of_session(RECORDED_ID)
    assert events[-1].by == ActorRef("car_daughter", "carer")


async def test_a_carer_cannot_take_the_patients_part_away(door: Door, patient: People) -> None:
    await add_carer(patient, scope=(CarerScope.SEE_ACCESS,))
    await door.enter(PHONE, "car_daughter")
    assert await own(door, DESTROY) == (409, "nothing_recorded")
