"""The delay-based bitrate: grow while the queue does not, fall below what arrives when it does.

Additive increase near the capacity found last, multiplicative elsewhere (draft-ietf-rmcat-gcc-02 section 5.5, libwebrtc's
AIMD rate control and link capacity estimator).
"""

from __future__ import annotations

BETA = 0.85  # of the acknowledged bitrate: below it, so that the queue drains
GROWTH = 1.08  # per second
MIN_GROWTH = 1_000.0  # bit/s per second
HEADROOM, HEADROOM_BITS = 1.5, 10_000.0  # the estimate may exceed what arrives by this much: more was never tried
MIN_ADDITIVE = 4_000.0  # bit/s per second
PACKET_BITS = 9_600.0  # a full packet, 1200 bytes
FRAMES_PER_SECOND = 30.0
RESPONSE_US = 100_000  # the estimator needs so long besides the round trip to notice
MIN_CUT_US, MAX_CUT_US = 10_000, 200_000  # bounds of the round trip between two cuts
MAX_STEP = 1.0  # seconds that one step may grow for
CAPACITY_WEIGHT = 0.05  # of an overuse in the capacity
PROBE_WEIGHT = 0.5  # of a probe
MIN_DEVIATION, MAX_DEVIATION = 0.4, 2.5  # kbit/s, normalised variance


class LinkCapacity:
    """Mean and deviation of the bitrates at which the queue began to grow, in bit/s."""

    __slots__ = ("_deviation", "mean")

    def __init__(self) -> None:
        self.mean: float | None = None
        self._deviation = MIN_DEVIATION

    @property
    def bounds(self) -> tuple[float, float]:
        """Three deviations around the mean; (0, infinity) while unknown."""
        if self.mean is None:
            return 0.0, float("inf")
        spread = 3000 * (self._deviation * self.mean / 1000) ** 0.5
        return max(self.mean - spread, 0.0), self.mean + spread

    def reset(self) -> None:
        """Forget the mean: the path has changed."""
        self.mean = None

    def add(self, bitrate: float, weight: float = CAPACITY_WEIGHT) -> None:
        """Take one measurement."""
        mean = bitrate if self.mean is None else (1 - weight) * self.mean + weight * bitrate
        error = (mean - bitrate) / 1000
        self._deviation = (1 - weight) * self._deviation + weight * error * error / max(mean / 1000, 1.0)
        self._deviation = min(max(self._deviation, MIN_DEVIATION), MAX_DEVIATION)
        self.mean = mean


class AimdController:
    """Holds `bitrate` in bit/s between `floor` and `cap`."""

    __slots__ = ("_cap", "_cut_us", "_updated_us", "bitrate", "capacity", "floor")

    def __init__(self, start: float, floor: float, cap: float) -> None:
        self.floor = floor
        self._cap = cap
        self.capacity = LinkCapacity()
        self.bitrate = start
        self._updated_us = -1
        self._cut_us = -1

    def grow(self, acknowledged: float | None, round_trip_us: int, now_us: int) -> None:
        """Increase for the time since the last call; call at each feedback that shows no growing queue."""
        elapsed = self._elapsed(now_us)
        if self.capacity.mean is not None and acknowledged is not None and acknowledged > self.capacity.bounds[1]:
            self.capacity.reset()
        if self.capacity.mean is None:
            wanted = self.bitrate + max(self.bitrate * (GROWTH**elapsed - 1), MIN_GROWTH * elapsed)
        else:
            wanted = self.bitrate + self._additive(round_trip_us) * elapsed
        if acknowledged is not None:
            wanted = min(wanted, max(self.bitrate, HEADROOM * acknowledged + HEADROOM_BITS))
        self._set(wanted)

    def hold(self, now_us: int) -> None:
        """Let time pass without growth."""
        self._elapsed(now_us)

    def cut(self, acknowledged: float, round_trip_us: int, now_us: int) -> bool:
        """Fall below what arrives, at most once per round trip unless less than half of it arrives. Tell whether it was done."""
        self._elapsed(now_us)
        pause = min(max(round_trip_us, MIN_CUT_US), MAX_CUT_US)
        if 0 <= now_us - self._cut_us < pause and self._cut_us >= 0 and acknowledged > self.bitrate / 2:
            return False
        wanted = acknowledged * BETA
        if wanted > self.bitrate and self.capacity.mean is not None:
            wanted = self.capacity.mean * BETA
        if acknowledged < self.capacity.bounds[0]:
            self.capacity.reset()
        self.capacity.add(acknowledged)
        self._cut_us = now_us
        self._set(min(wanted, self.bitrate))
        return True

    def ease(self, least: float, now_us: int) -> None:
        """Fall by one step but not below `least`: too little was sent to tell what the path carries."""
        self._elapsed(now_us)
        if self._cut_us < 0 or now_us - self._cut_us >= MAX_CUT_US:
            self._cut_us = now_us
            self._set(min(self.bitrate, max(self.bitrate * BETA, least)))

    def raise_to(self, bitrate: float) -> None:
        """A probe has shown that the path carries `bitrate`."""
        self.capacity.add(bitrate, PROBE_WEIGHT)
        self._set(max(self.bitrate, bitrate))

    def carries(self, bitrate: float) -> None:
        """So much arrives without a queue: no capacity is proved by it, but less is disproved."""
        if bitrate > self.bitrate:
            self._set(bitrate)

    def limit(self, bitrate: float) -> None:
        """Fall to `bitrate` if above: the path is unknown again, or silent."""
        self._set(min(self.bitrate, bitrate))

    def _additive(self, round_trip_us: int) -> float:
        """About one packet per response time, in bit/s per second."""
        frame = self.bitrate / FRAMES_PER_SECOND
        packets = max(-(-frame // PACKET_BITS), 1.0)
        return max(MIN_ADDITIVE, frame / packets * 1e6 / ((round_trip_us + RESPONSE_US) * 2))

    def _elapsed(self, now_us: int) -> float:
        elapsed = (now_us - self._updated_us) / 1e6 if self._updated_us >= 0 else 0.0
        self._updated_us = now_us
        return 0.0 if elapsed < 0 else MAX_STEP if elapsed > MAX_STEP else elapsed

    def _set(self, bitrate: float) -> None:
        self.bitrate = self.floor if bitrate < self.floor else self._cap if bitrate > self._cap else bitrate
