"""Minutes of calls over seeded links: what the estimate, the layers and the sound do. The figures stand in docs/congestion.md."""

from __future__ import annotations

import random

import pytest

from telemed.congestion.controller import CAP, FLOOR, START, SendController
from telemed.congestion.demands import Demand, Layer, Mode, Reason, SourceKind
from telemed.congestion.twcc_wire import FeedbackReport
from tests.unit.congestion.call import EPOCH, LAYERS, Call
from tests.unit.congestion.link import SECOND, Conditions

LOW, MIDDLE, HIGH, PAUSED = 0, 1, 2, -1
SEEDS = [pytest.param(1), *(pytest.param(seed, marks=pytest.mark.prove) for seed in range(2, 12))]


def settled_at(call: Call, layer: int, after: float) -> float:
    """Seconds after `after` until the layer is `layer`; at most one more switch may come on the way."""
    return next(sample.at - after for sample in call.samples if sample.at >= after and sample.layer == layer)


def sound_after(call: Call, second: float) -> list[float | None]:
    return call.sound_delays[int(second * 50) :]


@pytest.mark.parametrize("seed", SEEDS)
def test_two_megabits_three_hundred_kilobits_and_back(seed: int) -> None:
    call = Call(Conditions([(0, 2e6), (10, 3e5), (30, 2e6)], queue_ms=2000, seed=seed))
    call.run(50)
    assert call.during(9, 10)[0].layer == HIGH
    assert settled_at(call, LOW, 10) <= 3
    assert settled_at(call, HIGH, 30) <= 15
    assert all(sample.layer == LOW for sample in call.during(13, 30))
    assert all(sample.queue_ms < 150 for sample in call.during(13.5, 30))
    assert all(200_000 < sample.estimate < 300_000 for sample in call.during(13, 30))
    assert None not in call.sound_delays
    assert not any(sample.paused for sample in call.samples)


@pytest.mark.parametrize("seed", SEEDS)
def test_sixty_four_kilobits_pauses_video_and_leaves_sound(seed: int) -> None:
    call = Call(Conditions([(0, 64e3), (20, 2e6)], queue_ms=2000, delay_ms=150, seed=seed))
    call.run(10)
    extra = call.extra_bits
    call.run(10)
    assert call.extra_bits - extra < 8_000 * 10
    assert all(sample.paused for sample in call.during(2, 20))
    assert call.allocation is not None
    assert call.allocation.choices[0].reason is Reason.KEEP_SOUND
    assert all(delay is not None and delay < 500 for delay in sound_after(call, 10))
    call.run(25)
    resumed = settled_at(call, LOW, 20)
    assert 10 <= resumed <= 20
    assert settled_at(call, HIGH, 20) <= resumed + 5
    assert None not in sound_after(call, 3)


@pytest.mark.parametrize("seed", SEEDS)
def test_two_seconds_of_queue_stay_unused(seed: int) -> None:
    call = Call(Conditions([(0, 1e6)], queue_ms=2000, seed=seed))
    call.run(20)
    steady = call.during(3, 20)
    assert all(sample.layer == MIDDLE and sample.round_trip_ms < 600 for sample in steady)
    assert max(delay or 1e9 for delay in call.sound_delays) < 500


def test_an_upload_that_fills_the_way_back_changes_nothing() -> None:
    """The phone's own upload delays its feedback by up to two seconds; the way to the phone is free."""
    call = Call(Conditions([(0, 2e6)], feedback_delay=lambda second: 60 + second % 8 * 240))
    call.run(25)
    assert all(sample.layer == HIGH and sample.queue_ms < 100 for sample in call.during(3, 25))


