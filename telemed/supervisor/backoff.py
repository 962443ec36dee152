"""When to start a dead child again."""

from __future__ import annotations

DELAYS = (0.0, 0.3, 1.2, 2.7, 5.0)  # seconds: at once for an accident, slower for a fault that stays
HEALTHY_AFTER = 60.0  # seconds of life after which an exit counts as the first one again


class Backoff:
    """Delays of one child's restarts."""

    def __init__(self) -> None:
        self.failures = 0  # exits in a row, each before HEALTHY_AFTER

    def after_exit(self, lived: float) -> float:
        """Return the seconds to wait before the next start, after a run of `lived` seconds."""
        if lived >= HEALTHY_AFTER:
            self.failures = 0
        delay = DELAYS[min(self.failures, len(DELAYS) - 1)]
        self.failures += 1
        return delay
