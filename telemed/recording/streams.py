"""The frames of one group of one participant (microphone and camera, or screen and its sound), in the order of their times."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from telemed.media.control import Source
from telemed.media.frames.assembler import DEPACKETISERS
from telemed.media.frames.records import Frame
from telemed.media.frames.timeline import SenderTimeline
from telemed.media.frames.track import OPUS, TrackFrames
from telemed.media.journal.records import EventRecord, PacketRecord
from telemed.recording.job import Span
from telemed.recording.survey import SurveyedStretch

RESTARTS = frozenset({"layer", "muted", "overflow"})  # events behind which capture begins with a key frame
OUTSIDE = -1  # number of a time span: none


class Spans:
    """Times, and the number of the one that holds a moment."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self._spans = sorted(spans, key=lambda span: span[0])

    @property
    def all(self) -> Sequence[Span]:
        """In the order of their beginnings."""
        return self._spans

    def number(self, at_us: int) -> int:
        """Which span holds the moment; OUTSIDE: none."""
        for number, (begin, end) in enumerate(self._spans):
            if begin <= at_us and (end is None or at_us < end):
                return number
        return OUTSIDE


@dataclass(frozen=True, slots=True)
class Placed:
    """A frame that may be written. `frame` None: a track of pictures has ended here."""

    time_us: int
    source: Source
    frame: Frame | None
    codec: str
    journal: int  # counts the journals of its source
    span: int  # of consent


@dataclass(frozen=True, slots=True)
class Permission:
    """When a person may be in the recording, and when nobody's sound may."""

    spans: Spans
    silent: Spans

    def span(self, at_us: int, is_sound: bool) -> int:
        """Number of the span of consent; OUTSIDE: leave it out."""
        if at_us < 0 or (is_sound and self.silent.number(at_us) != OUTSIDE):
            return OUTSIDE
        return self.spans.number(at_us)


def group_frames(
    sources: Mapping[Source, Sequence[SurveyedStretch]], timeline: SenderTimeline, permission: Permission
) -> Iterator[Placed]:
    """All that may be written, by time. Memory: what waits for packets that came late. Raises OSError."""
    streams = [_source_frames(source, stretches, timeline, permission) for source, stretches in sorted(sources.items())]
    return heapq.merge(*streams, key=lambda placed: placed.time_us)


def _source_frames(
    source: Source, stretches: Sequence[SurveyedStretch], timeline: SenderTimeline, permission: Permission
) -> Iterator[Placed]:
    last_us = 0
    for number, stretch in enumerate(stretches):
        if stretch.codec != OPUS and stretch.codec not in DEPACKETISERS:
            continue
        for frame in _frames(stretch, timeline):
            last_us = max(last_us, frame.time_us)
            span = permission.span(frame.time_us, stretch.is_sound)
            if span != OUTSIDE:
                yield Placed(frame.time_us, source, frame, stretch.codec, number, span)
        if not stretch.is_sound:
            yield Placed(last_us, source, None, stretch.codec, number, OUTSIDE)


def _frames(stretch: SurveyedStretch, timeline: SenderTimeline) -> Iterator[Frame]:
    track = TrackFrames(stretch.codec, timeline.server_us)
    shift = stretch.shift_us
    for record in stretch.stretch.records():
        if type(record) is PacketRecord:
            yield from track.push(record.lane, record.data, record.at_us + shift)
        elif type(record) is EventRecord and record.what in RESTARTS:
            yield from track.restart()
    yield from track.flush()
