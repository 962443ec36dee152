"""A link that carries nothing over UDP for five seconds: one returns to the call, or joins it, without being a second person."""

from __future__ import annotations

import asyncio
import time

from tests.browser.browsers import eventually
from tests.browser.server import Server
from tests.net.meeting import Meeting, meeting

SILENCE = 5.0  # seconds
BACK_AFTER = 3.0  # seconds from the end of the silence to media both ways
JOINED_AFTER = 6.0  # seconds from the end of the silence, when ICE and DTLS had yet to begin


def one_of_each(look: dict[str, object], seat: str) -> tuple[int, int]:
    """How many people and tracks of `seat` the page shows."""
    people = [p for p in look["people"] if p["id"] == seat]  # type: ignore[attr-defined]
    return len(people), len({track for p in people for track in p["tracks"]})


async def is_the_same_person(call: Meeting) -> None:
    """Both see two connected people, with one camera and one microphone of the patient."""

    async def settled() -> bool:
        doctor = await call.doctor.look()
        states = sorted(p["state"] for p in doctor["people"])
        return states == ["connected", "connected"] and one_of_each(doctor, call.patient_id) == (1, 2)

    await eventually(settled, timeout=10.0)


async def test_media_returns_after_five_silent_seconds(server: Server) -> None:
    async with meeting(server) as call:
        before = {p["id"]: p["tracks"] for p in (await call.doctor.look())["people"]}
        call.relay.silent = True
        await asyncio.sleep(SILENCE)
        call.relay.silent = False
        started = time.monotonic()
        await call.mark()
        await call.flows()
        print(f"media both ways {time.monotonic() - started:.2f} s after the end of the silence: {await call.gaps()}")
        assert max((await call.gaps()).values()) <= BACK_AFTER
        await is_the_same_person(call)
        after = {p["id"]: p["tracks"] for p in (await call.doctor.look())["people"]}
        assert after == before
        assert (await call.patient.look())["seat"] == call.patient_id


async def test_joining_while_udp_is_blocked_for_five_seconds(server: Server) -> None:
    async with meeting(server, arrive=False) as call:
        call.relay.silent = True
        await call.bring_in_patient()

        async def trying() -> bool:
            return (await call.patient.look())["media"] == "connecting" and call.relay.seen["up stun"] > 0

        await eventually(trying)
        await asyncio.sleep(SILENCE)
        call.relay.silent = False
        started = time.monotonic()
        await call.flows()
        took = time.monotonic() - started
        print(f"media both ways {took:.2f} s after the end of the silence")
        assert took <= JOINED_AFTER
        await is_the_same_person(call)
