"""A round trip of 700 ms, as over a satellite: calls come up and stay up."""

from __future__ import annotations

import asyncio
import contextlib
import time

import pytest

from tests.browser.server import Server
from tests.net.conditions.judged import judged
from tests.net.lag import Lag
from tests.net.meeting import meeting
from tests.prove.figures import note

pytestmark = pytest.mark.browser

ONE_WAY = 0.35  # seconds
CONSENT = 30.0  # seconds after which a peer whose checks went unanswered must stop (RFC 7675)
LONGEST_GAP = 2.0  # seconds without sound on a machine with time on its hands
PER_LATE = 2  # and for each second that the machine kept a page or the relay waiting: both, and the server, wait in turn


async def stays_up(server: Server, seconds: float) -> str:
    """A call over the long way lasts `seconds` in one connection, with sound all the time; returns what was measured.

    An ICE restart (one more offer) is no drop: the client asks for one when a busy machine was silent for 1.5 s. Nor are missing
    pictures: the server stops them while a busy machine loses packets.
    """
    async with meeting(server, arrive=False) as (call, relay):
        relay.delay = ONE_WAY
        started = time.monotonic()
        await call.bring_in_patient()
        await call.flows(timeout=40.0)
        print(f"media both ways {time.monotonic() - started:.1f} s after the tap on the link")
        await call.mark()
        offers = (await call.patient.look())["offers"]
        with contextlib.closing(Lag()) as lag:
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                await asyncio.gather(*(page.receives(20.0, audio=50) for page in (call.doctor, call.patient)))
                await asyncio.sleep(1.0)
            patient, doctor, gaps, late = (
                await call.patient.look(),
                await call.doctor.look(),
                await call.gaps(),
                await call.late(lag),
            )
        assert (patient["attempts"], patient["connections"]) == (1, 1), patient
        assert patient["dtls"] == doctor["dtls"] == ["new", "connecting", "connected"]
        silence = max(gaps["up audio"], gaps["down audio"])
        assert silence <= LONGEST_GAP + PER_LATE * late, (gaps, late)
        await call.is_one_person()
        restarts = patient["offers"] - offers
        return f"0 drops, {restarts} ICE restarts, longest silence {silence:.2f} s (machine stood still for {late:.2f} s)"


async def test_a_call_outlives_the_consent_limit_at_700_ms(server: Server) -> None:
    print(await stays_up(server, CONSENT + 5.0))


@pytest.mark.prove
@pytest.mark.timeout(900)
async def test_ten_minutes_at_700_ms(server: Server) -> None:
    with judged("RTT 700 ms for 10 min", "0 drops") as verdict:
        verdict.tell(await stays_up(server, 600.0))
    note("10 minutes of a Chromium call at a round trip of 700 ms", ", ".join(verdict.figures))
