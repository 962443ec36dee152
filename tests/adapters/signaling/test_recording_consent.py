"""Nothing of anybody is written without that person's yes: asking, answering, late comers, refusals, withdrawals, bystanders."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from telemed.care.identity import ActorRef
from telemed.care.recording.consent import MAX_ANSWERS
from telemed.care.recording.records import ConsentEvent
from telemed.care.recording.texts import CURRENT_TEXT
from telemed.care.recording.words import ConsentAct, RecordingState
from telemed.ids import new_id
from tests.adapters.signaling.recorded import (
    AGREE,
    REFUSE,
    WITHDRAW,
    acts,
    agree,
    asked,
    audit_words,
    captured,
    recording_rows,
    running,
    sources,
    third,
    told,
    with_media,
)
from tests.adapters.signaling.world import Client, World, until

ALL = {"microphone", "camera", "screen", "screen_audio"}
PICTURES = {"camera", "screen"}


def recording(client: Client) -> dict[str, object]:
    state: dict[str, object] = client.state["recording"]
    return state


async def test_it_begins_by_itself_when_all_have_answered(world: World) -> None:
    visit, doctor, patient, _seat, recording_id = await asked(world)
    assert recording(doctor)["state"] == "asking" and told(world, visit) is None
    await agree(doctor)
    await until(lambda: doctor.state["recording"]["you"]["standing"] == "agreed")
    assert recording(doctor)["state"] == "asking", "the patient has not answered"
    await agree(patient)
    await until(lambda: captured(world, visit) == {visit.doctor_id, visit.patient_id})
    assert sources(world, visit, visit.patient_id) == ALL
    await until(lambda: patient.state["recording"]["state"] == "recording")
    assert patient.state["recording"]["you"] == {"standing": "agreed", "captured": True, "asked": True, "earlier": False}
    assert patient.state["recording"]["people"] == [], "what others said is for staff"
    assert patient.state["recording"]["kept_days"] == 365, "part of what people are told when they are asked"
    assert {row["standing"] for row in doctor.state["recording"]["people"]} == {"agreed"}
    assert await acts(world, visit) == [(visit.doctor_id, "agreed"), (visit.patient_id, "agreed")]
    request = told(world, visit)
    assert request is not None and request.recording_id == recording_id
    words = await audit_words(world)
    assert words.count("recording.asked") == words.count("recording.began") == 1
    assert words.count("consent.agreed") == 2


async def test_who_records_may_begin_without_those_who_have_not_answered(world: World) -> None:
    visit, doctor, patient, _seat, recording_id = await asked(world)
    assert await doctor.refused("recording_begin", recording_id=recording_id) == "nobody_agreed"
    await agree(doctor)
    await doctor.do("recording_begin", recording_id=recording_id)
    await until(lambda: captured(world, visit) == {visit.doctor_id})
    assert sources(world, visit, visit.doctor_id) == ALL, "who has not answered is no refuser"
    await agree(patient)
    await until(lambda: captured(world, visit) == {visit.doctor_id, visit.patient_id})


async def test_an_answer_before_the_call_holds_in_it(world: World) -> None:
    world.recordings.policies["recording_scheduled"] = "required"
    visit = await world.start_visit()
    doctor = await visit.doctor_joins()
    patient, seat = await visit.patient_joins(waiting=False)
    assert patient.state["recording"]["you"]["asked"] and patient.state["recording"]["policy"] == "required"
    await agree(patient)
    await patient.do("enter_waiting")
    await doctor.do("admit", participant_id=visit.patient_id)
    await with_media(world, visit, seat)
    await until(lambda: patient.state["recording"]["state"] == "asking", "a required recording is asked for by itself")
    await agree(doctor)
    await until(lambda: captured(world, visit) == {visit.doctor_id, visit.patient_id})
    assert [row.started_by for row in await recording_rows(world, visit)] == [world.doctor.user_id]


async def test_a_late_comer_is_asked_and_not_captured_until_the_answer(world: World) -> None:
    visit, doctor, _patient, _seat, _recording = await running(world)
    guest, guest_id = await third(world, visit, doctor)
    await until(lambda: guest.state["recording"]["you"]["asked"])
    assert recording(guest)["state"] == "recording", "the notice is there from the first state"
    assert guest.state["recording"]["you"]["captured"] is False
    assert captured(world, visit) == {visit.doctor_id, visit.patient_id}
    assert sources(world, visit, visit.doctor_id) == ALL
    await agree(guest)
    await until(lambda: guest_id in captured(world, visit))


async def test_a_refusal_stops_all_sound_until_it_is_chosen(world: World) -> None:
    visit, doctor, patient, _seat, recording_id = await asked(world)
    guest, guest_id = await third(world, visit, doctor)
    assert await doctor.refused("recording_choose", recording_id=recording_id, choice="wait") == "no_bleed"
    await agree(doctor, patient)
    await guest.do("recording_consent", **REFUSE)
    await until(lambda: doctor.state["recording"]["bleed"] == "undecided", "everybody has answered")
    await until(lambda: sources(world, visit, visit.doctor_id) == PICTURES)
    assert guest_id not in captured(world, visit) and recording(doctor)["sound"] == "none"
    await doctor.do("recording_choose", recording_id=recording_id, choice="wait")
    await until(lambda: told(world, visit) is not None and captured(world, visit) == set())
    await doctor.do("recording_choose", recording_id=recording_id, choice="video_only")
    await until(lambda: sources(world, visit, visit.patient_id) == PICTURES)
    await until(lambda: doctor.state["recording"]["bleed"] == "video_only")
    await doctor.do("remove", participant_id=guest_id)
    await until(lambda: sources(world, visit, visit.patient_id) == ALL, "nobody is left who minds")
    await until(lambda: doctor.state["recording"]["bleed"] == "none")
    second, second_id = await third(world, visit, doctor, "interpreter")
    await second.do("recording_consent", **REFUSE)
    await until(lambda: doctor.state["recording"]["bleed"] == "undecided", "the choice was for the other")
    await doctor.do("recording_choose", recording_id=recording_id, choice="stop")
    await until(lambda: told(world, visit) is None)
    assert second_id and (await recording_rows(world, visit))[0].state.value == "finalising"
    assert (await audit_words(world)).count("recording.bleed_chosen") == 2


async def test_a_refuser_who_agrees_later_is_captured_with_everybodys_sound(world: World) -> None:
    visit, doctor, patient, _seat, _recording = await asked(world)
    await agree(doctor)
    await patient.do("recording_consent", **REFUSE)
    await until(lambda: captured(world, visit) == {visit.doctor_id})
    await agree(patient)
    await until(lambda: sources(world, visit, visit.patient_id) == ALL)
    assert [act for _, act in await acts(world, visit)] == ["agreed", "refused", "agreed"]


async def test_a_required_recording_never_blocks(world: World) -> None:
    world.recordings.policies["recording_scheduled"] = "required"
    visit = await world.start_visit()
    doctor, patient, seat = await visit.call()
    await with_media(world, visit, seat)
    await until(lambda: doctor.state["recording"]["state"] == "asking")
    await patient.do("recording_consent", **REFUSE)
    await until(lambda: doctor.state["recording"]["unrecorded_reason_wanted"])
    await patient.do("chat", body="and the call goes on")
    assert not patient.state["recording"]["unrecorded_reason_wanted"]
    await doctor.do("recording_unrecorded", reason="does not want to")
    await until(lambda: doctor.state["recording"]["state"] == "none")
    assert not doctor.state["recording"]["unrecorded_reason_wanted"]
    await world.sweep(ahead=5)
    assert [row.state.value for row in await recording_rows(world, visit)] == ["cancelled"], "it is not asked for again"
    assert told(world, visit) is None and (await audit_words(world)).count("session.unrecorded") == 1


async def test_a_withdrawal_is_a_gap_and_agreeing_again_ends_it(world: World) -> None:
    visit, doctor, patient, _seat, recording_id = await running(world)
    assert await patient.refused("recording_earlier", recording_id=recording_id, choice="keep") == "not_withdrawn"
    await patient.do("recording_consent", **WITHDRAW)
    await until(lambda: captured(world, visit) == {visit.doctor_id})
    assert sources(world, visit, visit.doctor_id) == PICTURES, "the doctor's microphone may carry the patient's voice"
    await until(lambda: patient.state["recording"]["you"]["earlier"])
    await patient.do("recording_earlier", recording_id=recording_id, choice="destroy")
    await until(lambda: not patient.state["recording"]["you"]["earlier"])
    await agree(patient)
    await until(lambda: sources(world, visit, visit.patient_id) == ALL)
    said = [act for person, act in await acts(world, visit) if person == visit.patient_id]
    assert said == ["agreed", "withdrawn", "destroy_earlier", "agreed"]
    assert await doctor.refused("recording_earlier", recording_id=recording_id, choice="keep") == "not_withdrawn"


@pytest.mark.real_time
async def test_a_withdrawal_waits_for_nothing(world: World) -> None:
    """The database hangs, and so does the worker's answer to what it was told before: it is told within a second all the same."""
    visit, doctor, patient, _seat, recording_id = await running(world)
    stuck = world.plane.hold_recordings = asyncio.Event()
    guest, guest_id = await third(world, visit, doctor)
    await agree(guest)
    await until(lambda: guest_id in captured(world, visit), "told, and not answered")
    async with world.store.write():
        began = asyncio.get_running_loop().time()
        await patient.sio.emit("recording_consent", {"command_id": "withdraw-now", **WITHDRAW}, namespace="/call")
        await until(lambda: visit.patient_id not in captured(world, visit), "the worker is told")
        took = asyncio.get_running_loop().time() - began
        assert took <= 1.0, f"after {took:.3f} s"
        assert [act for person, act in await acts(world, visit) if person == visit.patient_id] == ["agreed"]
    await until(lambda: patient.state["recording"]["you"]["standing"] == "withdrawn", "then it is written down")
    stuck.set()
    await world.sweep()
    assert visit.patient_id not in captured(world, visit)
    assert recording_id


