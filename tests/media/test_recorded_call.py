"""A call is recorded by the running product, while its parts die: one recording, whole, finished by itself, as it was signed."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime
from typing import Any

from telemed.care.recording.texts import CURRENT_TEXT
from telemed.recording.sealed_file import SUFFIX
from tests.client.seat import RefusedError, SeatClient
from tests.media.conftest import Visit
from tests.media.restarts import come_back, in_call, insist, insist_http, kill, pids, reborn, renegotiate, see_each_other

AGREE = {"answer": "agree", "text_version": CURRENT_TEXT, "language": "en"}
SECONDS = 3.0  # of recording in each stretch
FINISHED_WITHIN = 60.0  # seconds; a machine under test is slow


async def recorded(visit: Visit, *people: SeatClient) -> str:
    """Ask, let everybody agree, and wait until something is captured of all."""
    recording_id = str((await visit.doctor.command("recording_ask"))["recording_id"])
    for person in people:
        await person.until(lambda p=person: p.state["recording"]["you"]["asked"])
        await person.command("recording_consent", **AGREE)
    for person in people:
        await person.until(lambda p=person: p.state["recording"]["you"]["captured"])
    await asyncio.sleep(SECONDS)
    return recording_id


async def ready(visit: Visit, recording_id: str, within: float = FINISHED_WITHIN) -> dict[str, Any]:
    """The recording as the list shows it once it can be played. `within`: seconds."""
    deadline = time.monotonic() + within
    while True:
        try:
            shown = (await insist_http(lambda: visit.staff.call("GET", f"/recordings/{recording_id}")))["recording"]
            if shown["state"] == "ready":
                return dict(shown)
        except RefusedError as error:
            assert error.status == 404, error
        assert time.monotonic() < deadline, "it was not finished"
        await asyncio.sleep(0.2)


async def assert_sound(visit: Visit, recording_id: str) -> None:
    """Nothing is missing or changed, and no journal or plain file is left."""
    checked = await visit.staff.post(f"/recordings/{recording_id}/verify")
    assert checked["result"] == "complete", checked
    directory = visit.server.var / "recordings" / recording_id
    assert not (directory / "journal").exists()
    assert {path.suffix for path in directory.rglob("*") if path.is_file()} <= {SUFFIX, ".json", ".sig", ".lock"}


def seconds_of(shown: dict[str, Any], participant_id: str) -> float:
    """How much of somebody there is, over all segments."""
    mine = [segment for segment in shown["segments"] if segment["participant_id"] == participant_id]
    return sum(segment["end_ms"] - segment["start_ms"] for segment in mine) / 1000


async def test_a_call_is_recorded_and_can_be_played_soon(visit: Visit) -> None:
    patient = await in_call(visit)
    recording_id = await recorded(visit, visit.doctor, patient)
    await visit.doctor.command("recording_marker", recording_id=recording_id, category="finding", text="here")
    await visit.doctor.command("recording_stop", recording_id=recording_id)
    shown = await ready(visit, recording_id)
    for person in (visit.doctor, patient):
        assert seconds_of(shown, person.participant_id) > SECONDS - 2.0, shown["segments"]
    await assert_sound(visit, recording_id)
    await patient.until(lambda: patient.state["recording"]["state"] == "none", FINISHED_WITHIN)
    await asyncio.gather(*(person.receives(videos=1, audios=1) for person in (visit.doctor, patient)))


async def test_it_goes_on_while_control_is_killed(visit: Visit) -> None:
    patient = await in_call(visit)
    recording_id = await recorded(visit, visit.doctor, patient)
    former = pids(visit.server)["control"]
    kill(visit.server, "control")
    await asyncio.sleep(SECONDS)
    await reborn(visit.server, "control", former)
    await asyncio.gather(come_back(visit.doctor), come_back(patient))
    await visit.doctor.until(lambda: visit.doctor.state["recording"]["state"] == "recording")
    await insist(visit.doctor, "recording_stop", recording_id=recording_id)
    shown = await ready(visit, recording_id)
    assert shown["id"] == recording_id and seconds_of(shown, patient.participant_id) > 2 * SECONDS - 2.0
    await assert_sound(visit, recording_id)


async def test_it_goes_on_in_the_next_worker_into_the_same_recording(visit: Visit) -> None:
    patient = await in_call(visit)
    recording_id = await recorded(visit, visit.doctor, patient)
    people = (visit.doctor, patient)
    kill(visit.server, "media-0")
    for person in people:
        await person.until(lambda p=person: p.state.get("media_reset", 0) >= 1)
    await asyncio.gather(*(renegotiate(person) for person in people))
    await see_each_other(*people)
    await asyncio.sleep(SECONDS)
    await visit.doctor.command("recording_stop", recording_id=recording_id)
    shown = await ready(visit, recording_id)
    mine = [segment for segment in shown["segments"] if segment["participant_id"] == patient.participant_id]
    assert seconds_of(shown, patient.participant_id) > 2 * SECONDS - 2.0 - 2.0, mine  # at most 2 s are lost with a worker
    await assert_sound(visit, recording_id)


async def test_control_dies_as_it_is_stopped_and_the_next_one_finishes_it(visit: Visit) -> None:
    patient = await in_call(visit)
    recording_id = await recorded(visit, visit.doctor, patient)
    former = pids(visit.server)["control"]
    stopping = asyncio.create_task(insist(visit.doctor, "recording_stop", recording_id=recording_id))
    await asyncio.sleep(0.3)
    kill(visit.server, "control")
    await reborn(visit.server, "control", former)
    await stopping
    shown = await ready(visit, recording_id)
    assert seconds_of(shown, patient.participant_id) > SECONDS - 2.0
    await assert_sound(visit, recording_id)


async def test_who_withdraws_is_captured_no_more_within_a_second(visit: Visit) -> None:
    """Measured where it matters: in what was written."""
    patient = await in_call(visit)
    recording_id = await recorded(visit, visit.doctor, patient)
    started = visit.doctor.state["recording"]["started_at"]
    await patient.command("recording_consent", **{**AGREE, "answer": "withdraw"})
    withdrawn = time.time()
    await asyncio.sleep(SECONDS)
    await visit.doctor.command("recording_stop", recording_id=recording_id)
    shown = await ready(visit, recording_id)
    began = datetime.fromisoformat(started).timestamp()
    ends = [segment["end_ms"] / 1000 for segment in shown["segments"] if segment["participant_id"] == patient.participant_id]
    assert ends and max(ends) <= withdrawn - began + 1.0, (ends, withdrawn - began)
