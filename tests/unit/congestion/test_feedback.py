"""The send log and what feedback makes of it: each packet accounted for once, whatever is lost, late, repeated or invented."""

from __future__ import annotations

import timeit

from hypothesis import given, settings
from hypothesis import strategies as st

from telemed.congestion.controller import SendController
from telemed.congestion.feedback import ARRIVAL_CYCLE, FeedbackReader
from telemed.congestion.send_log import CAPACITY, PacketKind, SendLog
from telemed.congestion.twcc import TwccRecorder
from telemed.congestion.twcc_wire import FeedbackReport, parse_transport_feedback
from telemed.rtp import MalformedPacket

NOW = 1_000_000_000


def sent(count: int, start: int = 65_500, size: int = 1000) -> SendLog:
    """A log with packets 1 ms apart, the last of them sent just before NOW."""
    log = SendLog()
    for index in range(count):
        log.sent((start + index) & 0xFFFF, size, NOW - (count - index) * 1000)
    return log


def report(base: int, count: int, received: dict[int, int]) -> FeedbackReport:
    """Feedback about `count` packets from `base`; `received`: index -> arrival us."""
    return FeedbackReport(1, 2, base & 0xFFFF, count, 0, tuple(((base + i) & 0xFFFF, at) for i, at in received.items()))


def test_a_message_tells_what_arrived_and_what_did_not() -> None:
    reader = FeedbackReader(sent(100))
    outcome = reader.apply(report(65_500, 100, {i: i * 1000 for i in range(100) if i % 10}), NOW + 50_000)
    assert len(outcome.arrival_us) == 90
    assert (outcome.lost, outcome.lost_bytes, outcome.bytes_arrived) == (10, 10_000, 90_000)
    assert outcome.round_trip_us == 51_000


def test_a_message_that_does_not_go_on_where_the_last_ended_is_taken_apart_once() -> None:
    asked = 0

    class Counting(FeedbackReport):
        @property
        def received(self) -> tuple[tuple[int, int], ...]:
            nonlocal asked
            asked += 1
            return super().received

    message = Counting(1, 2, 65_500, 50, 0, arrivals=tuple(range(0, 50_000, 1000)))
    outcome = FeedbackReader(sent(100)).apply(message, NOW + 50_000)
    assert len(outcome.arrival_us) == 50 and asked == 1


def test_arrivals_come_in_order_of_arrival() -> None:
    outcome = FeedbackReader(sent(3)).apply(report(65_500, 3, {0: 3000, 1: 1000, 2: 2000}), NOW)
    assert outcome.arrival_us == [1000, 2000, 3000]


def test_a_repeated_message_tells_nothing_new() -> None:
    reader = FeedbackReader(sent(10))
    message = report(65_500, 10, {0: 0, 1: 1000})
    reader.apply(message, NOW)
    again = reader.apply(message, NOW)
    assert (again.arrival_us, again.lost) == ([], 0)
    assert reader.ignored == 2


def test_a_late_packet_is_no_longer_lost() -> None:
    reader = FeedbackReader(sent(10))
    first = reader.apply(report(65_500, 10, {i: i for i in range(9)}), NOW)
    late = reader.apply(report(65_509, 1, {0: 99}), NOW)
    assert (first.lost, late.lost, late.lost_bytes) == (1, -1, -1000)


def test_a_lost_message_makes_no_losses() -> None:
    reader = FeedbackReader(sent(30))
    reader.apply(report(65_500, 10, {i: i for i in range(10)}), NOW)
    outcome = reader.apply(report(65_520, 10, {i: i for i in range(10)}), NOW)
    assert outcome.lost == 0
    assert reader.unreported == 10


def test_reordered_messages_count_each_packet_once() -> None:
    reader = FeedbackReader(sent(30))
    reader.apply(report(65_520, 10, {i: i for i in range(10)}), NOW)
    outcome = reader.apply(report(65_500, 20, {i: i for i in range(18)}), NOW)
    assert (len(outcome.arrival_us), outcome.lost) == (18, 0)


def test_reports_about_packets_never_sent_are_ignored() -> None:
    reader = FeedbackReader(sent(10))
    outcome = reader.apply(report(100, 500, {i: i for i in range(500)}), NOW)
    assert (outcome.arrival_us, outcome.lost, reader.ignored) == ([], 0, 500)
    assert FeedbackReader(SendLog()).apply(report(0, 10, {0: 1}), NOW).arrival_us == []


def test_the_reference_time_may_wrap() -> None:
    reader = FeedbackReader(sent(4))
    before = reader.apply(report(65_500, 2, {0: ARRIVAL_CYCLE - 2000, 1: ARRIVAL_CYCLE - 1000}), NOW)
    after = reader.apply(report(65_502, 2, {0: 0, 1: 1000}), NOW)
    assert after.arrival_us[0] - before.arrival_us[1] == 1000


def test_an_overwritten_packet_is_unknown() -> None:
    log = sent(CAPACITY + 5)
    assert log.settle(65_500) is None
    assert log.settle((65_500 + 5) & 0xFFFF) is not None


def test_kinds_and_sizes_survive() -> None:
    log = SendLog()
    for kind in PacketKind:
        log.sent(65_533 + kind & 0xFFFF, 8191 - kind, 1 << 50, kind)
    for kind in PacketKind:
        assert log.settle(65_533 + kind & 0xFFFF) == (1 << 50, 8191 - kind, kind, False)


