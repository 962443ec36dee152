"""One timer wheel per worker: 20 ms ticks that walk all peers in slices, so that no callback holds the loop for long."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator

TICK = 0.020  # seconds: the NACK interval, the finest anybody needs
SLICE_NS = 1_000_000  # nanoseconds of work before the loop gets its turn again
TENTH = 5  # ticks in 100 ms
SECOND = 50  # ticks in 1 s
LOG_QUIET = 10.0  # seconds between log lines about failing jobs: one that fails would fail fifty times a second

Job = Callable[[float], None]
log = logging.getLogger(__name__)


class TimerWheel:
    """Calls `jobs(tick)` every 20 ms and runs what it yields, a millisecond at a time.

    A tick whose predecessor is still running is skipped and counted in `skipped`: under overload work thins out, it never queues.
    A job that fails is counted in `failed`; the others run on: one peer's fault stops nobody.
    `lag_us` is the worst delay of a tick since `take_lag_us`.
    """

    def __init__(self, jobs: Callable[[int], Iterator[Job]]) -> None:
        self._jobs = jobs
        self._handle: asyncio.Handle | None = None
        self._running: Iterator[Job] | None = None
        self._tick = 0
        self._next = 0.0
        self._lag_us = 0
        self._closed = False
        self.skipped = 0
        self.slow_callbacks = 0
        self.failed = 0
        self._quiet_until = 0.0

    def start(self) -> None:
        """Begin ticking in the running loop."""
        self._loop = asyncio.get_running_loop()
        self._next = self._loop.time() + TICK
        self._handle = self._loop.call_at(self._next, self._on_tick)

    def close(self) -> None:
        """Stop. Idempotent."""
        self._closed = True
        if self._handle is not None:
            self._handle.cancel()
        self._running = None

    def take_lag_us(self) -> int:
        """Return the worst tick delay in microseconds since the last call."""
        lag, self._lag_us = self._lag_us, 0
        return lag

    def _on_tick(self) -> None:
        now = self._loop.time()
        self._lag_us = max(self._lag_us, int((now - self._next) * 1e6))
        missed = int((now - self._next) / TICK)  # after a stall: keep the rhythm, do not catch up
        self._next += TICK * (missed + 1)
        self._handle = self._loop.call_at(self._next, self._on_tick)
        self._tick += 1
        if self._running is not None:
            self.skipped += 1
            return
        self._running = self._jobs(self._tick)
        self._run_slice()

    def _run_slice(self) -> None:
        """Run jobs until the slice is used up; come back after the loop has seen to the sockets."""
        running = self._running
        if running is None or self._closed:
            return
        started = time.monotonic_ns()
        while self._run_next(running):
            took = time.monotonic_ns() - started
            if took > SLICE_NS:
                if took > 2 * SLICE_NS:
                    self.slow_callbacks += 1
                self._loop.call_soon(self._run_slice)
                return
        self._running = None

    def _run_next(self, running: Iterator[Job]) -> bool:
        """Run one job, and let its fault be its own; False when the tick is over."""
        try:
            job = next(running, None)
            if job is not None:
                job(time.monotonic())
        except Exception:  # noqa: BLE001 - escaping, it would leave the tick unfinished and block the timers of every call
            self.failed += 1
            if self._loop.time() >= self._quiet_until:
                self._quiet_until = self._loop.time() + LOG_QUIET
                log.exception("a timer job failed")
            return True
        return job is not None
