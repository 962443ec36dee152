"""Thousands of junk datagrams a second at the media port, by strangers and with the address of somebody in a call."""

from __future__ import annotations

import asyncio
import socket
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from tests.bench.rtp_client import rtp_packet
from tests.hostile.product import Attacker, Product
from tests.hostile.raw_seat import Line, RawPeer

PACE = 0.02  # seconds between packets of sound
VICTIM = 7501  # SSRC of the one whose address is forged
STRANGER = 4_000_000_007


class Listener:
    """Counts what one person hears of another."""

    def __init__(self) -> None:
        self.heard = 0

    def on_packet(self, *_: object) -> None:
        self.heard += 1


@pytest.fixture
def stranger() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
        opened.bind(("127.0.0.1", 0))
        yield opened


@asynccontextmanager
async def talking(mallory: Attacker) -> AsyncIterator[tuple[RawPeer, Listener]]:
    """A call in which one speaks all the time and the other listens."""
    doctor, patient = await mallory.call()
    speaker = await mallory.peer(patient).connect(Line("0", "microphone", VICTIM))
    await doctor.until(lambda: len(doctor.tracks()) == 1)
    track = next(iter(doctor.tracks()))
    hearer = await mallory.peer(doctor).connect(Line("0", track_id=track, kind="audio"))
    listener = Listener()
    hearer.rtp.on_rtp = listener.on_packet

    async def speak() -> None:
        number = 0
        while True:
            speaker.rtp.send_rtp(rtp_packet(111, number, number * 960, VICTIM, b"word"))
            number += 1
            await asyncio.sleep(PACE)

    task = asyncio.create_task(speak())
    try:
        deadline = time.monotonic() + 20.0
        while listener.heard < 20:
            assert time.monotonic() < deadline, "nothing is heard"
            await asyncio.sleep(0.05)
        yield speaker, listener
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def flooded(product: Product, source: socket.socket, rate: int, seconds: float, ssrc: int) -> int:
    """Flood from this socket's address; how many were sent."""
    host, port = product.media
    arguments = (str(source.fileno()), host, str(port), str(rate), str(seconds), str(ssrc))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.hostile.flood", *arguments, pass_fds=(source.fileno(),), stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    assert process.returncode == 0
    return int(output)


async def test_a_short_flood_drops_no_call(mallory: Attacker, stranger: socket.socket) -> None:
    """10,000 a second for 2 s, half of them with the address of somebody in a call."""
    async with talking(mallory) as (speaker, listener):
        before = listener.heard
        await asyncio.gather(
            flooded(mallory.product, stranger, 5_000, 2.0, STRANGER),
            flooded(mallory.product, speaker.rtp._socket, 5_000, 2.0, VICTIM),
        )
        deadline = time.monotonic() + 20.0
        while listener.heard < before + 60:
            assert time.monotonic() < deadline, "the victim is heard no more"
            await asyncio.sleep(0.05)
    assert speaker.seat.state["you"]["state"] == "connected"
