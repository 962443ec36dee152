"""A vault in memory: segments of known bytes, and a note of every reader that is open."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from telemed.care.recording.ports import Broken, ConsentSpan, Gap, RecordingContents, SegmentInfo, VerifyResult
from telemed.errors import NotFound, Unavailable
from tests.adapters.web.fakes import START
from tests.adapters.web.recordings_samples import RECORDING_ID, SEGMENT_ID


def bytes_of(size: int) -> bytes:
    """Bytes that differ from place to place."""
    return b"".join(hashlib.sha256(index.to_bytes(4, "big")).digest() for index in range(size // 32 + 1))[:size]


@dataclass
class FakeReader:
    """One segment; fulfils `SegmentReader`."""

    data: bytes
    etag: str
    vault: FakeVault
    mime: str = "video/webm"
    is_open: bool = True

    @property
    def size(self) -> int:
        return len(self.data)

    async def read(self, offset: int, length: int) -> bytes:
        assert self.is_open and length > 0
        self.vault.reads.append((offset, length))
        await asyncio.sleep(0)
        if self.vault.fault_at is not None and offset >= self.vault.fault_at:
            raise Unavailable("The disk is gone.")
        return self.data[offset : offset + length]

    async def close(self) -> None:
        self.is_open = False


@dataclass
class FakeVault:
    """Fulfils `RecordingVault`."""

    files: dict[tuple[str, str], bytes] = field(default_factory=dict)
    participant_id: str = "par_1"
    broken: tuple[Broken, ...] = ()
    fault_at: int | None = None  # offset from which nothing can be read
    gate: asyncio.Event | None = None  # a verification waits for it
    readers: list[FakeReader] = field(default_factory=list)
    reads: list[tuple[int, int]] = field(default_factory=list)
    erased: list[str] = field(default_factory=list)
    verified: int = 0
    erase_fails: bool = False

    @property
    def open_readers(self) -> int:
        return sum(reader.is_open for reader in self.readers)

    def put(self, recording_id: str, segment_id: str, data: bytes) -> None:
        self.files[recording_id, segment_id] = data

    async def contents(self, recording_id: str) -> RecordingContents:
        segments = tuple(
            SegmentInfo(name, self.participant_id, "main", "video/webm", "vp8,opus", 0, 600_000_000, len(data), tag(data))
            for (owner, name), data in self.files.items()
            if owner == recording_id
        )
        if not segments:
            raise NotFound()
        spans = (ConsentSpan(self.participant_id, 0, 300_000_000),)
        return RecordingContents(segments, (Gap(self.participant_id, "camera", 1_000_000, 2_000_000, "muted"),), spans)

    async def open_segment(self, recording_id: str, segment_id: str) -> FakeReader:
        data = self.files.get((recording_id, segment_id))
        if data is None:
            raise NotFound()
        reader = FakeReader(data, tag(data), self)
        self.readers.append(reader)
        return reader

    async def verify(self, recording_id: str) -> VerifyResult:
        self.verified += 1
        if self.gate is not None:
            await self.gate.wait()
        return VerifyResult(START + timedelta(days=1), self.broken, START)

    async def export(self, recording_id: str) -> AsyncIterator[bytes]:
        for (owner, _), data in self.files.items():
            if owner == recording_id:
                yield b"PK"
                yield data
                if self.fault_at is not None:
                    raise Unavailable("The disk is gone.")

    async def erase(self, recording_id: str) -> bool:
        if self.erase_fails:
            raise Unavailable("The disk is read-only.")
        self.erased.append(recording_id)
        self.files = {key: data for key, data in self.files.items() if key[0] != recording_id}
        return True

    async def sizes(self) -> Mapping[str, int]:
        found: dict[str, int] = {}
        for (owner, _), data in self.files.items():
            found[owner] = found.get(owner, 0) + len(data)
        return found


def a_vault(data: bytes = b"a small file") -> FakeVault:
    """A vault with the file of the recording that the samples name."""
    made = FakeVault()
    made.put(RECORDING_ID, SEGMENT_ID, data)
    return made


def tag(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
