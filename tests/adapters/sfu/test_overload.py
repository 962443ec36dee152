"""A worker that measures more than it is configured for says so, and keeps forwarding."""

from __future__ import annotations

from pathlib import Path

import pytest

from telemed.media.control import LoadChanged, WorkerEvent
from telemed.media.overload import LoadLevel, LoadLimits
from telemed.sfu.counters import Counters
from telemed.sfu.histogram import LatencyHistogram
from telemed.sfu.load_meter import LoadMeter
from telemed.sfu.worker import Worker, WorkerSettings


def test_the_meter_tells_what_happened_since_it_was_last_asked() -> None:
    counters, latency, cpu = Counters(), LatencyHistogram(), [10.0]
    latency.add(5_000_000)  # before anybody measured
    meter = LoadMeter(counters, latency, lambda: cpu[0])
    assert meter.sample(100.0, 0.0) is None, "nothing to compare with"
    counters.out_rtp, counters.out_rtx, cpu[0] = 900, 100, 11.0
    for _ in range(99):
        latency.add(1000)
    latency.add(30_000)
    found = meter.sample(102.0, 0.003)
    assert found is not None
    assert (found.cpu, found.packets, found.received, found.lag) == (0.5, 500.0, 100, 0.003)
    assert 0.001 <= found.delay <= 0.0011
    assert meter.sample(102.1, 0.0) is None, "too short to judge by"
    assert meter.sample(120.0, 0.0) is None, "it stood still in between"


def test_a_histogram_begun_anew_is_no_negative_count() -> None:
    counters, latency = Counters(), LatencyHistogram()
    meter = LoadMeter(counters, latency, lambda: 0.0)
    for _ in range(500):
        latency.add(1000)
    meter.sample(0.0, 0.0)
    latency.reset()
    latency.add(20_000_000)
    found = meter.sample(1.0, 0.0)
    assert found is not None and found.received == 1 and found.delay > 5.0


@pytest.fixture
def worker(tmp_path: Path) -> Worker:
    """One that is loaded by ten packets a second. It is asked directly and never started."""
    return Worker(WorkerSettings(0, 0, tmp_path / "media-0.sock", load=LoadLimits(packets=10)))


async def test_control_hears_of_each_step(worker: Worker) -> None:
    await worker.start()
    try:
        events: list[WorkerEvent] = []
        worker._emit = events.append  # type: ignore[method-assign]
        for second in range(20):
            worker.counters.out_rtp += 11
            worker._judge_load(1e6 + second)
        assert [event.level for event in events if isinstance(event, LoadChanged)] == [
            LoadLevel.LOWERED,
            LoadLevel.LOWEST,
            LoadLevel.FULL,
        ]
        assert worker.snapshot().load is LoadLevel.FULL
        assert worker.stats()["load"] == {"level": "full", "pressure": 1.1}
        assert worker._services is not None and worker._services.layer_cap.layer == 0
    finally:
        await worker.close()
