"""Home: that there are recordings of one's visits, and who watched them; a carer when its scope says so; never any media."""

from __future__ import annotations

from dataclasses import replace

import pytest

from telemed.care.patients.words import CarerScope
from telemed.care.recording.records import RecordingView
from telemed.care.recording.words import RecordingState, ViewKind
from telemed.care.roles import Role
from tests.adapters.web.fakes import START
from tests.adapters.web.patients import PATIENT_ID, TWIN_ID
from tests.adapters.web.people import People
from tests.adapters.web.recordings_samples import BEGAN, RECORDED_ID, RECORDING_ID, SEGMENT_ID, VISITOR
from tests.adapters.web.test_person_sign_in import API, PHONE, Door, add_carer, door

__all__ = ["door"]
REASON = "canary reason of an export"


@pytest.fixture
async def watched(people: People) -> People:
    """The recording is of the patient, and two people had to do with it."""
    doctor = people.users[Role.CLINICIAN]
    async with people.store.write() as tx:
        visit = await tx.sessions.get(RECORDED_ID)
        assert visit is not None
        await tx.sessions.save(replace(visit, patient_id=PATIENT_ID))
        for number, what in enumerate((ViewKind.WATCHED, ViewKind.EXPORTED)):
            view = RecordingView(f"viw_{number}", RECORDING_ID, doctor.id, doctor.name, "clinician", START, what, REASON)
            await tx.recording_views.append(view)
    return people


async def test_a_patient_sees_who_watched(door: Door, watched: People) -> None:
    await door.enter()
    answer = await door.site.ask("GET", f"{API}/home/recordings")
    assert answer.status == 200 and REASON not in answer.text and VISITOR not in answer.text
    (line,) = answer.json["recordings"]
    assert line["id"] == RECORDING_ID and line["erased"] is False
    assert line["started_at"].startswith(BEGAN.isoformat()[:19]) and line["duration_ms"] == 600_000
    assert {(view["name"], view["role"], view["what"]) for view in line["viewers"]} == {
        ("Name of clinician", "clinician", "watched"),
        ("Name of clinician", "clinician", "exported"),
    }
    async with watched.store.read() as tx:
        last = await tx.audit.last()
    assert last is not None and (last.action, last.object_id) == ("person.recordings_read", PATIENT_ID)


async def test_what_was_erased_stays_on_the_list(door: Door, watched: People) -> None:
    async with watched.store.write() as tx:
        recording = await tx.recordings.get(RECORDING_ID)
        assert recording is not None
        await tx.recordings.save(replace(recording, state=RecordingState.ERASED, erased_at=START))
    await door.enter()
    (line,) = (await door.site.ask("GET", f"{API}/home/recordings")).json["recordings"]
    assert line["erased"] is True and len(line["viewers"]) == 2


async def test_another_ones_recordings_are_not_there(door: Door, watched: People) -> None:
    async with watched.store.write() as tx:
        visit = await tx.sessions.get(RECORDED_ID)
        assert visit is not None
        await tx.sessions.save(replace(visit, patient_id=TWIN_ID))
    await door.enter()
    assert (await door.site.ask("GET", f"{API}/home/recordings")).json["recordings"] == []


@pytest.mark.parametrize("scope", list(CarerScope), ids=str)
async def test_a_carer_sees_it_when_the_scope_says_so(door: Door, watched: People, scope: CarerScope) -> None:
    await add_carer(watched, scope=(scope,))
    await door.enter(PHONE, "car_daughter")
    answer = await door.site.ask("GET", f"{API}/home/recordings")
    assert answer.status == (200 if scope is CarerScope.SEE_ACCESS else 403)


async def test_nothing_else_of_recordings_opens_to_a_person(door: Door, watched: People) -> None:
    await door.enter()
    for path in ("", "/timeline", "/markers", "/viewers", f"/segments/{SEGMENT_ID}", "/exports/exp_AbCdEfGh"):
        assert (await door.site.ask("GET", f"{API}/recordings/{RECORDING_ID}{path}")).status == 401