async def test_a_withdrawal_that_could_not_be_written_holds_nevertheless(world: World) -> None:
    visit, doctor, patient, _seat, recording_id = await running(world)
    await doctor.do("recording_stop", recording_id=recording_id)
    await until(lambda: told(world, visit) is None)
    second = (await doctor.do("recording_ask"))["recording_id"]
    await until(lambda: told(world, visit) is not None, "both had agreed for the visit")
    live = world.signaling.live.get(visit.id)
    live.recording.withdrawn.add(visit.patient_id)  # as if the command had died before its commit
    await world.sweep()
    await until(lambda: captured(world, visit) == {visit.doctor_id})
    await patient.do("recording_consent", **WITHDRAW)
    await agree(patient)
    await until(lambda: captured(world, visit) == {visit.doctor_id, visit.patient_id})
    assert second != recording_id


async def test_who_could_not_withdraw_and_agrees_is_captured_again(world: World) -> None:
    """The rows still say yes, so nothing would have changed, and the person would have stayed out whatever it says."""
    visit, _doctor, patient, _seat, _recording = await running(world)
    world.signaling.live.get(visit.id).recording.withdrawn.add(visit.patient_id)  # the command died before its commit
    await world.sweep()
    await until(lambda: visit.patient_id not in captured(world, visit))
    await agree(patient)
    await until(lambda: visit.patient_id in captured(world, visit))


