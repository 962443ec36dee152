"""Writes the segments of one group of one participant, one after the other."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path

from telemed.media.frames.cuts import Cut, Cutter, PictureForm
from telemed.media.frames.h264 import parameter_sets
from telemed.media.frames.records import Frame
from telemed.media.frames.silence import SoundLine
from telemed.media.manifest import Segment
from telemed.recording.memory_file import MemoryFile
from telemed.recording.mux import PICTURE_US, SegmentMuxer, Unmuxable
from telemed.recording.sealed_file import SUFFIX, SealedWriter
from telemed.recording.streams import Placed

LEAD_US = 3_000_000  # sound waits as long for a first picture, so that a call does not begin with a file of a moment's sound
SILENT_US = 1_000_000  # without sound beside pictures: more is filled at once, so that a container's two tracks stay together
SOUND_SLACK_US = 500_000  # of that nothing is filled: sound of then may still come
SEGMENT_ID_BYTES = 12


@dataclass(frozen=True, slots=True)
class Target:
    """Where segments go, and whose they are."""

    directory: Path
    data_key: bytes
    recording_id: str
    participant_id: str
    group: str

    def segment_id(self, number: int) -> str:
        """The id of a segment: the same each time the recording is finished."""
        named = f"{self.recording_id} {self.participant_id} {self.group} {number}".encode()
        return "seg_" + base64.urlsafe_b64encode(hashlib.sha256(named).digest()[:SEGMENT_ID_BYTES]).decode()


class _OpenSegment:
    """One segment under way."""

    def __init__(self, start_us: int, codec: str, first: Frame | None, sound: bool) -> None:
        self.start_us = self.end_us = start_us
        self.file = MemoryFile()
        try:
            self.muxer = SegmentMuxer(self.file, codec, first, sound)
        except Unmuxable:
            self.file.__exit__()
            raise
        self.line = SoundLine() if sound else None

    def picture(self, frame: Frame) -> None:
        at = max(frame.time_us - self.start_us, 0)
        self.fill(at - SOUND_SLACK_US, SILENT_US - SOUND_SLACK_US)
        self.muxer.picture(at, frame)
        self.end_us = max(self.end_us, frame.time_us + PICTURE_US)

    def sound(self, frame: Frame) -> None:
        if self.line is None:
            return
        for piece in self.line.put(max(frame.time_us - self.start_us, 0), frame):
            self.muxer.sound(piece)
        self.end_us = max(self.end_us, self.start_us + self.line.end_us)

    def fill(self, until_us: int, least_us: int = 0) -> None:
        """Silence up to a time, if as much is missing."""
        if self.line is not None and until_us - self.line.end_us > least_us:
            for piece in self.line.fill(until_us):
                self.muxer.sound(piece)


class GroupWriter:
    """Takes frames in the order of their times. `segments` is complete after `finish`. Raises OSError, av.FFmpegError."""

    def __init__(self, target: Target, sound: bool) -> None:
        """`sound`: the group has a track of sound anywhere; then every file has one, silent where nothing was recorded."""
        self._target = target
        self._has_sound = sound
        self._cutter = Cutter()
        self._form = PictureForm()
        self._waiting: list[Frame] = []  # sound at the beginning of a segment, while a picture may still come
        self._waits = False
        self._waits_in = 0  # span of consent
        self._open: _OpenSegment | None = None
        self.segments: list[Segment] = []
        self.lost = 0  # segments of which libav made no file

    def put(self, placed: Placed) -> bool:
        """Take the next frame. Returns whether it is in the recording."""
        frame = placed.frame
        if frame is None:
            self._cutter.pictures_over(placed.time_us)
            return False
        if frame.samples:
            self._put_sound(frame, placed.span)
            return True
        return self._put_picture(frame, placed)

    def finish(self) -> None:
        """Nothing more comes."""
        self._end_waiting()
        self._close()

    def abandon(self) -> None:
        """Let go of what is open; for the way out after an error."""
        if self._open is not None:
            self._open.muxer.__exit__(None, None, None)
            self._open.file.__exit__()
            self._open = None

    def _put_picture(self, frame: Frame, placed: Placed) -> bool:
        if frame.key or placed.codec != self._form.codec:
            sets = parameter_sets(frame.data) if placed.codec == "h264" and frame.key else b""
            self._form = PictureForm(placed.codec, sets)
        self._note_size()
        cut = self._cutter.picture(frame, self._form, placed.span)
        if cut is Cut.LEAVE_OUT:
            return False
        if cut is Cut.BEGIN:
            if self._waits_in != placed.span:
                self._end_waiting()
            waited, self._waiting, self._waits = self._waiting, [], False
            self._close()
            start = waited[0].time_us if waited else frame.time_us
            try:
                self._open = _OpenSegment(start, placed.codec, frame, self._has_sound)
            except Unmuxable:
                self._cutter.abandon()
                return False
            for earlier in waited:
                self._open.sound(earlier)
        if self._open is not None:
            self._open.picture(frame)
        return True

    def _put_sound(self, frame: Frame, span: int) -> None:
        self._note_size()
        if self._cutter.sound(frame, span) is Cut.BEGIN:
            self._end_waiting()
            self._close()
            self._waits, self._waits_in = True, span
        if not self._waits:
            if self._open is not None:
                self._open.sound(frame)
            return
        self._waiting.append(frame)
        if frame.time_us - self._waiting[0].time_us > LEAD_US:
            self._end_waiting()

    def _end_waiting(self) -> None:
        """No picture came: a file of sound alone."""
        waited, self._waiting, self._waits = self._waiting, [], False
        if not waited:
            return
        self._open = _OpenSegment(waited[0].time_us, "", None, True)
        for frame in waited:
            self._open.sound(frame)

    def _note_size(self) -> None:
        if self._open is not None:
            self._cutter.octets = self._open.muxer.octets

    def _close(self) -> None:
        done, self._open = self._open, None
        if done is None:
            return
        with done.file, done.muxer:
            done.fill(done.end_us - done.start_us)
            try:
                done.muxer.close()
            except Unmuxable:
                self.lost += 1
                return
            self.segments.append(self._seal(done))

    def _seal(self, done: _OpenSegment) -> Segment:
        target = self._target
        name = target.segment_id(len(self.segments))
        with SealedWriter(target.directory / (name + SUFFIX), name, target.data_key) as writer:
            for piece in done.file.pieces():
                writer.write(piece)
            summary = writer.finish()
        return Segment(
            id=name,
            participant_id=target.participant_id,
            group=target.group,
            mime=done.muxer.mime,
            codecs=done.muxer.codecs,
            start_us=done.start_us,
            end_us=done.end_us,
            bytes=summary.bytes,
            sha256=summary.sha256,
            sealed_bytes=summary.sealed_bytes,
            sealed_sha256=summary.sealed_sha256,
        )
