"""Transport-wide feedback: what the recorder reports is what arrived, each once, whatever the order."""

from __future__ import annotations

import random
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.congestion.twcc import MAX_GAP, MAX_MESSAGES, MAX_PENDING, TwccRecorder, parse_transport_feedback
from telemed.congestion.twcc_wire import LARGE, LOST, SMALL, FeedbackReport, encode_chunks
from telemed.rtp import MalformedPacket
from telemed.rtp.rtcp import TransportFeedback, build_pli, parse_compound

START_US = 5_000_000_000
REFERENCE_CYCLE_US = 64_000 << 24


def reports(recorder: TwccRecorder) -> list[FeedbackReport]:
    """Build, check the framing of each message, and read it."""
    read = []
    for message in recorder.build(1, 2):
        assert len(message) <= 1200
        assert len(message) % 4 == 0
        [record] = parse_compound(message)
        assert isinstance(record, TransportFeedback)
        assert record.data == message
        report = parse_transport_feedback(message)
        assert (report.sender_ssrc, report.media_ssrc) == (1, 2)
        read.append(report)
    return read


def lost(report: FeedbackReport) -> list[int]:
    """The sequence numbers a message reports as not received."""
    arrived = {sequence for sequence, _ in report.received}
    span = ((report.base_sequence + offset) & 0xFFFF for offset in range(report.status_count))
    return [sequence for sequence in span if sequence not in arrived]


def feed(recorder: TwccRecorder, sequences: Iterable[int], start_us: int = START_US, step_us: int = 5000) -> dict[int, int]:
    """Record sequences (mod 65536) at regular arrivals; return the arrivals by 16-bit number."""
    arrivals = {}
    for position, sequence in enumerate(sequences):
        arrivals[sequence & 0xFFFF] = start_us + position * step_us
        recorder.record(sequence & 0xFFFF, start_us + position * step_us)
    return arrivals


def test_nothing_to_report() -> None:
    recorder = TwccRecorder()
    assert recorder.build(1, 2) == []
    assert not recorder.due(100.0)


def test_plain_stretch_is_one_small_message() -> None:
    recorder = TwccRecorder()
    feed(recorder, range(100, 120))
    [message] = recorder.build(1, 2)
    report = parse_transport_feedback(message)
    assert len(message) == 20 + 2 + 20 + 2  # header, one run, deltas, zero bytes
    assert (report.base_sequence, report.status_count, report.message_count) == (100, 20, 0)
    assert recorder.build(1, 2) == []


def test_known_bytes() -> None:
    """One received, two lost, one late by 100 ms: laid out by hand from the draft."""
    recorder = TwccRecorder()
    recorder.record(0xFFFF, 64_000 * 3 + 1000)
    recorder.record(2, 64_000 * 3 + 101_000)
    expected = bytes.fromhex(
        "8fcd0006" "00000001" "00000002"  # V=2 FMT=15 PT=205 length 6, SSRCs
        "ffff" "0004" "000003" "00"  # base, count, reference 3 * 64 ms, message 0
        "d080"  # two-bit vector 01 00 00 10
        "04" "0190"  # +1 ms = 4 ticks, +100 ms = 400 ticks in two bytes
        "000000"
    )  # fmt: skip
    assert recorder.build(1, 2) == [expected]


def test_losses_between_and_before_messages_are_reported_once() -> None:
    recorder = TwccRecorder()
    feed(recorder, [65533, 65534, 1, 2])
    [first] = reports(recorder)
    assert lost(first) == [65535, 0]
    feed(recorder, [5, 6], START_US + 100_000)
    [second] = reports(recorder)
    assert (second.base_sequence, second.message_count) == (3, 1)
    assert lost(second) == [3, 4]


def test_reordering_within_an_interval_gives_negative_deltas() -> None:
    recorder = TwccRecorder()
    arrivals = feed(recorder, [10, 12, 11, 13])
    [report] = reports(recorder)
    assert lost(report) == []
    assert dict(report.received) == arrivals


def test_late_packet_is_reported_alone_and_once() -> None:
    recorder = TwccRecorder()
    feed(recorder, [10, 11, 13, 14, 16])
    reports(recorder)
    feed(recorder, [12, 17, 12, 11, 9], START_US + 90_000)
    late, ordinary = reports(recorder)
    assert [sequence for sequence, _ in late.received] == [12]
    assert late.status_count == 1
    assert [sequence for sequence, _ in ordinary.received] == [17]
    assert ordinary.base_sequence == 17
    feed(recorder, [12], START_US + 120_000)
    assert reports(recorder) == []


