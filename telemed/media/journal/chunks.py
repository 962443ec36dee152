"""A journal file: a header in clear, then chunks, each sealed for its place.

    header   "TMJ1" | u8 version | 16 bytes journal id | u8 length, recording id (ASCII) | u32 CRC-32 of all before
    chunk    u32 length of what is sealed | u32 index | u32 CRC-32 of both and the tag | sealed records, tag      (all big-endian)

Sealed with AES-256-GCM (NIST SP 800-38D) under a key that only this journal has: nonce = 4 zero bytes and the index as u64, never
used twice because an index is sealed once. Header and index are authenticated with it: a chunk opens in its own place alone. The
CRC says where a chunk is, cut tails and all; that its content is as it was, the tag says, which costs less than a CRC of it all.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import Protocol

MAGIC = b"TMJ1"
VERSION = 1
SUFFIX = ".tj"
JOURNAL_ID_BYTES = 16
TAG_BYTES = 16  # of AES-GCM, behind what is sealed
MAX_CHUNK_BYTES = 64 * 1024  # in clear: what a crash may cost at most of one track, and what a reader must hold
MAX_SEALED_BYTES = MAX_CHUNK_BYTES + TAG_BYTES
MAX_RECORDING_ID_BYTES = 64

_FIXED = struct.Struct(f"!4sB{JOURNAL_ID_BYTES}sB")
_CRC = struct.Struct("!I")
_FRAME = struct.Struct("!III")
_INDEX = struct.Struct("!I")
_PLACE = struct.Struct("!II")
_NONCE = struct.Struct("!4xQ")
FIXED_HEADER_BYTES = _FIXED.size  # up to the recording's id, whose length stands in its last byte
FRAME_BYTES = _FRAME.size
MAX_HEADER_BYTES = _FIXED.size + MAX_RECORDING_ID_BYTES + _CRC.size


class ChunkCipher(Protocol):
    """AES-256-GCM under one journal's key; the pure layer brings no cipher of its own."""

    def seal(self, nonce: bytes, plain: bytes, bound: bytes) -> bytes:
        """Return ciphertext and tag; `bound` is authenticated with it."""

    def open(self, nonce: bytes, sealed: bytes, bound: bytes) -> bytes | None:
        """Return what was sealed; None when it was not sealed so: another key, place or content."""


class HeaderError(ValueError):
    """The beginning of a file is no journal's, of another version, or damaged."""


class HeaderCut(HeaderError):
    """The file ends within its header: nothing was written yet."""


@dataclass(frozen=True, slots=True)
class JournalHeader:
    """Which journal of which recording."""

    journal_id: bytes
    recording_id: str

    def encode(self) -> bytes:
        """As it stands in the file. Raises ValueError for ids that do not fit."""
        name = self.recording_id.encode("ascii")
        if not 1 <= len(name) <= MAX_RECORDING_ID_BYTES or len(self.journal_id) != JOURNAL_ID_BYTES:
            raise ValueError("ids of the wrong length")
        fixed = _FIXED.pack(MAGIC, VERSION, self.journal_id, len(name)) + name
        return fixed + _CRC.pack(zlib.crc32(fixed))


@dataclass(frozen=True, slots=True)
class ChunkFrame:
    """What stands before a sealed chunk."""

    length: int
    index: int
    crc: int

    @property
    def plausible(self) -> bool:
        """Whether a chunk of ours can have this length."""
        return TAG_BYTES <= self.length <= MAX_SEALED_BYTES

    def fits(self, sealed: bytes) -> bool:
        """Whether this is a frame of ours and `sealed` ends as what it framed. What is between, only opening it tells."""
        return self.plausible and len(sealed) == self.length and _checksum(self.length, self.index, sealed) == self.crc


def header_length(beginning: bytes) -> int:
    """Length of the whole header, from its first FIXED_HEADER_BYTES. Raises HeaderError, HeaderCut."""
    if len(beginning) < _FIXED.size:
        raise HeaderCut("the header is cut")
    magic, version, _id, length = _FIXED.unpack_from(beginning)
    if magic != MAGIC:
        raise HeaderError("no journal")
    if version != VERSION:
        raise HeaderError("a journal of another version")
    if not 1 <= length <= MAX_RECORDING_ID_BYTES:
        raise HeaderError("a recording's id of impossible length")
    return _FIXED.size + int(length) + _CRC.size


def decode_header(data: bytes) -> JournalHeader:
    """Read a header from the beginning of a file. Raises HeaderError, HeaderCut."""
    length = header_length(data)
    if len(data) < length:
        raise HeaderCut("the header is cut")
    content = data[: length - _CRC.size]
    if zlib.crc32(content) != _CRC.unpack_from(data, len(content))[0]:
        raise HeaderError("the header is damaged")
    journal_id = content[len(MAGIC) + 1 : len(MAGIC) + 1 + JOURNAL_ID_BYTES]
    try:
        return JournalHeader(journal_id, content[_FIXED.size :].decode("ascii"))
    except UnicodeDecodeError as error:
        raise HeaderError("a recording's id that is no ASCII") from error


def seal_chunk(cipher: ChunkCipher, header: bytes, index: int, plain: bytes) -> tuple[bytes, bytes]:
    """Return frame and sealed chunk. Never call it twice for one index: see the nonce."""
    sealed = cipher.seal(_NONCE.pack(index), plain, header + _INDEX.pack(index))
    return _FRAME.pack(len(sealed), index, _checksum(len(sealed), index, sealed)), sealed


def _checksum(length: int, index: int, sealed: bytes) -> int:
    return zlib.crc32(_PLACE.pack(length, index) + sealed[-TAG_BYTES:])


def decode_frame(data: bytes, at: int = 0) -> ChunkFrame:
    """Read a frame; `data` holds FRAME_BYTES from `at` on."""
    return ChunkFrame(*_FRAME.unpack_from(data, at))


def open_chunk(cipher: ChunkCipher, header: bytes, index: int, sealed: bytes) -> bytes | None:
    """Return the records of the chunk that stands at `index`; None when it was not sealed for there."""
    return cipher.open(_NONCE.pack(index), sealed, header + _INDEX.pack(index))


def find_frame(data: bytes, index: int) -> int | None:
    """Where in `data` a whole chunk of this index begins; None: nowhere. Says that something follows a damaged place."""
    wanted, at = _INDEX.pack(index), data.find(_INDEX.pack(index), _INDEX.size)
    while at >= 0:
        begin = at - _INDEX.size
        if begin + FRAME_BYTES <= len(data):
            frame = decode_frame(data, begin)
            end = begin + FRAME_BYTES + frame.length
            if end <= len(data) and frame.fits(data[begin + FRAME_BYTES : end]):
                return begin
        at = data.find(wanted, at + 1)
    return None
