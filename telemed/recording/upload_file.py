"""An upload on the disk while it comes: each piece sealed as it is written, so that nothing of it ever lies there in clear.

    header   as of a sealed file (`sealed_file.encode_header`): the upload's name and a salt
    pieces   u32 length in clear | 12 bytes nonce | AES-256-GCM of the piece, 16 bytes of tag behind it      (big-endian)

Authenticated with a piece: the header and where the piece begins, so none can be moved. Nonces are random: after a kill a piece
is sealed anew where a torn one lay, and a counter would serve twice. The offset is what the file holds, not what a row says: it
cannot run ahead of the bytes. A torn piece at the end is cut off when the file is opened. Blocking.
"""

from __future__ import annotations

import os
import secrets
import struct
from pathlib import Path

from telemed.files import PRIVATE_FILE
from telemed.recording.ciphers import GcmCipher, segment_cipher
from telemed.recording.sealed_file import MAX_SEGMENT_ID_BYTES, SALT_BYTES, SealedFileBroken, decode_header, encode_header

NAME = "upload"
MAX_PIECE_BYTES = 64 * 1024
NONCE_BYTES = 12
TAG_BYTES = 16
_LENGTH = struct.Struct("!I")
_OFFSET = struct.Struct("!Q")
_HEAD_BYTES = 4 + 1 + SALT_BYTES + 1 + MAX_SEGMENT_ID_BYTES + 4  # at most


class UploadFile:
    """One upload, open for appending. Not for two threads at once. Raises OSError, SealedFileBroken."""

    def __init__(self, path: Path, data_key: bytes, known: tuple[int, int] | None = None) -> None:
        """Open it, or begin it. `known`: `place` as it was left, which saves reading the whole file."""
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, PRIVATE_FILE)
        try:
            self._header, salt = self._begun() or self._begin()
            self._cipher: GcmCipher = segment_cipher(data_key, NAME, salt)
            whole = os.fstat(self._descriptor).st_size
            self.size, self._end = known if known is not None and known[1] == whole else self._measure()
            os.ftruncate(self._descriptor, self._end)
        except BaseException:
            self.close()
            raise

    @property
    def place(self) -> tuple[int, int]:
        """Bytes in clear, and of the file."""
        return self.size, self._end

    def close(self) -> None:
        """Let go of the file."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def append(self, piece: bytes) -> None:
        """Write a piece at the end; a failed write leaves the file as it was, as far as its size tells."""
        if not 0 < len(piece) <= MAX_PIECE_BYTES:
            raise ValueError("a piece of the wrong length")
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = self._cipher.seal(nonce, piece, self._header + _OFFSET.pack(self.size))
        record = _LENGTH.pack(len(piece)) + nonce + sealed
        if os.pwrite(self._descriptor, record, self._end) != len(record):
            raise OSError("the disk took a part only")
        self._end += len(record)
        self.size += len(piece)

    def content(self) -> bytes:
        """All of it, in clear. Raises SealedFileBroken."""
        pieces, at, offset = [], len(self._header), 0
        while at < self._end:
            length = self._length(at)
            nonce = os.pread(self._descriptor, NONCE_BYTES, at + _LENGTH.size)
            sealed = os.pread(self._descriptor, length + TAG_BYTES, at + _LENGTH.size + NONCE_BYTES)
            piece = self._cipher.open(nonce, sealed, self._header + _OFFSET.pack(offset)) if len(nonce) == NONCE_BYTES else None
            if piece is None:
                raise SealedFileBroken("A piece of an upload is damaged.")
            pieces.append(piece)
            at, offset = at + _record_bytes(length), offset + length
        return b"".join(pieces)

    def _begin(self) -> tuple[bytes, bytes]:
        salt = secrets.token_bytes(SALT_BYTES)
        header = encode_header(NAME, salt)
        os.ftruncate(self._descriptor, 0)
        if os.pwrite(self._descriptor, header, 0) != len(header):
            raise OSError("the disk took a part only")
        return header, salt

    def _begun(self) -> tuple[bytes, bytes] | None:
        """Header and salt; None where nothing that counts was written yet."""
        try:
            return decode_header(os.pread(self._descriptor, _HEAD_BYTES, 0), NAME)
        except SealedFileBroken:
            if os.fstat(self._descriptor).st_size > _HEAD_BYTES:
                raise
            return None

    def _measure(self) -> tuple[int, int]:
        """Bytes in clear, and where the last whole piece ends."""
        whole = os.fstat(self._descriptor).st_size
        size, at = 0, len(self._header)
        while at + _LENGTH.size <= whole:
            length = self._length(at)
            if not 0 < length <= MAX_PIECE_BYTES or at + _record_bytes(length) > whole:
                break
            size, at = size + length, at + _record_bytes(length)
        return size, at

    def _length(self, at: int) -> int:
        length: int = _LENGTH.unpack(os.pread(self._descriptor, _LENGTH.size, at))[0]
        return length


def _record_bytes(length: int) -> int:
    return _LENGTH.size + NONCE_BYTES + length + TAG_BYTES