def test_duplicates_are_reported_once() -> None:
    recorder = TwccRecorder()
    feed(recorder, [1, 1, 2, 2, 1])
    [report] = reports(recorder)
    assert [sequence for sequence, _ in report.received] == [1, 2]
    assert report.received[0][1] == START_US


def test_message_count_wraps() -> None:
    recorder = TwccRecorder()
    counts = []
    for number in range(300):
        feed(recorder, [number], START_US + number * 100_000)
        counts += [report.message_count for report in reports(recorder)]
    assert counts == [number & 0xFF for number in range(300)]


def test_clock_step_back_starts_over() -> None:
    recorder = TwccRecorder()
    feed(recorder, [1, 2, 3])
    recorder.record(4, START_US + 10_000 - 900_000)
    assert recorder.resets == 0
    recorder.record(500, START_US - 3_000_000)
    assert recorder.resets == 1
    [report] = reports(recorder)
    assert (report.base_sequence, report.status_count) == (500, 1)


def test_long_silence_needs_no_delta() -> None:
    recorder = TwccRecorder()
    feed(recorder, [1])
    reports(recorder)
    feed(recorder, [2], START_US + 60_000_000)
    [report] = reports(recorder)
    assert report.received == ((2, START_US + 60_000_000),)


def test_a_pause_too_long_for_a_delta_splits_the_message() -> None:
    recorder = TwccRecorder()
    feed(recorder, [1, 2], step_us=9_000_000)
    first, second = reports(recorder)
    assert first.received == ((1, START_US),)
    assert second.received == ((2, START_US + 9_000_000),)


def test_restart_of_the_sender_is_not_reported_as_loss() -> None:
    recorder = TwccRecorder()
    feed(recorder, [1, 2, 2 + MAX_GAP + 2])
    first, second = reports(recorder)
    assert (first.status_count, second.status_count) == (2, 1)
    feed(recorder, [3 + MAX_GAP + 2 + MAX_GAP - 1], START_US + 1000_000)
    [third] = reports(recorder)
    assert third.status_count == MAX_GAP


def test_busy_interval_fits_many_messages() -> None:
    recorder = TwccRecorder()
    arrivals = feed(recorder, range(65000, 65000 + 1000), step_us=50)
    read = reports(recorder)
    assert len(read) > 1
    assert [sequence for report in read for sequence, _ in report.received] == list(arrivals)
    assert all(not lost(report) for report in read)


def test_overload_drops_and_counts() -> None:
    recorder = TwccRecorder()
    feed(recorder, range(MAX_PENDING + 10), step_us=10)
    assert recorder.dropped == 10
    assert sum(len(report.received) for report in reports(recorder)) == MAX_PENDING


def test_hostile_jumps_are_not_amplified() -> None:
    recorder = TwccRecorder()
    feed(recorder, (number * 20_000 for number in range(500)), step_us=100)
    assert len(recorder.build(1, 2)) == MAX_MESSAGES
    assert recorder.dropped == 500 - MAX_MESSAGES


def test_worst_pattern_stays_within_a_datagram() -> None:
    recorder = TwccRecorder()
    position = 0
    for number in range(600):
        recorder.record(position & 0xFFFF, START_US + number * 100_000)
        position += 16
    read = reports(recorder)
    assert sum(len(report.received) for report in read) == 600


def test_due_every_100_ms_and_sooner_when_a_message_is_full() -> None:
    recorder = TwccRecorder()
    feed(recorder, range(1, 11))
    assert recorder.due(10.0)
    assert not recorder.due(10.09)
    assert recorder.due(10.1)
    feed(recorder, range(11, 150), START_US + 1000)
    assert not recorder.due(10.15)
    feed(recorder, [150, 151], START_US + 1000)
    assert not recorder.due(10.14)
    assert recorder.due(10.15)


