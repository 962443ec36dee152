"""One journal on the disk, as its writing thread sees it: records gather into a chunk, a sealed chunk is written at its place.

A chunk is sealed once and kept until it is written: sealed anew, with other content, its nonce would serve twice. What a failed
write left behind the last whole chunk is written over by the next try, and cut off at the end.
"""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from telemed.files import PRIVATE_DIRECTORY, PRIVATE_FILE, sync_directory
from telemed.media.journal.chunks import JOURNAL_ID_BYTES, MAX_CHUNK_BYTES, SUFFIX, JournalHeader, seal_chunk
from telemed.media.journal.ports import JournalHead
from telemed.media.journal.records import RECORD_BYTES, ChunkRecords, RecordKind, clock_body, head_body
from telemed.recording.ciphers import journal_cipher

DIRECTORY = "journal"  # below the recording's
RESERVED_BYTES = 2 * RECORD_BYTES + len(clock_body(0))  # of each chunk, for its clocks and an END

Clocks = Callable[[], tuple[int, int]]  # the worker's monotonic clock and UTC, microseconds, of one moment


class JournalFile:
    """Methods block; those that touch the disk raise OSError and may be called again: nothing is lost or written twice."""

    def __init__(self, recording_id: str, directory: Path, data_key: bytes, head: JournalHead, clocks: Clocks) -> None:
        journal_id = secrets.token_bytes(JOURNAL_ID_BYTES)
        self.path = directory / DIRECTORY / f"{journal_id.hex()}{SUFFIX}"
        self.packets = self.octets = 0  # written
        self.opened_us = 0  # monotonic
        self._header = JournalHeader(journal_id, recording_id).encode()
        self._cipher = journal_cipher(data_key, journal_id)
        self._clocks = clocks
        self._descriptor = -1
        self._index = 0
        self._records = ChunkRecords()
        self._records.add(RecordKind.HEAD, head.monotonic_us, head_body(head))  # before all
        self._add_clock()
        self._held: tuple[bytes, bytes] | None = None
        self._held_packets = 0
        self._dirty = self._unnamed = False

    @property
    def room(self) -> int:
        """Bytes of records that still fit into the present chunk."""
        return MAX_CHUNK_BYTES - RESERVED_BYTES - self._records.size

    @property
    def empty(self) -> bool:
        """The present chunk holds nothing."""
        return not self._records

    @property
    def pending(self) -> bool:
        """Something was not written yet."""
        return bool(self._records) or self._held is not None

    @property
    def unwritten(self) -> int:
        """Packets that are not on the disk."""
        return self._records.packets() + self._held_packets

    def add(self, bodies: list[bytes], times: Sequence[int], kinds: Sequence[int]) -> None:
        """Add records, which must fit (ChunkRecords.extend). Raises OverflowError, TypeError; then none was added."""
        self._begin_chunk()
        self._records.extend(bodies, times, kinds)

    def event(self, at_us: int, body: bytes) -> None:
        """Add an event, which must fit."""
        self._begin_chunk()
        self._records.add(RecordKind.EVENT, at_us, body)

    def end(self) -> None:
        """Add the END record; it always fits."""
        self._begin_chunk()
        self._records.add(RecordKind.END, self._clocks()[0])

    def _begin_chunk(self) -> None:
        """Each chunk has both clocks, so that one of them may be set and the recording still be placed."""
        if not self._records:
            self._add_clock()

    def _add_clock(self) -> None:
        now_us, utc_us = self._clocks()
        self._records.add(RecordKind.CLOCK, now_us, clock_body(utc_us))

    def write(self) -> None:
        """Seal the present chunk and write it. Raises OSError when that, or one before it, is not on the file yet."""
        self.write_held()
        if not self._records:
            return
        packets = self._records.packets()
        self._held = seal_chunk(self._cipher, self._header, self._index, self._records.encode())
        self._index += 1
        self._records, self._held_packets = ChunkRecords(), packets
        self.write_held()

    def write_held(self) -> None:
        """Try again what could not be written. Raises OSError."""
        if self._held is None:
            return
        if self._descriptor < 0:
            self._open()
        if not self.octets:
            self._put((self._header,))
        self._put(self._held)
        self.packets += self._held_packets
        self._held, self._held_packets = None, 0

    @property
    def dirty(self) -> bool:
        """Something was written that may not be on the disk yet."""
        return self._dirty

    @property
    def descriptor(self) -> int:
        """Of the open file; -1 when it is not."""
        return self._descriptor

    @property
    def removed(self) -> bool:
        """Somebody took the file away; what is written now is lost with it."""
        return self._descriptor >= 0 and not os.fstat(self._descriptor).st_nlink

    def sync(self) -> None:
        """Bring what was written to the disk. Raises OSError; then the file cannot be trusted to be whole and must be left."""
        if not self._dirty:
            return
        os.fdatasync(self._descriptor)
        if self._unnamed:
            sync_directory(self.path.parent)
            sync_directory(self.path.parent.parent)  # the first journal made its directory
        self.synced()

    def synced(self) -> None:
        """It is on the disk, its name too: whoever synced the whole file system says so."""
        self._dirty = self._unnamed = False

    def close(self) -> None:
        """Cut off what is not a whole chunk and let go of the file, as far as the disk allows."""
        if self._descriptor < 0:
            return
        with suppress(OSError):
            os.ftruncate(self._descriptor, self.octets)
        with suppress(OSError):
            os.close(self._descriptor)
        self._descriptor = -1

    def _open(self) -> None:
        self.path.parent.mkdir(mode=PRIVATE_DIRECTORY, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        self._descriptor = os.open(self.path, flags, PRIVATE_FILE)
        self.opened_us = self._clocks()[0]
        self._unnamed = True

    def _put(self, pieces: tuple[bytes, ...]) -> None:
        """Write at the end of what is whole."""
        size = sum(map(len, pieces))
        if os.pwritev(self._descriptor, pieces, self.octets) != size:
            raise OSError(errno.ENOSPC, "the disk took a part only")
        self.octets += size
        self._dirty = True
