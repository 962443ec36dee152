"""A latency histogram cheap enough for every packet."""

from __future__ import annotations

BUCKET_US = 50  # width of a bucket in microseconds: a p99 of 10 ms is read to 0.5 %
BUCKETS = 1000  # 50 ms
FINE_US = BUCKET_US * BUCKETS
COARSE_US = 10_000  # width beyond: a worker that fell behind by half a second is told from one that hung once
COARSE_BUCKETS = 500  # 5 s more; the last bucket takes everything longer


class LatencyHistogram:
    """Counts durations in buckets of 50 us up to 50 ms, and of 10 ms up to 5 s."""

    __slots__ = ("counts", "late", "maximum_us")

    def __init__(self) -> None:
        self.counts = [0] * BUCKETS
        self.late = [0] * (COARSE_BUCKETS + 1)
        self.maximum_us = 0

    def add(self, duration_us: int) -> None:
        """Count one duration in microseconds; a negative one (a clock step) counts as 0."""
        if duration_us > self.maximum_us:
            self.maximum_us = duration_us
        if duration_us < FINE_US:
            self.counts[duration_us // BUCKET_US if duration_us > 0 else 0] += 1
        else:
            self.late[min((duration_us - FINE_US) // COARSE_US, COARSE_BUCKETS)] += 1

    def quantile(self, fraction: float) -> int:
        """Return the upper edge in microseconds of the bucket that holds this fraction (0..1); 0 when empty."""
        edge = self.quantile_of(self.every, fraction)
        if edge > FINE_US + COARSE_BUCKETS * COARSE_US:  # the last bucket has no upper edge
            return self.maximum_us
        return min(edge, max(self.maximum_us, BUCKET_US))

    @property
    def every(self) -> list[int]:
        """A copy of all buckets, the fine ones first."""
        return self.counts + self.late

    @staticmethod
    def quantile_of(every: list[int], fraction: float) -> int:
        """As `quantile`, of buckets as `every` gives them, or of the difference of two such lists."""
        wanted, seen = fraction * sum(every), 0
        for index, count in enumerate(every):
            seen += count
            if count and seen >= wanted:
                return (index + 1) * BUCKET_US if index < BUCKETS else FINE_US + (index - BUCKETS + 1) * COARSE_US
        return 0

    def snapshot(self) -> dict[str, int]:
        """Return count, p50, p95, p99 and maximum, times in microseconds."""
        return {
            "count": sum(self.counts) + sum(self.late),
            "p50_us": self.quantile(0.50),
            "p95_us": self.quantile(0.95),
            "p99_us": self.quantile(0.99),
            "max_us": self.maximum_us,
        }

    def reset(self) -> None:
        """Forget everything: the next measurement starts here."""
        self.counts[:] = [0] * BUCKETS
        self.late[:] = [0] * (COARSE_BUCKETS + 1)
        self.maximum_us = 0
