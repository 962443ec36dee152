"""Calls whose layers cost what is measured of them, over links that are cut both ways."""

from __future__ import annotations

import pytest

from telemed.congestion.controller import SendController
from telemed.congestion.demands import Demand, Layer, SourceKind
from telemed.congestion.lenience import Lenience
from telemed.congestion.twcc_wire import FeedbackReport
from telemed.sfu.source_rate import LayerRate
from tests.unit.congestion.call import EPOCH
from tests.unit.congestion.link import SECOND, Conditions
from tests.unit.congestion.product_call import ProductCall

SEEDS = [pytest.param(1), *(pytest.param(seed, marks=pytest.mark.prove) for seed in range(2, 12))]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("queue_ms", [500, 2000])
@pytest.mark.parametrize("back", [False, True], ids=["way_back_free", "way_back_full"])
def test_a_call_falls_to_the_small_layer_and_stays_there(seed: int, queue_ms: float, back: bool) -> None:
    """Key frames of the switch, reports missing for seconds: neither is a reason to pause what the link carries."""
    conditions = Conditions([(0, 2e6), (20, 3e5), (50, 2e6)], queue_ms=queue_ms, seed=seed)
    call = ProductCall(conditions, narrow_at=20.0, back=back)
    call.run(70)
    assert call.during(19, 20)[0].layer == 1
    assert all(sample.layer == 0 for sample in call.during(23, 50))
    assert not any(sample.paused for sample in call.samples)
    assert next(sample.at for sample in call.samples if sample.at > 50 and sample.layer == 1) <= 65


def test_a_key_frame_makes_no_layer_dearer_and_a_last_half_second_none_cheaper() -> None:
    rate = LayerRate(150_000)
    for bitrate in (140_000, 380_000, 142_000, 141_000, 390_000, 143_000, 40_000):
        rate.add(bitrate)
        assert 140_000 <= rate.bitrate <= 150_000


def test_a_layer_that_has_changed_costs_what_it_does_now_within_three_seconds() -> None:
    rate = LayerRate(150_000)
    for _ in range(3):
        rate.add(90_000)
    assert rate.bitrate == 90_000


def test_a_long_queue_is_not_emptied_for_ever_when_reports_stop() -> None:
    controller = SendController()
    for sequence, (sent, waited) in enumerate([(0, 0), (100, 300), (200, 350)]):
        controller.log.sent(sequence, 1000, EPOCH + sent * 1000)
        report = FeedbackReport(1, 2, sequence, 1, 0, ((sequence, (5000 + sent + waited) * 1000),))
        controller.on_feedback(report, EPOCH + (sent + waited) * 1000)
    reported_us = EPOCH + 550_000
    assert controller.estimate.queue_is_long
    controller.tick(reported_us + 400_000)
    assert controller.estimate.queue_is_long
    assert controller.tick(reported_us + SECOND) is None
    assert not controller.estimate.queue_is_long
    assert not controller.estimate.good


@pytest.mark.parametrize(("bitrate", "trying"), [(189_000.0, True), (194_000.0, False)])
def test_what_the_allocator_would_drop_is_tried(bitrate: float, trying: bool) -> None:
    """Sound comes off first, and the tolerance is a share of what is left: as the allocator reckons."""
    demand = Demand(1, SourceKind.MAIN, (Layer(150_000, 180),), 720)
    estimate = SendController(start=bitrate).estimate
    lenience = Lenience()
    lenience.judge(estimate, True, 48_000.0, (demand,), frozenset(), EPOCH)
    assert lenience.trying is trying
