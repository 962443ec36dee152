"""How often the journal of one track may begin anew: a publisher that ends and begins its source over and over fills no disk."""

from __future__ import annotations

BURST = 12.0  # journals at once: a person who changes devices, reloads, and agrees and withdraws in between
PER_SECOND = 0.2  # and one more each 5 s


class OpenLimit:
    """A bucket of one track. Drop rule: what is not allowed now is tried again every 100 ms; nothing is captured until then."""

    __slots__ = ("_at", "_tokens")

    def __init__(self) -> None:
        self._tokens = BURST
        self._at = float("-inf")

    def allows(self, now: float) -> bool:
        """Count one attempt at `now`, monotonic seconds; whether it may be made."""
        self._tokens = min(self._tokens + max(now - self._at, 0.0) * PER_SECOND, BURST)
        self._at = now
        if self._tokens < 1.0:
            return False
        self._tokens -= 1.0
        return True
