"""When a publisher's pictures stop so that its voice gets through."""

from __future__ import annotations

import pytest

from telemed.media.uplink import (
    FULL,
    GOOD_FOR,
    GOOD_FOR_LIMIT,
    NARROW_FACTOR,
    TRIAL,
    WINDOW,
    ArrivalDelay,
    Overflow,
    RoundTripExcess,
    Sending,
    UplinkGuard,
)
from telemed.rtp.sequence import TIMESTAMP_CYCLE

RATE = 48_000
STEP = 0.1  # seconds between looks
VOICE = 1500  # bytes in a look: 120 kbit/s come, though less of it is voice
NONE, LITTLE, MUCH = 0, 300, 40_000  # bytes of pictures in a look: what a browser sends that has not cut yet


class Watched:
    """A guard and its time."""

    def __init__(self) -> None:
        self.guard = UplinkGuard()
        self.now = 100.0
        self.pictures = self.everything = 0

    @property
    def held(self) -> bool:
        return self.guard.sending is Sending.NOTHING

    def passes(self, seconds: float, delay: float, pictures: int = LITTLE, voice: int = VOICE, down: float = 60_000) -> None:
        for _ in range(round(seconds / STEP)):
            self.now += STEP
            self.pictures += pictures
            self.everything += pictures + voice
            self.guard.look(delay, (self.pictures, self.everything), self.now, down)


def test_delay_is_what_came_later_than_the_quickest() -> None:
    delay = ArrivalDelay()
    start = TIMESTAMP_CYCLE - 2000
    waits = [0.05, 0.0, 0.02, 0.3, 0.1]
    stamps = [(start + number * 960) % TIMESTAMP_CYCLE for number in range(len(waits))]
    seen = [delay.add(stamp, RATE, 10 + number * 0.02 + waits[number]) for number, stamp in enumerate(stamps)]
    assert seen == pytest.approx([0.0, 0.0, 0.02, 0.3, 0.1], abs=1e-6), "also where the timestamps wrap"


def test_a_pause_of_silence_and_a_clock_that_drifts_are_no_delay() -> None:
    delay = ArrivalDelay()
    drift = 1 + 100e-6
    seen = [delay.add(round(second * RATE) % TIMESTAMP_CYCLE, RATE, second * drift) for second in (0, 1, 2, 9, 60, 600, 3000)]
    assert max(seen[:5]) < 0.01
    for minute in range(51, 200):
        last = delay.add(minute * 60 * RATE % TIMESTAMP_CYCLE, RATE, minute * 60 * drift)
    assert last < 0.02, "what was quick an hour ago is forgotten"


def test_a_clock_that_begins_anew_is_no_delay() -> None:
    delay = ArrivalDelay()
    delay.add(1000, RATE, 10.0)
    assert delay.add(500_000_000, RATE, 10.1) == 0.0
    assert delay.add(500_000_960, RATE, 10.22) == pytest.approx(0.1)


def test_a_round_trip_is_held_against_the_shortest_of_the_last_minutes_and_only_while_it_is_news() -> None:
    trips = RoundTripExcess()
    assert trips.value(1.0) == 0.0
    trips.add(0.06, 1.0)
    trips.add(0.97, 6.0)
    assert trips.value(7.0) == pytest.approx(0.91)
    assert trips.value(30.0) == 0.0, "nothing was heard since"
    for second in range(10, 10 + 3 * int(WINDOW), 5):
        trips.add(0.97, float(second))
    assert trips.value(10 + 3 * WINDOW - 4) == pytest.approx(0.0), "the way is that long"


@pytest.mark.parametrize(
    ("share", "delay", "overflows"), [(0.3, 0.0, False), (0.7, 0.0, False), (0.35, 0.4, False), (0.7, 0.4, True)]
)
def test_a_link_overflows_when_it_loses_more_than_half_and_the_voice_waits(share: float, delay: float, overflows: bool) -> None:
    link = Overflow()
    sent = came = 0.0
    for look in range(20):
        sent += 12
        came += 12 * (1 - share)
        link.look(round(sent), round(came), delay, look * 0.1)
    assert link.lasts(2.0) is overflows
    assert not link.lasts(4.0)


def test_pictures_stop_when_the_browser_has_cut_them_and_the_voice_waits_all_the_same() -> None:
    watched = Watched()
    watched.passes(5, 0.0, MUCH)
    watched.passes(10, 1.0, MUCH)
    assert not watched.held, "the browser has not even tried"
    watched.passes(3, 1.0)
    assert not watched.held
    watched.passes(2, 1.0)
    assert watched.held


def test_jitter_and_a_queue_that_empties_stop_nothing() -> None:
    watched = Watched()
    for _ in range(30):
        watched.passes(2, FULL + 0.1)
        watched.passes(0.2, 0.05)
    assert not watched.held


