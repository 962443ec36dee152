"""Every state-changing command, repeated: after a lost answer, and after control died between commit and answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from telemed.care.identity import Seat
from telemed.care.recording.texts import CURRENT_TEXT
from tests.adapters.signaling.ack_kinds import check_kind
from tests.adapters.signaling.world import Client, Json, Visit, World, command_id, until


@dataclass
class Stage:
    """A visit brought to where a command makes sense, and who sends it."""

    visit: Visit
    doctor: Client
    patient: Client
    seat: Seat
    moves: str = ""
    recording: str = ""


async def checking(world: World) -> Stage:
    visit = await world.start_visit()
    doctor = await visit.doctor_joins()
    patient, seat = await visit.patient_joins(waiting=False)
    return Stage(visit, doctor, patient, seat)


async def waiting(world: World) -> Stage:
    stage = await checking(world)
    await stage.patient.do("enter_waiting")
    return stage


async def in_call(world: World) -> Stage:
    visit = await world.start_visit()
    return Stage(visit, *(await visit.call()))


async def on_hold(world: World) -> Stage:
    stage = await in_call(world)
    await stage.doctor.do("hold", participant_id=stage.visit.patient_id)
    return stage


async def move_asked(world: World) -> Stage:
    stage = await in_call(world)
    await world.visits.ask_move(stage.visit.token, "another-device-of-theirs")
    stage.moves = (await until(lambda: stage.doctor.state["moves"]))[0]["request_id"]
    return stage


async def recording_asked(world: World) -> Stage:
    stage = await in_call(world)
    stage.recording = (await stage.doctor.do("recording_ask"))["recording_id"]
    return stage


async def doctor_agreed(world: World) -> Stage:
    stage = await recording_asked(world)
    await stage.doctor.do("recording_consent", **ANSWER)
    return stage


async def recording_runs(world: World) -> Stage:
    stage = await doctor_agreed(world)
    await stage.patient.do("recording_consent", **ANSWER)
    return stage


async def recording_paused(world: World) -> Stage:
    stage = await recording_runs(world)
    await stage.doctor.do("recording_pause", recording_id=stage.recording)
    return stage


async def patient_withdrew(world: World) -> Stage:
    stage = await recording_runs(world)
    await stage.patient.do("recording_consent", **{**ANSWER, "answer": "withdraw"})
    return stage


def on_recording(stage: Stage) -> Json:
    return {"recording_id": stage.recording}


ANSWER: Json = {"answer": "agree", "text_version": CURRENT_TEXT, "language": "en"}
BYSTANDER: Json = {"label": "child", "decided_by": "carer", "by_name": "Bo", "agreed": True}


async def bystander_listed(world: World) -> Stage:
    stage = await recording_runs(world)
    stage.moves = (await stage.doctor.do("recording_bystander", **BYSTANDER))["bystander_id"]
    return stage


async def still_asked(world: World) -> Stage:
    stage = await in_call(world)
    stage.moves = (await stage.doctor.do("still_ask", **on_patient(stage)))["still_id"]
    return stage


def on_patient(stage: Stage) -> Json:
    return {"participant_id": stage.visit.patient_id}


Setup = Callable[[World], Awaitable[Stage]]
COMMANDS: dict[str, tuple[Setup, str, Callable[[Stage], Json]]] = {
    "set_name": (checking, "patient", lambda _: {"name": "Ada"}),
    "device_report": (
        checking,
        "patient",
        lambda _: {"camera": "ok", "microphone": "none", "speaker": "ok", "network": "good", "rtt_ms": 20},
    ),
    "needs": (checking, "patient", lambda _: {"needs": ["cannot_hear"]}),
    "enter_waiting": (checking, "patient", lambda _: {}),
    "visibility": (waiting, "patient", lambda _: {"hidden": True}),
    "admit": (waiting, "doctor", on_patient),
    "deny": (waiting, "doctor", on_patient),
    "hold": (in_call, "doctor", on_patient),
    "confirm_identity": (in_call, "doctor", lambda stage: {**on_patient(stage), "how": "said"}),
    "resume": (on_hold, "doctor", on_patient),
    "remove": (in_call, "doctor", on_patient),
    "decide_move": (move_asked, "doctor", lambda s: {"request_id": s.moves, "approve": True}),
    "chat": (in_call, "patient", lambda _: {"body": "once"}),
    "leave": (in_call, "patient", lambda _: {}),
    "recording_ask": (in_call, "doctor", lambda _: {}),
    "recording_begin": (doctor_agreed, "doctor", on_recording),
    "recording_choose": (patient_withdrew, "doctor", lambda s: {**on_recording(s), "choice": "wait"}),
    "recording_pause": (recording_runs, "doctor", on_recording),
    "recording_resume": (recording_paused, "doctor", on_recording),
    "recording_stop": (recording_runs, "doctor", on_recording),
    "recording_consent": (recording_runs, "patient", lambda _: {**ANSWER, "answer": "withdraw"}),
    "recording_earlier": (patient_withdrew, "patient", lambda s: {**on_recording(s), "choice": "destroy"}),
    "recording_bystander": (recording_runs, "doctor", lambda _: BYSTANDER),
    "recording_bystander_now": (bystander_listed, "doctor", lambda s: {"bystander_id": s.moves, "now": "left"}),
    "recording_unrecorded": (recording_asked, "doctor", lambda _: {"reason": "no"}),
    "recording_marker": (recording_runs, "doctor", lambda s: {**on_recording(s), "category": "finding"}),
    "still_ask": (in_call, "doctor", on_patient),
    "still_decline": (still_asked, "patient", lambda s: {"still_id": s.moves}),
    "still_cancel": (still_asked, "doctor", lambda s: {"still_id": s.moves}),
}


async def rows(world: World, visit: Visit) -> dict[str, Any]:
    """Everything a doubled command would double."""
    async with world.store.read() as tx:
        audit = await tx.audit.page(limit=500)
        recordings = await tx.recordings.of_session(visit.id)
        return {
            "recordings": [(row.id, row.state, row.bleed) for row in recordings],
            "acts": [event.id for event in await tx.consents.of_session(visit.id)],
            "bystanders": [(person.id, person.gone_at) for person in await tx.consents.bystanders(visit.id)],
            "unrecorded": len(await tx.consents.unrecorded(visit.id)),
            "markers": [marker.id for row in recordings for marker in await tx.markers.of_recording(row.id)],
            "stills": [(still.id, still.state) for still in await tx.stills.in_session(visit.id)],
            "messages": len(await tx.messages.in_session(visit.id)),
            "events": len([e for e in await tx.events.in_session(visit.id) if e.cause.role != "system"]),
            "audit": [row.action for row in audit],
            "seats": [(seat.id, seat.state) for seat in await tx.participants.in_session(visit.id)],
        }


@pytest.mark.parametrize("event", sorted(COMMANDS))
async def test_a_repeated_command_gets_its_first_answer_and_has_no_second_effect(world: World, event: str) -> None:
    setup, who, fields = COMMANDS[event]
    stage = await setup(world)
    payload = {"command_id": command_id(), **fields(stage)}
    sender: Client = getattr(stage, who)
    first = await sender.send(event, payload)
    assert first["ok"], first
    before = await rows(world, stage.visit)
    if sender.disconnected.is_set() or event == "leave":
        await sender.disconnected.wait()
        sender = await world.join(stage.seat, stage.visit.id)
    assert await sender.send(event, payload) == first
    assert await rows(world, stage.visit) == before
    check_kind(world, payload["command_id"], event)


@pytest.mark.parametrize("event", sorted(COMMANDS))
async def test_control_dies_between_commit_and_answer(world: World, event: str) -> None:
    setup, who, fields = COMMANDS[event]
    stage = await setup(world)
    payload = {"command_id": command_id(), **fields(stage)}
    sender: Client = getattr(stage, who)
    actor = world.doctor.user_id if who == "doctor" else stage.seat.participant_id
    await sender.sio.emit(event, payload, namespace="/call")  # no answer is waited for

    async def committed() -> bool:
        async with world.store.read() as tx:
            return await tx.acks.find(actor, payload["command_id"]) is not None

    while not await committed():
        pass
    before = await rows(world, stage.visit)
    await world.restart()
    identity = world.doctor if who == "doctor" else stage.seat
    again = await world.join(identity, stage.visit.id)
    answer = await again.send(event, payload)
    assert answer["ok"], "the stored answer, not a conflict"
    after = await rows(world, stage.visit)
    assert (after["messages"], after["events"]) == (before["messages"], before["events"])
    assert [a for a in after["audit"] if a.startswith("chat")] == [a for a in before["audit"] if a.startswith("chat")]


async def test_an_id_used_for_another_command_is_refused_and_does_nothing(world: World) -> None:
    """Also where both have the same fields and the same empty answer, and where one function serves several."""
    visit = await world.start_visit()
    doctor, patient, seat = await visit.call()
    held = {"command_id": command_id(), "participant_id": visit.patient_id}
    assert await doctor.send("hold", held) == await doctor.send("hold", held) == {"ok": True, "result": {}}
    assert await doctor.refused("resume", held) == "command_repeated"
    assert await doctor.refused("remove", held) == "command_repeated"
    assert doctor.person(visit.patient_id)["state"] == "on_hold"
    said = {"command_id": command_id(), "body": "Hello"}
    await doctor.send("chat", said)
    assert await doctor.refused("end", {"command_id": said["command_id"]}) == "command_repeated"
    await doctor.do("resume", participant_id=visit.patient_id)
    assert (await patient.send("chat", said))["ok"], "another's id is another id"


async def test_ending_twice_and_after_death(world: World) -> None:
    stage = await in_call(world)
    payload = {"command_id": command_id()}
    await stage.doctor.sio.emit("end", payload, namespace="/call")
    await stage.patient.disconnected.wait()
    await world.restart()
    ticket_refusal = None
    try:
        await world.visits.issue_ticket(world.doctor, stage.visit.id)
    except Exception as error:  # noqa: BLE001 - asserted below
        ticket_refusal = getattr(error, "code", None)
    assert ticket_refusal == "visit_ended", "the retry learns that it is done"
    async with world.store.read() as tx:
        actions = [row.action for row in await tx.audit.page(limit=500)]
    assert actions.count("session.ended") == 1


async def test_http_commands_repeated_over_a_restart(world: World) -> None:
    again = command_id()
    first = await world.visits.create_session(world.doctor, "urgent", "Ada", "a fall", again)
    check_kind(world, again, "POST /sessions")
    await world.restart()
    assert await world.visits.create_session(world.doctor, "urgent", "Ada", "a fall", again) == first
    today = await world.visits.today(world.doctor)
    assert len(today["sessions"]) == 1