def test_sound_alone_is_reported_on_less_often() -> None:
    """Its reports would else be a tenth of a link of 64 kbit/s."""
    recorder = TwccRecorder()
    reported, bits = [], 0
    for now in range(0, 10_000, 20):
        recorder.record(now // 20, START_US + now * 1000)
        if recorder.due(10 + now / 1000):
            reported.append(now)
            bits += sum(len(message) + 14 + 28 for message in recorder.build(1, 2)) * 8  # SRTCP, UDP and IP
    assert all(gap <= 260 for gap in (b - a for a, b in zip(reported, reported[1:], strict=False)))
    assert bits < 3_000 * 10


def test_a_thin_voice_is_reported_on_still_less_often_until_more_comes() -> None:
    recorder = TwccRecorder()
    reported = []
    for now in range(0, 12_000, 20):
        if now >= 10_000 or now % 60 == 0:
            recorder.record(now // 20, START_US + now * 1000)
        if recorder.due(10 + now / 1000):
            reported.append(now)
            recorder.build(1, 2)
    gaps = [b - a for a, b in zip(reported, reported[1:], strict=False)]
    assert min(gaps[1:20]) >= 380 and max(gaps) <= 440
    assert max(gaps[-4:]) <= 260


@given(
    st.integers(0, 0xFFFF),
    st.lists(st.tuples(st.integers(1, 40), st.integers(0, 400_000), st.booleans()), min_size=1, max_size=300),
    st.randoms(use_true_random=False),
)
def test_any_arrival_pattern_is_reported_exactly(base: int, steps: list[tuple[int, int, bool]], shuffle: random.Random) -> None:
    """Gaps, wraps, reordering and messages in between: every arrival once, within half a tick, no arrival called lost."""
    extended, now, packets = base, START_US, []
    for gap, _, _ in steps:
        packets.append(extended)
        extended += gap
    for index in range(len(packets) - 1):
        if shuffle.random() < 0.2:
            packets[index], packets[index + 1] = packets[index + 1], packets[index]
    recorder = TwccRecorder()
    arrivals: dict[int, int] = {}
    heard: list[tuple[int, int]] = []
    for sequence, (_, wait, build) in zip(packets, steps, strict=True):
        now += wait
        recorder.record(sequence & 0xFFFF, now)
        arrivals[sequence & 0xFFFF] = now
        if build:
            heard += [entry for report in reports(recorder) for entry in report.received]
    heard += [entry for report in reports(recorder) for entry in report.received]
    assert len(heard) == len(set(dict(heard)))
    first = packets[0] & 0xFFFF
    missing = set(arrivals) - set(dict(heard))
    assert all(0 < (first - sequence) & 0xFFFF < 100 for sequence in missing)  # only what is older than the first report
    for sequence, arrival in heard:
        error = (arrival - arrivals[sequence] + REFERENCE_CYCLE_US // 2) % REFERENCE_CYCLE_US - REFERENCE_CYCLE_US // 2
        assert abs(error) <= 125


@given(st.lists(st.tuples(st.sampled_from([LOST, SMALL, LARGE]), st.integers(1, 40)), min_size=1, max_size=40))
def test_chunks_round_trip(runs: list[tuple[int, int]]) -> None:
    from telemed.rtp.rtcp import build_transport_feedback

    symbols = bytearray(b"".join(bytes([symbol]) * count for symbol, count in runs))
    deltas = b"".join(b"\x01" if s == SMALL else b"\x01\x00" if s == LARGE else b"" for s in symbols)
    control = b"\x00\x00" + len(symbols).to_bytes(2, "big") + bytes(4) + encode_chunks(symbols) + deltas
    report = parse_transport_feedback(build_transport_feedback(1, 2, control))
    assert [sequence for sequence, _ in report.received] == [i for i, symbol in enumerate(symbols) if symbol]


def test_long_runs_are_cut_at_13_bits() -> None:
    assert encode_chunks(bytearray(b"\x00" * 8200)).hex() == "1fff0009"


GOOD = bytes.fromhex("8fcd000600000001000000020fff000400000300d080040190000000")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        GOOD[:19],
        build_pli(1, 2) * 2,
        b"\x8e" + GOOD[1:],
        GOOD + b"\0\0\0\0",
        GOOD[:20],
        GOOD[:24],
        GOOD[:20] + b"\xf0\x00" + GOOD[22:],
        GOOD[:20] + b"\x60\x04" + GOOD[22:],
        GOOD[:20] + b"\x00\x00" + GOOD[22:],
        GOOD[:14] + b"\xff\xff" + GOOD[16:20] + b"\x3f\xff" + GOOD[22:],
    ],
    ids="empty short pli format long no-chunk no-delta reserved reserved-run empty-run huge-run".split(),
)
def test_malformed_feedback_is_refused(data: bytes) -> None:
    assert parse_transport_feedback(GOOD).status_count == 4
    with pytest.raises(MalformedPacket):
        parse_transport_feedback(data)
