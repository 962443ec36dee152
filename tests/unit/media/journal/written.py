"""Journals in memory, written chunk by chunk."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

from telemed.media.control import Source
from telemed.media.journal.chunks import JournalHeader, seal_chunk
from telemed.media.journal.ports import JournalCodec, JournalHead
from telemed.media.journal.reading import JournalWalk
from telemed.media.journal.records import ChunkRecords, Record, RecordKind
from telemed.recording.ciphers import GcmCipher, journal_cipher

KEY = bytes(range(32))
JOURNAL_ID = bytes(16)
RECORDING = "rec_one"
HEADER = JournalHeader(JOURNAL_ID, RECORDING)
HEAD = JournalHead("trk_1", "par_1", Source.CAMERA, JournalCodec("vp8", 96, 90_000, 1), ("q", "h", "f"), 1_700_000_000_000_000, 5)


@dataclass(frozen=True)
class Written:
    """A journal's bytes, where each chunk begins, and how many records each has."""

    data: bytes
    starts: tuple[int, ...]  # of the chunks, then the end
    records: tuple[int, ...]

    def before(self, offset: int) -> int:
        """How many records stand in the chunks that end at or before `offset`."""
        return sum(count for end, count in zip(self.starts[1:], self.records, strict=True) if end <= offset)


def cipher_for(header: JournalHeader, key: bytes = KEY) -> GcmCipher:
    return journal_cipher(key, header.journal_id)


Plain = tuple[RecordKind, int, bytes, int]  # a record before it is encoded: kind, time, body, lane


def plain(kind: RecordKind, at_us: int, body: bytes = b"", lane: int = 0) -> Plain:
    return kind, at_us, body, lane


def packets(*bodies: bytes) -> list[Plain]:
    return [plain(RecordKind.PACKET, 1000 + n, body) for n, body in enumerate(bodies)]


def encode(records: Sequence[Plain]) -> bytes:
    """A chunk in clear."""
    chunk = ChunkRecords()
    for record in records:
        chunk.add(*record)
    assert len(chunk) == len(records)
    size, data = chunk.size, chunk.encode()
    assert len(data) == size
    return data


def write(chunks: Sequence[Sequence[Plain]], header: JournalHeader = HEADER) -> Written:
    """A journal of these chunks."""
    return write_encoded([encode(records) for records in chunks], list(map(len, chunks)), header)


def write_encoded(chunks: Sequence[bytes], counts: Sequence[int], header: JournalHeader = HEADER) -> Written:
    """A journal of chunks whatever is in them."""
    data, cipher, starts = header.encode(), cipher_for(header), []
    for index, chunk in enumerate(chunks):
        starts.append(len(data))
        data += b"".join(seal_chunk(cipher, header.encode(), index, chunk))
    return Written(data, (*starts, len(data)), tuple(counts))


def read(data: bytes, key: bytes = KEY) -> tuple[list[Record], JournalWalk]:
    """All that a walk yields, and the walk."""
    walk = JournalWalk(io.BytesIO(data), lambda header: cipher_for(header, key))
    return list(walk), walk