async def test_a_yes_before_a_no_is_not_the_last_word(world: World) -> None:
    """Both wait for the database: when the yes is written, the no has been said."""
    visit, _doctor, patient, _seat, _recording = await running(world)
    await patient.do("recording_consent", **WITHDRAW)
    await until(lambda: visit.patient_id not in captured(world, visit))
    live = world.signaling.live.get(visit.id).recording
    with live.without(visit.patient_id):
        await agree(patient)
        await until(lambda: patient.state["recording"]["you"]["standing"] == "agreed")
        await world.sweep()
        assert visit.patient_id not in captured(world, visit)
    await agree(patient)
    await until(lambda: visit.patient_id in captured(world, visit))


async def test_nobody_answers_without_end(world: World) -> None:
    visit, _doctor, patient, _seat, _recording = await running(world)
    now = datetime.now(UTC)
    async with world.store.write() as tx:
        for number in range(MAX_ANSWERS - 1):
            act = (ConsentAct.WITHDRAWN, ConsentAct.AGREED)[number % 2]
            person = ActorRef(visit.patient_id, "patient")
            said = ConsentEvent(new_id("con"), visit.id, act, person, CURRENT_TEXT, "en", now, None, visit.patient_id)
            await tx.consents.append(said)
    assert await patient.refused("recording_consent", **AGREE) == "too_many_answers"
    await patient.do("recording_consent", **WITHDRAW)


