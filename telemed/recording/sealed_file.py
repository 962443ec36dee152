"""A sealed file: what a finished segment is on the disk. Read anywhere, changed nowhere.

    header   "TMS1" | u8 version | 16 bytes salt | u8 length, segment id (ASCII) | u32 CRC-32 of all before      (big-endian)
    blocks   64 KiB in clear each, the last one shorter; AES-256-GCM, 16 bytes of tag behind each

Key: HKDF of the data key with the salt and the segment's id, so that no two files share one, even when a finaliser that died
makes the same segment again. Nonce: 4 zero bytes and the block's index as u64. Authenticated with a block: header, index, whether
it is the last. So a block opens in its place of its file alone, and a file that was cut has no last block. The size in clear
follows from the file's length.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from telemed.errors import TelemedError
from telemed.files import PRIVATE_FILE, sync_directory
from telemed.recording.ciphers import segment_cipher

MAGIC = b"TMS1"
VERSION = 1
SUFFIX = ".tms"
PART_SUFFIX = ".part"  # of a file that is not whole yet
BLOCK_BYTES = 64 * 1024  # in clear: a seek decrypts one or two; a larger block costs each seek more, a smaller one each byte
TAG_BYTES = 16
SALT_BYTES = 16
MAX_SEGMENT_ID_BYTES = 64
MAX_BROKEN = 100  # blocks a check names; a file with more is lost anyway

_FIXED = struct.Struct(f"!4sB{SALT_BYTES}sB")
_CRC = struct.Struct("!I")
_NONCE = struct.Struct("!4xQ")
_PLACE = struct.Struct("!QB")
SEALED_BLOCK_BYTES = BLOCK_BYTES + TAG_BYTES


class SealedFileBroken(TelemedError):
    """A file is no sealed file, another segment's, or damaged. `block`: which one, None for the header or the length."""

    code = "sealed_file_broken"

    def __init__(self, message: str, block: int | None = None) -> None:
        super().__init__(message)
        self.block = block


class BreakKind(StrEnum):
    """What is wrong with a file or block."""

    HEADER = "header"  # not ours, another segment's, or damaged
    BLOCK = "block"  # changed, moved, from another file, or another key
    CUT = "cut"  # the end is missing: the last block there is was not the last
    TAIL = "tail"  # the last, shorter block: changed, cut, or something stands behind it


@dataclass(frozen=True, slots=True)
class Broken:
    """One broken place. `block` counts from 0; None: the header."""

    kind: BreakKind
    block: int | None


@dataclass(frozen=True, slots=True)
class SealedCheck:
    """What a check of every block found. `broken` names the first MAX_BROKEN places, in order."""

    blocks: int
    broken: tuple[Broken, ...]

    @property
    def whole(self) -> bool:
        """Nothing was changed."""
        return not self.broken


@dataclass(frozen=True, slots=True)
class SealedSummary:
    """A file as it was written; hashes are SHA-256 in hex, `sealed_sha256` of the file's bytes as they lie on the disk."""

    bytes: int
    sha256: str
    sealed_bytes: int
    sealed_sha256: str


def encode_header(segment_id: str, salt: bytes) -> bytes:
    """The header of a file. Raises ValueError for an id that does not fit."""
    name = segment_id.encode("ascii")
    if not 1 <= len(name) <= MAX_SEGMENT_ID_BYTES or len(salt) != SALT_BYTES:
        raise ValueError("an id or salt of the wrong length")
    fixed = _FIXED.pack(MAGIC, VERSION, salt, len(name)) + name
    return fixed + _CRC.pack(zlib.crc32(fixed))


def decode_header(data: bytes, segment_id: str) -> tuple[bytes, bytes]:
    """Return the header's bytes and its salt. Raises SealedFileBroken when it is not the header of `segment_id`."""
    salt = data[len(MAGIC) + 1 : len(MAGIC) + 1 + SALT_BYTES]
    if len(salt) < SALT_BYTES or data[: len(MAGIC)] != MAGIC:
        raise SealedFileBroken("This is no sealed file.")
    if data[len(MAGIC)] != VERSION:
        raise SealedFileBroken("The sealed file is of another version.")
    expected = encode_header(segment_id, salt)
    if data[: len(expected)] != expected:
        raise SealedFileBroken("The header of the sealed file is damaged or another segment's.")
    return expected, salt


