"""The latency histogram: fine where the budget lies, coarse where only the order of size matters."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from telemed.sfu.histogram import BUCKET_US, COARSE_BUCKETS, COARSE_US, FINE_US, LatencyHistogram

END_US = FINE_US + COARSE_BUCKETS * COARSE_US


@given(st.lists(st.integers(-10, 2 * END_US), max_size=50), st.sampled_from([0.0, 0.5, 0.95, 0.99, 1.0]))
def test_a_quantile_is_off_by_less_than_its_bucket(durations: list[int], fraction: float) -> None:
    histogram = LatencyHistogram()
    for duration in durations:
        histogram.add(duration)
    assert histogram.snapshot()["count"] == len(durations)
    read = histogram.quantile(fraction)
    if not durations:
        assert read == 0
        return
    ordered = sorted(max(duration, 0) for duration in durations)
    true = next(value for number, value in enumerate(ordered, 1) if number >= fraction * len(ordered))
    if true >= END_US:
        assert read == ordered[-1]
    else:
        assert true <= read <= true + (BUCKET_US if true < FINE_US else COARSE_US)


def test_a_worker_far_behind_is_not_told_by_its_worst_packet() -> None:
    histogram = LatencyHistogram()
    for duration in (100, 365_000, 365_000, 4_000_000):
        histogram.add(duration)
    assert histogram.quantile(0.5) == 370_000
    assert histogram.snapshot()["max_us"] == 4_000_000
    histogram.reset()
    assert histogram.snapshot() == {"count": 0, "p50_us": 0, "p95_us": 0, "p99_us": 0, "max_us": 0}
