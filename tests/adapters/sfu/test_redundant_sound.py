"""Redundant sound (RFC 2198): lost packets come once more inside later ones, from who speaks and to who listens."""

from __future__ import annotations

import asyncio
import dataclasses
import struct
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from telemed.media.control import LayersWanted
from telemed.rtp.red import MAX_TICKS, build_red, parse_red
from telemed.rtp.rtcp import Nack, ReceiverReport, build_nack
from tests.adapters.sfu.conftest import Stage, until
from tests.bench.reporting import Reporter
from tests.bench.rtp_client import OPUS, Arrived, RtpClient, audio_line, receive_audio, rtp_packet

MIC, RED = 1001, 63
REDUNDANT = dataclasses.replace(OPUS, resend=True, red_payload_type=RED)
FIRST = 65530  # sequence number: the wrap is near


def frame(n: int) -> bytes:
    """The n-th frame: 20 ms of sound (RFC 6716 section 3.1), as far as its first byte says."""
    return b"\x78frame %04d" % n


def plain(n: int) -> bytes:
    """The n-th packet of a voice."""
    return rtp_packet(111, FIRST + n, n * 960, MIC, frame(n), level=30)


def redundant(n: int, *, before: int = 1, padding: int = 0) -> bytes:
    """The same with the frames before it."""
    earlier = [(k * 960, frame(n - k)) for k in range(1, before + 1)]
    return rtp_packet(RED, FIRST + n, n * 960, MIC, build_red(111, frame(n), earlier), level=30, padding=padding)


async def call(stage: Stage) -> tuple[RtpClient, RtpClient, int]:
    """One who speaks and may repeat; one who listens and takes plain sound alone."""
    alice = await stage.join("alice", (audio_line("0", "a-mic", MIC, REDUNDANT),))
    bob = await stage.join("bob", (), (receive_audio("1", "a-mic"),))
    return alice, bob, stage.ssrc(bob, "a-mic")


async def until_long(condition: Callable[[], object]) -> None:
    await until(condition, timeout=30.0)


def numbered(client: RtpClient, ssrc: int) -> list[tuple[int, int, bytes]]:
    """(number, timestamp, payload) of what came, both counted from the first."""
    packets = [packet for packet in client.inbox.rtp if packet.ssrc == ssrc]
    first = packets[0]
    return [((p.sequence - first.sequence) & 0xFFFF, (p.timestamp - first.timestamp) & 0xFFFFFFFF, p.payload) for p in packets]


async def test_what_was_lost_is_forwarded_from_inside_the_next_packet_before_it(stage: Stage) -> None:
    alice, bob, ssrc = await call(stage)
    alice.send_rtp(plain(0))
    lost = {3, 7, 8, 20}
    for n in range(1, 40):
        if n not in lost:
            alice.send_rtp(redundant(n, before=2 if n == 9 else 1, padding=4 if n % 5 == 0 else 0))
    await until_long(lambda: len(bob.inbox.payloads(ssrc)) == 40)
    assert numbered(bob, ssrc) == [(n, n * 960, frame(n)) for n in range(40)], "all of it, in order, under its own numbers"
    assert {packet.payload_type for packet in bob.inbox.rtp} == {111}
    stream = stage.peer("alice").streams[MIC]
    assert stream.stats.packets == 36, "what was recovered hides no loss: who speaks is to know of it"
    assert len(stream.nack) == 0 and stage.worker.counters.sound_recovered == 4
    assert not any(isinstance(record, Nack) for record in alice.inbox.rtcp)


async def test_a_voice_may_begin_redundant_and_nothing_of_before_is_made_up(stage: Stage) -> None:
    alice, bob, ssrc = await call(stage)
    for n in range(5, 10):
        alice.send_rtp(redundant(n))
    await until_long(lambda: len(bob.inbox.payloads(ssrc)) == 5)
    assert bob.inbox.payloads(ssrc) == [frame(n) for n in range(5, 10)]


async def test_who_was_overtaken_by_its_own_repetition_is_not_sent_twice_and_not_lost(stage: Stage) -> None:
    alice, bob, ssrc = await call(stage)
    for packet in (plain(0), redundant(2), redundant(1), redundant(4), plain(3), redundant(5)):
        alice.send_rtp(packet)
    await until_long(lambda: len(bob.inbox.payloads(ssrc)) == 6 and stage.worker.counters.drop_duplicate == 2)
    assert bob.inbox.payloads(ssrc) == [frame(n) for n in range(6)]
    stats = stage.peer("alice").streams[MIC].stats
    assert (stats.packets, stats.cumulative_lost) == (6, 0)