def test_a_download_that_fills_the_queue_costs_the_video_not_the_sound() -> None:
    """A bulk transfer in the same queue: its two seconds are not ours to empty. Nothing of the sound is given up."""
    call = Call(Conditions([(0, 1e6)], queue_ms=2000), tcp=True)
    call.run(25)
    assert all(sample.estimate >= FLOOR for sample in call.samples)
    assert call.during(24, 25)[0].paused
    assert call.sound_delays.count(None) <= 5
    call.tcp = None
    call.run(30)
    assert call.samples[-1].layer == MIDDLE


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("burst", [1, 5])
def test_a_tenth_lost_at_random_does_not_collapse_the_estimate(seed: int, burst: float) -> None:
    call = Call(Conditions([(0, 3e6)], loss=0.1, burst=burst, seed=seed))
    call.run(25)
    assert all(sample.estimate >= 150_000 for sample in call.during(1, 25))
    assert not any(sample.paused for sample in call.samples)
    assert call.samples[-1].estimate > 1e6


@pytest.mark.parametrize("seed", SEEDS)
def test_a_third_lost_at_random_is_recognised(seed: int) -> None:
    call = Call(Conditions([(0, 3e6)], loss=0.3, seed=seed))
    call.run(40)
    assert call.samples[-1].estimate > 1e6
    assert len(call.switches) <= 8
    assert sum(sample.paused for sample in call.samples) < 300  # tenths of a second


def test_loss_of_a_shallow_full_queue_is_followed() -> None:
    call = Call(Conditions([(0, 2e6), (10, 3e5)], queue_ms=5))
    call.run(25)
    assert all(sample.layer == LOW for sample in call.during(18, 25))
    assert call.samples[-1].estimate < 600_000


@pytest.mark.parametrize("seconds", [30, pytest.param(600, marks=pytest.mark.prove)])
def test_seven_hundred_milliseconds_of_round_trip_are_stable(seconds: int) -> None:
    call = Call(Conditions([(0, 2e6)], delay_ms=350, jitter_ms=2))
    call.run(seconds)
    assert all(sample.layer == HIGH for sample in call.during(10, seconds))
    assert len(call.switches) <= 4
    assert None not in call.sound_delays
    assert 700 <= call.samples[-1].round_trip_ms < 900


def test_jitter_is_no_congestion() -> None:
    call = Call(Conditions([(0, 3e6)], jitter_ms=10))
    call.run(30)
    assert all(sample.layer == HIGH for sample in call.during(15, 30))


def test_others_that_take_half_the_link_are_given_way() -> None:
    call = Call(Conditions([(0, 2e6)], cross=1.2e6))
    call.run(15)
    assert all(sample.layer == MIDDLE and sample.queue_ms < 120 for sample in call.during(3, 15))


def test_a_step_of_the_subscribers_clock_changes_nothing() -> None:
    call = Call(Conditions([(0, 2e6)], steps=[(8, 3_600_000), (12, -3_600_000)]))
    call.run(16)
    before = call.during(7.5, 8)[0]
    assert all(sample.layer == HIGH and sample.estimate >= before.estimate * 0.9 for sample in call.during(8, 16))


def test_three_of_ten_reports_lost_cost_time_only() -> None:
    call = Call(Conditions([(0, 2e6)], feedback_loss=0.3))
    call.run(20)
    assert all(sample.layer == HIGH for sample in call.during(12, 20))


def test_a_slow_subscriber_affects_no_other() -> None:
    """Instances share nothing: a call beside a slow one is the same, sample for sample, as without it."""
    alone = Call(Conditions([(0, 5e6)], seed=4))
    alone.run(10)
    beside, slow = Call(Conditions([(0, 5e6)], seed=4)), Call(Conditions([(0, 3e5)], seed=5))
    for _ in range(100):
        slow.run(0.1)
        beside.run(0.1)
    assert beside.samples == alone.samples
    assert beside.samples[-1].layer == HIGH
    assert slow.samples[-1].layer <= LOW


def test_silence_lowers_the_estimate_until_reports_return() -> None:
    call = Call(Conditions([(0, 2e6)]))
    call.run(5)
    call._conditions.feedback_loss = 1.0
    call.run(2)
    assert call.samples[-1].estimate > 1e6
    call.run(10)
    assert call.samples[-1].estimate < 250_000
    call._conditions.feedback_loss = 0.0
    call.run(25)
    assert call.samples[-1].layer == HIGH


