"""Twenty publishers for five subscribers each, for half an hour: the worker keeps its pace, and nothing in it grows."""

from __future__ import annotations

import statistics
from dataclasses import asdict
from typing import Any

import pytest

from tests.bench.plans import TWENTY_BY_FIVE, Scenario, reported
from tests.bench.process import in_process
from tests.net.conditions.record import write
from tests.net.conditions.verdict import Verdict

MINUTES = 30
SLICE = 60.0  # seconds
CORE, LATENCY_MS = 0.60, 10.0
GROWTH = 8 * 1024  # KiB from the fifth minute, when all histories are full, to the end
FULL_AFTER = 5  # slices
CONDITION = "20 publishers x 5 subscribers, 200 packets/s and 1.4 Mbit/s each"
LIKE_BROWSERS = reported(TWENTY_BY_FIVE)  # subscribers report what arrives: congestion control is in charge
UNREPORTED_SLICES = 2  # the same without reports, for comparison


async def soak(scenario: Scenario, slices: int, seconds: float, priority: str) -> list[dict[str, Any]]:
    """Slices of the load, one after the other without a pause."""
    plan = asdict(scenario.lasting(seconds, 2.0, 0.0))
    orders = {"plan": plan, "priority": priority, "slices": slices}
    return list((await in_process("tests.bench.soak", orders, slices * seconds * 1.5 + 300))["slices"])


@pytest.mark.timeout(240)
async def test_a_little_of_it() -> None:
    """Packets pass and are accounted for; how fast is the machine's affair."""
    first, second = await soak(TWENTY_BY_FIVE, 2, 2.0, "normal")
    for slice_of_load in (first, second):
        assert slice_of_load["out_packets"] == pytest.approx(5 * slice_of_load["in_packets"], rel=0.1)
        assert slice_of_load["in_packets"] > 0
    assert second["descriptors"] == first["descriptors"]


@pytest.mark.prove
@pytest.mark.timeout(MINUTES * 60 * 2)
async def test_half_an_hour() -> None:
    unreported = await soak(TWENTY_BY_FIVE, UNREPORTED_SLICES, SLICE, "realtime")
    slices = await soak(LIKE_BROWSERS, MINUTES, SLICE, "realtime")
    verdict = Verdict(
        f"{CONDITION}, {MINUTES} min", "<= 60 % of a core, p99 of added latency <= 10 ms, memory and descriptors flat, no queue"
    )
    verdict.share("median of a core", statistics.median(one["core_share"] for one in slices), CORE)
    verdict.tell(f"all is reported on; without that {statistics.median(one['core_share'] for one in unreported):.0%}")
    verdict.share("worst minute", max(one["core_share"] for one in slices), CORE)
    late = sorted(one["p99_ms"] for one in slices)
    verdict.number("p99 of added latency in ms: median of minutes", statistics.median(late), LATENCY_MS)
    verdict.tell(f"worst {late[-1]:.1f}")
    resident = [one["resident_kib"] for one in slices]
    verdict.number("memory grew by MiB from the 5th minute on", (resident[-1] - resident[FULL_AFTER - 1]) / 1024, GROWTH / 1024)
    verdict.tell(f"resident {resident[0] / 1024:.0f} -> {resident[-1] / 1024:.0f} MiB")
    descriptors = {one["descriptors"] for one in slices}
    verdict.holds(f"descriptors flat at {max(descriptors)}", len(descriptors) == 1)
    sent, taken, lost = (sum(one[name] for one in slices) for name in ("sent", "in_packets", "losses"))
    verdict.share("not taken in", max(0, sent - taken) / sent, 0.001)
    verdict.tell(f"{taken:,} packets in, {sum(one['out_packets'] for one in slices):,} out, {lost} lost in the worker")
    verdict.tell(f"others used {statistics.median(one['foreign_cores'] for one in slices):.1f} cores")
    finding = verdict.finding()
    write(finding)
    assert finding.reached, verdict.missed
