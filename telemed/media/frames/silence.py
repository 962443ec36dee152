"""One segment's sound without holes: players count samples, so a hole would bring everything behind it forward.

A pause the sender left out (RFC 6716 section 2.1.9) is filled with empty frames of its own kind, at which a decoder makes its own
comfort noise. What was lost or not recorded is filled with coded silence. Against drift a packet more than DROP late is left out,
and silence is put in where more than FILL is missing: so sound is never further than that from where it belongs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from telemed.media.frames.records import Frame
from telemed.rtp.opus import is_dtx, packet_samples

RATE = 48  # samples per millisecond, RFC 7587 section 4.1
FILL = 15 * RATE  # samples that may be missing
DROP = 20 * RATE  # samples of overlap at which a packet is left out
SILENCE = tuple((samples, bytes([toc, 0xFF, 0xFE])) for samples, toc in ((960, 0xF8), (480, 0xF0), (240, 0xE8), (120, 0xE0)))
"""Frames of 20, 10, 5 and 2.5 ms, fullband, which hold nothing but the silence flag (RFC 6716 section 4.3)."""
_EMPTY_MASK = 0xFC  # configuration and stereo flag; the code of one frame is 0


@dataclass(frozen=True, slots=True)
class Piece:
    """One Opus packet in its place: `at` and `samples` count samples of 48 kHz from the segment's beginning."""

    at: int
    samples: int
    data: bytes


class SoundLine:
    """The sound of one segment. Times are microseconds from its beginning."""

    __slots__ = ("_pause", "_position", "left_out")

    def __init__(self) -> None:
        self._position = 0
        self._pause = b""  # the empty frame to go on with, after a packet that began a pause
        self.left_out = 0  # packets

    @property
    def end_us(self) -> int:
        """How far the sound goes."""
        return self._position * 1000 // RATE

    def put(self, time_us: int, frame: Frame) -> list[Piece]:
        """Take the next packet of sound. Returns it with what has to be before it."""
        lag = time_us * RATE // 1000 - self._position
        pieces: list[Piece] = []
        if lag <= -DROP:
            self.left_out += 1
            return pieces
        if lag >= FILL:
            if not frame.after_loss:
                pieces += self._go_on(lag)
            pieces += self.fill(time_us)
        pieces.append(self._piece(frame.samples, frame.data))
        self._pause = bytes([frame.data[0] & _EMPTY_MASK]) if is_dtx(len(frame.data)) else b""
        return pieces

    def fill(self, time_us: int) -> Iterator[Piece]:
        """Silence up to a time, as near as its shortest frame comes; piece by piece, for it may be hours."""
        missing = time_us * RATE // 1000 - self._position
        for samples, data in SILENCE:
            while missing >= samples:
                yield self._piece(samples, data)
                missing -= samples

    def _go_on(self, lag: int) -> list[Piece]:
        """Empty frames for a pause of the sender's, as many as fit."""
        if not self._pause:
            return []
        samples = packet_samples(self._pause, 0, 1)
        return [self._piece(samples, self._pause) for _ in range(lag // samples)]

    def _piece(self, samples: int, data: bytes) -> Piece:
        piece = Piece(self._position, samples, data)
        self._position += samples
        return piece
