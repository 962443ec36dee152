"""Measures how loaded this worker is, once a second, from what it counts anyway: nothing is added to the packet path."""

from __future__ import annotations

import time
from collections.abc import Callable

from telemed.media.overload import LoadSample
from telemed.sfu.counters import Counters
from telemed.sfu.histogram import LatencyHistogram

P99 = 0.99
SHORTEST = 0.5  # seconds: over less, a share of the processor is chance
LONGEST = 5.0  # seconds: the process stood still; what it did before says nothing about now


class LoadMeter:
    """Differences between two readings of counters, latency histogram and processor time."""

    def __init__(
        self, counters: Counters, latency: LatencyHistogram, cpu_seconds: Callable[[], float] = time.process_time
    ) -> None:
        self._counters = counters
        self._latency = latency
        self._cpu_seconds = cpu_seconds
        self._at: float | None = None
        self._cpu = 0.0
        self._sent = 0
        self._delays: list[int] = latency.every

    def sample(self, now: float, lag: float) -> LoadSample | None:
        """What happened since the last call (`now`: monotonic seconds); None when that is no time to judge by. `lag`: the loop's
        worst, seconds."""
        before, cpu, sent, delays = self._at, self._cpu, self._sent, self._delays
        if before is not None and now - before < SHORTEST:
            return None
        counts = self._counters
        self._at, self._cpu = now, self._cpu_seconds()
        self._sent = counts.out_rtp + counts.out_rtx
        self._delays = self._latency.every
        if before is None or now - before > LONGEST:
            return None
        passed = now - before
        new = [count - old for count, old in zip(self._delays, delays, strict=True)]
        if min(new) < 0:  # the histogram was begun anew meanwhile
            new = self._delays
        delay = LatencyHistogram.quantile_of(new, P99) * 1e-6
        return LoadSample((self._cpu - cpu) / passed, delay, lag, sum(new), (self._sent - sent) / passed)
