"""Of several layers of one picture, the frames that one decoder can show: the largest whole chain at each time.

The recorder writes the layer it wants, and beside it the one it leaves until the new one has a key frame. So layers overlap for
moments only, and looking HOLD_US ahead is enough to know which of two goes on.
"""

from __future__ import annotations

from telemed.media.frames.records import Frame

HOLD_US = 1_000_000  # a layer without a frame for as long has ended, when another one goes on
MAX_HELD = 512  # frames: four layers at 60 pictures/s for 2 s; more is a flood, which is let through as it came


class LayerMerger:
    """Takes the frames of all lanes in the order of their arrival, times set, and gives those of one stream.

    A switch up is made at the first key frame of the larger lane, a switch down once the larger one is silent or broken; both
    only at a key frame. Frames given out never go back in time.
    """

    __slots__ = ("_held", "_lane", "_last_us", "_rival", "_sizes")

    def __init__(self) -> None:
        self._lane = -1
        self._last_us = -1
        self._rival = -1  # lane with a key frame in `_held`, to be taken when `_lane` ends
        self._sizes: dict[int, int] = {}  # lane -> pixels of its last key frame
        self._held: list[Frame] = []  # from the key frame of the rival on, of both

    def push(self, frame: Frame) -> list[Frame]:
        """Take a frame. Returns what is decided."""
        if frame.key:
            self._sizes[frame.lane] = frame.width * frame.height
        if self._rival >= 0:
            self._held.append(frame)
            return self._decide(frame)
        if frame.lane == self._lane:
            return self._give([frame])
        if not frame.key:
            return []
        if self._is_larger(frame.lane):
            self._lane = frame.lane
            return self._give([frame])
        self._rival = frame.lane
        self._held = [frame]
        return []

    def flush(self) -> list[Frame]:
        """Everything that is held: nothing more comes."""
        held, self._held = self._held, []
        if self._rival < 0:
            return []
        lane, rival = self._lane, self._rival
        self._rival = -1
        if self._last_of(held, lane) >= self._last_of(held, rival):
            return self._give([frame for frame in held if frame.lane == lane])
        self._lane = rival
        return self._give([frame for frame in held if frame.lane == rival])

    def _decide(self, frame: Frame) -> list[Frame]:
        began = self._held[0].time_us
        if frame.lane == self._lane and not frame.after_loss and frame.time_us > began + HOLD_US:
            return self._stay()
        if frame.key and frame.lane != self._lane and self._is_larger(frame.lane):
            given = self._stay()
            self._lane = frame.lane
            return given + self._give([frame])
        ended = frame.time_us > max(began, self._last_of(self._held, self._lane)) + HOLD_US
        if frame.lane == self._lane and not frame.after_loss:
            return self._stay() if len(self._held) > MAX_HELD else []
        # Any other lane says as much as the rival that time has gone by: it may have ended, too, for one smaller still.
        is_broken = frame.lane == self._lane
        return self._leave() if is_broken or ended or len(self._held) > MAX_HELD else []

    def _stay(self) -> list[Frame]:
        """The lane in use goes on: what the other one showed meanwhile is left out."""
        held, self._held, self._rival = self._held, [], -1
        return self._give([frame for frame in held if frame.lane == self._lane])

    def _leave(self) -> list[Frame]:
        """The lane in use has ended: take the other from its key frame on."""
        held, self._held = self._held, []
        left, self._lane, self._rival = self._lane, self._rival, -1
        given = self._give([frame for frame in held if frame.lane == self._lane])
        for frame in held:  # the one left may have come back with a key frame already; others are weighed anew
            if frame.lane not in (left, self._lane) or (frame.lane == left and frame.key and frame.after_loss):
                given += self.push(frame)
        return given

    def _is_larger(self, lane: int) -> bool:
        """Whether a lane shows more than the one in use; of equals, or where no size was said, the later one counts as larger."""
        return (self._sizes.get(lane, 0), lane) > (self._sizes.get(self._lane, -1), self._lane)

    def _last_of(self, frames: list[Frame], lane: int) -> int:
        return max((frame.time_us for frame in frames if frame.lane == lane), default=-1)

    def _give(self, frames: list[Frame]) -> list[Frame]:
        """Both lanes show the moment of a switch: the later one follows at once, for to leave it out would break its chain."""
        for frame in frames:
            if frame.time_us <= self._last_us:
                frame.time_us = self._last_us + 1
            self._last_us = frame.time_us
        return frames
