"""One run of a load against one fresh media worker: a process of its own, JSON in, JSON out (a RunResult).

`python -m tests.bench.generator` reads `{plan, priority}`. It starts the worker, pins it to one core and itself to the other,
connects everybody over real sockets with real DTLS, sends, and reads the worker's own account of CPU and latency over its
control socket.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import asdict, dataclass, field
from typing import Any

from telemed.sfu.client import MediaClient
from tests.bench import machine
from tests.bench.process import answer
from tests.bench.rtp_load import LoadPeer, LoadPlan, fill, recording, worker_process
from tests.bench.traffic import Sent, Traffic

DRAIN_SECONDS = 0.1  # after the last packet, until the counters are read
LOSSES = ("drop_", "fail_", "kernel_", "send_blocked")  # prefixes of counters of what went lost inside the worker


@dataclass(slots=True)
class RunResult:
    """One run. Shares are of one core. CPU is the worker process's own time, user and system, never wall time."""

    plan: dict[str, Any]
    seconds: float = 0.0
    peers: int = 0
    sent: int = 0  # packets the generator sent
    in_packets: int = 0  # packets the worker took in
    out_packets: int = 0  # copies it sent
    received: int = 0  # copies the generator's peers got
    cpu_seconds: float = 0.0
    idle_share: float = 0.0  # the worker's share with everybody connected and nobody sending
    idle_wakeups: float = 0.0  # a second, meanwhile
    wakeups: int = 0  # in the window: times the worker slept and was woken
    core_share: float = 0.0
    wait_share: float = 0.0  # time the worker was runnable and others had its core
    latency: dict[str, int] = field(default_factory=dict)  # kernel receive stamp to return of the last copy's sendto
    loop: dict[str, int] = field(default_factory=dict)
    collections: dict[str, int] = field(default_factory=dict)
    losses: dict[str, int] = field(default_factory=dict)
    generator: dict[str, float] = field(default_factory=dict)  # its own core share, lateness, stalls
    steal_share: float = 0.0
    foreign_cores: float = 0.0  # what other programs used
    resident_kib: int = 0
    resident_empty_kib: int = 0  # before anybody came


async def run(plan: LoadPlan) -> RunResult:
    """Run one plan against a fresh worker."""
    machine.pin(machine.CORE_OF_LOAD)
    async with worker_process(plan.loop) as (control, process_id):
        machine.pin(machine.CORE_OF_WORKER, process_id)
        result = RunResult(asdict(plan), resident_empty_kib=machine.resident_kib(process_id))
        publishers, peers = await fill(control, plan)
        result.peers = len(peers)
        try:
            await _watch_silence(control, process_id, result)
            traffic = Traffic(publishers, peers)
            async with recording(control, plan):
                await traffic.run(plan.warm_seconds)
                await measure_window(control, process_id, traffic, peers, result)
        finally:
            for peer in peers:
                await peer.close()
    return result


async def _watch_silence(control: MediaClient, process_id: int, result: RunResult) -> None:
    """Measure what connected people cost who send nothing."""
    await asyncio.sleep(0.2)
    woken, before, started = machine.wakeups(process_id), await control.stats(), time.monotonic()
    await asyncio.sleep(result.plan["idle_seconds"])
    after, elapsed = await control.stats(), time.monotonic() - started
    result.idle_share = round((after["cpu_seconds"] - before["cpu_seconds"]) / elapsed, 4)
    result.idle_wakeups = round((machine.wakeups(process_id) - woken) / elapsed, 1)


async def measure_window(
    control: MediaClient, process_id: int, traffic: Traffic, peers: list[LoadPeer], result: RunResult
) -> None:
    """Measure over the plan's window of traffic: `result` is filled in. The traffic goes on where it stopped."""
    received = sum(peer.received for peer in peers)
    machine_before, waited, own = machine.CpuSample.take(), machine.waited_seconds(process_id), time.process_time()
    woken = machine.wakeups(process_id)
    before, started = await control.stats(reset=True), time.monotonic()
    sent = await traffic.run(result.plan["seconds"])
    await asyncio.sleep(DRAIN_SECONDS)
    after, result.seconds = await control.stats(), time.monotonic() - started
    result.wakeups = machine.wakeups(process_id) - woken
    own, machine_after = time.process_time() - own, machine.CpuSample.take()
    result.cpu_seconds = round(after["cpu_seconds"] - before["cpu_seconds"], 6)
    result.core_share = round(result.cpu_seconds / result.seconds, 4)
    result.wait_share = round((machine.waited_seconds(process_id) - waited) / result.seconds, 4)
    result.steal_share = machine_after.steal_since(machine_before)
    result.foreign_cores = machine_after.foreign_since(machine_before, result.cpu_seconds + own)
    result.generator = _generator(sent, own / result.seconds)
    result.sent, result.received = sent.packets, sum(peer.received for peer in peers) - received
    result.resident_kib = machine.resident_kib(process_id)
    _take_stats(before, after, result)


def _take_stats(before: dict[str, Any], after: dict[str, Any], result: RunResult) -> None:
    counts = {name: value - before["counters"][name] for name, value in after["counters"].items()}
    result.in_packets, result.out_packets = counts["in_rtp"], counts["out_rtp"]
    result.latency, result.loop, result.collections = after["latency"], after["loop"], after["collections"]
    result.losses = {name: count for name, count in counts.items() if count and name.startswith(LOSSES)}


def _generator(sent: Sent, share: float) -> dict[str, float]:
    return {"core_share": round(share, 4), "late_p99_ms": sent.late_p99_ms(), "skipped_ticks": sent.skipped_ticks}


async def work(orders: dict[str, Any]) -> dict[str, Any]:
    """Run the plan in the orders."""
    return asdict(await run(LoadPlan(**orders["plan"])))


if __name__ == "__main__":
    answer(work)
