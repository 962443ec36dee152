"""What the media worker knows of the recorder: four calls that never block, and what became of them.

A worker has one maker, a recording one book, a track one journal. The maker owns the only thread that writes. Drop rule: what
waits for the disk is bounded in bytes for the whole worker; when it is full a journal drops every packet, counts it, and takes up
again at the first packet at which a decoder can start once less than half of the bound waits. It writes an `overflow` event then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from telemed.media.control import Source
from telemed.media.journal.faults import RecordingFault

NO_DETAILS: Mapping[str, object] = {}


@dataclass(frozen=True, slots=True)
class JournalCodec:
    """How the packets of a track are to be read. `parameters`: the format parameters (a=fmtp) as they were agreed, or empty."""

    name: str  # lower case: opus, vp8, vp9, av1, h264
    payload_type: int
    clock_rate: int  # Hz
    channels: int
    parameters: str = ""


@dataclass(frozen=True, slots=True)
class JournalHead:
    """What a journal is about. Both times are of the same moment: they tie the worker's clock to the calendar."""

    track_id: str
    participant_id: str
    source: Source
    codec: JournalCodec
    rids: tuple[str, ...]  # names of the layers, lane 0 first; empty without layers
    utc_us: int
    monotonic_us: int


@dataclass(frozen=True, slots=True)
class BookCondition:
    """What a recording came to so far in this worker."""

    packets: int  # on the disk
    octets: int  # on the disk, as written: encrypted
    queued: int  # bytes that wait
    dropped: int  # packets that found no room, or no disk
    fault: RecordingFault  # NONE again once it goes on; TOO_SLOW while a journal drops


class Journal(Protocol):
    """One track of one recording. All calls are of the media loop, cheap and never blocking."""

    @property
    def waiting(self) -> bool:
        """Packets are dropped until a decoder can start anew: ask for a key frame."""

    def packet(self, lane: int, packet: bytes, arrival_us: int) -> None:
        """Keep an RTP packet as it came out of SRTP. `lane`: index of its layer, 0 without layers."""

    def report(self, lane: int, ssrc: int, ntp: int, rtp: int, arrival_us: int) -> None:
        """Keep what a sender report says: this RTP time was that NTP time (64 bits, RFC 3550 section 6.4.1)."""

    def event(self, what: str, at_us: int, details: Mapping[str, object] = NO_DETAILS) -> None:
        """Keep what happened to the track: begin, end, gap, layer, muted. `details` are JSON values without personal text."""

    def close(self) -> None:
        """Nothing more comes; what is queued is still written. More calls than one change nothing."""


class JournalBook(Protocol):
    """All journals of one recording in this worker."""

    def open(self, head: JournalHead, starts: Callable[[bytes], bool] | None = None) -> Journal:
        """Begin a journal. `starts`: whether a decoder may start at this packet; asked only after packets were dropped. None: at
        any (sound)."""

    async def finish(self) -> None:
        """Close every journal; return when all that can be is on the disk. A fault is in `condition`, not raised."""

    @property
    def condition(self) -> BookCondition:
        """Figures and fault, at most a second old."""


class JournalMaker(Protocol):
    """The recorder of one worker; owns the writing thread."""

    def book(self, recording_id: str, directory: Path, key: bytes) -> JournalBook:
        """Begin or continue a recording below `directory`. `key`: its data key, 32 bytes. Never blocks; faults come later."""

    async def close(self) -> None:
        """Finish every book and end the thread."""
