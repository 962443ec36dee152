"""Who is shut out, given another role, reset or signed out elsewhere loses socket and media within two seconds."""

from __future__ import annotations

import asyncio
import time

import aiohttp
import pytest

from tests.browser.server import Server
from tests.client.seat import RefusedError, SeatClient, sign_in
from tests.media.conftest import Visit, open_visit
from tests.media.test_second_client import meet

LIMIT = 2.0  # seconds from the answer to the request that shuts out
QUIET = 1.0  # seconds without a frame that count as the end of media; frames come 50 a second


async def last_frame(person: SeatClient) -> float:
    """When the last frame of any track arrived, once none has come for QUIET seconds. Monotonic seconds."""
    deadline = time.monotonic() + 20
    while True:
        last = max(record.last for record in person.received.values())
        if time.monotonic() - last >= QUIET:
            return last
        assert time.monotonic() < deadline, "media goes on"
        await asyncio.sleep(0.05)


async def socket_end(person: SeatClient) -> float:
    """When the socket was closed. Monotonic seconds."""
    deadline = time.monotonic() + 20
    while person.socket.connected:
        assert time.monotonic() < deadline, "the socket stays"
        await asyncio.sleep(0.02)
    return time.monotonic()


@pytest.mark.parametrize("act", ["deactivate", "role", "reset", "elsewhere"])
async def test_socket_and_media_end_at_once(server: Server, http: aiohttp.ClientSession, act: str) -> None:
    visit: Visit = await open_visit(server, http)
    try:
        await meet(visit, 1)
        patient = visit.people[0]
        await asyncio.gather(*(person.receives(videos=1, audios=1) for person in (visit.doctor, patient)))
        user_id = (await visit.staff.call("GET", "/me"))["user"]["id"]
        if act == "elsewhere":
            other = await sign_in(server.base_url, http, server.account("clinician"))
            await other.post("/me/logins/end", keep_this=True)
        else:
            admin = await sign_in(server.base_url, http, server.account("admin"))
            await admin.post(f"/admin/users/{user_id}/{act}", **({"role": "front_desk"} if act == "role" else {}))
        answered = time.monotonic()
        ended, heard, sent = await asyncio.gather(socket_end(visit.doctor), last_frame(visit.doctor), last_frame(patient))
        delays = {"socket": ended - answered, "to them": heard - answered, "from them": sent - answered}
        print(act, {name: round(seconds, 2) for name, seconds in delays.items()})
        assert all(seconds <= LIMIT for seconds in delays.values()), delays
        with pytest.raises(RefusedError) as refused:
            await visit.staff.post(f"/sessions/{visit.doctor.session_id}/ticket", **{"as": "staff"})
        assert refused.value.status == 401
    finally:
        await visit.close()
