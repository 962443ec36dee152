"""How far one clock is from another, as it changes over a recording: drift, steps and noise taken apart.

Finalising comes after the fact, so a fit may look both ways. Between clocks that read the same instant (a sender report) noise is
even and a line through the neighbourhood is best; where delay comes on top (an arrival) only the least delayed samples count.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

# Between the least delayed of NODE_US, beyond what drift explains: the clock was set, or another one took over. A network that is
# slow for as long differs by less.
DELAY_STEP_US = 500_000
MAX_DRIFT = 0.001  # microseconds per microsecond: crystals are within 100 ppm; what is beyond is noise of few samples
NODE_US = 10_000_000  # from one corner of the curve to the next
REACH_US = 60_000_000  # samples on either side that count for a corner
STEADY_US = 30_000_000  # samples over less time do not tell a drift from noise

Sample = tuple[int, int]  # (time of arrival in us, offset in us)
Fit = Callable[[Sequence[int], Sequence[int], int, float], float]


@dataclass(slots=True)
class Stretch:
    """A time without steps: corners between which the offset changes evenly."""

    begin: int
    end: int
    times: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)

    def value(self, at: int) -> float:
        """The offset at a time of arrival; outside the corners that of the nearest."""
        index = bisect_right(self.times, at)
        if index == 0:
            return self.values[0]
        if index == len(self.times):
            return self.values[-1]
        before, after = self.times[index - 1], self.times[index]
        share = (at - before) / (after - before)
        return self.values[index - 1] * (1 - share) + self.values[index] * share


class OffsetCurve:
    """An offset over time, in stretches."""

    def __init__(self, stretches: list[Stretch]) -> None:
        self._stretches = stretches
        self._begins = [stretch.begin for stretch in stretches]

    def candidates(self, at: int) -> list[float]:
        """What the offset may be at a time: one value, or two between two stretches. Never empty."""
        index = max(bisect_right(self._begins, at) - 1, 0)
        stretch = self._stretches[index]
        if at <= stretch.end or index + 1 == len(self._stretches):
            if index and at < stretch.begin + NODE_US:  # sound and picture may be on either side of a step
                return [stretch.value(at), self._stretches[index - 1].value(at)]
            return [stretch.value(at)]
        return [stretch.value(at), self._stretches[index + 1].value(at)]


def least_curve(samples: Sequence[Sample]) -> OffsetCurve | None:
    """The curve under samples that delay makes too large; None without any."""
    stretches = [_stretch(part, _under) for part in _without_steps(_least_of_each(sorted(samples)))]
    return OffsetCurve(stretches) if stretches else None


def straight(samples: Sequence[Sample]) -> Stretch:
    """The stretch through samples without a step whose noise is even: at least one, in order."""
    return _stretch(samples, _through)


def _stretch(part: Sequence[Sample], fit: Fit) -> Stretch:
    times = [at for at, _ in part]
    offsets = [offset for _, offset in part]
    slope = _slope(times, offsets)
    stretch = Stretch(times[0], times[-1])
    count = max(1, (times[-1] - times[0]) // NODE_US)
    for number in range(count + 1):
        at = times[0] + (times[-1] - times[0]) * number // count
        low, high = bisect_left(times, at - REACH_US), bisect_right(times, at + REACH_US)
        if low == high:  # a pause: the samples on either side speak for it
            continue
        stretch.times.append(at)
        stretch.values.append(fit(times[low:high], offsets[low:high], at, slope))
    return stretch


def _least_of_each(samples: Sequence[Sample]) -> list[Sample]:
    """The least delayed of each NODE_US: what is late among them says nothing."""
    least: list[Sample] = []
    end = 0
    for sample in samples:
        if not least or sample[0] >= end:
            least.append(sample)
            end = sample[0] + NODE_US
        elif sample[1] < least[-1][1]:
            least[-1] = sample
    return least


def _without_steps(samples: Sequence[Sample]) -> list[list[Sample]]:
    parts: list[list[Sample]] = []
    for sample in samples:
        if parts:
            before = parts[-1][-1]
            if abs(sample[1] - before[1]) <= DELAY_STEP_US + MAX_DRIFT * (sample[0] - before[0]):
                parts[-1].append(sample)
                continue
        parts.append([sample])
    return parts


def _slope(times: Sequence[int], offsets: Sequence[int]) -> float:
    """Drift by least squares; 0 where it cannot be told."""
    if times[-1] - times[0] < STEADY_US:
        return 0.0
    middle = sum(times) / len(times)
    mean = sum(offsets) / len(offsets)
    spread = sum((at - middle) ** 2 for at in times)
    slope = sum((at - middle) * (offset - mean) for at, offset in zip(times, offsets, strict=True)) / spread
    return min(max(slope, -MAX_DRIFT), MAX_DRIFT)


def _through(times: Sequence[int], offsets: Sequence[int], at: int, slope: float) -> float:
    """The offset at a corner: a line through its neighbourhood."""
    local = _slope(times, offsets) if times[-1] - times[0] >= STEADY_US else slope
    base = offsets[0]  # offsets are as large as the time since 1900: sums of differences stay exact
    return base + sum(offset - base - local * (time - at) for time, offset in zip(times, offsets, strict=True)) / len(times)


def _under(times: Sequence[int], offsets: Sequence[int], at: int, slope: float) -> float:
    """The offset at a corner: the least of its neighbourhood, drift taken out."""
    return min(offset - slope * (time - at) for time, offset in zip(times, offsets, strict=True))
