"""Where one segment ends and the next begins. Decides only; what is written counts from outside.

A player opens one file at a time, so a file must begin where a decoder can, stay small enough to seek in, and never hold two
things that one decoder cannot follow.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from telemed.media.frames.records import Frame

MAX_SEGMENT_US = 20 * 60 * 1_000_000  # of which a seek has to find its place
SOFT_BYTES = 64 * 1024 * 1024  # at the next key frame a new one begins: the file is in memory until it is whole
HARD_BYTES = 128 * 1024 * 1024  # without any key frame: what follows waits for one
HOLE_US = 5_000_000  # without a picture: the next key frame begins a new segment
SOUND_HOLE_US = 30_000_000  # without sound, in a file of sound alone: not worth filling
# A sender that changes its parameter sets with each picture would have thirty files made a second. Drop rule: what comes sooner
# is left out up to the next key frame that may begin one.
BURST = 30  # files that pictures may begin at once: a person who changes cameras, agrees and withdraws
BEGIN_US = 5_000_000  # and one more each
OVER_US = 2_000_000  # after the last picture of a camera that was switched off


class Cut(Enum):
    """What to do with a frame."""

    GO_ON = auto()
    BEGIN = auto()  # a new segment with this frame
    LEAVE_OUT = auto()  # no decoder could show it


@dataclass(frozen=True, slots=True)
class PictureForm:
    """What all pictures of a file have in common. `sets`: parameter sets that stand in the file's header (H.264)."""

    codec: str = ""  # empty: sound alone
    sets: bytes = b""


class Cutter:
    """The segments of one group of one participant. Frames come in the order of their times."""

    def __init__(self) -> None:
        self._is_open = False
        self._form = PictureForm()
        self._span = -1
        self._start_us = 0
        self._last_picture_us = 0
        self._last_sound_us = 0
        self._over_us = -1  # when the pictures ended; -1: they go on
        self._tokens = float(BURST)
        self._filled_us = 0
        self.octets = 0  # in the segment so far; set by the writer

    def picture(self, frame: Frame, form: PictureForm, span: int) -> Cut:
        """A picture. `span`: number of the time of consent it lies in. BEGIN only for a key frame."""
        fits = self._is_open and span == self._span and form.codec == self._form.codec
        if fits and frame.key:
            late = frame.time_us - self._last_picture_us > HOLE_US or frame.time_us - self._start_us > MAX_SEGMENT_US
            fits = not late and form.sets == self._form.sets and self.octets < SOFT_BYTES
        elif fits and self.octets >= HARD_BYTES:
            return Cut.LEAVE_OUT
        if not fits and not (frame.key and self._may_begin(frame.time_us)):
            return Cut.LEAVE_OUT
        self._last_picture_us, self._over_us = frame.time_us, -1
        if fits:
            return Cut.GO_ON
        self._begin(frame, form, span)
        return Cut.BEGIN

    def sound(self, frame: Frame, span: int) -> Cut:
        """A packet of sound. BEGIN: of a segment without pictures, unless one comes soon."""
        at = frame.time_us
        over = self._form.codec and self._over_us >= 0 and at - self._over_us > OVER_US
        fits = self._is_open and span == self._span and not over
        if fits and (not self._form.codec or at - self._last_picture_us > HOLE_US):
            fits = at - self._start_us <= MAX_SEGMENT_US and self.octets < SOFT_BYTES
        if fits and not self._form.codec:
            fits = at - self._last_sound_us <= SOUND_HOLE_US
        self._last_sound_us = at
        if fits:
            return Cut.GO_ON
        self._begin(frame, PictureForm(), span)
        return Cut.BEGIN

    def pictures_over(self, at_us: int) -> None:
        """The track of the pictures has ended: the camera is off, not still."""
        self._over_us = at_us

    def abandon(self) -> None:
        """No file could be begun with the last frame: there is none."""
        self._is_open = False

    def _may_begin(self, at_us: int) -> bool:
        self._tokens = min(self._tokens + max(at_us - self._filled_us, 0) / BEGIN_US, BURST)
        self._filled_us = at_us
        if self._tokens < 1.0:
            return False
        self._tokens -= 1.0
        return True

    def _begin(self, frame: Frame, form: PictureForm, span: int) -> None:
        self._is_open = True
        self._form, self._span = form, span
        self._start_us = self._last_picture_us = self._last_sound_us = frame.time_us
        self._over_us = -1
        self.octets = 0
