"""Junk pours in at a worker's media port: peers get sockets of their own, calls go on and new ones begin."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from telemed.sfu import flood_watch, peer_sockets, stranger_filter
from telemed.sfu.flood_guard import FloodGuard
from telemed.sfu.peer_sockets import Inlet
from telemed.sfu.transport import RECORDS_PER_SECOND
from tests.adapters.sfu.conftest import Stage, until
from tests.bench.rtp_client import RtpClient, audio_line, receive_audio, rtp_packet

ALICE, BOB, CAROL = 1001, 2001, 3001
JUNK = b"\x80\x6f" + bytes(60)
BATCH = 60  # datagrams every 5 ms: 12,000 a second where the machine has time, four times what begins a flood
LONG = 20.0  # seconds: the machine may be busy


@pytest.fixture(autouse=True)
def quick_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Floods begin at a rate a busy machine reaches, and end soon."""
    monkeypatch.setattr(flood_watch, "BEGINS_AT", 500.0)
    monkeypatch.setattr(flood_watch, "AT_ONCE", 500.0)
    monkeypatch.setattr(flood_watch, "ENDS_BELOW", 200.0)
    monkeypatch.setattr(flood_watch, "CALM_SECONDS", 1.0)


@pytest.fixture
def stranger() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
        opened.setblocking(False)
        yield opened


