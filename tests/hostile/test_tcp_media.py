"""Bad connections at the TCP media port of the running product: closed and counted, and nobody's call notices."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import struct
import time
from collections.abc import AsyncIterator, Iterator

import pytest

from telemed.rtp.framing import MAX_FRAME, frame
from tests.adapters.sfu.tcp_client import TcpClient
from tests.adapters.sfu.test_hostile_input import forged_checks, hostile_datagrams
from tests.bench.rtp_client import INTERFRAME, KEYFRAME, rtp_packet
from tests.hostile.product import Attacker, Product
from tests.hostile.raw_seat import Line, RawPeer
from tests.hostile.test_datagrams import grown, until

ADMISSION = 10.0  # seconds for the first check
SWEEP = 2.5  # seconds besides: the worker looks once a second
PATIENCE = ADMISSION + SWEEP


def port_of(product: Product) -> tuple[str, int]:
    """Where the media worker listens by TCP."""
    return "127.0.0.1", int(product.server.ready["tcp_port"])


def dial(product: Product) -> socket.socket:
    """A connection that says nothing yet."""
    opened = socket.create_connection(port_of(product), timeout=5)
    opened.setblocking(False)
    return opened


def is_closed(connection: socket.socket) -> bool:
    """Whether the server ended it. It never says a word before a valid check."""
    try:
        assert connection.recv(100) == b"", "the server answered a stranger"
    except BlockingIOError:
        return False
    except ConnectionResetError:
        return True
    return True


@pytest.fixture
def connections(product: Product) -> Iterator[list[socket.socket]]:
    """Put what is to be closed at the end here."""
    opened: list[socket.socket] = []
    yield opened
    for connection in opened:
        connection.close()


@contextlib.asynccontextmanager
async def seat_by_tcp(mallory: Attacker, *lines: Line) -> AsyncIterator[RawPeer]:
    """Somebody seated in the bystanders' room whose media goes by TCP."""
    peer = mallory.peer(await mallory.seated())
    await peer.rtp.close()
    peer.rtp = TcpClient()
    try:
        await peer.connect(*lines)
        yield peer
    finally:
        await peer.rtp.close()


async def test_junk_of_strangers_ends_their_connections(product: Product, connections: list[socket.socket]) -> None:
    before = product.media_counters()
    packets = [data for data in hostile_datagrams(1) + forged_checks("00" * 6, 2) if 0 < len(data) <= MAX_FRAME]
    for data in packets:
        connections.append(dial(product))
        connections[-1].send(frame(data))
        if len(connections) % 20 == 0:
            await until(lambda: all(is_closed(one) for one in connections), "the end of these")
            while connections:
                connections.pop().close()
    await until(lambda: all(is_closed(one) for one in connections), "the end of the last")
    counts = grown(product, before)
    assert counts["drop_connection_unknown"] == len(packets)
    assert counts.get("out_stun", 0) < 100, "only the bystanders are answered"


