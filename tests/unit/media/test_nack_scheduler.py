"""What is asked for again, when, how often, and what is given up."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from telemed.media.nack import FOR_AUDIO, MAX_GAP, MAX_PER_REQUEST, MAX_TRACKED, MAX_TRIES, NackScheduler

BASE = 65536 + 65530  # six packets before the 16-bit wrap
RTT = 0.1


def with_gap(missing: int = 1) -> NackScheduler:
    """A source that lost `missing` packets after BASE, at time 0, followed by two packets."""
    scheduler = NackScheduler()
    scheduler.on_packet(BASE, 0.0)
    scheduler.on_packet(BASE + 1 + missing, 0.0)
    scheduler.on_packet(BASE + 2 + missing, 0.001)
    return scheduler


def test_in_order_packets_ask_for_nothing() -> None:
    scheduler = NackScheduler()
    for number in range(BASE, BASE + 100):
        scheduler.on_packet(number, 0.0)
    assert len(scheduler) == 0
    assert scheduler.due(10.0, RTT) == []


def test_first_ask_waits_for_reordering() -> None:
    scheduler = with_gap()
    assert scheduler.due(0.004, RTT) == []
    assert scheduler.due(0.005, RTT) == [(BASE + 1) & 0xFFFF]


def test_one_newer_packet_waits_longer() -> None:
    scheduler = NackScheduler()
    scheduler.on_packet(BASE, 0.0)
    scheduler.on_packet(BASE + 2, 0.0)
    assert scheduler.due(0.015, RTT) == []
    assert scheduler.due(0.020, RTT) == [(BASE + 1) & 0xFFFF]


def test_late_or_retransmitted_packet_ends_the_search() -> None:
    scheduler = with_gap(2)
    scheduler.on_packet(BASE + 1, 0.01)
    scheduler.on_recovered(BASE + 2)
    scheduler.on_recovered(BASE + 2)
    assert scheduler.due(0.1, RTT) == []
    assert scheduler.lost_for_good == 0


def test_asks_twice_each_round_trip_and_gives_up_after_ten() -> None:
    scheduler = with_gap()
    asked_at = [tick / 100 for tick in range(400) if scheduler.due(tick / 100, RTT)]
    assert len(asked_at) == MAX_TRIES
    firsts, seconds = asked_at[::2], asked_at[1::2]
    assert all(0.018 <= again - first < 0.031 for first, again in zip(firsts, seconds, strict=True)), "the asking gets lost too"
    rounds = [later - earlier for earlier, later in zip(firsts, firsts[1:], strict=False)]
    assert all(0.1 <= each < 0.111 for each in rounds), "a sender repeats nothing twice within a round trip"


def test_short_paths_retry_each_40_ms() -> None:
    scheduler = with_gap()
    assert scheduler.due(0.020, 0.001)
    assert scheduler.due(0.040, 0.001)
    assert scheduler.due(0.059, 0.001) == []
    assert scheduler.due(0.061, 0.001)


def test_long_paths_give_up_by_age() -> None:
    scheduler = with_gap()
    asked = [tick for tick in range(300) if scheduler.due(tick / 100, 0.7)]
    assert len(asked) == 6
    assert scheduler.lost_for_good == 1
    assert len(scheduler) == 0


def test_keyframe_forgets_what_is_before_it() -> None:
    scheduler = with_gap(3)
    scheduler.on_keyframe(BASE + 2)
    assert scheduler.due(1.0, RTT) == [(BASE + 3) & 0xFFFF]
    scheduler.on_keyframe(BASE + 100)
    assert len(scheduler) == 0
    assert scheduler.lost_for_good == 0


def test_requests_cross_the_wrap_in_order_and_are_bounded() -> None:
    scheduler = with_gap(300)
    first = scheduler.due(0.020, RTT)
    assert first == [(BASE + 1 + number) & 0xFFFF for number in range(MAX_PER_REQUEST)]
    assert len(scheduler.due(0.030, RTT)) == 300 - MAX_PER_REQUEST


def test_huge_gap_is_a_loss_not_a_search() -> None:
    scheduler = with_gap(MAX_GAP + 1)
    assert len(scheduler) == 0
    assert scheduler.take_lost_for_good() > 0
    scheduler.on_packet(BASE + MAX_GAP + 4, 0.1)
    assert scheduler.due(1.0, RTT) == []


def test_tracked_packets_are_bounded() -> None:
    scheduler = NackScheduler()
    for number in range(5):
        scheduler.on_packet(BASE + number * MAX_GAP, 0.0)
    assert len(scheduler) == MAX_TRACKED
    assert scheduler.lost_for_good == 4 * (MAX_GAP - 1) - MAX_TRACKED


@given(st.lists(st.integers(0, 400), unique=True, min_size=1, max_size=120))
def test_asks_exactly_for_what_is_missing(order: list[int]) -> None:
    """Whatever the order of arrival, the search covers the holes between the first packet and the highest."""
    scheduler = NackScheduler()
    for offset in order:
        scheduler.on_packet(BASE + offset, 0.0)
    asked: list[int] = []
    for tick in range(4):
        asked += scheduler.due(1.0 + tick / 1000, 0.5)
    holes = {number for number in range(order[0], max(order)) if number not in order}
    assert sorted(asked) == sorted((BASE + number) & 0xFFFF for number in holes)


def test_sound_is_asked_for_at_once_and_only_while_it_can_come_in_time() -> None:
    scheduler = NackScheduler(FOR_AUDIO)
    scheduler.on_packet(100, 0.00)
    scheduler.on_packet(102, 0.04)
    asked = [step / 1000 for step in range(40, 400, 10) if scheduler.due(step / 1000, 0.1) == [101]]
    assert 4 <= len(asked) <= 5, "again before an answer can be there: the asking gets lost too"
    assert 0.06 <= asked[0] <= 0.07
    assert asked[-1] <= 0.24
    assert not scheduler.missing
    scheduler.on_packet(104, 0.50)
    assert scheduler.due(0.53, 0.7) == [], "by satellite it never comes in time"
    assert not scheduler.missing


def test_what_was_asked_for_is_told_from_what_is_merely_late() -> None:
    scheduler = NackScheduler(FOR_AUDIO)
    scheduler.on_packet(1, 0.0)
    scheduler.on_packet(3, 0.02)
    assert not scheduler.was_asked(2)
    assert not scheduler.was_asked(3)
    assert scheduler.due(0.06, 0.1) == [2]
    assert scheduler.was_asked(2)
    scheduler.on_recovered(2)
    assert scheduler.due(0.12, 0.1) == []
