"""Rate limits: token buckets in a table of bounded size."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

MAX_KEYS = 10_000  # about 2 MiB; beyond it the key not seen for longest is forgotten


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `count` in `seconds`, refilled evenly; all of them may come at once."""

    count: int
    seconds: float


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


class Throttle:
    """One bucket per key, all of the same rate. Drop rule: when the table is full, the least recently used key starts anew."""

    def __init__(self, rate: Rate, max_keys: int = MAX_KEYS) -> None:
        self._rate = rate
        self._max_keys = max_keys
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, key: str, now: float) -> float:
        """Take a token and return 0.0, or return the seconds until there is one. `now`: monotonic seconds."""
        bucket = self._filled(key, now)
        if bucket.tokens >= 1.0:
            bucket.tokens -= 1.0
            return 0.0
        return (1.0 - bucket.tokens) * self._rate.seconds / self._rate.count

    def give_back(self, key: str) -> None:
        """Return a token taken before: the attempt turned out to be honest."""
        bucket = self._buckets.get(key)
        if bucket is not None:
            bucket.tokens = min(float(self._rate.count), bucket.tokens + 1.0)

    def _filled(self, key: str, now: float) -> _Bucket:
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = _Bucket(float(self._rate.count), now)
            if len(self._buckets) > self._max_keys:
                self._buckets.popitem(last=False)
            return bucket
        self._buckets.move_to_end(key)
        gained = (now - bucket.at) * self._rate.count / self._rate.seconds
        bucket.tokens = min(float(self._rate.count), bucket.tokens + gained)
        bucket.at = now
        return bucket
