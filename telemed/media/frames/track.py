"""All lanes of one recorded track: packets in as they were kept, frames of one stream out, in order and on the clock."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass

from telemed.media.frames.assembler import DEPACKETISERS, PictureAssembler
from telemed.media.frames.layers import LayerMerger
from telemed.media.frames.records import Frame, Packet
from telemed.media.frames.reorder import ReorderBuffer
from telemed.media.frames.sound import SoundAssembler
from telemed.rtp.errors import MalformedPacket
from telemed.rtp.header import parse_header

Clock = Callable[[int, int, int], int]  # (SSRC, timestamp, arrival in us) -> us on the recording's clock
OPUS = "opus"
_SSRC = struct.Struct("!I")
SSRC_OFFSET = 8  # RFC 3550 section 5.1


@dataclass(slots=True)
class _Lane:
    ssrc: int
    order: ReorderBuffer
    frames: PictureAssembler | SoundAssembler


class TrackFrames:
    """The frames of one journal. `malformed` counts packets that are no RTP."""

    def __init__(self, codec: str, clock: Clock) -> None:
        """`codec`: its lower-case name. Raises KeyError for one that cannot be stored."""
        self._codec = codec
        self._make = None if codec == OPUS else DEPACKETISERS[codec]
        self._clock = clock
        self._lanes: dict[int, _Lane] = {}
        self._merger = LayerMerger()
        self._dropped = 0
        self.malformed = 0

    @property
    def dropped(self) -> int:
        """Frames that were begun and not given out."""
        return self._dropped + sum(lane.frames.dropped for lane in self._lanes.values())

    def push(self, number: int, data: bytes, arrival_us: int) -> list[Frame]:
        """Take the packet of a lane. Returns frames that are decided, `time_us` set and never falling."""
        try:
            marker, _, sequence, timestamp, ssrc, start, padding = parse_header(data)
        except MalformedPacket:
            self.malformed += 1
            return []
        lane = self._lanes.get(number)
        given: list[Frame] = []
        if lane is None or lane.ssrc != ssrc:
            if lane is not None:
                given = self._finish_lane(lane)
            lane = self._lanes[number] = self._new_lane(number, ssrc)
        packet = Packet(0, marker, timestamp, arrival_us, data, start, len(data) - padding)
        for ordered in lane.order.push(sequence, packet):
            for frame in lane.frames.push(ordered):
                given += self._place(frame)
        return given

    def restart(self) -> list[Frame]:
        """Capture began anew, or at another layer: nothing of before will still come, and what comes begins with a key frame."""
        given: list[Frame] = []
        for lane in self._lanes.values():
            given += self._finish_lane(lane)
        self._lanes.clear()
        return given

    def flush(self) -> list[Frame]:
        """What still waits: the journal has ended."""
        return self.restart() + self._merger.flush()

    def _new_lane(self, number: int, ssrc: int) -> _Lane:
        frames = SoundAssembler(number, ssrc) if self._make is None else PictureAssembler(self._make(), number, ssrc)
        return _Lane(ssrc, ReorderBuffer(), frames)

    def _finish_lane(self, lane: _Lane) -> list[Frame]:
        given: list[Frame] = []
        for ordered in lane.order.flush():
            for frame in lane.frames.push(ordered):
                given += self._place(frame)
        self._dropped += lane.frames.dropped
        return given

    def _place(self, frame: Frame) -> list[Frame]:
        frame.time_us = self._clock(frame.ssrc, frame.timestamp, frame.arrival_us)
        return self._merger.push(frame)


def ssrc_and_timestamp(data: bytes) -> tuple[int, int] | None:
    """(SSRC, timestamp) of a packet, for the clocks; None when it is too short for RTP."""
    if len(data) < SSRC_OFFSET + _SSRC.size:
        return None
    return _SSRC.unpack_from(data, SSRC_OFFSET)[0], _SSRC.unpack_from(data, SSRC_OFFSET - _SSRC.size)[0]
