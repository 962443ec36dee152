"""One timer wheel per worker: work every 20 ms while media flows, in slices, so that no callback holds the loop for long."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator

TICK = 0.020  # seconds: the NACK interval, the finest anybody needs
QUIET_TICK = 0.100  # seconds to the next tick when no datagram comes and nothing is pressing: waking costs more than the work
SLICE_NS = 1_000_000  # nanoseconds of work before the loop gets its turn again
CONTROL = 2  # ticks in 40 ms: congestion control towards a subscriber whose path is not known well
TENTH = 5  # ticks in 100 ms
SECOND = 50  # ticks in 1 s
LOG_QUIET = 10.0  # seconds between log lines about failing jobs: one that fails would fail fifty times a second

Job = Callable[[float], None]
log = logging.getLogger(__name__)


def falls_due(period: int, before: int, tick: int) -> bool:
    """Tell whether something done every `period` ticks is due at `tick`, when the tick before this one was `before`."""
    return before // period != tick // period


class TimerWheel:
    """Calls `jobs(before, tick)` and runs what it yields, a millisecond at a time. Ticks are numbered by the clock, 20 ms each;
    numbers nobody woke for are left out, and `falls_due` sees to what was due in them.

    Whoever is awake anyway calls `poll`, which spares the loop a wake-up; without that a tick comes after 100 ms, or after 20 ms
    while `pressing` is set, which the jobs do.
    A tick whose predecessor is still running is put off and counted in `skipped`: under overload work thins out, it never queues.
    A job that fails is counted in `failed`; the others run on: one peer's fault stops nobody.
    `lag_us` is the worst delay of a timer since `take_lag_us`.
    """

    def __init__(self, jobs: Callable[[int, int], Iterator[Job]]) -> None:
        self._jobs = jobs
        self._handle: asyncio.TimerHandle | None = None
        self._running: Iterator[Job] | None = None
        self._origin = 0.0
        self._tick = 0
        self._next = 0.0  # when the next tick may run
        self._latest = 0.0  # when it must
        self._armed = 0.0  # when the loop was asked to call
        self._lag_us = 0
        self._load_lag_us = 0
        self._closed = False
        self.pressing = False
        self.skipped = 0
        self.slow_callbacks = 0
        self.failed = 0
        self._quiet_until = 0.0

    def start(self) -> None:
        """Begin ticking in the running loop."""
        self._loop = asyncio.get_running_loop()
        self._origin = self._loop.time()
        self._next = self._latest = self._origin + TICK
        self._arm()

    def close(self) -> None:
        """Stop. Idempotent."""
        self._closed = True
        if self._handle is not None:
            self._handle.cancel()
        self._running = None

    def take_lag_us(self) -> int:
        """Return the worst delay of a timer in microseconds since the last call."""
        lag, self._lag_us = self._lag_us, 0
        return lag

    def take_load_lag(self) -> float:
        """The same in seconds for whoever judges the load: both readers see every delay."""
        lag, self._load_lag_us = self._load_lag_us, 0
        return lag * 1e-6

    def poll(self, now: float) -> None:
        """Tick if it is time (`now` in monotonic seconds, the loop's own clock)."""
        if now >= self._next and not self._closed:
            self._begin(now)

    def _on_timer(self) -> None:
        now = self._loop.time()
        lag_us = int((now - self._armed) * 1e6)
        self._lag_us = max(self._lag_us, lag_us)
        self._load_lag_us = max(self._load_lag_us, lag_us)
        self._handle = None
        if now >= self._latest:
            self._begin(now)
        if self._handle is None and not self._closed:
            self._arm()

    def _arm(self) -> None:
        self._armed = self._latest
        self._handle = self._loop.call_at(self._latest, self._on_timer)

    def _begin(self, now: float) -> None:
        """Run the tick of `now`, in the rhythm of the clock: after a stall nothing is caught up with."""
        before, tick = self._tick, int((now - self._origin) / TICK)
        self._next = self._latest = self._origin + (tick + 1) * TICK
        if self._running is not None:
            self.skipped += 1
            return
        self._tick = tick
        self._running = self._jobs(before, tick)
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
        self._settle()

    def _settle(self) -> None:
        """The tick is done: say when the next one must come at the latest."""
        if not self.pressing:
            self._latest = self._next - TICK + QUIET_TICK
        elif self._handle is not None and self._armed > self._latest:
            self._handle.cancel()
            self._arm()

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
