"""The parts of the estimate, each alone: groups, slope, queue, delivered bitrate, AIMD, loss, probes."""

from __future__ import annotations

import random

import pytest

from telemed.congestion.aimd import AimdController
from telemed.congestion.arrival_groups import ArrivalGroups
from telemed.congestion.feedback import Outcome
from telemed.congestion.loss_based import LossController
from telemed.congestion.path_delay import AcknowledgedRate, QueueDelay, RoundTrip
from telemed.congestion.probing import FIRST_US, INTERVAL_US, ProbePlan, ProbePlanner
from telemed.congestion.trendline import MAX_MS, MIN_MS, SMOOTHING, WINDOW, TrendlineEstimator, Usage

SECOND = 1_000_000


def test_packets_of_a_burst_are_one_group() -> None:
    groups = ArrivalGroups()
    assert [groups.add(at, at + 50_000) for at in (0, 1000, 4000)] == [None] * 3
    assert groups.add(20_000, 70_000) is None  # closes the first group: nothing to compare with
    assert groups.add(40_000, 95_000) == (16_000, 16_000)
    assert groups.add(60_000, 110_000) == (20_000, 25_000)


def test_packets_that_waited_together_are_one_group() -> None:
    groups = ArrivalGroups()
    groups.add(0, 50_000)
    groups.add(30_000, 200_000)
    for at in range(40_000, 90_000, 10_000):
        assert groups.add(at, 200_000 + at // 50) is None  # released at once by a link that slept
    assert groups.add(300_000, 400_000) is not None


def test_a_step_of_the_receivers_clock_begins_anew() -> None:
    groups = ArrivalGroups()
    for at in range(0, 100_000, 20_000):
        groups.add(at, at)
    for at in range(100_000, 200_000, 20_000):
        deltas = groups.add(at, at + 3600 * SECOND)
        assert deltas is None or deltas[1] == 20_000
    assert groups.resets == 1


def test_a_clock_that_goes_back_a_little_resets_after_three_groups() -> None:
    groups = ArrivalGroups()
    arrivals = [0, 20, 40, 60, 50, 45, 40, 35, 30, 25]  # ms
    for index, arrival in enumerate(arrivals):
        groups.add(index * 20_000, arrival * 1000)
    assert groups.resets == 1


def trend(slope: float, jitter_ms: float = 0.0, count: int = 200) -> TrendlineEstimator:
    """Groups 20 ms apart whose delay grows by `slope` ms per ms."""
    estimator, noise = TrendlineEstimator(), random.Random(5)
    arrival = before = 0.0
    for index in range(count):
        arrival = index * 20 * (1 + slope) + noise.uniform(-jitter_ms, jitter_ms)
        estimator.add(20_000, int((arrival - before) * 1000), int(arrival * 1000))
        before = arrival
    return estimator


def test_a_growing_queue_is_overuse_a_shrinking_one_underuse() -> None:
    assert trend(0.0).usage is Usage.NORMAL
    assert trend(0.2).usage is Usage.OVERUSE
    assert trend(-0.2).usage is Usage.UNDERUSE


def test_jitter_alone_is_no_overuse_and_raises_the_threshold() -> None:
    noisy = trend(0.0, jitter_ms=8.0)
    assert noisy.usage is Usage.NORMAL
    assert MIN_MS <= trend(0.0).threshold <= noisy.threshold <= MAX_MS


def test_delivered_bitrate_is_that_of_the_window() -> None:
    delivered = AcknowledgedRate()
    assert delivered.rate() is None
    for index in range(30):
        delivered.add(index * 100_000, 12_500 if index < 20 else 2_500)
    assert delivered.rate() == pytest.approx(200_000)
    assert delivered.rate(2 * SECOND) == pytest.approx(600_000)


def test_queue_is_what_exceeds_the_lowest_delay() -> None:
    queue = QueueDelay()
    for step, delay in enumerate([-500_000, -499_000, -380_000, -300_000]):
        queue.add(delay, step * 100_000)
    assert queue.queue_us == 200_000
    assert queue.is_long
    queue.add(-450_000, 500_000)
    assert not queue.is_long


def test_a_queue_that_does_not_shrink_becomes_the_baseline() -> None:
    queue = QueueDelay()
    for step in range(100):
        queue.add(40_000 if step < 10 else 400_000, step * 100_000)
        if step == 20:
            assert queue.is_long
    assert (queue.queue_us, queue.is_long) == (0, False)


def test_round_trip_is_smoothed_and_bounded() -> None:
    trip = RoundTrip()
    trip.add(700_000)
    assert trip.smoothed_us == 700_000
    trip.add(-5)
    trip.add(10**12)
    assert 0 < trip.smoothed_us < 2_000_000


def test_bitrate_grows_eight_percent_a_second_and_not_beyond_what_was_tried() -> None:
    aimd = AimdController(400_000, 30_000, 20_000_000)
    for step in range(101):
        aimd.grow(10_000_000, 50_000, step * 100_000)
    assert aimd.bitrate == pytest.approx(400_000 * 1.08**10, rel=0.01)
    for step in range(101, 400):
        aimd.grow(300_000, 50_000, step * 100_000)
    assert aimd.bitrate == pytest.approx(400_000 * 1.08**10, rel=0.01)


def test_after_a_cut_growth_is_additive_until_the_path_has_changed() -> None:
    aimd = AimdController(1_000_000, 30_000, 20_000_000)
    aimd.grow(None, 100_000, 0)
    assert aimd.cut(1_000_000, 100_000, 10_000)
    assert aimd.bitrate == 850_000
    assert not aimd.cut(990_000, 100_000, 20_000)  # within a round trip
    for step in range(1, 11):
        aimd.grow(900_000, 100_000, 10_000 + step * 100_000)
    assert aimd.bitrate == pytest.approx(850_000 + 25_000, rel=0.02)  # one packet per response time
    before = aimd.bitrate
    aimd.grow(2_000_000, 100_000, 1_110_000)
    assert aimd.bitrate > before * 1.006


def test_a_collapse_is_followed_within_a_round_trip() -> None:
    aimd = AimdController(2_000_000, 30_000, 20_000_000)
    assert aimd.cut(1_900_000, 200_000, 0)
    assert aimd.cut(300_000, 200_000, 50_000)
    assert aimd.bitrate == 255_000
    assert aimd.cut(1_000, 200_000, 60_000)
    assert aimd.bitrate == 30_000


class Path:
    """Feeds a loss controller a message each 100 ms of a path that loses `own` and carries `capacity`."""

    def __init__(self, own: float, capacity: float = 1e9, seed: int = 3) -> None:
        self.loss = LossController()
        self._own, self._capacity = own, capacity
        self._random = random.Random(seed)
        self._now = 0

    def run(self, seconds: float, wanted: float = 2e6) -> float:
        """Send at the limit, at most `wanted`; return the limit."""
        for _ in range(int(seconds * 10)):
            self._now += 100_000
            rate = min(self.loss.limit, wanted)
            packets = max(int(rate / 80_000), 1)
            share = 1 - (1 - self._own) * min(1.0, self._capacity / rate)
            lost = sum(self._random.random() < share for _ in range(packets))
            outcome = Outcome((), (), lost, lost * 1000, None, (packets - lost) * 1000)
            if self.loss.add(packets, outcome, self._now):
                self.loss.judge(wanted, False, 60_000, self._now)
        return min(self.loss.limit, wanted)


def test_little_loss_limits_nothing() -> None:
    assert Path(0.01).run(20) == 2e6


@pytest.mark.parametrize("own", [0.05, 0.1, 0.3])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_paths_own_loss_does_not_collapse_the_limit(own: float, seed: int) -> None:
    path = Path(own, seed=seed)
    path.run(20)
    limits = [path.run(1) for _ in range(20)]
    assert min(limits) >= 0.9e6  # a verdict of much loss is tried again once in this time
    assert sum(limits) / 20 > 1.6e6


def test_loss_of_a_full_path_is_followed() -> None:
    path = Path(0.0, capacity=600_000)
    assert path.run(6) < 720_000
    assert path.loss.inherent < 0.05


def test_a_full_path_that_loses_besides_is_told_apart() -> None:
    path = Path(0.15, capacity=600_000)
    path.run(20)
    assert 300_000 < path.run(10) < 1_000_000


def reported(lost: int, arrived: int) -> Outcome:
    """A message about packets of 1100 bytes."""
    return Outcome([0] * arrived, [0] * arrived, lost, lost * 1100, None, arrived * 1100)


def test_a_subscriber_that_calls_everything_lost_is_judged_like_any_other() -> None:
    """Whatever shares it makes up, the cut is an experiment that ends: nothing is divided by what is left of nothing."""
    control = LossController()
    now = 0
    for lost, arrived in ((100, 0), (100, 0), (20, 20), (0, 40), (40, 0), (10, 30)) * 5:
        control.add(lost + arrived, reported(lost, arrived), now)
        now += 2_500_000
        if control.add(lost + arrived, reported(lost, arrived), now):
            control.judge(1_000_000.0, False, 100_000, now)
        assert 0.0 <= control.inherent <= 0.6
        now += 200_000


def test_the_first_report_after_hours_of_silence_counts() -> None:
    control = LossController()
    control.limit = 200_000.0
    assert not control.add(20, reported(0, 20), 0)
    hours = 6 * 3600 * 1_000_000
    assert control.add(20, reported(0, 20), hours)
    control.judge(1_000_000.0, False, 100_000, hours)
    assert control.limit >= 200_000.0


def carried(plan: ProbePlan, capacity: float, start_us: int) -> list[tuple[int, int, int]]:
    """The plan's packets after a path of this capacity."""
    packets, free = [], 0.0
    gap = plan.duration_us / plan.packets
    for index in range(plan.packets):
        sent = start_us + int(index * gap)
        free = max(free, sent) + plan.packet_size * 8e6 / capacity
        packets.append((sent, int(free), plan.packet_size))
    return packets


def test_probes_double_until_the_path_is_full() -> None:
    planner = ProbePlanner()
    planner.reset(0)
    now, estimate, tried = FIRST_US, 400_000.0, []
    while (plan := planner.plan(estimate, 5_000_000, now)) is not None:
        tried.append(plan.bitrate)
        planner.add(carried(plan, 2_000_000, now))
        estimate = max(estimate, planner.conclude(60_000, 0.0, now + 100_000) or 0)
        now += 200_000
    assert tried[:3] == [800_000, pytest.approx(1_600_000, rel=0.05), pytest.approx(3_200_000, rel=0.05)]
    assert 1_500_000 < estimate <= 2_000_000
    assert planner.plan(estimate, 5_000_000, now + INTERVAL_US) is not None


def test_nothing_is_probed_that_nobody_could_use() -> None:
    planner = ProbePlanner()
    assert planner.plan(400_000, 1_000_000, 0) is None  # before any feedback
    planner.reset(0)
    assert planner.plan(400_000, 400_000, FIRST_US) is None
    plan = planner.plan(400_000, 500_000, FIRST_US)
    assert plan is not None and plan.bitrate == 625_000
    assert planner.plan(400_000, 500_000, FIRST_US) is None  # one at a time


def test_a_small_path_is_hardly_loaded() -> None:
    planner = ProbePlanner()
    planner.reset(0)
    now, sent = FIRST_US, 0
    while now < 120 * SECOND:
        plan = planner.plan(60_000, 2_000_000, now)
        if plan is not None:
            sent += plan.packets * plan.packet_size
            planner.add(carried(plan, 64_000, now))
            assert (planner.conclude(60_000, 0.0, now + SECOND) or 0) < 70_000
        now += SECOND // 10
    assert sent * 8 / 120 < 1_500  # bit/s


def test_a_path_that_lets_a_burst_pass_is_not_taken_for_a_quick_one() -> None:
    planner = ProbePlanner()
    planner.reset(0)
    plan = planner.plan(60_000, 2_000_000, FIRST_US)
    assert plan is not None
    at_once = [(sent, sent + 1000, *rest) for sent, _, *rest in carried(plan, 1e9, FIRST_US)]
    held_up = at_once[7][1]
    late = [(at[0], held_up + 28_000 * (index + 1), *at[2:]) for index, at in enumerate(at_once[7:])]
    planner.add([*at_once[:7], *late])  # type: ignore[list-item]
    proved = planner.conclude(60_000, 0.0, FIRST_US + SECOND)
    assert proved is not None and proved < 90_000 and planner.filled


def test_a_train_that_was_lost_or_bunched_proves_nothing() -> None:
    for spoil in ("lost", "bunched"):
        planner = ProbePlanner()
        planner.reset(0)
        plan = planner.plan(400_000, 5_000_000, FIRST_US)
        assert plan is not None
        packets = carried(plan, 50_000_000, FIRST_US)
        if spoil == "lost":
            packets = packets[: plan.packets // 2]
        else:
            packets = [(sent, 10**6 + index, size) for index, (sent, _, size) in enumerate(packets)]
        planner.add(packets)
        assert planner.conclude(60_000, 0.0, FIRST_US + 5 * SECOND) is None
        assert not planner.is_running


def test_a_message_at_once_gives_the_groups_that_packets_one_by_one_do() -> None:
    draw = random.Random(3)
    packets, sent, arrival = [], 0, 50_000
    for _ in range(2000):
        sent += draw.choice([0, 100, 100, 5_000, 20_000])
        arrival = max(arrival + draw.choice([0, 0, 250, 4_000, 20_000]), arrival - draw.choice([0, 0, 0, 30_000]))
        packets.append((max(sent - draw.choice([0, 0, 0, 8_000]), 0), arrival))
    one_by_one, at_once = ArrivalGroups(), ArrivalGroups()
    expected = [(*deltas, packet[1]) for packet in packets if (deltas := one_by_one.add(packet[0], packet[1])) is not None]
    found: list[tuple[int, int, int]] = []
    for start in range(0, 2000, 20):
        message = packets[start : start + 20]
        at_once.feed([at for at, _ in message], [at for _, at in message], lambda *deltas: found.append(deltas))
    assert len(expected) > 100
    assert found == expected


def test_the_slope_does_not_drift_from_that_of_the_points() -> None:
    """Sums are brought up to date for most points; after thousands the slope is still that of a line through the last twenty."""
    draw = random.Random(5)
    estimator = TrendlineEstimator()
    points: list[tuple[float, float]] = []
    arrival = delay = smoothed = 0.0
    for _ in range(3000):
        gap, more = draw.choice([5.0, 33.0, 10_000.0]), draw.choice([-1.0, 0.0, 1.5])
        arrival += gap + more
        delay += more
        smoothed = SMOOTHING * smoothed + (1 - SMOOTHING) * delay
        points.append((arrival, smoothed))
        estimator.add(int(gap * 1000), int((gap + more) * 1000), int(arrival * 1000))
    last = points[-WINDOW:]
    x_mean, y_mean = (sum(point[axis] for point in last) / WINDOW for axis in (0, 1))
    slope = sum((x - x_mean) * (y - y_mean) for x, y in last) / sum((x - x_mean) ** 2 for x, _ in last)
    assert estimator._previous == pytest.approx(slope, rel=1e-6)
