"""What a source costs, and how fluent it is: bitrate and frames/s, steady enough to decide by."""

from __future__ import annotations

from collections import deque

RISE_SECONDS = 0.5  # time constant upwards: a screen that begins to move shows within a second
FALL_SECONDS = 5.0  # and downwards: a moment's stillness is no reason to plan with less
SILENT_SECONDS = 0.5  # without a packet the source is off, and what it last needed is what it will need again
MIN_INTERVAL = 0.05  # seconds between readings that count
MIN_SECOND = 0.5  # seconds of pictures that make frames/s worth counting
USUAL_FRAME_RATE = 30.0  # frames/s of cameras: until counted
NOTICEABLE = 2.0  # frames/s: a smaller change is the counting's own, and no reason to change layers
FORGET_SECONDS = 120.0  # without a picture: nobody takes it, perhaps for its frames/s, which may be better now. Trying costs 3 s
SECONDS_KEPT = 5  # of a layer: what three of five agree on is neither a key frame nor a second cut short


class SourceRate:
    """Bitrate of one source from its count of octets. `peak` is the most it ever needed; both in bit/s, 0 while unknown."""

    __slots__ = ("_at", "_moved_at", "_octets", "bitrate", "peak")

    def __init__(self) -> None:
        self._at = -1.0
        self._moved_at = 0.0
        self._octets = 0
        self.bitrate = 0.0
        self.peak = 0.0

    def update(self, octets: int, now: float) -> None:
        """Take the count (it only grows) at `now`, in seconds; call about every 100 ms."""
        if self._at < 0:
            self._at, self._octets = now, octets
            return
        elapsed = now - self._at
        if elapsed < MIN_INTERVAL:
            return
        rate = (octets - self._octets) * 8 / elapsed
        self._at, self._octets = now, octets
        if rate:
            self._moved_at = now
        elif now - self._moved_at > SILENT_SECONDS:
            return
        if not self.bitrate:
            self.bitrate = rate
        else:
            weight = min(elapsed / (RISE_SECONDS if rate > self.bitrate else FALL_SECONDS), 1.0)
            self.bitrate += weight * (rate - self.bitrate)
        self.peak = max(self.peak, self.bitrate)


class LayerRate:
    """What one layer of a picture costs: the middle one of its last five seconds, so that the key frame which every switch brings
    makes no layer look dearer than it is, and the half second before its encoder stops no cheaper."""

    __slots__ = ("_seconds", "bitrate")

    def __init__(self, usual: int) -> None:
        """`usual`: bit/s taken until something else was measured."""
        self._seconds: deque[int] = deque((usual,) * SECONDS_KEPT, SECONDS_KEPT)
        self.bitrate = usual

    def add(self, bitrate: int) -> None:
        """Take the bit/s of one second in which the layer was sent."""
        self._seconds.append(bitrate)
        self.bitrate = sorted(self._seconds)[SECONDS_KEPT // 2]


class FrameRate:
    """How fluent a picture is: the middle one of its last five seconds in which it was sent, in frames/s."""

    __slots__ = ("_at", "_frames", "_moved_at", "_seconds", "value")

    def __init__(self) -> None:
        self._at = -1.0
        self._moved_at = 0.0
        self._frames = 0
        self._seconds: deque[float] = deque((USUAL_FRAME_RATE,) * SECONDS_KEPT, SECONDS_KEPT)
        self.value = USUAL_FRAME_RATE

    def update(self, frames: int, now: float) -> None:
        """Take the count of frames (it only grows) at `now`, in seconds; call about every second."""
        elapsed = now - self._at
        if 0 <= self._at and elapsed < MIN_SECOND:
            return
        came = frames - self._frames
        if came and self._at >= 0:
            self._seconds.append(came / elapsed)
            middle = sorted(self._seconds)[SECONDS_KEPT // 2]
            if abs(middle - self.value) >= NOTICEABLE:
                self.value = middle
        self._at, self._frames = now, frames
        if came:
            self._moved_at = now
        elif now - self._moved_at > FORGET_SECONDS:
            self._seconds.extend((USUAL_FRAME_RATE,) * SECONDS_KEPT)
            self.value = USUAL_FRAME_RATE
