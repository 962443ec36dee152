"""The media scenarios: runs in fresh processes, disturbed ones made again, medians, and the highest load one core carries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from tests.bench import plans
from tests.bench.figures import median, median_of, packet_costs
from tests.bench.plans import Scenario
from tests.bench.process import in_process
from tests.bench.settings import Settings

MAX_STEAL = 0.02  # of the machine's time taken by the hypervisor: such a run is dropped
MAX_REPEATS = 5  # runs made anew for dropped ones, per scenario
CORE_LIMIT = 0.60  # of a core: where the budget wants the latency
AIM = 0.57  # of a core: what the search aims at, so that the median stays below the limit
SEARCH_STEPS = 4

Progress = Callable[[str], None]


async def run_once(scenario: Scenario, settings: Settings) -> dict[str, Any]:
    """One run with its control figure, taken just before on the same core."""
    control = await in_process("tests.bench.idle", {"seconds": settings.control_seconds, "priority": settings.priority})
    plan = scenario.lasting(settings.window_seconds, settings.warm_seconds, settings.idle_seconds)
    orders = {"plan": asdict(plan), "priority": settings.priority}
    run = await in_process("tests.bench.generator", orders)
    return {**run, "control": control}


async def measure(scenario: Scenario, settings: Settings, say: Progress) -> dict[str, Any]:
    """Run a scenario as often as the settings want; runs with too much steal are dropped and made again."""
    kept: list[dict[str, Any]] = []
    dropped: list[dict[str, Any]] = []
    while len(kept) < settings.runs and len(dropped) <= MAX_REPEATS:
        run = await run_once(scenario, settings)
        (dropped if run["steal_share"] > MAX_STEAL else kept).append(run)
        say(_line(scenario, run))
    return {
        "title": scenario.title,
        "offered_in": scenario.offered_in,
        "offered_out": scenario.offered_out,
        "median": medians(kept or dropped),
        "runs": kept,
        "dropped_runs": dropped,
    }


def medians(runs: list[dict[str, Any]]) -> dict[str, float]:
    """The figures of a scenario: medians over its runs."""
    seconds = median_of(runs, "seconds")
    per_second = {f"{way}_per_second": round(median_of(runs, f"{way}_packets") / seconds) for way in ("in", "out")}
    packets_in, packets_out = median_of(runs, "in_packets"), median_of(runs, "out_packets")
    cpu = median_of(runs, "cpu_seconds") * 1e6
    media_cpu = cpu - median_of(runs, "idle_share") * seconds * 1e6
    return {
        **{name: float(value) for name, value in per_second.items()},
        "core_share": median_of(runs, "core_share"),
        "idle_share": median_of(runs, "idle_share"),
        "us_per_in_total": round(cpu / packets_in, 2) if packets_in else 0.0,
        "us_per_in_media": round(media_cpu / packets_in, 2) if packets_in else 0.0,
        "us_per_out_total": round(cpu / packets_out, 2) if packets_out else 0.0,
        "latency_p50_ms": median_of(runs, "latency", "p50_us") / 1000,
        "latency_p99_ms": median_of(runs, "latency", "p99_us") / 1000,
        "control_read_p99_ms": round(median_of(runs, "control", "read_p99_us") / 1000, 3),
        "control_timer_p99_ms": round(median_of(runs, "control", "timer_p99_us") / 1000, 3),
        "wait_share": median_of(runs, "wait_share"),
        "foreign_cores": median_of(runs, "foreign_cores"),
        "lost_in_worker": median([sum(run["losses"].values()) for run in runs]),
        "still_queued": median([_still_queued(run) for run in runs]),
    }


def _still_queued(run: dict[str, Any]) -> int:
    """Packets sent in the window that were neither taken in nor dropped when it ended."""
    return max(run["sent"] - run["in_packets"] - run["losses"].get("kernel_receive_drops", 0), 0)


async def measure_all(settings: Settings, say: Progress) -> dict[str, Any]:
    """The asked scenarios, the cost split over them, the load that is too much, and the highest that is not."""
    scenarios: dict[str, Any] = {}
    for scenario in (*(plans.INGRESS[1:2] if settings.quick else plans.INGRESS), *plans.ASKED, *plans.REPORTED):
        scenarios[scenario.name] = await measure(scenario, settings, say)
    capacity: list[dict[str, Any]] = []
    if not settings.quick:
        too_much = plans.EIGHT_BY_EIGHT
        scenarios[too_much.name] = await measure(too_much, settings, say)
        capacity = [
            await highest_load(plans.rooms_of_eight, 4, settings, say),
            await highest_load(plans.publishers_to_five, 30, settings, say),
        ]
    others = {plans.EIGHT_BY_EIGHT.name, *(scenario.name for scenario in plans.REPORTED)}
    within = [scenarios[name] for name in scenarios if name not in others] + capacity
    cost = packet_costs([run for entry in within for run in entry["runs"] or entry["dropped_runs"]])
    return {"scenarios": scenarios, "cost": cost, "capacity": capacity}


async def highest_load(at_size: Callable[[int], Scenario], guess: int, settings: Settings, say: Progress) -> dict[str, Any]:
    """Find the largest size within 60 % of a core by measuring, then measure it in full."""
    size, tried = guess, dict[int, float]()
    for _ in range(SEARCH_STEPS):
        if size in tried:
            break
        run = await run_once(at_size(size), settings)
        say(_line(at_size(size), run))
        tried[size] = run["core_share"]
        size = max(int(size * AIM / max(run["core_share"], 0.01)), 1)
    fitting = [size for size, share in tried.items() if share <= CORE_LIMIT]
    best = max(fitting, default=min(tried))
    return {**await measure(at_size(best), settings, say), "size": best, "search": {str(k): v for k, v in tried.items()}}


def _line(scenario: Scenario, run: dict[str, Any]) -> str:
    latency = run["latency"]
    return (
        f"{scenario.name:>16}  core {run['core_share']:6.1%}  in {run['in_packets']:>7}  out {run['out_packets']:>8}  "
        f"p50 {latency['p50_us'] / 1000:6.2f}  p99 {latency['p99_us'] / 1000:7.2f} ms  "
        f"idle loop p99 {run['control']['read_p99_us'] / 1000:6.2f} ms  waited {run['wait_share']:5.1%}  "
        f"others {run['foreign_cores']:.2f} cores  steal {run['steal_share']:.1%}"
    )
