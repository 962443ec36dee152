"""Does the queue grow? The slope of one-way delay against an adaptive threshold.

Constants: draft-ietf-rmcat-gcc-02 section 5.4 and libwebrtc's trendline estimator, where all browsers' tuning has gone.
"""

from __future__ import annotations

from collections import deque
from enum import Enum

WINDOW = 20  # groups in the line
SMOOTHING = 0.9  # weight of the past in the smoothed delay
GAIN = 4.0  # makes the slope comparable with the threshold
LEAST_SPREAD = 1e-3  # ms squared, of the arrivals in the window: arrivals are told in quarters of a millisecond
FULL_CONFIDENCE = 60  # groups; fewer weigh less, so that a young estimator does not judge
OVERUSE_MS = 10.0  # a slope above the threshold must hold so long
START_MS = 12.5  # threshold in ms of modified slope
MIN_MS, MAX_MS = 6.0, 600.0  # bounds of the threshold
RISE, FALL = 0.0087, 0.039  # per ms: above a competing TCP's swing the threshold must rise, not give way for ever
MAX_OUTLIER_MS = 15.0  # slopes further above the threshold do not move it: they are steps, not jitter
MAX_ADAPT_MS = 100.0  # longest time one sample may adapt the threshold


class Usage(Enum):
    """What the delay says about the path."""

    NORMAL = "normal"
    OVERUSE = "overuse"
    UNDERUSE = "underuse"


class TrendlineEstimator:
    """Feed it the deltas of arrival groups; `usage` is the verdict after each. Bounded: 20 points."""

    __slots__ = (
        "_accumulated",
        "_count",
        "_first_ms",
        "_from",
        "_over_count",
        "_over_ms",
        "_points",
        "_previous",
        "_products",
        "_slides",
        "_smoothed",
        "_squares",
        "_updated_ms",
        "_x_sum",
        "_y_sum",
        "threshold",
        "usage",
    )

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget the path, as after a clock step or a change of address."""
        self._points: deque[tuple[float, float]] = deque(maxlen=WINDOW)  # (arrival ms, smoothed delay ms)
        self._slides = 0  # points for which the sums below are brought up to date instead of counted anew
        self._from = (0.0, 0.0)  # where they count from
        self._x_sum = self._y_sum = self._squares = self._products = 0.0
        self._count = 0
        self._accumulated = self._smoothed = 0.0
        self._first_ms = -1.0
        self._previous = 0.0  # slope of the sample before
        self._over_ms = -1.0
        self._over_count = 0
        self._updated_ms = -1.0
        self.threshold = START_MS
        self.usage = Usage.NORMAL

    def add(self, sent_delta_us: int, arrival_delta_us: int, arrival_us: int) -> Usage:
        """Take one pair of groups: their distance when sent and on arrival, and the arrival of the later."""
        arrival_ms = arrival_us / 1000
        if self._first_ms < 0:
            self._first_ms = arrival_ms
        if self._count < FULL_CONFIDENCE:
            self._count += 1
        self._accumulated += (arrival_delta_us - sent_delta_us) / 1000
        self._smoothed = SMOOTHING * self._smoothed + (1 - SMOOTHING) * self._accumulated
        slope = self._slope(arrival_ms - self._first_ms, self._smoothed)
        self._judge(slope, sent_delta_us / 1000, arrival_ms)
        return self.usage

    def _slope(self, x: float, y: float) -> float:
        """Take a point. Return the least squares over the window: ms of delay per ms of time."""
        points = self._points
        if self._slides <= 0:
            points.append((x, y))
            if len(points) < WINDOW:
                return self._previous
            self._sum_up()
        else:
            self._slides -= 1
            from_x, from_y = self._from
            old_x, old_y = points[0]
            points.append((x, y))
            old_x -= from_x
            old_y -= from_y
            x -= from_x
            y -= from_y
            self._x_sum += x - old_x
            self._y_sum += y - old_y
            self._squares += x * x - old_x * old_x
            self._products += x * y - old_x * old_y
        below = self._squares - self._x_sum * self._x_sum / WINDOW
        return (self._products - self._x_sum * self._y_sum / WINDOW) / below if below > LEAST_SPREAD else self._previous

    def _sum_up(self) -> None:
        """Sums over the window that count from its first point, so that they stay small; good for so many points more."""
        self._from = from_x, from_y = self._points[0]
        x_sum = y_sum = squares = products = 0.0
        for x, y in self._points:
            x -= from_x
            y -= from_y
            x_sum += x
            y_sum += y
            squares += x * x
            products += x * y
        self._x_sum, self._y_sum, self._squares, self._products = x_sum, y_sum, squares, products
        self._slides = WINDOW - 1

    def _judge(self, slope: float, sent_delta_ms: float, now_ms: float) -> None:
        if self._count < 2:
            return
        modified = self._count * slope * GAIN
        if modified > self.threshold:
            self._over_ms = sent_delta_ms / 2 if self._over_ms < 0 else self._over_ms + sent_delta_ms
            self._over_count += 1
            if self._over_ms > OVERUSE_MS and self._over_count > 1 and slope >= self._previous:
                self._over_ms = 0.0
                self._over_count = 0
                self.usage = Usage.OVERUSE
        else:
            self._over_ms = -1.0
            self._over_count = 0
            self.usage = Usage.UNDERUSE if modified < -self.threshold else Usage.NORMAL
        self._previous = slope
        self._adapt(abs(modified), now_ms)

    def _adapt(self, modified: float, now_ms: float) -> None:
        """Comparisons instead of `min` and `max`: for every group of every subscriber those would take half the time."""
        elapsed = now_ms - self._updated_ms if self._updated_ms >= 0 else 0.0
        self._updated_ms = now_ms
        threshold = self.threshold
        if elapsed <= 0 or modified > threshold + MAX_OUTLIER_MS:
            return
        rate = FALL if modified < threshold else RISE
        threshold += rate * (modified - threshold) * (elapsed if elapsed < MAX_ADAPT_MS else MAX_ADAPT_MS)
        self.threshold = MIN_MS if threshold < MIN_MS else MAX_MS if threshold > MAX_MS else threshold
