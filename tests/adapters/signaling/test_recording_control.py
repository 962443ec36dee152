"""Recordings that begin, pause and end; emergencies; markers; faults; what workers and control do to them when they die."""

from __future__ import annotations

from dataclasses import replace

import pytest

from telemed.care.recording.words import Basis, RecordingFault
from telemed.care.states import SessionState
from telemed.media.control import (
    RecordingCondition,
    RecordingReport,
    SpeakerChanged,
)
from telemed.media.journal.faults import RecordingFault as WorkerFault
from tests.adapters.signaling.offers import offer
from tests.adapters.signaling.recorded import (
    REFUSE,
    WITHDRAW,
    acts,
    agree,
    asked,
    audit_words,
    captured,
    recording_rows,
    running,
    told,
    with_media,
)
from tests.adapters.signaling.world import World, until

LEADING = ["recording_begin", "recording_pause", "recording_resume", "recording_stop", "recording_choose"]


async def test_pause_and_resume(world: World) -> None:
    visit, doctor, patient, _seat, recording_id = await running(world)
    await doctor.do("recording_pause", recording_id=recording_id)
    await until(lambda: told(world, visit) is not None and captured(world, visit) == set())
    await until(lambda: patient.state["recording"]["state"] == "paused")
    await doctor.do("recording_resume", recording_id=recording_id)
    await until(lambda: captured(world, visit) == {visit.doctor_id, visit.patient_id})


async def test_stopping_hands_it_to_the_finaliser_when_the_worker_has_closed_it(world: World) -> None:
    visit, doctor, _patient, _seat, recording_id = await running(world)
    assert world.recordings.finalised == []
    await doctor.do("recording_stop", recording_id=recording_id)
    await until(lambda: world.recordings.finalised == [recording_id])
    assert recording_id in world.plane.stopped and world.signaling.recordings.is_closed(recording_id)
    await until(lambda: doctor.state["recording"]["state"] == "finalising")
    assert await doctor.refused("recording_pause", recording_id=recording_id) == "recording_over"
    second = (await doctor.do("recording_ask"))["recording_id"]
    await until(lambda: (request := told(world, visit)) is not None and request.recording_id == second)
    assert world.recordings.finalised == [recording_id]


async def test_the_end_of_the_visit_ends_it(world: World) -> None:
    visit, doctor, _patient, _seat, recording_id = await running(world)
    await doctor.do("end")
    await until(lambda: world.recordings.finalised == [recording_id])
    stop, close = ("stop_recording", visit.id, recording_id), ("close_room", visit.id)
    assert world.plane.calls.index(stop) < world.plane.calls.index(close), "written out before its room goes"
    assert [row.state.value for row in await recording_rows(world, visit)] == ["finalising"]


async def test_asking_ends_with_the_visit_and_with_time(world: World) -> None:
    visit, doctor, _patient, _seat, recording_id = await asked(world)
    await doctor.do("recording_stop", recording_id=recording_id)
    assert (await recording_rows(world, visit))[0].state.value == "cancelled"
    await doctor.do("recording_ask")
    await world.sweep(ahead=3601)
    assert [row.state.value for row in await recording_rows(world, visit)] == ["cancelled", "cancelled"]
    await doctor.do("recording_ask")
    await doctor.do("end")
    assert [row.state.value for row in await recording_rows(world, visit)] == ["cancelled"] * 3
    assert told(world, visit) is None and world.recordings.finalised == []


async def test_a_forgotten_recording_ends_by_itself(world: World) -> None:
    visit, doctor, _patient, _seat, recording_id = await running(world)
    await doctor.do("recording_pause", recording_id=recording_id)
    await world.sweep(ahead=2 * 3600 + 1)
    await until(lambda: world.recordings.finalised == [recording_id])
    assert (await recording_rows(world, visit))[0].state.value == "finalising"


async def test_one_at_a_time_and_only_where_the_clinic_records(world: World) -> None:
    visit, doctor, _patient, _seat, _recording = await asked(world)
    assert await doctor.refused("recording_ask") == "recording_open"
    assert await doctor.refused("recording_pause", recording_id="rec_of_nobody") == "not_found"
    world.recordings.policies["recording_scheduled"] = "off"
    other = await world.start_visit()
    alone = await other.doctor_joins()
    assert alone.state["recording"] is None
    assert await alone.refused("recording_ask") == "recording_off"
    assert await alone.refused("recording_ask", emergency_reason="unconscious") == "emergency_off"
    assert await alone.refused("recording_stop", recording_id=(await recording_rows(world, visit))[0].id) == "not_found"