async def test_saying_the_same_again_changes_nothing(world: World) -> None:
    visit, _doctor, patient, _seat, _recording = await running(world)
    await agree(patient)
    await patient.do("recording_consent", **WITHDRAW)
    await patient.do("recording_consent", **WITHDRAW)
    await patient.do("recording_consent", **REFUSE)
    said = [act for person, act in await acts(world, visit) if person == visit.patient_id]
    assert said == ["agreed", "withdrawn"]


async def test_words_that_have_changed_are_read_again_but_a_no_is_never_turned_away(world: World) -> None:
    visit, _doctor, patient, _seat, _recording = await asked(world)
    old = {"text_version": "2020-01", "language": "en"}
    assert CURRENT_TEXT != "2020-01"
    assert await patient.refused("recording_consent", answer="agree", **old) == "text_changed"
    assert await patient.refused("recording_consent", **{**AGREE, "language": "xx"}) == "invalid_input"
    await patient.do("recording_consent", answer="refuse", **old)
    assert [act for _, act in await acts(world, visit)] == ["refused"]


async def test_on_hold_is_not_captured(world: World) -> None:
    visit, doctor, _patient, _seat, _recording = await running(world)
    await doctor.do("hold", participant_id=visit.patient_id)
    await until(lambda: captured(world, visit) == {visit.doctor_id})
    assert sources(world, visit, visit.doctor_id) == ALL
    await doctor.do("resume", participant_id=visit.patient_id)
    await until(lambda: visit.patient_id in captured(world, visit))


async def test_an_observer_is_not_asked_and_not_waited_for(world: World) -> None:
    visit, doctor, patient, _seat, _recording = await asked(world)
    observer, observer_id = await third(world, visit, doctor, "observer")
    assert observer.state["recording"]["you"]["asked"] is False
    assert await observer.refused("recording_consent", **AGREE) == "not_allowed"
    await agree(doctor, patient)
    await until(lambda: captured(world, visit) == {visit.doctor_id, visit.patient_id})
    assert observer_id not in captured(world, visit)


BYSTANDERS = [
    ({"label": "relative", "decided_by": "self", "agreed": False}, "refused", PICTURES),
    ({"label": "child", "decided_by": "carer", "by_name": "Bo", "agreed": True}, "agreed", ALL),
    ({"label": "victim", "decided_by": "unable", "by_name": "Dr. A", "reason": "unconscious", "agreed": True}, "unable", ALL),
]


@pytest.mark.parametrize(("fields", "act", "written"), BYSTANDERS)
async def test_bystanders_count(world: World, fields: dict[str, object], act: str, written: set[str]) -> None:
    visit, doctor, patient, _seat, _recording = await running(world)
    bystander_id = (await doctor.do("recording_bystander", **fields))["bystander_id"]
    await until(lambda: sources(world, visit, visit.doctor_id) == written)
    await until(lambda: [row["id"] for row in doctor.state["recording"]["bystanders"]] == [bystander_id])
    assert patient.state["recording"]["bystanders"] == []
    assert (bystander_id, act) in await acts(world, visit)


