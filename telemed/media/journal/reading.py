"""Reading a journal back: its records up to the first chunk that is cut, damaged or not its own, and where that is.

A crash leaves a torn tail: less than a second's chunk, or pages the disk never got. That is expected and costs what it holds. A
sound chunk behind a bad one means that the middle was hurt: somebody should know. Whatever stands behind is not read on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from telemed.media.journal.chunks import (
    FIXED_HEADER_BYTES,
    FRAME_BYTES,
    MAX_SEALED_BYTES,
    TAG_BYTES,
    ChunkCipher,
    HeaderCut,
    HeaderError,
    JournalHeader,
    decode_frame,
    decode_header,
    find_frame,
    header_length,
    open_chunk,
)
from telemed.media.journal.records import EndRecord, Record, RecordError, decode_records

WINDOW_BYTES = 2 * (FRAME_BYTES + MAX_SEALED_BYTES)  # behind a bad place: a chunk of which one cannot tell how long, and the next


class Readable(Protocol):
    """Bytes in order, as a file opened in binary gives them: fewer than asked for only at the end."""

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes."""


class EndingKind(StrEnum):
    """How a journal ends."""

    CLOSED = "closed"  # with its END record: nothing is missing
    OPEN = "open"  # at the end of a chunk: still being written, or its writer died there
    TORN = "torn"  # within a chunk: its writer died or the disk was full
    DAMAGED = "damaged"  # bytes changed before the end
    FOREIGN = "foreign"  # a chunk that was not sealed for this place: moved, removed; or the first does not open: another key


@dataclass(frozen=True, slots=True)
class Ending:
    """Where reading stopped: at the chunk `index`, which begins at byte `offset` of the file."""

    kind: EndingKind
    index: int
    offset: int

    @property
    def harmless(self) -> bool:
        """What a crash leaves, or nothing at all."""
        return self.kind in (EndingKind.CLOSED, EndingKind.OPEN, EndingKind.TORN)


class JournalWalk:
    """One pass over a journal. `header` is None when the file does not begin as one; `ending` is None until all was read."""

    def __init__(self, source: Readable, cipher_for: Callable[[JournalHeader], ChunkCipher]) -> None:
        self.ending: Ending | None = None
        self._source = source
        self._index = 0
        self._offset = 0
        self._closed = False
        self.header = self._read_header()
        self._bound = b"" if self.header is None else self.header.encode()
        self._cipher = None if self.header is None else cipher_for(self.header)

    def __iter__(self) -> Iterator[Record]:
        """The records in the order in which they were kept. Once."""
        while self.ending is None:
            plain = self._next_chunk()
            if plain is None:
                return
            try:
                yield from self._records(plain)
            except RecordError:
                self._stop(EndingKind.DAMAGED)
                return
            self._offset += FRAME_BYTES + len(plain) + TAG_BYTES
            self._index += 1

    def _records(self, plain: bytes) -> Iterator[Record]:
        for record in decode_records(plain):
            self._closed = isinstance(record, EndRecord)
            yield record

    def _read_header(self) -> JournalHeader | None:
        beginning = self._source.read(FIXED_HEADER_BYTES)
        try:
            beginning += self._source.read(max(0, header_length(beginning) - len(beginning)))
            header = decode_header(beginning)
        except HeaderCut:
            self._stop(EndingKind.TORN)
        except HeaderError:
            self._stop(EndingKind.TORN if not any(beginning) else EndingKind.DAMAGED)  # zeros: space the disk never filled
        else:
            self._offset = len(beginning)
            return header
        return None

    def _next_chunk(self) -> bytes | None:
        """The records of the next chunk in clear; None, and `ending` set, when there is none."""
        start = self._source.read(FRAME_BYTES)
        if not start:
            self._stop(EndingKind.CLOSED if self._closed else EndingKind.OPEN)
            return None
        frame = decode_frame(start) if len(start) == FRAME_BYTES else None
        sealed = self._source.read(frame.length) if frame is not None and frame.plausible else b""
        if frame is None or not frame.fits(sealed):
            self._stop(EndingKind.DAMAGED if self._more(start + sealed) else EndingKind.TORN)
            return None
        if frame.index != self._index or self._cipher is None:
            self._stop(EndingKind.FOREIGN)
            return None
        plain = open_chunk(self._cipher, self._bound, self._index, sealed)
        if plain is None:
            more = EndingKind.DAMAGED if self._index else EndingKind.FOREIGN
            self._stop(more if self._more(start + sealed) else EndingKind.TORN)
        return plain

    def _more(self, bad: bytes) -> bool:
        """Whether a chunk, or too much for a tail, follows the beginning of a bad one."""
        rest = bad + self._source.read(max(0, WINDOW_BYTES - len(bad)))
        behind = self._source.read(1)
        return find_frame(rest, self._index + 1) is not None or (bool(behind) and any(rest))

    def _stop(self, kind: EndingKind) -> None:
        self.ending = Ending(kind, self._index, self._offset)