@given(
    start=st.integers(0, 65_535),
    fates=st.lists(st.sampled_from(["arrives", "lost", "late"]), min_size=1, max_size=80),
    cuts=st.lists(st.integers(1, 40), min_size=1, max_size=20),
)
@settings(max_examples=15)
def test_every_packet_is_accounted_for_once(start: int, fates: list[str], cuts: list[int]) -> None:
    """Through the real recorder and the wire, across the wrap."""
    log = SendLog()
    reader, recorder = FeedbackReader(log), TwccRecorder()
    arrived = lost = recorded = 0
    late: list[int] = []

    def exchange() -> None:
        nonlocal arrived, lost
        for message in recorder.build(1, 2):
            outcome = reader.apply(parse_transport_feedback(message), NOW + 10**6)
            arrived += len(outcome.arrival_us)
            lost += outcome.lost

    for index, fate in enumerate(fates):
        sequence = (start + index) & 0xFFFF
        log.sent(sequence, 100, NOW + index * 1000)
        if fate == "arrives":
            recorder.record(sequence, NOW + 5000 + index * 1000)
            recorded += 1
        elif fate == "late":
            late.append(sequence)
        if index % cuts[index % len(cuts)] == 0:
            exchange()
            for behind in late:
                recorder.record(behind, NOW + 5500 + index * 1000)
                recorded += 1
            late.clear()
    exchange()
    exchange()
    assert reader.ignored == 0
    assert arrived == recorded
    assert arrived + lost + reader.unreported <= len(fates)
    assert reader.unreported == 0


@given(
    start=st.integers(0, 65_535),
    sizes=st.lists(st.integers(1, 40), min_size=1, max_size=30),
    probe=st.integers(0, 400),
    skipped=st.sets(st.integers(0, 29), max_size=3),
)
@settings(max_examples=25)
def test_a_message_taken_as_a_whole_tells_what_its_packets_one_by_one_do(
    start: int, sizes: list[int], probe: int, skipped: set[int]
) -> None:
    """All packets arrive; some messages are lost. The same messages once as runs and once as pairs."""
    logs = SendLog(), SendLog()
    whole, single = (FeedbackReader(log) for log in logs)
    number = 0
    for position, size in enumerate(sizes):
        base, arrivals = (start + number) & 0xFFFF, []
        for _ in range(size):
            kind = PacketKind.PROBE if number == probe else PacketKind.MEDIA
            for log in logs:
                log.sent((start + number) & 0xFFFF, 100 + number, NOW + number * 1000, kind)
            arrivals.append(NOW + 7000 + number * 1000)
            number += 1
        if position in skipped:
            continue
        message = FeedbackReport(1, 2, base, size, 0, arrivals=tuple(arrivals))
        now = NOW + number * 1000 + 5000
        as_pairs = single.apply(message._replace(pairs=message.received, arrivals=()), now)
        at_once = whole.apply(message, now)
        assert (list(at_once.sent_us), list(at_once.arrival_us), *at_once[2:]) == (
            list(as_pairs.sent_us),
            list(as_pairs.arrival_us),
            *as_pairs[2:],
        )
    assert (whole.ignored, whole.unreported) == (single.ignored, single.unreported)


MESSAGES = st.builds(
    lambda base, count, received: FeedbackReport(1, 2, base, count, 0, tuple(received)),
    st.integers(0, 65_535),
    st.integers(0, 65_535),
    st.lists(st.tuples(st.integers(0, 65_535), st.integers(-(1 << 40), 1 << 41)), max_size=10),
)


@given(messages=st.lists(MESSAGES, min_size=1, max_size=5), count=st.integers(0, 150))
@settings(max_examples=15)
def test_hostile_messages_do_no_harm(messages: list[FeedbackReport], count: int) -> None:
    controller = SendController(floor=30_000, cap=5_000_000)
    for index in range(count):
        controller.log.sent((65_400 + index) & 0xFFFF, 1000, NOW + index * 1000)
    for position, message in enumerate(messages):
        estimate = controller.on_feedback(message, NOW + 10**6 + position * 50_000)
        controller.tick(NOW + 10**6 + position * 50_000)
        assert 30_000 <= estimate.bitrate <= 5_000_000
        assert 0 <= estimate.loss <= 1


@given(data=st.binary(max_size=120))
@settings(max_examples=20)
def test_any_bytes_are_a_message_or_malformed(data: bytes) -> None:
    framed = b"\x8f\xcd" + (len(data) // 4 + 2).to_bytes(2, "big") + bytes(8) + data[: len(data) // 4 * 4]
    controller = SendController()
    controller.log.sent(0, 1000, NOW)
    try:
        message = parse_transport_feedback(framed)
    except MalformedPacket:
        return
    controller.on_feedback(message, NOW + 1000)


def test_the_call_per_packet_is_cheap() -> None:
    """Measured 0.35 us; the limit only notices when something of another order creeps in."""
    log = SendLog()
    best = min(timeit.repeat(lambda: [log.sent(number & 0xFFFF, 1200, number) for number in range(2000)], number=1, repeat=7))
    assert best / 2000 < 3e-6
