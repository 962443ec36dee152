"""Parts of the server die at bad moments: media goes on, people come back, nothing is lost or doubled."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import time

import aiohttp
import socketio.exceptions

from tests.client.seat import RefusedError, SeatClient, command_id
from tests.media.conftest import Visit

BACK_WITHIN = 5.0  # seconds for a call after its media worker died


async def come_back(person: SeatClient, timeout: float = 20.0) -> None:
    """Reconnect the socket as the protocol says, until the server answers."""
    deadline = time.monotonic() + timeout
    while True:
        with contextlib.suppress(RefusedError, aiohttp.ClientError, socketio.exceptions.SocketIOError, TimeoutError):
            if person.socket.connected:
                return
            await person.connect()
            return
        assert time.monotonic() < deadline, "the server did not come back"
        await asyncio.sleep(0.2)


async def in_call(visit: Visit) -> SeatClient:
    """Doctor and patient see and hear each other."""
    patient = await visit.bring_in(visit.first_link, "Pat")
    for person in (visit.doctor, patient):
        await person.negotiate()
    for person in (visit.doctor, patient):
        await person.until(lambda p=person: len(p.tracks()) == 2)
        await person.negotiate()
    await asyncio.gather(*(p.receives(videos=1, audios=1) for p in (visit.doctor, patient)))
    return patient


async def test_media_goes_on_while_control_is_killed(visit: Visit) -> None:
    patient = await in_call(visit)
    for record in (*visit.doctor.received.values(), *patient.received.values()):
        record.longest_gap = 0.0
    os.kill(visit.server.children()["control"], signal.SIGKILL)
    for person in (visit.doctor, patient):
        await person.until(lambda p=person: not p.socket.connected)
    await asyncio.gather(come_back(visit.doctor), come_back(patient))
    await visit.doctor.until(lambda: sum(p["state"] == "connected" for p in visit.doctor.state["participants"]) == 2)
    await asyncio.gather(*(p.receives(videos=1, audios=1) for p in (visit.doctor, patient)))
    gaps = [r.longest_gap for p in (visit.doctor, patient) for r in p.received.values()]
    assert max(gaps) < 1.5, f"media paused: {gaps}"
    await patient.command("chat", body="still here")
    await visit.doctor.until(lambda: [m["body"] for m in visit.doctor.state["chat"]] == ["still here"])


async def test_the_call_comes_back_by_itself_when_its_worker_is_killed(visit: Visit) -> None:
    patient = await in_call(visit)
    started = time.monotonic()
    os.kill(visit.server.children()["media"], signal.SIGKILL)
    for person in (visit.doctor, patient):
        await person.until(lambda p=person: p.state.get("media_reset", 0) >= 1)

    async def renegotiate(person: SeatClient) -> None:
        first = True
        while True:
            try:
                await person.negotiate(new_attempt=first)
                return
            except RefusedError as error:
                assert error.code in ("media_unavailable", "unavailable"), error
                first = True
                await asyncio.sleep(0.2)

    await asyncio.gather(renegotiate(visit.doctor), renegotiate(patient))
    for person in (visit.doctor, patient):
        await person.until(lambda p=person: len(p.tracks()) == 2)
        await person.negotiate()
    await asyncio.gather(*(p.receives(videos=1, audios=1) for p in (visit.doctor, patient)))
    # `receives` itself waits for a second of ten more frames
    assert time.monotonic() - started < BACK_WITHIN + 1.5


async def test_commands_survive_kills_of_control_exactly_once(visit: Visit) -> None:
    """Seeded kills while chat is sent; each message stands once, in order, whatever was in flight."""
    patient = await in_call(visit)
    rng = random.Random(20261122)
    sent: list[str] = []
    for round_number in range(3):
        doomed = visit.server.children()["control"]

        async def kill(pid: int = doomed) -> None:
            await asyncio.sleep(rng.uniform(0.0, 0.08))
            os.kill(pid, signal.SIGKILL)

        killer = asyncio.create_task(kill())
        for number in range(12):
            intention, body = command_id(), f"{round_number}-{number}"
            sent.append(body)
            while True:
                try:
                    await patient.command("chat", body=body, command_id=intention)
                    break
                except (socketio.exceptions.SocketIOError, TimeoutError, RefusedError):
                    await come_back(patient)
        await killer
        await visit.doctor.until(lambda: not visit.doctor.socket.connected)
        await come_back(visit.doctor)
    visit.doctor.position = None
    await visit.doctor.socket.disconnect()
    await come_back(visit.doctor)
    await visit.doctor.until(lambda: [m["body"] for m in visit.doctor.state["chat"]] == sent)
