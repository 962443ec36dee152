"""What a media worker does under more load than it is configured for: first lower pictures, then no new rooms. Never sound.

Order: every step lowers what is sent before anybody is turned away; calls in progress and who joins them are never refused.
`lowered` and `lowest` cap the layers (counted from 0, the smallest, as in simulcast.py) and the rate asked of cameras that send
one; `full` refuses new rooms but urgent ones, which may use a reserve; `closed` refuses those too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

RISE_SECONDS = 2.0  # beyond the load for so long: the next step. A burst of joins is over by then
SURGE = 1.5  # times the load at which steps are not taken one by one
ADMIT_BELOW = 0.9  # of the load, for EASE_SECONDS: new rooms may begin again
RAISE_BELOW = 0.6  # of the load, for RAISE_SECONDS: a step of pictures more, which may double what is sent
EASE_SECONDS = 5.0
RAISE_SECONDS = 10.0  # doubles when pictures had to be lowered again soon after, so that they do not swing
LONGEST_RAISE_SECONDS = 160.0
SOON_SECONDS = 60.0  # lowered again within this after raising: it was too early
WORKING = 0.5  # share of the processor limit below which delays are somebody else's doing: lowering would not help
ENOUGH_PACKETS = 100  # in one sample; the delay of fewer is chance

T = TypeVar("T")


class LoadLevel(StrEnum):
    """How far a worker has gone, in this order."""

    NORMAL = "normal"
    LOWERED = "lowered"  # the middle layer at most
    LOWEST = "lowest"  # the smallest layer only
    FULL = "full"  # and no new rooms, but urgent ones
    CLOSED = "closed"  # and no urgent ones either

    @property
    def rank(self) -> int:
        """0 for normal, one more for each step."""
        return _ORDER.index(self)

    def admits(self, urgent: bool) -> bool:
        """Whether a new room may begin."""
        return self.rank < LoadLevel.FULL.rank or (urgent and self is LoadLevel.FULL)

    @property
    def cap(self) -> LayerCap:
        """What pictures may be at most."""
        return _CAPS[min(self.rank, LoadLevel.LOWEST.rank)]


@dataclass(frozen=True, slots=True)
class LayerCap:
    """`layer`: highest index that may be sent, None: any. `bitrate`: bit/s for a camera with one layer, None: the room's."""

    layer: int | None = None
    bitrate: int | None = None

    def allowed(self, wanted: int | None) -> int | None:
        """The layer that may be sent when `wanted` (None: none at all) is."""
        return wanted if wanted is None or self.layer is None else min(wanted, self.layer)

    def offered(self, layers: Sequence[T]) -> Sequence[T]:
        """Those of a track's layers, smallest first, that may be sent; the smallest one in any case."""
        return layers if self.layer is None else layers[: self.layer + 1]


_ORDER = tuple(LoadLevel)
# 360p at half a megabit, 180p at 150 kbit/s: what the middle and the smallest layer of a camera take (simulcast in browsers).
_CAPS = (LayerCap(), LayerCap(1, 500_000), LayerCap(0, 150_000))


@dataclass(frozen=True, slots=True)
class LoadLimits:
    """The configured load of one worker; 0 leaves a measure out. `reserve` is the share of it on top for urgent rooms."""

    cpu: float = 0.0  # of one core
    delay: float = 0.0  # seconds: p99 of a packet from the kernel to the last send; the event loop's lag counts alike
    packets: float = 0.0  # sent per second
    reserve: float = 0.2


@dataclass(frozen=True, slots=True)
class LoadSample:
    """What was measured over about a second."""

    cpu: float  # of one core
    delay: float  # seconds, p99
    lag: float  # seconds, the event loop's worst
    received: int  # packets the delay was measured on
    packets: float  # sent per second


def pressure(sample: LoadSample, limits: LoadLimits) -> float:
    """Load as a multiple of the configured one, by the measure that is worst."""
    found = [_share(sample.cpu, limits.cpu), _share(sample.packets, limits.packets)]
    works = sample.cpu >= WORKING * limits.cpu
    if works and sample.received >= ENOUGH_PACKETS:
        found.append(_share(max(sample.delay, sample.lag), limits.delay))
    return max(found)


def _share(value: float, limit: float) -> float:
    return value / limit if limit > 0 else 0.0


class Overload:
    """The level of one worker. Time is monotonic seconds."""

    def __init__(self, limits: LoadLimits) -> None:
        self.limits = limits
        self.level = LoadLevel.NORMAL
        self.pressure = 0.0  # of the last sample
        self._over_since: float | None = None
        self._under_since: float | None = None
        self._raised_at = float("-inf")
        self._raise_after = RAISE_SECONDS

    def judge(self, sample: LoadSample, now: float) -> bool:
        """Take a sample, about each second; True when the level changed."""
        self.pressure = pressure(sample, self.limits)
        before = self.level
        if self.pressure > self._ceiling():
            self._under_since = None
            self._rise(now)
        elif self.pressure < self._floor():
            self._over_since = None
            self._ease(now)
        else:
            self._over_since = self._under_since = None
        return self.level is not before

    def _ceiling(self) -> float:
        """The pressure above which the next step comes."""
        if self.level.rank < LoadLevel.FULL.rank:
            return 1.0
        return 1.0 + self.limits.reserve if self.level is LoadLevel.FULL else float("inf")

    def _floor(self) -> float:
        """The pressure below which the last step is taken back."""
        if self.level is LoadLevel.CLOSED:
            return 1.0 + self.limits.reserve / 2
        return ADMIT_BELOW if self.level is LoadLevel.FULL else RAISE_BELOW

    def _rise(self, now: float) -> None:
        if self._over_since is None:
            self._over_since = now
        if now - self._over_since < RISE_SECONDS:
            return
        lowers = self.level.rank < LoadLevel.LOWEST.rank
        if lowers and now - self._raised_at < SOON_SECONDS:
            self._raise_after = min(self._raise_after * 2, LONGEST_RAISE_SECONDS)
        jump = self.pressure > SURGE and self.level.rank < LoadLevel.FULL.rank
        self.level = LoadLevel.FULL if jump else _ORDER[self.level.rank + 1]
        self._over_since = now

    def _ease(self, now: float) -> None:
        if self.level is LoadLevel.NORMAL:
            if now - self._raised_at > SOON_SECONDS:
                self._raise_after = RAISE_SECONDS
            return
        if self._under_since is None:
            self._under_since = now
        pictures = self.level.rank <= LoadLevel.LOWEST.rank
        if now - self._under_since < (self._raise_after if pictures else EASE_SECONDS):
            return
        self.level = _ORDER[self.level.rank - 1]
        self._under_since = now
        if pictures:
            self._raised_at = now
