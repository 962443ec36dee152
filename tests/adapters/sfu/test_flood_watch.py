"""When a media port counts as flooded, from counts alone."""

from __future__ import annotations

from telemed.sfu.counters import Counters
from telemed.sfu.flood_watch import AT_ONCE, BEGINS_AT, CALM_SECONDS, ENDS_BELOW, PERIOD, FloodWatch


class Hours:
    """A watch, its counts and its time."""

    def __init__(self) -> None:
        self.counts = Counters()
        self.now = 100.0
        self.watch = FloodWatch(self.counts, self.now)

    def pass_period(self, read: float = 0.0, junk: float = 0.0, lost: float = 0.0, filtered: float = 0.0) -> bool:
        """Judge after one period with these rates (datagrams a second; junk is part of what is read)."""
        self.now += PERIOD
        self.counts.in_datagrams += round(read * PERIOD)
        self.counts.drop_address_unknown += round(junk * PERIOD)
        self.counts.kernel_receive_drops += round(lost * PERIOD)
        self.counts.kernel_filter_drops += round(filtered * PERIOD)
        return self.watch.judge(self.now)


def test_calls_alone_are_no_flood() -> None:
    hours = Hours()
    assert not any(hours.pass_period(read=16_000) for _ in range(20))
    assert not hours.watch.flooded


def test_junk_begins_a_flood_at_its_threshold() -> None:
    hours = Hours()
    assert not any(hours.pass_period(read=20_000, junk=BEGINS_AT - 100) for _ in range(20))
    assert [hours.pass_period(read=20_000, junk=BEGINS_AT) for _ in range(3)] == [False, True, False]
    assert hours.watch.flooded and abs(hours.watch.rate - BEGINS_AT) < 10


def test_much_junk_begins_a_flood_at_once_and_a_burst_does_not() -> None:
    hours = Hours()
    assert not any(hours.pass_period(read=20_000, junk=junk) for junk in (AT_ONCE - 100, 0, AT_ONCE - 100, 0))
    assert hours.pass_period(read=20_000, junk=AT_ONCE)


def test_junk_of_connections_is_no_flood_of_datagrams() -> None:
    hours = Hours()
    assert not any(hours.pass_period(read=500, junk=50_000) for _ in range(20))


PERIODS = round(CALM_SECONDS / PERIOD)


def test_a_flood_ends_after_calm_and_not_between_waves() -> None:
    hours = Hours()
    hours.pass_period(read=9000, junk=9000)
    for _ in range(3):
        assert not any(hours.pass_period(read=500, junk=ENDS_BELOW - 100) for _ in range(PERIODS - 2))
        assert not hours.pass_period(read=AT_ONCE, junk=AT_ONCE)  # another wave
    ended = [hours.pass_period(read=500) for _ in range(PERIODS + 1)]
    assert sum(ended) == 1 and not hours.watch.flooded


def test_a_small_burst_now_and_then_keeps_no_flood_going() -> None:
    hours = Hours()
    assert hours.pass_period(read=9000, junk=9000)
    ended = [hours.pass_period(read=ENDS_BELOW, junk=ENDS_BELOW if n % (PERIODS - 1) == 0 else 0) for n in range(3 * PERIODS)]
    assert sum(ended) == 1 and ended.index(True) <= PERIODS and not hours.watch.flooded


def test_bursts_that_are_much_together_keep_a_flood_going() -> None:
    hours = Hours()
    assert hours.pass_period(read=9000, junk=9000)
    bursts = [hours.pass_period(read=2500, junk=2500 if n % 2 == 0 else 0) for n in range(4 * PERIODS)]
    assert not any(bursts) and hours.watch.flooded
    assert any(hours.pass_period(read=500) for _ in range(PERIODS + 1))


def test_what_the_filter_refuses_keeps_a_flood_going() -> None:
    hours = Hours()
    hours.pass_period(read=9000, junk=9000)
    assert not any(hours.pass_period(filtered=9000) for _ in range(2 * round(CALM_SECONDS / PERIOD)))
    assert hours.watch.flooded


def test_a_worker_without_processor_time_is_not_flooded() -> None:
    hours = Hours()
    assert not any(hours.pass_period(read=5000, lost=20_000) for _ in range(20))


def test_what_was_lost_counts_as_what_was_read() -> None:
    hours = Hours()
    assert hours.pass_period(read=3000, junk=2900, lost=20_000)
    assert hours.watch.rate > 20_000


def test_a_moment_is_too_short_to_judge() -> None:
    hours = Hours()
    hours.counts.in_datagrams += 1000
    hours.counts.drop_class_unknown += 1000
    assert not hours.watch.judge(hours.now + 0.001)
    assert hours.watch.judge(hours.now + PERIOD)
