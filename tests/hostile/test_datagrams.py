"""Bad datagrams at the media port of the running product: counted, unanswered, and nobody's call notices."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import struct
from collections.abc import AsyncIterator, Callable

import pytest

from tests.adapters.sfu.test_hostile_input import FORGED_ALERT, FORGED_HELLO, forged_checks, hostile_datagrams
from tests.bench.rtp_client import rtp_packet
from tests.hostile.product import Attacker, Product
from tests.hostile.raw_seat import Line, RawPeer

CALLS = 20  # as many as must live through forged handshakes
PACE = 25  # datagrams between two pauses, so that the kernel's buffer drops none and counts can be exact
HEARD = 10.0  # seconds for a packet to be forwarded


@pytest.fixture
def stranger() -> socket.socket:
    """A UDP socket nobody knows."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
        opened.setblocking(False)
        yield opened  # type: ignore[misc]


async def until(condition: Callable[[], object], what: str, seconds: float = HEARD) -> None:
    deadline = asyncio.get_running_loop().time() + seconds
    while not condition():
        assert asyncio.get_running_loop().time() < deadline, f"not in time: {what}"
        await asyncio.sleep(0.02)


async def send_all(send: Callable[[bytes], object], datagrams: list[bytes]) -> None:
    """Send at a pace the receive buffer takes."""
    for number, data in enumerate(datagrams):
        with contextlib.suppress(BlockingIOError):
            send(data)
        if number % PACE == PACE - 1:
            await asyncio.sleep(0.01)


def grown(product: Product, before: dict[str, int]) -> dict[str, int]:
    """What was counted since."""
    now = product.media_counters()
    return {name: count - before[name] for name, count in now.items() if count != before[name]}


async def media_call(mallory: Attacker) -> tuple[RawPeer, RawPeer, str]:
    """A call of the attacker's own beside the bystanders': one sends sound, one hears it; -> (sender, listener, track)."""
    doctor, patient = await mallory.call()
    sender = await mallory.peer(patient).connect(Line("0", "microphone", 7001), Line("1", "camera", 7002))
    await doctor.until(lambda: len(doctor.tracks()) == 2)
    track = next(t["id"] for t in doctor.tracks().values() if t["kind"] == "audio")
    listener = await mallory.peer(doctor).connect(Line("0", track_id=track, kind="audio"))
    await say(sender, listener, track, b"hello", 1)
    return sender, listener, track


async def say(sender: RawPeer, listener: RawPeer, track: str, word: bytes, sequence: int) -> None:
    """Sound still gets through."""

    def once() -> bool:
        return word in listener.received(track)

    for attempt in range(10):  # a first packet may race the listener's flow
        sender.rtp.send_rtp(rtp_packet(111, sequence + attempt, (sequence + attempt) * 960, 7001, word))
        with contextlib.suppress(AssertionError):
            await until(once, "the packet", HEARD / 10)
            return
    assert once(), "nothing is heard any more"


async def test_datagrams_of_strangers_are_dropped_unanswered(mallory: Attacker, stranger: socket.socket) -> None:
    product = mallory.product
    before = product.media_counters()
    for seed in range(3):
        await send_all(lambda data: stranger.sendto(data, product.media), hostile_datagrams(seed))
    await until(lambda: grown(product, before).get("drop_empty", 0) == 3, "the empty ones")
    counts = grown(product, before)
    assert counts["drop_oversized"] == 9
    assert min(counts[name] for name in ("drop_address_unknown", "drop_stun_malformed", "drop_class_unknown")) > 100
    with pytest.raises(BlockingIOError):
        stranger.recv(2048)


