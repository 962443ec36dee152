"""What a client does when parts of the server die under it: come back, say again what got no answer, offer anew."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import time
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import socketio.exceptions

from tests.browser.server import Server
from tests.client.seat import RefusedError, SeatClient, command_id
from tests.media.conftest import Visit

GONE = (socketio.exceptions.SocketIOError, aiohttp.ClientError, ConnectionError, TimeoutError)
SOON = {"media_unavailable", "unavailable", "too_many"}  # codes that ask to try again
ATTEMPT_SECONDS = 5.0  # for one answer; a living server takes milliseconds
CONNECT_SECONDS = 15.0  # for a ticket, a socket and the first state
PATIENCE = 60.0  # seconds until a part of the server must be back: the supervisor waits up to 5 s after many deaths


def pids(server: Server) -> dict[str, int]:
    """The supervisor's children by name."""
    with contextlib.suppress(OSError, ValueError):  # it is being written anew
        return dict(json.loads((server.var / "run" / "processes.json").read_text()))
    return {}


def kill(server: Server, name: str) -> int:
    """End a child as the kernel would; returns the pid it had."""
    pid = pids(server)[name]
    os.kill(pid, signal.SIGKILL)
    return pid


async def until(condition: Callable[[], Any], what: str, seconds: float = PATIENCE) -> None:
    """Poll until the condition holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not in time: {what}"
        await asyncio.sleep(0.02)


async def reborn(server: Server, name: str, former: int) -> None:
    """Wait until the child runs again under another pid."""
    await until(lambda: pids(server).get(name, former) != former, f"{name} runs again")


async def come_back(person: SeatClient, seconds: float = PATIENCE) -> None:
    """Reconnect the socket as the protocol says, until the server answers."""
    deadline = time.monotonic() + seconds
    while not person.socket.connected:
        try:
            await asyncio.wait_for(person.connect(), CONNECT_SECONDS)
        except (RefusedError, *GONE) as error:
            assert time.monotonic() < deadline, f"the server did not come back: {error!r}"
            await person.drop_socket()
            await asyncio.sleep(0.1)


async def start_over(person: SeatClient) -> dict[str, Any]:
    """The state a new connection gets that resumes nothing."""
    await person.drop_socket()
    person.position, person.state = None, {}
    await come_back(person)
    return person.state


async def insist(person: SeatClient, name: str, /, **fields: Any) -> dict[str, Any]:
    """Send a command again and again, as one intention, until it is answered. Raises RefusedError for a refusal."""
    fields.setdefault("command_id", command_id())
    while True:
        await come_back(person)
        try:
            return await _unless_cut_off(person, person.command(name, **fields))
        except RefusedError as error:
            if error.code not in SOON:
                raise
            await asyncio.sleep(0.1)
        except GONE:
            continue


async def insist_http(post: Callable[[], Awaitable[dict[str, Any]]]) -> dict[str, Any]:
    """The same for a request; the caller puts its command_id into it.

    No request is given up while its connection lives: it waits in the supervisor's socket for the next control.
    """
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return await asyncio.wait_for(post(), PATIENCE)
        except RefusedError as error:
            if error.code not in SOON:
                raise
        except GONE:
            pass
        assert time.monotonic() < deadline, "the server did not come back"
        await asyncio.sleep(0.1)


async def _unless_cut_off(person: SeatClient, command: Awaitable[dict[str, Any]]) -> dict[str, Any]:
    """The answer, or ConnectionError as soon as the socket is gone: the library would go on waiting."""
    asked = asyncio.ensure_future(command)
    deadline = time.monotonic() + ATTEMPT_SECONDS
    try:
        while not asked.done():
            await asyncio.wait({asked}, timeout=0.02)
            if not asked.done() and (not person.socket.connected or time.monotonic() > deadline):
                raise ConnectionError
        return asked.result()
    finally:
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)


async def renegotiate(person: SeatClient) -> None:
    """A new peer connection, as soon as there is a worker for it."""
    deadline = time.monotonic() + PATIENCE
    while True:
        await come_back(person)
        try:
            await asyncio.wait_for(person.negotiate(new_attempt=True), 4 * ATTEMPT_SECONDS)
            return
        except RefusedError as error:
            assert error.code in SOON | {"offer_in_flight", "stale_attempt", "not_found"}, error
        except GONE:
            pass
        assert time.monotonic() < deadline, "media did not come back"
        await asyncio.sleep(0.2)


async def see_each_other(*people: SeatClient) -> None:
    """Subscribe to everything there is and wait for frames of it."""
    others = 2 * (len(people) - 1)
    for person in people:
        await person.until(lambda p=person: len(p.tracks()) == others, timeout=PATIENCE)
        await person.negotiate()
    await asyncio.gather(*(p.receives(videos=others // 2, audios=others // 2, timeout=PATIENCE) for p in people))


async def in_call(visit: Visit) -> SeatClient:
    """Doctor and patient see and hear each other."""
    patient = await visit.bring_in(visit.first_link, "Pat")
    for person in (visit.doctor, patient):
        await person.negotiate()
    await see_each_other(visit.doctor, patient)
    return patient


def port_of(person: SeatClient) -> int:
    """The UDP port of the worker that carries this person."""
    assert person.peer is not None and person.peer.remoteDescription is not None
    line = next(entry for entry in person.peer.remoteDescription.sdp.splitlines() if entry.startswith("a=candidate"))
    return int(line.split()[5])
