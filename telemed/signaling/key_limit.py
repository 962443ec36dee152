"""How often something may be done, counted by a key: an address, a link, a clinic. In memory; each table is bounded."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from telemed.errors import TooMany
from telemed.signaling.rate import TokenBucket

MAX_REMEMBERED = 10_000  # keys of each limit; drop rule: the one not seen for longest begins anew


@dataclass(frozen=True, slots=True)
class Allowed:
    """`burst` at once, then one each `seconds`."""

    burst: float
    seconds: float


class Limit:
    """One bucket for each key."""

    def __init__(self, allowed: Allowed, max_keys: int = MAX_REMEMBERED) -> None:
        self._allowed = allowed
        self._max_keys = max_keys
        self._buckets: OrderedDict[str, TokenBucket] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def check(self, key: str, now: float) -> None:
        """Raise TooMany where `take` would, and count nothing."""
        bucket = self._buckets.get(key)
        if bucket is not None and not bucket.has(now):
            raise TooMany(retry_after=self._allowed.seconds)

    def take(self, key: str, now: float) -> None:
        """Count one. Raises TooMany. `now`: monotonic seconds."""
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = TokenBucket(1 / self._allowed.seconds, self._allowed.burst, now)
        self._buckets.move_to_end(key)
        if len(self._buckets) > self._max_keys:
            self._buckets.popitem(last=False)
        if not bucket.take(now):
            raise TooMany(retry_after=self._allowed.seconds)