async def test_datagrams_of_a_seated_peer_are_dropped(mallory: Attacker) -> None:
    """From an address that passed its check, in the bystanders' own room."""
    product = mallory.product
    peer = await mallory.peer(await mallory.seated()).connect(Line("0", "microphone", 7101), Line("1", "camera", 7102))
    before = product.media_counters()
    for seed in range(3):
        await send_all(peer.rtp.send_raw, hostile_datagrams(10 + seed))
    await until(lambda: grown(product, before).get("drop_oversized", 0) == 9, "the oversized ones")
    counts = grown(product, before)
    assert counts["drop_empty"] == 3 and counts["drop_srtp_auth"] > 50, counts


async def test_forged_handshakes_and_alerts_leave_twenty_of_twenty_calls_alive(
    mallory: Attacker, stranger: socket.socket
) -> None:
    """While the calls are set up, strangers and (by forged source) the peers' own addresses send hellos and alerts."""
    product = mallory.product
    peers: list[RawPeer] = []
    before = product.media_counters()
    async with attacking(product, stranger, peers):
        for _ in range(CALLS):
            doctor, patient = await mallory.call()
            peers += [mallory.peer(patient), mallory.peer(doctor)]
            await peers[-2].connect(Line("0", "microphone", 7001))
            await doctor.until(lambda d=doctor: len(d.tracks()) == 1)
            track = next(iter(doctor.tracks()))
            await peers[-1].connect(Line("0", track_id=track, kind="audio"))
            await say(peers[-2], peers[-1], track, b"alive", 1)
    for peer in peers:
        await peer.seat.until(lambda p=peer: p.seat.state["you"]["state"] == "connected")
    counts = grown(product, before)
    assert counts["drop_alert_plaintext"] > 100 and counts["drop_address_unknown"] > 100
    assert "fail_handshake" not in counts


@contextlib.asynccontextmanager
async def attacking(product: Product, stranger: socket.socket, peers: list[RawPeer]) -> AsyncIterator[None]:
    """Forged records every 5 ms from a stranger and from each peer's own address."""

    async def attack() -> None:
        while True:
            for data in (FORGED_HELLO, FORGED_ALERT, b"", b"\x16", b"\x15\xfe\xfd"):
                with contextlib.suppress(BlockingIOError):
                    stranger.sendto(data, product.media)
            for peer in peers[-4:]:
                if peer.rtp.address[1]:
                    peer.rtp.send_raw(FORGED_ALERT)
            await asyncio.sleep(0.005)

    task = asyncio.create_task(attack())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_forged_checks_are_neither_believed_nor_answered(mallory: Attacker, stranger: socket.socket) -> None:
    product = mallory.product
    sender, listener, track = await media_call(mallory)
    assert sender.answer is not None
    before = product.media_counters()
    await send_all(lambda data: stranger.sendto(data, product.media), forged_checks(sender.answer.ice_ufrag, 5))
    await say(sender, listener, track, b"still here", 100)
    counts = grown(product, before)
    assert counts["drop_stun_malformed"] > 100 and counts["drop_stun_unauthenticated"] > 2
    assert "path_switches" not in counts
    with pytest.raises(BlockingIOError):
        stranger.recv(2048)


async def test_replayed_packets_are_not_forwarded(mallory: Attacker, stranger: socket.socket) -> None:
    product = mallory.product
    sender, listener, track = await media_call(mallory)
    sender.rtp.sent = []
    for number in range(50):
        sender.rtp.send_rtp(rtp_packet(111, 200 + number, (200 + number) * 960, 7001, b"once %d" % number))
    await until(lambda: listener.received(track)[-1:] == [b"once 49"], "the originals")
    heard = len(listener.received(track))
    before = product.media_counters()
    recorded = list(sender.rtp.sent)
    await send_all(sender.rtp.send_raw, recorded)
    await send_all(lambda data: stranger.sendto(data, product.media), recorded)
    await until(lambda: grown(product, before).get("drop_srtp_replay", 0) == 50, "the replays")
    assert grown(product, before)["drop_address_unknown"] >= 50
    assert len(listener.received(track)) == heard


