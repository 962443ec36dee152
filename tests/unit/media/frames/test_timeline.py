"""RTP times become the server's: exact between the sources of one sender, near the truth between senders, round every corner."""

from __future__ import annotations

import random
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telemed.media.frames.offsets import least_curve
from telemed.media.frames.stalls import report_curve
from telemed.media.frames.timeline import SenderTimeline
from tests.adapters.recording.packetised import SenderClock

SECOND = 1_000_000
SOUND, PICTURE = 1, 2
RATES = {SOUND: 48_000, PICTURE: 90_000}


class Machine:
    """A sender whose clocks are wrong in all ways that clocks are, and a network that delays."""

    def __init__(self, clock: SenderClock, errors: dict[int, float], seed: int) -> None:
        self.clock = clock
        self.errors = errors
        self.random = random.Random(seed)  # noqa: S311 - a simulation
        self.first = {ssrc: self.random.getrandbits(32) for ssrc in RATES}
        self.timeline = SenderTimeline()
        self.stalls: list[tuple[int, int]] = []  # when the device for sound captured nothing, and for how long

    def stamp(self, ssrc: int, at_us: float) -> int:
        if ssrc == SOUND:
            at_us -= sum(min(length, at_us - begin) for begin, length in self.stalls if begin < at_us)
        ticks = at_us * RATES[ssrc] * (1 + self.errors[ssrc]) / SECOND
        return (self.first[ssrc] + round(ticks)) & 0xFFFFFFFF

    def delay(self) -> int:
        """20 ms, and now and then up to 300 ms more."""
        return 20_000 + (self.random.randrange(300_000) if self.random.random() < 0.5 else 0)

    def send(self, seconds: int, reports: tuple[int, ...] = (SOUND, PICTURE), start_us: int = 0) -> None:
        for ssrc in RATES:
            source = self.timeline.source(ssrc, RATES[ssrc])
            for at in range(start_us, start_us + seconds * SECOND, SECOND // 4):
                source.on_packet(self.stamp(ssrc, at), at + self.delay())
            for at in range(start_us + SECOND // 2, start_us + seconds * SECOND, SECOND):
                if ssrc in reports:
                    noisy = at + self.random.randrange(-4000, 4000)  # how well a browser ties its clocks together
                    self.timeline.on_report(source, self.clock.ntp(at), self.stamp(ssrc, noisy), at + self.delay())

    def placed(self, ssrc: int, at_us: int) -> int:
        return self.timeline.server_us(ssrc, self.stamp(ssrc, at_us), at_us + self.delay())


@settings(max_examples=25)
@given(
    offset=st.integers(0, 2**31 * SECOND),
    drift=st.floats(-2e-4, 2e-4),
    sound=st.floats(-2e-4, 2e-4),
    picture=st.floats(-2e-4, 2e-4),
    seed=st.integers(0, 2**32),
)
def test_sound_and_picture_stay_together_and_near_the_truth(
    offset: int, drift: float, sound: float, picture: float, seed: int
) -> None:
    machine = Machine(SenderClock(offset, drift), {SOUND: sound, PICTURE: picture}, seed)
    machine.send(600)
    machine.timeline.fit()
    for at in range(0, 600 * SECOND, 7 * SECOND):
        heard, seen = machine.placed(SOUND, at), machine.placed(PICTURE, at)
        assert abs(heard - seen) <= 20_000
        assert abs(heard - at - 20_000) <= 30_000 and abs(seen - at - 20_000) <= 30_000  # the least delay stays in


def test_many_hours_go_round_every_corner() -> None:
    machine = Machine(SenderClock(4_000_000_000 * SECOND, 1e-5), {SOUND: 3e-5, PICTURE: -3e-5}, 1)
    machine.first = {SOUND: 2**32 - 48_000, PICTURE: 2**32 - 90_000}
    hours = 30  # a timestamp of pictures goes round in 13.3 h, of sound in 24.9 h
    machine.send(600)
    for hour in range(1, hours, 3):
        machine.send(60, start_us=hour * 3600 * SECOND)
    machine.timeline.fit()
    for hour in range(1, hours, 3):
        for at in range(hour * 3600 * SECOND, (hour * 3600 + 60) * SECOND, 9 * SECOND):
            heard, seen = machine.placed(SOUND, at), machine.placed(PICTURE, at)
            assert abs(heard - seen) <= 30_000 and abs(seen - at) <= 80_000


def test_before_the_first_report_the_later_ones_hold() -> None:
    machine = Machine(SenderClock(123_456_789, 0), {SOUND: 0, PICTURE: 0}, 2)
    machine.send(5)
    machine.timeline.fit()
    assert abs(machine.placed(SOUND, 0) - machine.placed(PICTURE, 0)) <= 10_000


def test_without_reports_the_least_delayed_packets_count() -> None:
    machine = Machine(SenderClock(), {SOUND: 5e-5, PICTURE: -5e-5}, 3)
    machine.send(300, reports=())
    machine.timeline.fit()
    for at in range(10 * SECOND, 290 * SECOND, 7 * SECOND):
        assert abs(machine.placed(SOUND, at) - at - 20_000) <= 15_000
        assert abs(machine.placed(PICTURE, at) - at - 20_000) <= 15_000
    assert machine.timeline.server_us(99, 5, 1234) == 1234


def test_a_clock_that_is_set_in_between() -> None:
    machine = Machine(SenderClock(10**15, 0), {SOUND: 0, PICTURE: 0}, 4)
    machine.send(120)
    machine.clock = SenderClock(10**15 + 7 * SECOND, 0)
    machine.send(120, start_us=120 * SECOND)
    machine.timeline.fit()
    for at in (*range(0, 115 * SECOND, 5 * SECOND), *range(125 * SECOND, 240 * SECOND, 5 * SECOND)):
        assert abs(machine.placed(SOUND, at) - at - 20_000) <= 30_000
        assert abs(machine.placed(SOUND, at) - machine.placed(PICTURE, at)) <= 20_000


@pytest.mark.parametrize(("every", "length"), [(60, 400_000), (60, 60_000), (5, 80_000), (1, 20_000)])
def test_a_device_that_stutters(every: int, length: int) -> None:
    machine = Machine(SenderClock(10**15, 3e-5), {SOUND: 4e-5, PICTURE: -4e-5}, 5)
    machine.stalls = [(at * SECOND + 300_000, length) for at in range(every // 2, 180, every)]
    machine.send(180)
    machine.timeline.fit()
    apart = [abs(machine.placed(SOUND, at) - machine.placed(PICTURE, at)) for at in range(0, 180 * SECOND, SECOND // 3)]
    assert sorted(apart)[len(apart) * 9 // 10] <= 40_000 and max(apart) <= length + 20_000


def test_a_flood_of_reports_costs_and_moves_nothing() -> None:
    """A thousand a second are no packet too many for a link, and would be gigabytes after some hours."""
    timeline, few = SenderTimeline(), SenderTimeline()
    clock = SenderClock(offset_us=3_900_000_000_000_000)
    tracemalloc.start()
    for at in range(0, 60 * 1_000_000, 1000):
        timeline.on_report(timeline.source(1, 90_000), clock.ntp(at), at * 9 // 100, at + 20_000)
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert held < 60 * 3 * 1000
    for at in range(0, 60 * 1_000_000, 1_000_000):
        few.on_report(few.source(1, 90_000), clock.ntp(at), at * 9 // 100, at + 20_000)
    timeline.fit()
    few.fit()
    for at in range(0, 60 * 1_000_000, 999_999):
        assert abs(timeline.server_us(1, at * 9 // 100, at + 30_000) - few.server_us(1, at * 9 // 100, at + 30_000)) <= 100


def test_a_single_wrong_report_moves_nothing() -> None:
    machine = Machine(SenderClock(10**15, 0), {SOUND: 0, PICTURE: 0}, 6)
    machine.send(60)
    source = machine.timeline.source(SOUND, RATES[SOUND])
    at = 30 * SECOND
    machine.timeline.on_report(source, machine.clock.ntp(at), machine.stamp(SOUND, at - 90_000), at + 20_000)
    machine.timeline.fit()
    for at in range(0, 60 * SECOND, SECOND // 2):
        assert abs(machine.placed(SOUND, at) - machine.placed(PICTURE, at)) <= 10_000


@given(
    reports=st.lists(st.tuples(st.integers(0, 2**64 - 1), st.integers(0, 2**32 - 1), st.integers(0, 10**8)), max_size=30),
    stamp=st.integers(0, 2**32 - 1),
    arrival=st.integers(0, 10**8),
)
def test_no_report_moves_anything_far_from_its_arrival(reports: list[tuple[int, int, int]], stamp: int, arrival: int) -> None:
    timeline = SenderTimeline()
    source = timeline.source(SOUND, 48_000)
    source.on_packet(stamp, arrival)
    for ntp, timestamp, at in reports:
        timeline.on_report(source, ntp, timestamp, at)
    timeline.fit()
    assert arrival - 31 * SECOND <= timeline.server_us(SOUND, stamp, arrival) <= arrival + 2 * SECOND


def test_curves() -> None:
    assert report_curve([], []) is None and least_curve([]) is None
    reports = [(at * SECOND, 1_000_000 + at * 100 + (5000 if at % 4 < 2 else -5000), 0) for at in range(100)]
    curve = report_curve(reports, [])
    assert curve is not None
    for at in (0, 50, 99):
        (value,) = curve.candidates(at * SECOND)
        assert value == pytest.approx(1_000_000 + at * 100, abs=500)
    late = [(at * SECOND, 2_000_000 - at * 100 + (at * 7919 % 90) * 1000) for at in range(300)]
    least = least_curve(late)
    assert least is not None
    for at in (10, 150, 290):
        (value,) = least.candidates(at * SECOND)
        assert value == pytest.approx(2_000_000 - at * 100, abs=3000)
