"""One load for a long time: CPU, latency, memory and descriptors of one worker, minute by minute. A process: JSON in, JSON out.

`python -m tests.bench.soak` reads `{plan, priority, slices}`; `plan.seconds` is the length of a slice.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import psutil

from tests.bench import machine
from tests.bench.generator import RunResult, measure_window
from tests.bench.process import answer
from tests.bench.rtp_load import LoadPlan, fill, worker_process
from tests.bench.traffic import Traffic


async def work(orders: dict[str, Any]) -> dict[str, Any]:
    """Send without a pause, and look once a slice."""
    plan = LoadPlan(**orders["plan"])
    slices: list[dict[str, Any]] = []
    machine.pin(machine.CORE_OF_LOAD)
    async with worker_process(plan.loop) as (control, process_id):
        machine.pin(machine.CORE_OF_WORKER, process_id)
        publishers, peers = await fill(control, plan)
        try:
            traffic = Traffic(publishers, peers)
            await traffic.run(plan.warm_seconds)
            for _ in range(orders["slices"]):
                result = RunResult(asdict(plan), peers=len(peers))
                await measure_window(control, process_id, traffic, peers, result)
                slices.append(_slice(result, process_id))
        finally:
            for peer in peers:
                await peer.close()
    return {"slices": slices}


def _slice(result: RunResult, process_id: int) -> dict[str, Any]:
    return {
        "seconds": round(result.seconds, 2),
        "in_packets": result.in_packets,
        "out_packets": result.out_packets,
        "sent": result.sent,
        "received": result.received,
        "core_share": result.core_share,
        "wait_share": result.wait_share,
        "steal_share": result.steal_share,
        "foreign_cores": result.foreign_cores,
        "p50_ms": result.latency["p50_us"] / 1000,
        "p99_ms": result.latency["p99_us"] / 1000,
        "losses": sum(result.losses.values()),
        "skipped_ticks": result.generator["skipped_ticks"],
        "resident_kib": result.resident_kib,
        "descriptors": psutil.Process(process_id).num_fds(),
    }


if __name__ == "__main__":
    answer(work)