class Flood:
    """Junk by `send` until told to stop."""

    def __init__(self, send: Callable[[bytes], object], junk: bytes = JUNK) -> None:
        self._send = send
        self._junk = junk
        self._task = asyncio.create_task(self._pour())

    async def _pour(self) -> None:
        while True:
            for _ in range(BATCH):
                try:
                    self._send(self._junk)
                except BlockingIOError:
                    break
            await asyncio.sleep(0.005)

    async def stop(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


@pytest.fixture
async def flood(stage: Stage, stranger: socket.socket) -> AsyncIterator[Flood]:
    """A stranger's flood, already noticed."""
    place = ("127.0.0.1", stage.worker.udp_port)
    running = Flood(lambda data: stranger.sendto(data, place))
    try:
        await until(lambda: guard(stage).flooded and guard(stage).filtering, LONG)
        yield running
    finally:
        await running.stop()


def guard(stage: Stage) -> FloodGuard:
    assert stage.worker._services is not None
    return stage.worker._services.mux.guard


async def call(stage: Stage) -> tuple[RtpClient, RtpClient]:
    alice = await stage.join("alice", (audio_line("0", "a-mic", ALICE),))
    bob = await stage.join("bob", (audio_line("0", "b-mic", BOB),), (receive_audio("1", "a-mic"),))
    return alice, bob


class Talk:
    """Sound of one peer, numbered."""

    def __init__(self, speaker: RtpClient, ssrc: int) -> None:
        self.speaker, self.ssrc, self.number = speaker, ssrc, 0

    def say(self) -> None:
        self.number += 1
        self.speaker.send_rtp(rtp_packet(111, self.number, self.number * 960, self.ssrc, b"%d" % self.number))

    async def reaches(self, hearer: RtpClient) -> None:
        """Speak until something said from now on is heard."""
        heard = len(hearer.inbox.rtp)

        def once() -> bool:
            self.say()
            return len(hearer.inbox.rtp) > heard

        await until(once, LONG)


async def test_a_strangers_flood_stays_out_of_the_peers_sockets(stage: Stage, flood: Flood) -> None:
    counters = stage.worker.counters
    alice, bob = await call(stage)  # a new call begins during the flood
    await until(lambda: len(guard(stage)) == 2, LONG)
    talk = Talk(alice, ALICE)
    await talk.reaches(bob)
    stray, filtered = counters.drop_address_unknown, counters.kernel_filter_drops
    await until(lambda: counters.kernel_filter_drops > filtered + 500, LONG)
    assert counters.drop_address_unknown == stray, "junk was read"
    assert counters.floods == 1 and stage.worker.stats()["flooded"] == 1 and stage.worker.stats()["peer_sockets"] == 2
    await flood.stop()
    await until(lambda: not guard(stage).flooded, LONG)
    await until(lambda: len(guard(stage)) == 0 and not guard(stage).filtering, LONG)
    await talk.reaches(bob)
    assert counters.drop_srtp_replay == counters.fail_peer_socket == 0


async def test_calls_from_before_lose_nothing_when_the_sockets_open_and_close(stage: Stage, stranger: socket.socket) -> None:
    alice, bob = await call(stage)
    talk = Talk(alice, ALICE)
    await talk.reaches(bob)
    before = talk.number
    place = ("127.0.0.1", stage.worker.udp_port)
    flood = Flood(lambda data: stranger.sendto(data, place))
    try:
        while not guard(stage).filtering:
            talk.say()
            await asyncio.sleep(0.001)
    finally:
        await flood.stop()
    while guard(stage).flooded or len(guard(stage)):
        talk.say()
        await asyncio.sleep(0.001)
    said = set(range(before + 1, talk.number + 1))

    def missing() -> set[int]:
        return said - {int(packet.payload) for packet in bob.inbox.rtp}

    await until(lambda: len(missing()) <= 2, LONG)  # between reading a socket out and closing it one may slip through


async def test_junk_under_a_peers_address_harms_nobody_else(stage: Stage) -> None:
    alice, bob = await call(stage)
    carol = await stage.join("carol", (audio_line("0", "c-mic", CAROL),), room="other")
    dora = await stage.join("dora", (), (receive_audio("0", "c-mic"),), room="other")
    flood = Flood(alice.send_raw, b"\x80\x6f\x00\x01" + bytes(4) + ALICE.to_bytes(4, "big") + bytes(60))
    try:
        await until(lambda: guard(stage).flooded and len(guard(stage)) == 4, LONG)
        await Talk(carol, CAROL).reaches(dora)
        await Talk(alice, ALICE).reaches(bob)
    finally:
        await flood.stop()
    assert stage.worker.counters.drop_srtp_auth > 0


async def test_a_changed_address_comes_in_by_its_check(stage: Stage, flood: Flood) -> None:
    alice, bob = await call(stage)
    await until(lambda: len(guard(stage)) == 2, LONG)
    await Talk(alice, ALICE).reaches(bob)
    old = stage.peer("alice").path
    alice.rebind()
    await until(lambda: stage.peer("alice").path is not old, LONG)
    assert stage.peer("alice").path.key in guard(stage)._sockets
    talk = Talk(alice, ALICE)
    talk.number = 1000
    await talk.reaches(bob)


async def test_those_who_left_leave_no_socket(stage: Stage, flood: Flood) -> None:
    await call(stage)
    await until(lambda: len(guard(stage)) == 2, LONG)
    stage.worker.rooms["room"].close_peer("alice")
    await until(lambda: len(guard(stage)) == 1, LONG)


async def test_without_sockets_for_all_nothing_is_filtered(
    stage: Stage, stranger: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peer_sockets, "MAX_SOCKETS", 1)
    alice, bob = await call(stage)
    place = ("127.0.0.1", stage.worker.udp_port)
    flood = Flood(lambda data: stranger.sendto(data, place))
    try:
        await until(lambda: guard(stage).flooded and len(guard(stage)) == 1, LONG)
        await Talk(alice, ALICE).reaches(bob)
        assert not guard(stage).filtering
        assert stage.worker.counters.fail_peer_socket == 1, "once a flood"
        await stage.join("carol", (audio_line("0", "c-mic", CAROL),))
    finally:
        await flood.stop()


async def test_a_kernel_without_filters_is_lived_with(
    stage: Stage, stranger: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_handle: socket.socket) -> None:
        raise OSError("not here")

    monkeypatch.setattr(stranger_filter, "attach", refuse)
    alice, bob = await call(stage)
    place = ("127.0.0.1", stage.worker.udp_port)
    flood = Flood(lambda data: stranger.sendto(data, place))
    try:
        await until(lambda: len(guard(stage)) == 2, LONG)
        await Talk(alice, ALICE).reaches(bob)
    finally:
        await flood.stop()


async def test_forged_records_of_a_connected_peer_are_bounded(stage: Stage) -> None:
    alice, bob = await call(stage)
    counters = stage.worker.counters
    deadline = time.monotonic() + LONG
    while not counters.drop_dtls_rate:
        assert time.monotonic() < deadline
        for _ in range(2 * RECORDS_PER_SECOND):
            alice.send_raw(b"\x17\xfe\xfd" + bytes(100))
        await asyncio.sleep(0.01)
    await Talk(alice, ALICE).reaches(bob)
    await asyncio.wait_for(alice.close(), LONG)


def test_drops_are_counted_once_whatever_order_the_counts_come_in() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        inlet = Inlet(handle, 1)
        assert [inlet.dropped(total) for total in (5, 5, 3, 9)] == [5, 0, 0, 4]
        inlet.drops = 0xFFFFFFFE
        assert inlet.dropped(3) == 5