class SealedWriter:
    """Writes one sealed file front to back; nothing of it is visible under its name before `finish`. Blocking; raises OSError.

    As a context manager it abandons what was not finished.
    """

    def __init__(self, path: Path, segment_id: str, data_key: bytes) -> None:
        self._path = path
        self._part = path.with_name(path.name + PART_SUFFIX)
        salt = secrets.token_bytes(SALT_BYTES)
        self._header = encode_header(segment_id, salt)
        self._cipher = segment_cipher(data_key, segment_id, salt)
        self._plain_hash, self._sealed_hash = hashlib.sha256(), hashlib.sha256()
        self._pending = bytearray()
        self._plain_bytes = self._sealed_bytes = self._block = 0
        self._part.unlink(missing_ok=True)  # of one that died
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        self._file = os.fdopen(os.open(self._part, flags, PRIVATE_FILE), "wb")
        try:
            self._put(self._header)
        except OSError:
            self.abandon()
            raise

    def __enter__(self) -> SealedWriter:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.abandon()

    @property
    def written(self) -> int:
        """Bytes taken so far, in clear."""
        return self._plain_bytes

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """Append `data`; returns its length, as files do."""
        view = memoryview(data)
        self._plain_hash.update(view)
        self._plain_bytes += len(view)
        self._pending += view
        if len(self._pending) > BLOCK_BYTES:
            self._seal_full()
        return len(view)

    def _seal_full(self) -> None:
        """Seal all blocks that cannot be the last."""
        at = 0
        while len(self._pending) - at > BLOCK_BYTES:
            self._seal(bytes(self._pending[at : at + BLOCK_BYTES]), last=False)
            at += BLOCK_BYTES
        del self._pending[:at]

    def _seal(self, plain: bytes, *, last: bool) -> None:
        place = _PLACE.pack(self._block, last)
        self._put(self._cipher.seal(_NONCE.pack(self._block), plain, self._header + place))
        self._block += 1

    def _put(self, data: bytes) -> None:
        self._file.write(data)
        self._sealed_hash.update(data)
        self._sealed_bytes += len(data)

    def finish(self) -> SealedSummary:
        """Seal the last block, bring all to the disk and give the file its name. Raises OSError."""
        self._seal(bytes(self._pending), last=True)
        self._pending.clear()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        os.replace(self._part, self._path)
        sync_directory(self._path.parent)
        return SealedSummary(self._plain_bytes, self._plain_hash.hexdigest(), self._sealed_bytes, self._sealed_hash.hexdigest())

    def abandon(self) -> None:
        """Remove what was written, unless it was finished."""
        if not self._file.closed:
            try:
                self._file.close()
            except OSError:
                pass  # what could not be flushed goes with the file
            self._part.unlink(missing_ok=True)


class SealedReader:
    """Random access to one sealed file. Any thread may read at any time. Blocking; raises OSError, SealedFileBroken."""

    def __init__(self, path: Path, segment_id: str, data_key: bytes) -> None:
        self._descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
        try:
            beginning = os.pread(self._descriptor, _FIXED.size + MAX_SEGMENT_ID_BYTES + _CRC.size, 0)
            self._header, salt = decode_header(beginning, segment_id)
            self._sealed = os.fstat(self._descriptor).st_size - len(self._header)
        except (OSError, SealedFileBroken):
            os.close(self._descriptor)
            raise
        self._cipher = segment_cipher(data_key, segment_id, salt)
        self._last = max(0, (self._sealed - 1) // SEALED_BLOCK_BYTES)

    def __enter__(self) -> SealedReader:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file. More calls than one change nothing."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    @property
    def size(self) -> int:
        """Bytes in clear, as far as the file's length tells."""
        return max(0, self._sealed - (self._last + 1) * TAG_BYTES)

    def read(self, offset: int, length: int) -> bytes:
        """Return up to `length` bytes from `offset` on; fewer at the end. Raises SealedFileBroken, naming the block."""
        if offset < 0 or length < 0:
            raise ValueError("a negative place or length")
        end = min(offset + length, self.size)
        if offset >= end:
            return b""
        first, last = offset // BLOCK_BYTES, (end - 1) // BLOCK_BYTES
        plain = b"".join(self._block(index) for index in range(first, last + 1))
        return plain[offset - first * BLOCK_BYTES : end - first * BLOCK_BYTES]

    def chunks(self) -> Iterator[bytes]:
        """The whole content, a block at a time. Raises SealedFileBroken."""
        for index in range(self._last + 1):
            yield self._block(index)

    def check(self) -> SealedCheck:
        """Read every block and name the broken ones."""
        broken: list[Broken] = []
        for index in range(self._last + 1):
            kind = self._fault(index)
            if kind is not None and len(broken) < MAX_BROKEN:
                broken.append(Broken(kind, index))
        return SealedCheck(self._last + 1, tuple(broken))

    def _block(self, index: int) -> bytes:
        plain = self._open(index, self._sealed_block(index), last=index == self._last)
        if plain is None:
            raise SealedFileBroken("A block of the sealed file is damaged.", index)
        return plain

    def _fault(self, index: int) -> BreakKind | None:
        sealed = self._sealed_block(index)
        if self._open(index, sealed, last=index == self._last) is not None:
            return None
        if index < self._last:
            return BreakKind.BLOCK
        if self._open(index, sealed, last=False) is not None:
            return BreakKind.CUT
        return BreakKind.BLOCK if len(sealed) == SEALED_BLOCK_BYTES else BreakKind.TAIL

    def _sealed_block(self, index: int) -> bytes:
        return os.pread(self._descriptor, SEALED_BLOCK_BYTES, len(self._header) + index * SEALED_BLOCK_BYTES)

    def _open(self, index: int, sealed: bytes, *, last: bool) -> bytes | None:
        if len(sealed) < TAG_BYTES:
            return None
        return self._cipher.open(_NONCE.pack(index), sealed, self._header + _PLACE.pack(index, last))


def check_sealed_file(path: Path, segment_id: str, data_key: bytes) -> SealedCheck:
    """Check a file whole, its header included. Blocking. Raises OSError."""
    try:
        reader = SealedReader(path, segment_id, data_key)
    except SealedFileBroken:
        return SealedCheck(0, (Broken(BreakKind.HEADER, None),))
    with reader:
        return reader.check()