async def test_a_gap_wider_than_what_is_repeated_is_asked_for_as_before(stage: Stage) -> None:
    alice, bob, ssrc = await call(stage)

    def on_rtcp(record: object) -> None:
        if isinstance(record, Nack):
            for sequence in record.lost:
                alice.send_rtp(redundant((sequence - FIRST) & 0xFFFF))

    alice.on_rtcp = on_rtcp
    alice.send_rtp(plain(0))
    for n in (1, 2, 6, 7, 8):
        alice.send_rtp(redundant(n))
    await until_long(lambda: {frame(n) for n in range(9)} == set(bob.inbox.payloads(ssrc)))
    assert len(bob.inbox.payloads(ssrc)) == 9, "a resend that brings two of them brings none twice"


async def test_broken_repetitions_cost_their_packet_alone(stage: Stage) -> None:
    alice, bob, ssrc = await call(stage)
    alice.send_rtp(plain(0))
    for n, payload in enumerate((b"", b"\xef\x00", b"\x6f", b"\x09other codec"), 1):
        alice.send_rtp(rtp_packet(RED, FIRST + n, n * 960, MIC, payload))
    wrong = build_red(111, frame(6), [(1920, frame(5))])  # says it was sent earlier than the frame before
    alice.send_rtp(rtp_packet(RED, FIRST + 6, 6 * 960, MIC, wrong))
    await until_long(lambda: len(bob.inbox.payloads(ssrc)) == 2)
    assert bob.inbox.payloads(ssrc) == [frame(0), frame(6)]
    assert stage.worker.counters.drop_rtp_malformed == 4 and stage.worker.counters.sound_recovered == 0


async def test_a_packet_becomes_four_at_most_and_each_is_charged_to_its_sender(stage: Stage) -> None:
    alice, bob, ssrc = await call(stage)
    alice.send_rtp(plain(0))
    await until_long(lambda: len(bob.inbox.payloads(ssrc)) == 1)
    peer, tiny = stage.peer("alice"), b"\x80"  # 2.5 ms of sound in one byte
    came = peer.came
    stuffed = b"".join(struct.pack("!I", (0x80 | 111) << 24 | ticks << 10 | 1) for ticks in range(9 * 120, 0, -120))
    for n in (10, 20, 30):
        alice.send_rtp(rtp_packet(RED, FIRST + n, n * 120, MIC, stuffed + b"\x6f" + tiny * 10))
    await until_long(lambda: stage.worker.counters.in_red == 3 and len(bob.inbox.payloads(ssrc)) == 13)
    assert stage.worker.counters.sound_recovered == 9 and peer.came - came == 12
    assert [number for number, _timestamp, _payload in numbered(bob, ssrc)] == [0, *range(7, 11), *range(17, 21), *range(27, 31)]


async def test_what_was_said_before_a_silence_is_not_made_again(stage: Stage) -> None:
    alice, bob, ssrc = await call(stage)
    for n in range(3):
        alice.send_rtp(redundant(n))
    await until_long(lambda: len(bob.inbox.payloads(ssrc)) == 3)
    stream = stage.peer("alice").streams[MIC]
    await until_long(lambda: stream.ring.get(stream.highest, 0.0) is None)  # a second later nothing is remembered
    for n in (3, 4, 5):
        alice.send_rtp(redundant(n, before=2))
    await until_long(lambda: len(bob.inbox.payloads(ssrc)) == 6)
    assert bob.inbox.payloads(ssrc) == [frame(n) for n in range(6)]
    assert stage.worker.counters.sound_recovered == stage.worker.counters.fail_protect == 0
    for n in (7, 9):
        alice.send_rtp(redundant(n))
    await until_long(lambda: len(bob.inbox.payloads(ssrc)) == 10)
    assert stage.worker.counters.sound_recovered == 2, "what is lost since then is"


async def test_who_speaks_over_a_lossy_link_is_told_to_repeat_and_told_again(stage: Stage) -> None:
    alice, bob, ssrc = await call(stage)
    told: list[LayersWanted] = []
    stage.peer("alice").services.emit = lambda event: told.append(event) if isinstance(event, LayersWanted) else None
    n = 0

    def speak() -> bool:
        nonlocal n
        n += 1
        if n % 8:  # every eighth is lost
            alice.send_rtp(plain(n))
        return any(event.redundant for event in told)

    await until_long(speak)
    first = next(event for event in told if event.redundant)
    assert (first.track_id, first.max_bitrate, first.layers) == ("a-mic", 0, ())
    assert any(isinstance(record, ReceiverReport) for record in alice.inbox.rtcp)