async def test_bytes_that_are_no_frames_end_the_connection(product: Product, connections: list[socket.socket]) -> None:
    chance = random.Random(3)
    before = product.media_counters()
    for data in (b"\x00\x00", b"\xff\xff", b"\x05\xdd" + bytes(1501), b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01" + bytes(300)):
        connections.append(dial(product))
        connections[-1].send(data)
    for _ in range(30):
        connections.append(dial(product))
        connections[-1].send(b"\x80" + chance.randbytes(4000))
        if len(connections) >= 16:
            await until(lambda: all(is_closed(one) for one in connections), "the end of these")
            while connections:
                connections.pop().close()
    await until(lambda: all(is_closed(one) for one in connections), "the end of the last")
    assert grown(product, before)["drop_frame_length"] == 35


@pytest.mark.timeout(90)
async def test_the_slow_and_the_silent_have_ten_seconds(product: Product, connections: list[socket.socket]) -> None:
    """A byte a second is not a check, and saying nothing is not either: half-open ones cannot fill the table."""
    started = time.monotonic()
    before = product.media_counters()
    connections += [dial(product) for _ in range(20)]
    while not all(is_closed(one) for one in connections):
        assert time.monotonic() - started < PATIENCE, "they were kept"
        for slow in connections[:10]:
            with contextlib.suppress(OSError):
                slow.send(b"\x01")
        await asyncio.sleep(0.5)
    assert time.monotonic() - started > ADMISSION - 1.0
    assert grown(product, before)["drop_connection_unknown"] == 20


@pytest.mark.timeout(90)
async def test_many_connections_leave_room_for_the_honest(
    mallory: Attacker, product: Product, connections: list[socket.socket]
) -> None:
    before = product.media_counters()
    for _ in range(300):
        connections.append(dial(product))
    await until(lambda: grown(product, before).get("in_connections", 0) == 300, "the connections")
    async with seat_by_tcp(mallory, Line("0", "microphone", 7501)) as peer:
        assert not peer.rtp.ended  # type: ignore[attr-defined]
    counts = grown(product, before)
    assert counts["drop_connection_limit"] >= 300 - 32, counts
    assert product.status()["workers"][0]["connections"] <= 32


async def test_resets_in_mid_frame_leave_nothing_behind(product: Product) -> None:
    before = product.media_counters()
    for number in range(100):
        connection = dial(product)
        connection.send(struct.pack("!H", 1000) + bytes(number))
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
    await until(lambda: grown(product, before).get("in_connections", 0) >= 50, "the connections")
    await until(lambda: product.status()["workers"][0]["connections"] == 0, "an empty table")


async def test_junk_of_a_seated_peer_is_dropped(mallory: Attacker, product: Product) -> None:
    """Over a connection that passed its check, in the bystanders' own room."""
    async with seat_by_tcp(mallory, Line("0", "microphone", 7601), Line("1", "camera", 7602)) as peer:
        before = product.media_counters()
        packets = [data for data in hostile_datagrams(20) if 0 < len(data) <= MAX_FRAME]
        for number, data in enumerate(packets):
            peer.rtp.send_raw(data)
            if number % 25 == 0:
                await asyncio.sleep(0.01)
        await until(lambda: grown(product, before).get("in_frames", 0) >= len(packets), "the junk")
        counts = grown(product, before)
        assert counts["drop_srtp_auth"] > 50 and counts["drop_class_unknown"] > 50, counts
        assert not peer.rtp.ended  # type: ignore[attr-defined]


@pytest.mark.timeout(120)
async def test_who_never_reads_is_cut_off_and_hurts_nobody(mallory: Attacker, product: Product) -> None:
    """A sender by UDP beside somebody who takes the connection and never reads from it."""
    doctor, patient = await mallory.call()
    sender = await mallory.peer(patient).connect(Line("0", "camera", 7701))
    await doctor.until(lambda: len(doctor.tracks()) == 1)
    track = next(iter(doctor.tracks()))
    listener = mallory.peer(doctor)
    await listener.rtp.close()
    listener.rtp = deaf = TcpClient()
    before = product.media_counters()
    try:
        await listener.connect(Line("0", track_id=track, kind="video"))
        deaf.stop_reading()
        started = time.monotonic()
        for number in range(100_000):
            payload = (KEYFRAME if number % 50 == 0 else INTERFRAME) + bytes(1100)
            sender.rtp.send_rtp(rtp_packet(96, number, number * 300, 7701, payload, marker=True))
            if number % 4 == 3:
                await asyncio.sleep(0.008)
            if number % 500 == 499 and grown(product, before).get("drop_connection_stalled"):
                break
        assert time.monotonic() - started < 60
        counts = grown(product, before)
        assert counts["drop_connection_stalled"] == 1 and counts["drop_backlog_video"] > 1000, counts
    finally:
        await deaf.close()
