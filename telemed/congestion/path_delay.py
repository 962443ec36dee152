"""What one subscriber's path does now: delivered bitrate, queueing delay above the path's own, round trip."""

from __future__ import annotations

from collections import deque

MAX_MARKS = 64  # feedback messages remembered: 3 s at one every 50 ms
BUCKET_US = 4_000_000  # the lowest delay of a bucket counts for three of them: 8 to 12 s, less than clocks drift apart in (1 ms)
DRAIN_US = 150_000  # a queue so long is drained before anything grows: more delay than a conversation forgives
DRAIN_PATIENCE_US = 3_000_000  # a queue that does not shrink while we hold back is not ours, or is a longer path
MAX_ROUND_TRIP_US = 10_000_000
SMOOTHING = 0.125  # of the round trip, as TCP's (RFC 6298)


class AcknowledgedRate:
    """Bitrate that arrives, over a sliding window of the subscriber's clock. Bounded: 64 marks."""

    __slots__ = ("_marks", "_total")

    def __init__(self) -> None:
        self._marks: deque[tuple[int, int]] = deque(maxlen=MAX_MARKS)  # (arrival us, bytes arrived until then)
        self._total = 0

    def reset(self) -> None:
        """Forget everything: arrival times no longer compare."""
        self._marks.clear()

    def add(self, arrival_us: int, size: int) -> None:
        """Note that `size` bytes arrived up to `arrival_us`, the latest arrival of a feedback message."""
        self._total += size
        if self._marks and arrival_us <= self._marks[-1][0]:
            self._marks[-1] = (self._marks[-1][0], self._total)
            return
        self._marks.append((arrival_us, self._total))

    def rate(self, window_us: int = 500_000) -> float | None:
        """Return bit/s over about the last `window_us`, None while less than a third of it has been seen."""
        if len(self._marks) < 2:
            return None
        end_us, end_bytes = self._marks[-1]
        first_us, first_bytes = self._marks[0]
        for at_us, total in reversed(self._marks):  # the window is short, and the marks go back much further
            if at_us <= end_us - window_us:
                first_us, first_bytes = at_us, total
                break
        elapsed = end_us - first_us
        return (end_bytes - first_bytes) * 8e6 / elapsed if elapsed * 3 >= window_us else None


class QueueDelay:
    """How long packets wait in queues: one-way delay above the lowest of the last 8 to 12 s.

    A queue that does not shrink in 3 s of holding back becomes the new baseline: somebody else's, or a longer path.
    """

    __slots__ = ("_bucket_from", "_buckets", "_draining_from", "_entry", "queue_us")

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget the path: the next delay is its baseline."""
        self._buckets: deque[int] = deque(maxlen=3)
        self._bucket_from = 0
        self._draining_from = -1
        self._entry = 0
        self.queue_us = 0

    @property
    def is_long(self) -> bool:
        """Whether the queue should be drained before anything grows."""
        return self._draining_from >= 0

    def add(self, delay_us: int, now_us: int) -> None:
        """Take the lowest one-way delay of a feedback message; clocks need not agree, only run alike."""
        buckets = self._buckets
        if not buckets or now_us - self._bucket_from >= BUCKET_US:
            buckets.append(delay_us)
            self._bucket_from = now_us
        elif delay_us < buckets[-1]:
            buckets[-1] = delay_us
        self.queue_us = delay_us - min(buckets)
        self._watch(delay_us, now_us)

    def _watch(self, delay_us: int, now_us: int) -> None:
        if self.queue_us < DRAIN_US // (2 if self.is_long else 1):
            self._draining_from = -1
        elif not self.is_long or self.queue_us < self._entry * 3 // 4:
            self._draining_from = now_us
            self._entry = self.queue_us
        elif now_us - self._draining_from >= DRAIN_PATIENCE_US:
            self.reset()
            self.add(delay_us, now_us)


class RoundTrip:
    """Smoothed round trip in us; `smoothed_us` is 100 ms until the first sample."""

    __slots__ = ("measured", "smoothed_us")

    def __init__(self) -> None:
        self.smoothed_us = 100_000
        self.measured = False

    def add(self, sample_us: int) -> None:
        """Take a sample; what cannot be is clamped to 0..10 s."""
        sample = 0 if sample_us < 0 else MAX_ROUND_TRIP_US if sample_us > MAX_ROUND_TRIP_US else sample_us
        self.smoothed_us = int(self.smoothed_us + SMOOTHING * (sample - self.smoothed_us)) if self.measured else sample
        self.measured = True
