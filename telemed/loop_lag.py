"""How late an event loop runs its callbacks: the one figure that says whether control is overloaded or something blocks it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable

PERIOD = 0.25  # seconds between two looks
TOO_LATE = 0.5  # seconds: people notice; sockets and heartbeats are still far from their time-outs
QUIET = 10.0  # seconds between two warnings
REMEMBERED = 240  # looks: a minute
log = logging.getLogger(__name__)


class LoopLag:
    """Watches the running loop from `start` to `close`. `worst` is the longest lag since `take_worst`, in seconds."""

    def __init__(self) -> None:
        self.worst = 0.0
        self.on_lag: Callable[[float], None] = lambda _: None  # told each lag, in seconds
        self._warned = float("-inf")
        self._lags: deque[float] = deque(maxlen=REMEMBERED)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to watch."""
        self._task = asyncio.get_running_loop().create_task(self._run(), name="loop-lag")

    async def close(self) -> None:
        """Stop watching."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def take_worst(self) -> float:
        """The longest lag since the last call, in seconds."""
        worst, self.worst = self.worst, 0.0
        return worst

    @property
    def recent(self) -> float:
        """The longest lag of the last minute, in seconds."""
        return max(self._lags, default=0.0)

    async def _run(self) -> None:
        while True:
            due = time.monotonic() + PERIOD
            await asyncio.sleep(PERIOD)
            self._note(time.monotonic() - due)

    def _note(self, lag: float) -> None:
        self.worst = max(self.worst, lag)
        self._lags.append(lag)
        self.on_lag(lag)
        now = time.monotonic()
        if lag >= TOO_LATE and now - self._warned >= QUIET:
            self._warned = now
            log.warning("event loop late by %.2fs", lag)
