"""A link that carries nothing over UDP for five seconds: one returns to the call, or joins it, without being a second person."""

from __future__ import annotations

import asyncio
import time

import pytest

from tests.browser.browsers import eventually
from tests.browser.server import Server
from tests.net.meeting import meeting

pytestmark = pytest.mark.browser

SILENCE = 5.0  # seconds
BACK_AFTER = 3.0  # seconds from the end of the silence to media both ways
JOINED_AFTER = 6.0  # seconds from the end of the silence, when ICE and DTLS had yet to begin


async def test_media_returns_after_five_silent_seconds(server: Server) -> None:
    async with meeting(server) as (call, relay):
        before = {p["id"]: p["tracks"] for p in (await call.doctor.look())["people"]}
        relay.silent = True
        await asyncio.sleep(SILENCE)
        relay.silent = False
        started = time.monotonic()
        await call.mark()
        await call.flows()
        print(f"media both ways {time.monotonic() - started:.2f} s after the end of the silence: {await call.gaps()}")
        assert max((await call.gaps()).values()) <= BACK_AFTER
        await call.is_one_person()
        after = {p["id"]: p["tracks"] for p in (await call.doctor.look())["people"]}
        assert after == before


async def test_joining_while_udp_is_blocked_for_five_seconds(server: Server) -> None:
    async with meeting(server, arrive=False) as (call, relay):
        relay.silent = True
        await call.bring_in_patient()

        async def trying() -> bool:
            return (await call.patient.look())["media"] == "connecting" and relay.seen["up stun"] > 0

        await eventually(trying)
        await asyncio.sleep(SILENCE)
        relay.silent = False
        started = time.monotonic()
        await call.flows()
        took = time.monotonic() - started
        print(f"media both ways {took:.2f} s after the end of the silence")
        assert took <= JOINED_AFTER
        await call.is_one_person()
