"""The benchmark's traffic generator itself, briefly: what it sends is forwarded, and what it reports adds up."""

from __future__ import annotations

from tests.bench.rtp_load import LoadPlan, LoadResult, measure, split_cost


async def test_a_short_measurement_adds_up() -> None:
    plan = LoadPlan(publishers=2, viewers=3, video_rate=90, audio=True, seconds=0.5, idle_seconds=0.1, warm_seconds=0.3)
    result = await measure(plan)
    assert result.in_packets > 50
    assert result.out_packets == 3 * result.in_packets
    assert result.received >= result.out_packets
    assert result.latency["count"] == result.in_packets
    assert 0 < result.latency["p50_us"] <= result.latency["p99_us"] <= result.latency["max_us"] + 50
    assert 0 < result.us_per_packet < 10_000
    assert result.failures.keys() <= {"drop_duplicate"}


def test_costs_are_split_by_two_runs() -> None:
    alone = LoadResult({}, in_packets=1000, us_per_in=15.0)
    fanned = LoadResult({}, in_packets=1000, out_packets=10_000, us_per_in=95.0)
    assert split_cost(alone, fanned) == (15.0, 8.0)