@pytest.mark.parametrize("way", ["agreed", "left"])
async def test_sound_comes_back_when_a_bystander_agrees_or_leaves(world: World, way: str) -> None:
    visit, doctor, patient, _seat, _recording = await running(world)
    listed = {"label": "child", "decided_by": "carer", "by_name": "Bo", "agreed": False}
    child = {"bystander_id": (await doctor.do("recording_bystander", **listed))["bystander_id"]}
    await until(lambda: sources(world, visit, visit.doctor_id) == PICTURES)
    assert await patient.refused("recording_bystander_now", **child, now=way) == "not_allowed"
    assert await doctor.refused("recording_bystander_now", bystander_id="bys_other", now=way) == "not_found"
    await doctor.do("recording_bystander_now", **child, now="refused")  # as before
    assert sources(world, visit, visit.doctor_id) == PICTURES
    await doctor.do("recording_bystander_now", **child, now=way)
    await until(lambda: sources(world, visit, visit.doctor_id) == ALL)
    shown = [] if way == "left" else [True]
    await until(lambda: [row["agreed"] for row in doctor.state["recording"]["bystanders"]] == shown)
    await doctor.do("recording_bystander_now", **child, now="refused")
    wanted = ALL if way == "left" else PICTURES
    await until(lambda: sources(world, visit, visit.doctor_id) == wanted)
    last = [act for who, act in await acts(world, visit) if who == child["bystander_id"]]
    assert last == (["refused"] if way == "left" else ["refused", "agreed", "withdrawn"])


async def test_a_bystander_needs_a_name_and_a_reason(world: World) -> None:
    _visit, doctor, patient, _seat, _recording = await running(world)
    carer = {"label": "child", "decided_by": "carer", "agreed": True}
    unable = {"label": "victim", "decided_by": "unable", "by_name": "Dr. A", "agreed": True}
    assert await doctor.refused("recording_bystander", **carer) == "invalid_input"
    assert await doctor.refused("recording_bystander", **unable) == "invalid_input"
    assert await patient.refused("recording_bystander", **carer) == "not_allowed"


async def test_a_silent_caller_is_told_of_the_recording_in_words_alone(world: World) -> None:
    _visit, doctor, patient, _seat, _recording_id = await asked(world)
    await patient.do("device_report", camera="ok", microphone="ok", speaker="silent", network="good", rtt_ms=40)
    await until(lambda: patient.state["you"].get("silent") is True, "the page is told that it must make no tone")
    assert "silent" not in doctor.state["you"], "what one person must do is nothing to the others"
    await agree(doctor, patient)
    await until(lambda: patient.state["recording"]["state"] == "recording")
    assert patient.state["you"]["silent"] is True, "while it is told of the recording, too"
    await patient.do("device_report", camera="ok", microphone="ok", speaker="ok", network="good", rtt_ms=40)
    await until(lambda: "silent" not in patient.state["you"], "taken back in the device check")


async def test_a_part_of_a_finished_recording_is_destroyed_while_the_call_goes_on(world: World) -> None:
    visit, doctor, patient, _seat, recording_id = await running(world)
    await patient.do("recording_consent", **WITHDRAW)
    await doctor.do("recording_stop", recording_id=recording_id)
    (row,) = await recording_rows(world, visit)
    async with world.store.write() as tx:  # as the finaliser does
        assert row.stopped_at is not None
        done = replace(row, state=RecordingState.READY, ready_at=row.stopped_at, manifest_hash="a" * 64)
        await tx.recordings.save(done)
    await patient.do("recording_earlier", recording_id=recording_id, choice="destroy")
    (row,) = await recording_rows(world, visit)
    assert row.state is RecordingState.FINALISING and row.ready_at == row.stopped_at
    assert (await audit_words(world))[-2:] == ["consent.earlier_destroyed", "recording.part_withdrawn"]
    assert await patient.refused("recording_earlier", recording_id=recording_id, choice="keep") == "not_withdrawn"