@pytest.mark.parametrize("fault", [RecordingFault.DISK_FULL, RecordingFault.READ_ONLY, RecordingFault.KEY_MISSING])
async def test_nothing_new_begins_where_it_could_not_be_kept(world: World, fault: RecordingFault) -> None:
    visit, doctor, _patient, _seat, recording_id = await running(world)
    world.recordings.refused = fault
    await doctor.do("recording_pause", recording_id=recording_id)
    await doctor.do("recording_resume", recording_id=recording_id)
    await until(lambda: captured(world, visit) == {visit.doctor_id, visit.patient_id}, "what is recorded goes on")
    await doctor.do("recording_stop", recording_id=recording_id)
    assert await doctor.refused("recording_ask") == f"recording_{fault.value}"
    await doctor.do("chat", body="the call goes on")


async def test_the_clinics_quota(world: World) -> None:
    visit, doctor, _patient, _seat, recording_id = await running(world)
    await doctor.do("recording_stop", recording_id=recording_id)
    world.recordings.policies["recording_quota_gb"] = 1
    async with world.store.write() as tx:
        stored = await tx.recordings.get(recording_id)
        assert stored is not None
        await tx.recordings.save(replace(stored, size_bytes=10**9))
    assert await doctor.refused("recording_ask") == "recording_quota"


async def test_an_emergency_begins_without_asking_and_stops_for_who_refuses(world: World) -> None:
    world.recordings.policies |= {"recording_scheduled": "off", "recording_emergency": "on", "recording_decide_days": 3}
    visit = await world.start_visit()
    doctor, patient, seat = await visit.call()
    await with_media(world, visit, seat)
    assert doctor.state["recording"]["emergency"] and patient.state["recording"] is None
    made = await doctor.do("recording_ask", emergency_reason="cannot answer")
    await until(lambda: captured(world, visit) == {visit.doctor_id, visit.patient_id})
    await until(lambda: patient.state["recording"]["basis"] == "emergency", "the notice is there")
    assert patient.state["recording"]["you"]["captured"] and "cannot answer" not in str(patient.state)
    row = (await recording_rows(world, visit))[0]
    assert row.decide_by is not None and row.started_at is not None and (row.decide_by - row.started_at).days == 3
    assert world.recordings.prepared == {made["recording_id"]: Basis.EMERGENCY}
    await patient.do("recording_consent", **REFUSE)
    await until(lambda: captured(world, visit) == {visit.doctor_id})
    assert await acts(world, visit) == [(visit.patient_id, "withdrawn")]
    await until(lambda: patient.state["recording"]["you"]["earlier"], "what was recorded before may go")
    assert (await audit_words(world)).count("recording.emergency_began") == 1


async def test_an_emergency_takes_the_place_of_a_question(world: World) -> None:
    world.recordings.policies["recording_emergency"] = "on"
    visit, doctor, _patient, _seat, _recording = await asked(world)
    await doctor.do("recording_ask", emergency_reason="fell asleep")
    await until(lambda: captured(world, visit) == {visit.doctor_id, visit.patient_id})
    assert [row.state.value for row in await recording_rows(world, visit)] == ["cancelled", "recording"]


async def test_markers_are_kept_with_their_moment(world: World) -> None:
    _visit, doctor, patient, _seat, recording_id = await running(world)
    world.clock.ahead += 10
    marker = (await doctor.do("recording_marker", recording_id=recording_id, category="finding", text="rash"))["marker"]
    assert 10_000 <= marker["start_ms"] < 60_000 and marker["text"] == "rash" and marker["author"] == world.doctor.name
    early = (await doctor.do("recording_marker", recording_id=recording_id, at_ms=2000, category="finding"))["marker"]
    assert early["start_ms"] == 2000
    future = (await doctor.do("recording_marker", recording_id=recording_id, at_ms=10**8, category="finding"))["marker"]
    assert future["start_ms"] < 60_000
    assert await patient.refused("recording_marker", recording_id=recording_id, category="finding") == "not_allowed"
    async with world.store.read() as tx:
        assert len(await tx.markers.of_recording(recording_id)) == 3


