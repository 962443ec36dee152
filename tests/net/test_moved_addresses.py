"""A NAT gives a client in mid-call another source port and address: media comes back, and nothing is set up anew."""

from __future__ import annotations

import asyncio
import contextlib
import random

import pytest

from tests.browser.server import Server
from tests.net.lag import Lag
from tests.net.meeting import Meeting, meeting, outer_address
from tests.net.relay import Relay
from tests.prove.figures import note

pytestmark = pytest.mark.browser

BACK_WITHIN = 3.0  # seconds without media, either way
OTHER_ADDRESSES = ("127.0.0.2", "127.0.0.3")


async def move(call: Meeting, relay: Relay, source: str) -> dict[str, float]:
    """Change the mapping to `source`, and wait for media; the gaps."""
    await call.mark()
    relay.seen.clear()
    relay.rebind(source)
    await call.flows()
    patient = await call.patient.look()
    assert relay.seen["up dtls"] == relay.seen["down dtls"] == 0
    assert (patient["attempts"], patient["dtls"]) == (1, ["new", "connecting", "connected"])
    return await call.gaps()


async def each_in_turn(call: Meeting, relay: Relay, sources: list[str]) -> list[dict[str, float]]:
    """Move to each of `sources` at a random point between two ICE checks; the gaps of each.

    A move during which the machine stood still does not count and is made again, as often as there are sources.
    """
    rng, repeats, measured = random.Random(4), len(sources), []
    with contextlib.closing(Lag()) as lag:
        while len(measured) < len(sources):
            await asyncio.sleep(rng.uniform(0.5, 3.0))  # not waiting for anything: Chromium checks every 2.5 s
            offers = (await call.patient.look())["offers"]
            lag.begin()
            gaps = await move(call, relay, sources[len(measured)])
            print({kind: round(gap, 2) for kind, gap in gaps.items()})
            if await call.stood_still(lag) and repeats:
                repeats -= 1
                continue
            assert (await call.patient.look())["offers"] == offers, "the client had to help"
            measured.append(gaps)
    return measured


async def moves_without_a_handshake(server: Server, sources: list[str], firefox: bool = False) -> list[dict[str, float]]:
    """One call through all of `sources`, with the same two people at its end."""
    async with meeting(server, firefox=firefox) as (call, relay):
        measured = await each_in_turn(call, relay, sources)
        await call.is_one_person()
    return measured


async def test_a_new_source_port_and_address_in_mid_call(server: Server) -> None:
    same = outer_address()  # then only the port is new
    measured = await moves_without_a_handshake(server, [same, *OTHER_ADDRESSES, same])
    assert max(max(gaps.values()) for gaps in measured) <= BACK_WITHIN, measured


async def test_a_firefox_whose_mapping_changes(server: Server) -> None:
    """It checks its path only every four to six seconds. Only the port is new: it takes no loopback address for its own."""
    measured = await moves_without_a_handshake(server, [outer_address()] * 2, firefox=True)
    assert max(max(gaps.values()) for gaps in measured) <= BACK_WITHIN, measured


@pytest.mark.prove
@pytest.mark.timeout(900)
async def test_forty_new_mappings_in_one_call(server: Server) -> None:
    measured = await moves_without_a_handshake(server, [f"127.0.0.{2 + n % 200}" for n in range(40)])
    assert max(max(gaps.values()) for gaps in measured) <= BACK_WITHIN, measured
    sound = sorted(max(gaps["up audio"], gaps["down audio"]) for gaps in measured)
    pictures = sorted(max(gaps["up frames"], gaps["down frames"]) for gaps in measured)
    figures = (
        f"{name}: median {values[20]:.2f} s, worst {values[-1]:.2f} s"
        for name, values in (("sound", sound), ("pictures", pictures))
    )
    note("40 new NAT mappings (port and address) in a Chromium call: gap", "; ".join(figures))
