"""Finished recordings as others see them: contents, segments range by range, verification, export, erasure.

Everything that touches a disk runs in threads of its own, few of them: a slow disk delays recordings and nothing else.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from telemed.care.recording.ports import Broken, ConsentSpan, Destroyed, Gap, RecordingContents, SegmentInfo, VerifyResult
from telemed.clock import Clock
from telemed.errors import InvalidInput, NotFound, Unavailable
from telemed.files import sync_directory
from telemed.media import manifest, manifest_history
from telemed.media.manifest import Manifest, Segment
from telemed.recording import places
from telemed.recording.export import export_pieces
from telemed.recording.keys import KeyMissing, KeyUnreadable, RecordingKeys
from telemed.recording.sealed_file import SealedReader
from telemed.recording.verify import Evidence, RecordedHead, check_recording

THREADS = 4  # of playing, checking and exporting together; what comes beyond waits its turn
MAX_READ_BYTES = 4 * 1024 * 1024  # at once: more is the caller's to ask for in parts
Heads = Callable[[str], Awaitable[RecordedHead | None]]  # recording id -> what the database says
T = TypeVar("T")


class OpenedSegment:
    """A SegmentReader of a file on the disk."""

    def __init__(self, reader: SealedReader, segment: Segment, run: Callable[..., Awaitable[bytes]]) -> None:
        self._reader = reader
        self._segment = segment
        self._run = run

    @property
    def size(self) -> int:
        """Bytes in clear."""
        return self._segment.bytes

    @property
    def mime(self) -> str:
        """Media type of the container."""
        return self._segment.mime

    @property
    def etag(self) -> str:
        """SHA-256 of the content, in hex."""
        return self._segment.sha256

    async def read(self, offset: int, length: int) -> bytes:
        """Up to MAX_READ_BYTES from `offset` on. Raises SealedFileBroken, Unavailable."""
        return await self._run(self._reader.read, offset, min(length, MAX_READ_BYTES))

    async def close(self) -> None:
        """Let go of the file."""
        self._reader.close()


class FileVault:
    """A RecordingVault over the directory of all recordings."""

    def __init__(self, root: Path, keys: Sequence[RecordingKeys], public_key: bytes, heads: Heads, clock: Clock) -> None:
        """`keys`: where data keys may lie, tried in order; `public_key`: Ed25519, 32 bytes, of this installation."""
        self._root = root
        self._keys = tuple(keys)
        self._public_key = public_key
        self._heads = heads
        self._clock = clock
        self._threads = ThreadPoolExecutor(THREADS, "recordings")

    def close(self) -> None:
        """End the threads; what runs is waited for."""
        self._threads.shutdown(cancel_futures=True)

    async def contents(self, recording_id: str) -> RecordingContents:
        """What the manifest says is there."""
        made = await self._run(self._manifest, recording_id)
        return RecordingContents(
            segments=tuple(_info(entry.segment) for entry in made.segments),
            gaps=tuple(Gap(gap.participant_id, gap.source, gap.from_us, gap.to_us, gap.why) for gap in made.gaps),
            consent=tuple(_consent(made)),
            destroyed=_destroyed(made),
        )

    async def open_segment(self, recording_id: str, segment_id: str) -> OpenedSegment:
        """Open one segment for reading anywhere."""
        return await self._run(self._open, recording_id, segment_id)

    async def verify(self, recording_id: str) -> VerifyResult:
        """Check everything there is."""
        head = await self._heads(recording_id)
        broken = await self._run(self._check, recording_id, head)
        gone = await self._run(self._gone, recording_id)
        return VerifyResult(self._clock.utcnow(), broken, head.up_to if head else None, gone)

    async def export(self, recording_id: str) -> AsyncGenerator[bytes, None]:
        """The zip, piece by piece."""
        pieces = await self._run(self._pieces, recording_id)
        step: asyncio.Future[bytes] | None = None
        try:
            while True:
                step = asyncio.ensure_future(self._run(next, pieces, b""))
                if not (piece := await asyncio.shield(step)):
                    return
                yield piece
        finally:  # of one who went away: the file it was reading is let go, once no thread reads it any more
            if step is None or step.done():
                pieces.close()
            else:
                step.add_done_callback(partial(_close_after, pieces))

    async def erase(self, recording_id: str) -> bool:
        """Destroy the key, then the files. Whether there was a key."""
        return await self._run(self._erase, recording_id)

    async def sizes(self) -> Mapping[str, int]:
        """Bytes on the disk of each recording, journals included."""
        return await self._run(self._sizes)

    async def _run(self, work: Callable[..., T], *arguments: object) -> T:
        """In a thread of ours; what the disk or a key refuses becomes Unavailable."""
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._threads, lambda: work(*arguments))
        except FileNotFoundError as error:
            raise NotFound from error
        except (OSError, KeyUnreadable) as error:
            raise Unavailable("The recording cannot be read now.") from error

    def _directory(self, recording_id: str) -> Path:
        if "/" in recording_id or recording_id.startswith("."):
            raise NotFound
        return self._root / recording_id

    def _manifest(self, recording_id: str) -> Manifest:
        return manifest.decode((self._directory(recording_id) / places.MANIFEST).read_bytes())

    def _data_key(self, recording_id: str) -> bytes:
        for keys in self._keys:
            if keys.exists(recording_id):
                return keys.read(recording_id)
        raise KeyMissing

    def _open(self, recording_id: str, segment_id: str) -> OpenedSegment:
        made = self._manifest(recording_id)
        segment = next((entry.segment for entry in made.segments if entry.segment.id == segment_id), None)
        if segment is None:
            raise NotFound
        path = places.segment_path(self._directory(recording_id), segment_id)
        return OpenedSegment(SealedReader(path, segment_id, self._data_key(recording_id)), segment, self._run)

    def _check(self, recording_id: str, head: RecordedHead | None) -> tuple[Broken, ...]:
        try:
            key = self._data_key(recording_id)
        except (KeyMissing, KeyUnreadable):
            key = None
        return check_recording(self._directory(recording_id), Evidence(key, self._public_key, head))

    def _gone(self, recording_id: str) -> tuple[Destroyed, ...]:
        """What the manifest says was destroyed; nothing of one that cannot be read, which the check has said."""
        try:
            return _destroyed(self._manifest(recording_id))
        except (FileNotFoundError, InvalidInput):
            return ()

    def _pieces(self, recording_id: str) -> Generator[bytes, None, None]:
        made = self._manifest(recording_id)
        return export_pieces(self._directory(recording_id), made, self._data_key(recording_id), self._public_key)

    def _erase(self, recording_id: str) -> bool:
        was_there = [keys.erase(recording_id) for keys in self._keys]
        directory = self._directory(recording_id)
        if directory.is_dir():
            shutil.rmtree(directory)
            sync_directory(self._root)
        return any(was_there)

    def _sizes(self) -> dict[str, int]:
        if not self._root.is_dir():
            return {}
        return {path.name: _octets(path) for path in self._root.iterdir() if path.is_dir()}


def _destroyed(made: Manifest) -> tuple[Destroyed, ...]:
    """Raises InvalidInput for facts of another form."""
    try:
        parts = manifest_history.destroyed_parts(made)
        return tuple(Destroyed(part.participant_id, datetime.fromisoformat(part.at)) for part in parts)
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInput(manifest.UNREADABLE) from error


def _close_after(pieces: Generator[bytes, None, None], step: asyncio.Future[bytes]) -> None:
    if not step.cancelled():
        step.exception()  # nobody is left to hear of it
    pieces.close()


def _octets(directory: Path) -> int:
    total = 0
    for path in directory.rglob("*"):
        try:
            total += path.stat().st_blocks * 512 if path.is_file() else 0
        except FileNotFoundError:
            continue  # renamed or removed meanwhile
    return total


def _info(segment: Segment) -> SegmentInfo:
    return SegmentInfo(
        id=segment.id,
        participant_id=segment.participant_id,
        group=segment.group,
        mime=segment.mime,
        codecs=segment.codecs,
        start_us=segment.start_us,
        end_us=segment.end_us,
        size=segment.bytes,
        sha256=segment.sha256,
    )


def _consent(made: Manifest) -> Iterator[ConsentSpan]:
    """Spans of the manifest; one that never ended goes to the end of the recording."""
    end = max((entry.segment.end_us for entry in made.segments), default=0)
    for person in made.facts.get("consent", ()):
        name = person.get("participant_id") or person.get("bystander_id") or ""
        for begin, until in person.get("spans", ()):
            yield ConsentSpan(name, begin, end if until is None else until)