def test_a_subscriber_that_is_sent_nothing_loses_nothing_by_silence() -> None:
    controller = SendController()
    controller.log.sent(1, 100, EPOCH)
    controller.on_feedback(FeedbackReport(1, 2, 1, 1, 0, ((1, 5_000_000),)), EPOCH + 50_000)
    for now in range(0, 60 * SECOND, SECOND):
        controller.tick(EPOCH + 50_000 + now)
    assert controller.estimate.bitrate == START


def test_a_new_path_begins_at_the_start_value() -> None:
    call = Call(Conditions([(0, 3e6)]))
    call.run(8)
    assert call.controller.estimate.bitrate > 1e6
    call.controller.on_new_path(EPOCH + 8 * SECOND)
    assert call.controller.estimate.bitrate == START
    call.run(8)
    assert call.samples[-1].layer == HIGH


def test_who_reports_nothing_keeps_the_start_value() -> None:
    controller = SendController()
    for now in range(0, 10 * SECOND, 20_000):
        controller.log.sent(now // 20_000 & 0xFFFF, 1000, EPOCH + now)
        assert controller.tick(EPOCH + now) is None
    assert controller.estimate.bitrate == START


def test_round_trips_of_receiver_reports_count() -> None:
    controller = SendController()
    controller.on_round_trip(0.6)
    controller.tick(EPOCH)
    assert controller.estimate.round_trip_us == 600_000


def test_a_signer_gets_the_fluent_layer_on_a_link_that_has_room_for_little() -> None:
    signer = Demand(1, SourceKind.SIGNER, LAYERS, 720)
    call = Call(Conditions([(0, 2.5e5)]), (signer,))
    call.mode = Mode.SIGN
    call.run(15)
    assert all(sample.layer == LOW for sample in call.during(1, 15))


def test_any_link_keeps_the_estimate_within_bounds() -> None:
    """Conditions drawn at random: never outside floor and cap, never an exception, sound always sent."""
    draw = random.Random(7)
    for seed in range(5):
        rates = [(at * 2.0, draw.choice([2e4, 1e5, 1e6, 1e7])) for at in range(3)]
        conditions = Conditions(
            rates,
            queue_ms=draw.choice([5, 100, 2000]),
            jitter_ms=draw.choice([0, 20]),
            loss=draw.choice([0, 0.2, 0.6]),
            feedback_loss=draw.choice([0, 0.5]),
            seed=seed,
        )
        call = Call(conditions)
        call.run(6)
        assert all(FLOOR <= sample.estimate <= CAP for sample in call.samples)
        assert len(call.sound_delays) == 300


PLAIN = Demand(1, SourceKind.MAIN, (Layer(1_700_000, 720),), 720)  # a camera without layers


@pytest.mark.parametrize("seed", SEEDS)
def test_a_camera_without_layers_is_not_paused_on_a_guess(seed: int) -> None:
    """The estimate begins at a quarter of what it needs; nothing shows that the path does not carry it."""
    call = Call(Conditions([(0, 4e6)], jitter_ms=2, seed=seed), (PLAIN,))
    call.run(20)
    assert not any(sample.paused for sample in call.samples)
    assert call.samples[-1].estimate > 1.7e6
    assert call.sound_delays.count(None) == 0


@pytest.mark.parametrize("seed", SEEDS)
def test_a_camera_without_layers_is_paused_once_the_path_shows_that_it_is_too_much(seed: int) -> None:
    call = Call(Conditions([(0, 64e3), (10, 4e6)], delay_ms=150, queue_ms=300, seed=seed), (PLAIN,))
    call.run(40)
    assert all(sample.paused for sample in call.during(2.5, 19))
    assert call.samples[-1].layer == 0
    assert None not in call.sound_delays[50 * 3 : 50 * 10]
