"""Thousands of junk datagrams a second at the media port, by strangers and with the address of somebody in a call.

The long form, with figures, is tests/prove/test_flood.py.
"""

from __future__ import annotations

import asyncio

from tests.hostile.flooding import SpokenCall, flood, speaking, stranger_socket
from tests.hostile.product import Attacker

VICTIM = 7501  # SSRC of the one whose address is forged


async def test_a_short_flood_drops_no_call(mallory: Attacker) -> None:
    """10,000 a second for 2 s, half of them with the address of somebody in a call; another call begins meanwhile."""
    call = SpokenCall(*await mallory.call(), VICTIM)
    newcomer = SpokenCall(*await mallory.call(), VICTIM + 1)
    for one in (call, newcomer):
        mallory.stack.push_async_callback(one.close)
    await call.connect()
    with stranger_socket() as stranger:
        async with speaking([call]) as speakers:
            floods = asyncio.gather(
                flood(stranger, call.place, 5_000, 2.0), flood(call.speaker.rtp._socket, call.place, 5_000, 2.0, VICTIM)
            )
            await newcomer.connect()
            speakers.calls.append(newcomer)
            await newcomer.is_heard()
            await floods
            await call.is_heard(60)
    assert mallory.product.media_counters()["floods"] >= 1
    for one in (call, newcomer):
        assert one.patient.state["you"]["state"] == "connected"