async def test_speakers_who_are_captured_are_kept(world: World) -> None:
    visit, _doctor, patient, _seat, recording_id = await running(world)
    world.plane.report(SpeakerChanged(visit.id, visit.patient_id))
    world.clock.ahead += 4
    world.plane.report(SpeakerChanged(visit.id, visit.doctor_id))
    await patient.do("recording_consent", **WITHDRAW)
    world.clock.ahead += 3
    world.plane.report(SpeakerChanged(visit.id, visit.patient_id))
    await world.sweep(ahead=11)

    async def spans() -> list[tuple[str, int]]:
        async with world.store.read() as tx:
            return [(span.participant_id, span.end_ms - span.start_ms) for span in await tx.speaking.of_recording(recording_id)]

    await world.signaling.recordings.speakers.stop()
    found = await spans()
    assert [person for person, _ in found] == [visit.patient_id, visit.doctor_id], "nothing of who withdrew"
    assert 4000 <= found[0][1] < 5000 and 3000 <= found[1][1] < 4000


def report(visit_id: str, recording_id: str, fault: WorkerFault, state: RecordingCondition) -> RecordingReport:
    return RecordingReport(visit_id, recording_id, state, fault, (), 5, 600, 1)


async def test_a_fault_is_shown_and_the_call_goes_on(world: World) -> None:
    visit, doctor, patient, _seat, recording_id = await running(world)
    failed, writing = RecordingCondition.FAILED, RecordingCondition.WRITING
    world.plane.report(report(visit.id, recording_id, WorkerFault.DISK_FULL, failed))
    await until(lambda: doctor.state["recording"]["fault"] == "disk_full")
    assert world.signaling.recordings.figures()["faulty"] == 1
    assert world.signaling.counters.get("recording.fault_disk_full") == 1

    async def noted() -> bool:
        return (await recording_rows(world, visit))[0].fault is RecordingFault.DISK_FULL

    while not await noted():
        pass
    world.plane.report(report(visit.id, "rec_of_another", WorkerFault.FAILED, failed))
    world.plane.report(report("ses_unknown", recording_id, WorkerFault.FAILED, failed))
    await patient.do("chat", body="the call goes on")
    world.plane.report(report(visit.id, recording_id, WorkerFault.NONE, writing))
    await until(lambda: doctor.state["recording"]["fault"] == "", "the disk has room again")
    assert world.signaling.recordings.figures() == {"open": 1, "running": 1, "faulty": 0, "octets": 600, "dropped": 1}


async def test_without_key_or_directory_it_is_shown_and_tried_again(world: World) -> None:
    world.recordings.broken = RecordingFault.KEY_MISSING
    visit, doctor, patient, _seat, _recording = await asked(world)
    await agree(doctor, patient)
    await until(lambda: doctor.state["recording"]["fault"] == "key_missing")
    assert told(world, visit) is None
    world.recordings.broken = RecordingFault.NONE
    await world.sweep(ahead=4)
    await until(lambda: captured(world, visit) == {visit.doctor_id, visit.patient_id})
    await until(lambda: doctor.state["recording"]["fault"] == "")


async def test_a_key_that_goes_while_it_is_needed_is_shown_and_nothing_else_happens(world: World) -> None:
    visit, doctor, patient, _seat, recording_id = await running(world)
    world.recordings.lost = RecordingFault.KEY_MISSING
    await world.sweep(ahead=4)
    await until(lambda: doctor.state["recording"]["fault"] == "key_missing")
    world.plane.report(report(visit.id, recording_id, WorkerFault.NONE, RecordingCondition.WRITING))
    await patient.do("chat", body="the worker writes on and finds nothing wrong")
    assert doctor.state["recording"]["fault"] == "key_missing"
    world.plane.report(report(visit.id, recording_id, WorkerFault.DISK_FULL, RecordingCondition.FAILED))
    await until(lambda: doctor.state["recording"]["fault"] == "disk_full", "nothing is written at all")
    world.plane.report(report(visit.id, recording_id, WorkerFault.NONE, RecordingCondition.WRITING))
    await until(lambda: doctor.state["recording"]["fault"] == "key_missing")
    assert captured(world, visit) == {visit.doctor_id, visit.patient_id}
    world.recordings.lost = RecordingFault.NONE
    await world.sweep(ahead=4)
    await until(lambda: doctor.state["recording"]["fault"] == "")


async def test_a_command_that_failed_is_said_again_and_shown_after_a_while(world: World) -> None:
    visit, doctor, patient, _seat, _recording = await asked(world)
    world.plane.refuse_recordings = True
    await agree(doctor, patient)
    await until(lambda: world.signaling.counters.get("recording.command_failed"))
    assert doctor.state["recording"]["fault"] == ""
    await world.sweep(ahead=4)
    await until(lambda: doctor.state["recording"]["fault"] == "failed")
    world.plane.refuse_recordings = False
    await world.sweep()
    await until(lambda: captured(world, visit) == {visit.doctor_id, visit.patient_id})
    await until(lambda: doctor.state["recording"]["fault"] == "")