@asynccontextmanager
async def lossy_listener(stage: Stage, lose_every: int) -> AsyncIterator[tuple[RtpClient, list[bytes], int]]:
    """Alice speaks; Bob takes redundant sound, loses each n-th packet on his link and reports what arrives. Yields Bob, the
    datagrams of the voice that reached his link, and its SSRC."""
    alice = await stage.join("alice", (audio_line("0", "a-mic", MIC, OPUS),))
    line = dataclasses.replace(receive_audio("1", "a-mic", reported=True), codec=REDUNDANT)
    bob = await stage.join("bob", (), (line,))
    ssrc = stage.ssrc(bob, "a-mic")
    came: list[bytes] = []

    def drop(data: bytes) -> bool:
        if len(data) < 12 or int.from_bytes(data[8:12], "big") != ssrc:
            return False
        came.append(data)
        return len(came) % lose_every == 0

    bob.drop = drop
    reporter = Reporter(bob)

    async def speak() -> None:
        started, n = time.monotonic(), 0
        while True:
            while n < (time.monotonic() - started) / 0.02:
                alice.send_rtp(rtp_packet(111, FIRST + n, n * 960, MIC, frame(n)))
                n += 1
            await asyncio.sleep(0.01)

    task = asyncio.create_task(speak())
    try:
        yield bob, came, ssrc
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await reporter.close()


def frames_of(packet: Arrived) -> list[bytes]:
    """The frames in one packet, the oldest first."""
    if packet.payload_type != RED:
        return [packet.payload]
    return [block.payload for block in parse_red(packet.payload, 0, len(packet.payload))]


async def test_a_listener_who_loses_much_gets_earlier_frames_besides(stage: Stage) -> None:
    async with lossy_listener(stage, 4) as (bob, came, ssrc):
        flow = stage.peer("bob").flows_by_ssrc[ssrc]
        await until_long(lambda: flow.repeats == 2)  # a quarter is lost
        bob.inbox.rtp.clear()
        await until_long(lambda: len(bob.inbox.rtp) > 100)
        packets = [packet for packet in bob.inbox.rtp if packet.ssrc == ssrc][2:]
        assert {packet.payload_type for packet in packets} == {RED}
        assert flow.redundancy is not None and flow.redundancy.rate.bitrate > 0, "what it costs is counted"
        heard = {one for packet in packets for one in frames_of(packet)}
        numbers = sorted(int(one[-4:]) for one in heard)
        assert numbers == list(range(numbers[0], numbers[-1] + 1)), "nothing is missing, though a quarter was lost"
        sequences = [packet.sequence for packet in packets]
        assert len(set(sequences)) == len(sequences)
        datagram = came[-2]  # a NACK is answered by what went out, bit by bit
        bob.send_rtcp(build_nack(1, ssrc, [int.from_bytes(datagram[2:4], "big")]))
        await until_long(lambda: came.count(datagram) == 2)


async def test_sound_stays_plain_where_little_is_lost_or_there_is_no_room(stage: Stage) -> None:
    async with lossy_listener(stage, 1_000_000) as (bob, _came, ssrc):
        await until_long(lambda: stage.peer("bob").control.in_charge and len(bob.inbox.payloads(ssrc)) > 100)
        flow = stage.peer("bob").flows_by_ssrc[ssrc]
        assert flow.repeats == 0 and {packet.payload_type for packet in bob.inbox.rtp if packet.ssrc == ssrc} == {111}
        for second in range(20):
            assert flow.redundancy.choice.look(0.3, 90_000.0, time.monotonic() + second) == 0


async def test_a_packet_goes_plain_when_nothing_can_be_repeated_beside_it(stage: Stage) -> None:
    alice = await stage.join("alice", (audio_line("0", "a-mic", MIC, OPUS),))
    line = dataclasses.replace(receive_audio("1", "a-mic", reported=True), codec=REDUNDANT)
    bob = await stage.join("bob", (), (line,))
    ssrc = stage.ssrc(bob, "a-mic")
    stage.peer("bob").flows_by_ssrc[ssrc].repeats = 2
    ticks = [n * (MAX_TICKS + 1) for n in range(4)] + [3 * (MAX_TICKS + 1) + 960]  # silence between words, then speech
    for n, timestamp in enumerate(ticks):
        alice.send_rtp(rtp_packet(111, FIRST + n, timestamp, MIC, frame(n)))
    await until_long(lambda: len(bob.inbox.rtp) == 5)
    assert [packet.payload_type for packet in bob.inbox.rtp] == [111] * 4 + [RED]
    assert [frames_of(packet) for packet in bob.inbox.rtp] == [[frame(n)] for n in range(4)] + [[frame(3), frame(4)]]
    assert stage.worker.counters.out_red == 1
