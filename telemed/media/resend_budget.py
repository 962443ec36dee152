"""How much one subscriber may have resent: a NACK of a few bytes must not draw more out of the server than its path carries."""

from __future__ import annotations

SHARE = 0.5  # of what the subscriber was sent: repairs a third of all packets lost; video is paused at a tenth
FLOOR = 25_000.0  # bytes/s besides, so that the last losses before a silence are repaired too
BURST = 256_000.0  # bytes saved up at most: an outage of a fifth of a second in a room of eight
ASKING = 32.0  # bytes charged for a packet that is not resent: looking for it costs time


class ResendBudget:
    """A token bucket in bytes, filled by what is sent for the first time. Drop rule: while it is empty nobody looks for what is
    asked for; a browser asks again."""

    __slots__ = ("_earned_at", "_sent", "_tokens")

    def __init__(self) -> None:
        self._tokens = BURST
        self._sent = 0
        self._earned_at = 0.0

    @property
    def is_open(self) -> bool:
        """Whether one more packet may be resent. The last one may overdraw, so that its size need not be known."""
        return self._tokens > 0.0

    def earn(self, octets_sent: int, now: float) -> None:
        """Add what the subscriber has earned by `now` (seconds). `octets_sent`: first copies it was sent so far; a smaller count
        than last time means that it receives fewer tracks."""
        fresh = max(octets_sent - self._sent, 0) * SHARE + max(now - self._earned_at, 0.0) * FLOOR
        self._tokens = min(self._tokens + fresh, BURST)
        self._sent = octets_sent
        self._earned_at = now

    def spend(self, size: int) -> None:
        """Take what one answer cost: `size` in bytes, 0 for a packet that could not be resent."""
        self._tokens -= size or ASKING