def test_pictures_return_after_ten_good_seconds_and_later_each_time_in_vain() -> None:
    watched = Watched()
    watched.passes(6, 1.0)
    waited = []
    for _ in range(5):
        assert watched.held
        begun = watched.now
        while watched.held:
            watched.passes(STEP, 0.0)
        waited.append(watched.now - begun)
        watched.passes(2.0, 1.0)
    expected = [GOOD_FOR, GOOD_FOR * 2, GOOD_FOR * 4, GOOD_FOR * 8, GOOD_FOR_LIMIT]
    assert waited == pytest.approx(expected, abs=2 * STEP)


def test_a_trial_that_succeeded_forgives() -> None:
    watched = Watched()
    watched.passes(6, 1.0)
    watched.passes(GOOD_FOR + 1, 0.0)
    watched.passes(2, 1.0)
    assert watched.held, "in vain"
    watched.passes(2 * GOOD_FOR + 1, 0.0)
    watched.passes(TRIAL + 1, 0.0, MUCH)
    watched.passes(6, 1.0)
    assert watched.held
    watched.passes(GOOD_FOR + 0.5, 0.0)
    assert not watched.held


def test_a_voice_that_waits_all_the_same_keeps_pictures_away() -> None:
    watched = Watched()
    watched.passes(6, 1.0)
    watched.passes(60, 0.5)
    assert watched.held


def test_a_way_that_became_longer_is_no_queue() -> None:
    watched = Watched()
    watched.passes(6, 1.0)
    watched.passes(GOOD_FOR + 1, 0.2)
    assert not watched.held


def test_where_no_picture_fits_in_beside_the_voice_it_is_tried_once_a_minute() -> None:
    watched = Watched()
    watched.passes(6, 1.0, voice=700)
    assert watched.held
    watched.passes(NARROW_FACTOR * GOOD_FOR - 4, 0.0, voice=300)
    assert watched.held
    watched.passes(5, 0.0, voice=300)
    assert watched.guard.sending is Sending.TRIAL
    watched.passes(TRIAL, 0.0, MUCH)
    assert watched.guard.sending is Sending.ALL


@pytest.mark.parametrize(
    "passed", [[(2, 0.0, LITTLE), (2, 1.0, LITTLE), (6, 1.0, NONE)], [(2, 0.0, LITTLE), (6, 0.1, NONE), (6, 0.9, NONE)]]
)
def test_pictures_that_the_browser_stopped_itself_filled_the_link_all_the_same(passed: list[tuple[float, float, int]]) -> None:
    """While their queue stood, or shortly before it showed."""
    watched = Watched()
    for seconds, delay, pictures in passed:
        watched.passes(seconds, delay, pictures, voice=700)
    assert watched.held
    watched.passes(NARROW_FACTOR * GOOD_FOR - 10, 0.0, NONE, voice=300)
    assert watched.held


def test_a_link_that_takes_much_more_the_other_way_is_tried_soon_and_once() -> None:
    watched = Watched()
    watched.passes(6, 1.0, voice=700)
    watched.passes(GOOD_FOR + 5, 0.0, voice=300, down=150_000)
    assert watched.held, "not enough to tell"
    watched.passes(0.2, 0.0, voice=300, down=400_000)
    assert watched.guard.sending is Sending.TRIAL
    watched.passes(2, 1.0, down=400_000)
    assert watched.held
    watched.passes(NARROW_FACTOR * GOOD_FOR, 0.0, voice=300, down=400_000)
    assert watched.held, "what was so before is no news"


def test_a_voice_that_fills_the_link_by_itself_becomes_thin_and_is_tried_again_soon() -> None:
    watched = Watched()
    watched.passes(5, 1.0, NONE, voice=700)
    assert watched.held
    watched.passes(GOOD_FOR + 1, 0.0, NONE, voice=300)
    assert watched.guard.sending is Sending.TRIAL


def test_the_larger_sizes_go_while_a_queue_stands_and_return_when_it_has_been_gone_for_a_while() -> None:
    watched = Watched()
    watched.passes(5, 0.05, MUCH)
    assert watched.guard.sending is Sending.ALL
    watched.passes(0.5, 0.4, MUCH)
    assert watched.guard.sending is Sending.LITTLE
    watched.passes(2, 0.05, MUCH)
    assert watched.guard.sending is Sending.LITTLE
    watched.passes(1.5, 0.05, MUCH)
    assert watched.guard.sending is Sending.ALL


def test_a_device_that_stuttered_while_the_queue_stood_keeps_nothing_away() -> None:
    watched = Watched()
    watched.passes(5, 0.05, MUCH)
    watched.passes(2, 0.5, MUCH)
    watched.passes(9, 0.17, MUCH)
    assert watched.guard.sending is Sending.LITTLE
    watched.passes(2, 0.18, MUCH)
    assert watched.guard.sending is Sending.ALL


def test_a_burst_of_late_packets_takes_nothing_away() -> None:
    watched = Watched()
    for _ in range(20):
        watched.passes(0.2, 0.5, MUCH)
        watched.passes(0.3, 0.02, MUCH)
    assert watched.guard.sending is Sending.ALL
