"""Where the adapters meet about recordings: what `telemed.recording` offers to the call logic and to the web."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from telemed.care.recording.words import Basis, RecordingFault


@dataclass(frozen=True, slots=True)
class SegmentInfo:
    """One playable file of a recording, as its manifest names it. Times: microseconds on the recording's clock."""

    id: str
    participant_id: str
    group: str  # main or screen
    mime: str
    codecs: str
    start_us: int
    end_us: int
    size: int  # bytes in clear
    sha256: str  # hex, in clear: a strong ETag


@dataclass(frozen=True, slots=True)
class Gap:
    """A time of which nothing of this source was written."""

    participant_id: str
    source: str
    from_us: int
    to_us: int
    why: str


@dataclass(frozen=True, slots=True)
class ConsentSpan:
    """A time in which a person was captured."""

    person_id: str
    from_us: int
    to_us: int


@dataclass(frozen=True, slots=True)
class Destroyed:
    """One person's part that was destroyed when the recording was finished already, because that person withdrew."""

    participant_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RecordingContents:
    """What the signed manifest says is there, and what no longer."""

    segments: tuple[SegmentInfo, ...]
    gaps: tuple[Gap, ...]
    consent: tuple[ConsentSpan, ...]
    destroyed: tuple[Destroyed, ...] = ()


class SegmentReader(Protocol):
    """One segment in clear, range by range."""

    @property
    def size(self) -> int:
        """Bytes in clear."""
        ...

    @property
    def mime(self) -> str: ...
    @property
    def etag(self) -> str: ...
    async def read(self, offset: int, length: int) -> bytes:
        """The bytes from `offset`, fewer at the end. Raises Damaged for a block that is not as written."""
        ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Broken:
    """One thing that is not as it was signed. `segment_id` empty: the manifest itself, or the whole recording."""

    what: str  # missing, changed, reordered, cut, manifest, signature, key, database, former
    segment_id: str = ""
    block: int | None = None


@dataclass(frozen=True, slots=True)
class VerifyResult:
    """What a verification found."""

    checked_at: datetime
    broken: tuple[Broken, ...] = ()
    up_to: datetime | None = None  # the last checkpoint that speaks of it
    destroyed: tuple[Destroyed, ...] = ()  # parts that are gone as they should be

    @property
    def complete(self) -> bool:
        """Whether everything is there and as it was signed."""
        return not self.broken


class RecordingVault(Protocol):
    """Finished recordings. Raises NotFound for what is not there or erased, Unavailable for a missing key or unreadable disk."""

    async def contents(self, recording_id: str) -> RecordingContents: ...
    async def open_segment(self, recording_id: str, segment_id: str) -> SegmentReader: ...
    async def verify(self, recording_id: str) -> VerifyResult: ...
    def export(self, recording_id: str) -> AsyncIterator[bytes]:
        """A zip with media in clear, manifest, public key and the stand-alone verify script, piece by piece."""
        ...

    async def erase(self, recording_id: str) -> bool:
        """Destroy the wrapped key, then the files; repeating it does nothing. Whether there was a key."""
        ...

    async def sizes(self) -> Mapping[str, int]:
        """Recording id -> bytes on the disk."""
        ...


@dataclass(frozen=True, slots=True)
class Take:
    """Where a recording that begins is written, and under which key."""

    directory: Path  # absolute, 0700
    key: str  # data key, base64


class RecordingWork(Protocol):
    """What the call logic needs done for recordings."""

    def refusal(self) -> RecordingFault:
        """Why no new recording may begin now; NONE: it may."""
        ...

    async def prepare(self, recording_id: str, basis: Basis) -> Take:
        """Make directory and key; the same again for one that is there. Raises Unavailable."""
        ...

    async def trouble(self, recording_id: str) -> RecordingFault:
        """KEY_MISSING: what is being written of it could not be opened, for its key cannot be read; NONE: it could."""
        ...

    def finalise(self, recording_id: str) -> None:
        """Queue it for the finaliser; a recording that is queued already stays where it is."""
        ...

    async def discard(self, recording_id: str) -> None:
        """Destroy key and files of one that was cancelled."""
        ...
