"""A token bucket. Pure: `now` in seconds is an argument."""

from __future__ import annotations


class TokenBucket:
    """Allows `rate` takes a second on average and `burst` at once."""

    __slots__ = ("_burst", "_rate", "_tokens", "_updated")

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self._rate = rate
        self._burst = burst
        self._tokens = burst
        self._updated = now

    def has(self, now: float) -> bool:
        """Whether a token is left. A clock that steps back gives nothing."""
        elapsed = max(0.0, now - self._updated)
        self._updated = now
        self._tokens = min(self._burst, self._tokens + elapsed * self._rate)
        return self._tokens >= 1.0

    def take(self, now: float) -> bool:
        """Take one token; False when none is left."""
        if not self.has(now):
            return False
        self._tokens -= 1.0
        return True