async def test_malformed_media_of_a_seated_peer_is_dropped(mallory: Attacker) -> None:
    """Properly encrypted nonsense, in the bystanders' own room."""
    product = mallory.product
    peer = await mallory.peer(await mallory.seated()).connect(Line("0", "microphone", 7301), Line("1", "camera", 7302))
    before = product.media_counters()
    chance = random.Random(7)
    for number in range(400):
        peer.rtp.send_rtp(nonsense_rtp(chance, number))
        peer.rtp.send_rtcp(nonsense_rtcp(chance))
        if number % PACE == 0:
            await asyncio.sleep(0.01)
    await until(lambda: grown(product, before).get("drop_rtcp_malformed", 0) > 20, "malformed RTCP")
    counts = grown(product, before)
    assert counts["drop_rtp_malformed"] > 0 and counts["drop_ssrc_limit"] > 20, counts


def nonsense_rtp(chance: random.Random, number: int) -> bytes:
    """RTP that SRTP takes and nobody should: wrong payload types, broken extensions, padding beyond the packet, new sources."""
    first = chance.choice((0x80, 0x90, 0xA0, 0xB0, 0x8F, 0x9F))
    ssrc = chance.choice((7301, 7302, 9000 + number))
    head = bytes([first, chance.choice((111, 96, 97, 0, 127))]) + struct.pack("!HII", 1000 + number, number, ssrc)
    contributors = chance.randbytes(4 * (first & 0x0F))
    extension = b"\xbe\xde" + struct.pack("!H", 1) + chance.randbytes(4) if first & 0x10 else b""
    return head + contributors + extension + chance.randbytes(chance.randrange(1, 60))


def nonsense_rtcp(chance: random.Random) -> bytes:
    """RTCP with a plausible head and anything behind it."""
    kind, ssrc = chance.choice((200, 201, 202, 203, 204, 205, 206, 207)), chance.choice((7301, 7302))
    head = bytes([0x80 | chance.randrange(32), kind]) + struct.pack("!HI", chance.randrange(12), ssrc)
    return head + chance.randbytes(4 * chance.randrange(0, 20))


async def test_feedback_about_others_streams_reaches_nobody(mallory: Attacker) -> None:
    """A seated peer asks about streams it was never sent: BYE, NACK, PLI, FIR and reports for SSRCs it guesses."""
    product = mallory.product
    peer = await mallory.peer(await mallory.seated()).connect(Line("0", "microphone", 7401))
    before = product.media_counters()
    for ssrc in (1, 1001, 7001, 0xFFFFFFFF, *range(2**31, 2**31 + 200, 7)):
        target = struct.pack("!I", ssrc)
        own = struct.pack("!I", 7401)
        for packet in (
            b"\x81\xcb\x00\x01" + target,  # BYE of somebody else
            b"\x81\xce\x00\x02" + own + target,  # PLI
            b"\x81\xcd\x00\x03" + own + target + b"\x00\x01\xff\xff",  # NACK
            b"\x84\xce\x00\x04" + own + bytes(4) + target + b"\x01\x00\x00\x00",  # FIR
            b"\x81\xc9\x00\x07" + own + target + b"\xff" * 20,  # a report of total loss
        ):
            peer.rtp.send_rtcp(packet)
        await asyncio.sleep(0.002)
    await until(lambda: grown(product, before).get("in_rtcp", 0) > 100, "the reports")
    assert grown(product, before).get("out_rtx", 0) == 0


async def test_a_burst_from_one_stranger_is_survived(mallory: Attacker, stranger: socket.socket) -> None:
    """Two seconds of 4000 junk packets a second; line-rate floods belong to the packet filter (threat model)."""
    junk = b"\x80\x6f" + bytes(100)
    for _ in range(200):
        for _ in range(40):
            with contextlib.suppress(BlockingIOError):
                stranger.sendto(junk, mallory.product.media)
        await asyncio.sleep(0.01)
