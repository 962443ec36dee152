"""A whole call from one process, wherever it is started (`ip netns exec ... python -m tests.client.caller`).

Reads its orders from standard input as JSON: `base_url`, `account` [e-mail, password], `authority` (PEM file that signs the
server's certificate, or null), `wire` (whether to read source addresses below IP). Prints one JSON object a line.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import sys
import time
from typing import Any

import aiohttp

from tests.client.seat import SeatClient, command_id, open_link, sign_in
from tests.client.wire import Listener


def say(event: str, **details: Any) -> None:
    """One line for whoever started us."""
    print(json.dumps({"event": event, **details}), flush=True)


def selected_pair(person: SeatClient) -> dict[str, Any]:
    """The addresses this seat's media uses, as its own ICE agent chose them."""
    assert person.peer is not None
    connection = person.peer.getTransceivers()[0].receiver.transport.transport._connection
    pair = connection._nominated[1]
    return {"local": pair.local_candidate.host, "remote": pair.remote_candidate.host, "port": pair.remote_candidate.port}


async def admitted_patient(doctor: SeatClient, http: aiohttp.ClientSession, base_url: str, link: str) -> SeatClient:
    """Somebody with the link, let in by the doctor."""
    patient = await open_link(base_url, http, link)
    await patient.connect()
    await patient.command("set_name", name="Pat")
    await patient.command("enter_waiting")
    await doctor.until(lambda: patient.participant_id in {p["id"] for p in doctor.state["participants"]})
    await doctor.command("admit", participant_id=patient.participant_id)
    await patient.until(lambda: patient.state["you"]["state"] == "admitted")
    return patient


async def call(orders: dict[str, Any], http: aiohttp.ClientSession) -> None:
    """Doctor and patient meet, and say which addresses carried it."""
    staff = await sign_in(orders["base_url"], http, tuple(orders["account"]))
    created = await staff.post("/sessions", kind="scheduled", command_id=command_id())
    doctor = SeatClient(staff, created["session"]["id"], seat="staff")
    people = [doctor]
    try:
        await doctor.connect()
        people.append(await admitted_patient(doctor, http, orders["base_url"], created["link"]["url"]))
        started = time.monotonic()
        for person in people:
            await person.negotiate()
        for person in people:
            await person.until(lambda p=person: len(p.tracks()) == 2)
            await person.negotiate()
        await asyncio.gather(*(person.receives(videos=1, audios=1) for person in people))
        say("media", seconds=round(time.monotonic() - started, 2), pairs=[selected_pair(person) for person in people])
    finally:
        for person in people:
            await person.close()


async def main(orders: dict[str, Any]) -> None:
    """Make the call the orders ask for."""
    trust = ssl.create_default_context(cafile=orders["authority"]) if orders["authority"] else True
    connector = aiohttp.TCPConnector(ssl=trust)
    wire = Listener() if orders["wire"] else None
    try:
        async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as http:
            await call(orders, http)
        if wire is not None:
            say("wire", sources=dict(wire.sources))
    finally:
        if wire is not None:
            wire.close()


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.stdin.read())))
