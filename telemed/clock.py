"""Time at the edge: the only module of ours that reads a clock. Pure code takes `now` as an argument."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What adapters need to know of time."""

    def monotonic(self) -> float:
        """Seconds since an arbitrary start; never steps back. For intervals and time-outs."""
        ...

    def utcnow(self) -> datetime:
        """Aware UTC wall-clock time. For what people and records see."""
        ...


class SystemClock:
    """The machine's clocks."""

    def monotonic(self) -> float:
        """Seconds of CLOCK_MONOTONIC."""
        return time.monotonic()

    def utcnow(self) -> datetime:
        """Aware UTC wall-clock time."""
        return datetime.now(UTC)
