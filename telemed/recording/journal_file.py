"""One journal on the disk, as its writing thread sees it: records gather into a chunk, a sealed chunk is written at its place.

A chunk is sealed once and kept until it is written: sealed anew, with other content, its nonce would serve twice. What a failed
write left behind the last whole chunk is written over by the next try, and cut off at the end.
"""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import chain
from pathlib import Path

from telemed.files import PRIVATE_DIRECTORY, PRIVATE_FILE, sync_directory
from telemed.media.journal.chunks import JOURNAL_ID_BYTES, MAX_CHUNK_BYTES, SUFFIX, JournalHeader, seal_chunk
from telemed.media.journal.ports import JournalHead
from telemed.media.journal.records import HEADER_BYTES, RecordKind, clock_body, encode, head_body, pack_headers
from telemed.recording.ciphers import journal_cipher

DIRECTORY = "journal"  # below the recording's
CLOCK_RECORD_BYTES = HEADER_BYTES + len(clock_body(0))

Clocks = Callable[[], tuple[int, int]]  # the worker's monotonic clock and UTC, microseconds, of one moment


class JournalFile:
    """Methods block; those that touch the disk raise OSError and may be called again: nothing is lost or written twice."""

    def __init__(self, recording_id: str, directory: Path, data_key: bytes, head: JournalHead, clocks: Clocks) -> None:
        journal_id = secrets.token_bytes(JOURNAL_ID_BYTES)
        self.path = directory / DIRECTORY / f"{journal_id.hex()}{SUFFIX}"
        self.packets = self.octets = 0  # written
        self._header = JournalHeader(journal_id, recording_id).encode()
        self._cipher = journal_cipher(data_key, journal_id)
        self._clocks = clocks
        self._descriptor = -1
        self._index = 0
        self._parts = [encode(RecordKind.HEAD, head.monotonic_us, head_body(head)), self._clock()]  # the head before all
        self._size = sum(map(len, self._parts))
        self._waiting_packets = 0
        self._held: tuple[bytes, bytes] | None = None
        self._held_packets = 0
        self._dirty = self._unnamed = False

    @property
    def room(self) -> int:
        """Bytes of records that still fit into the present chunk."""
        return MAX_CHUNK_BYTES - CLOCK_RECORD_BYTES - self._size

    @property
    def empty(self) -> bool:
        """The present chunk holds nothing."""
        return not self._parts

    @property
    def pending(self) -> bool:
        """Something was not written yet."""
        return bool(self._parts) or self._held is not None

    @property
    def unwritten(self) -> int:
        """Packets that are not on the disk."""
        return self._waiting_packets + self._held_packets

    def record(self, record: bytes) -> None:
        """Add a record that was encoded whole; it must fit."""
        self._add_clock()
        self._parts.append(record)
        self._size += len(record)

    def add(self, bodies: list[bytes], times: Iterable[int], kinds: list[int], size: int) -> None:
        """Add records that together have `size` bytes, headers included; they must fit. Raises struct.error, adding nothing."""
        parts = list(chain.from_iterable(zip(pack_headers(bodies, times, kinds), bodies, strict=True)))
        self._add_clock()
        self._parts += parts
        self._size += size
        self._waiting_packets += len(kinds) if max(kinds) <= 0xFF else sum(kind <= 0xFF for kind in kinds)

    def _add_clock(self) -> None:
        """Each chunk has both clocks, so that one of them may be set and the recording still be placed."""
        if not self._parts:
            self._parts.append(self._clock())
            self._size += CLOCK_RECORD_BYTES

    def _clock(self) -> bytes:
        now_us, utc_us = self._clocks()
        return encode(RecordKind.CLOCK, now_us, clock_body(utc_us))

    def end(self) -> None:
        """Add the END record; it always fits."""
        self.record(encode(RecordKind.END, self._clocks()[0]))

    def write(self) -> None:
        """Seal the present chunk and write it. Raises OSError when that, or one before it, is not on the file yet."""
        self.write_held()
        if not self._parts:
            return
        frame, sealed = seal_chunk(self._cipher, self._header, self._index, b"".join(self._parts))
        self._held, self._held_packets = (frame, sealed), self._waiting_packets
        self._index += 1
        self._parts, self._size, self._waiting_packets = [], 0, 0
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

    def sync(self) -> None:
        """Bring what was written to the disk. Raises OSError; then the file cannot be trusted to be whole and must be left."""
        if not self._dirty:
            return
        os.fdatasync(self._descriptor)
        if self._unnamed:
            sync_directory(self.path.parent)
            self._unnamed = False
        elif not os.fstat(self._descriptor).st_nlink:
            raise OSError(errno.ENOENT, "the journal was removed")
        self._dirty = False

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
        self._unnamed = True

    def _put(self, pieces: tuple[bytes, ...]) -> None:
        """Write at the end of what is whole."""
        size = sum(map(len, pieces))
        if os.pwritev(self._descriptor, pieces, self.octets) != size:
            raise OSError(errno.ENOSPC, "the disk took a part only")
        self.octets += size
        self._dirty = True