async def test_what_its_worker_has_closed_for_good_ends(world: World) -> None:
    visit, doctor, patient, _seat, recording_id = await running(world)
    await world.plane.stop_recording(visit.id, recording_id)
    await patient.do("recording_consent", **WITHDRAW)
    await until(lambda: world.recordings.finalised == [recording_id])
    await until(lambda: doctor.state["recording"]["state"] == "finalising")


async def test_without_its_key_a_worker_is_let_write_what_it_may_and_nothing_else(world: World) -> None:
    visit, _doctor, _patient, seat, recording_id = await running(world)
    await world.halt()
    world.recordings.broken = RecordingFault.KEY_MISSING
    await world.restart_after_halt()
    patient = await world.join(seat, visit.id)
    await until(lambda: patient.state["recording"]["fault"] == "key_missing")
    assert captured(world, visit) == {visit.doctor_id, visit.patient_id}, "it has its key already"
    world.plane.report(report(visit.id, recording_id, WorkerFault.NONE, RecordingCondition.WRITING))
    await patient.do("recording_consent", **WITHDRAW)
    assert patient.state["recording"]["fault"] == "key_missing", "whatever the worker finds"
    await until(lambda: recording_id in world.plane.stopped)
    assert told(world, visit) is None


async def test_a_dead_worker_is_followed_by_the_same_recording_in_the_next(world: World) -> None:
    visit, doctor, _patient, seat, recording_id = await running(world)
    world.plane.die()
    await until(lambda: doctor.state["participants"][0]["state"] == "reconnecting")
    assert doctor.state["recording"]["state"] == "recording"
    assert not world.signaling.recordings.is_closed(recording_id), "it may only be cut off from us"
    world.plane.come_back()
    assert told(world, visit) is None, "nobody is there yet"
    for identity, participant_id in ((world.doctor, visit.doctor_id), (seat, visit.patient_id)):
        await world.visits.offer(identity, visit.id, offer(attempt=2))
        world.plane.connect(visit.id, participant_id)
    await until(lambda: captured(world, visit) == {visit.doctor_id, visit.patient_id})
    request = told(world, visit)
    assert request is not None and request.recording_id == recording_id


async def test_control_dies_and_the_next_one_goes_on(world: World) -> None:
    visit, _doctor, _patient, seat, recording_id = await running(world)
    before = told(world, visit)
    await world.restart()
    await until(lambda: world.plane.calls[-1][:3] == ("set_recording", visit.id, recording_id), "said again")
    assert told(world, visit) == before, "with the same key, directory and tracks"
    patient = await world.join(seat, visit.id)
    assert patient.state["recording"]["you"]["captured"]
    await patient.do("recording_consent", **WITHDRAW)
    await until(lambda: captured(world, visit) == {visit.doctor_id})


async def test_what_ended_while_control_was_away_is_stopped(world: World) -> None:
    visit, _doctor, _patient, _seat, recording_id = await running(world)
    await world.halt()
    async with world.store.write() as tx:
        session = await tx.sessions.get(visit.id)
        assert session is not None
        await tx.sessions.save(replace(session, state=SessionState.SEALED, ended_at=world.clock.utcnow()))
    await world.restart_after_halt()
    await until(lambda: recording_id in world.plane.stopped)
    assert told(world, visit) is None


async def test_a_recording_nobody_knows_is_stopped(world: World) -> None:
    visit, doctor, _patient, _seat, recording_id = await running(world)
    request = told(world, visit)
    assert request is not None
    await world.halt()
    world.plane.recordings[visit.id] = replace(request, recording_id="rec_of_another_life")
    await doctor.close()
    await world.restart_after_halt()
    await until(lambda: "rec_of_another_life" in world.plane.stopped)
    await until(lambda: (now := told(world, visit)) is not None and now.recording_id == recording_id)


@pytest.mark.parametrize("event", LEADING)
async def test_nobody_but_who_leads_moves_it(world: World, event: str) -> None:
    visit, _doctor, patient, _seat, recording_id = await running(world)
    fields = {"recording_id": recording_id} | ({"choice": "stop"} if event == "recording_choose" else {})
    assert await patient.refused(event, **fields) == "not_allowed"
    assert captured(world, visit) == {visit.doctor_id, visit.patient_id}

