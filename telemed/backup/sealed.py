"""Sealed streams: written with a public key, opened with the private one, chunk by chunk in constant memory.

Format, version 1 (docs/operations.md): magic (16 bytes), the writer's one-time X25519 public key (32), then chunks of 1 MiB, each
AES-256-GCM with its 16-byte tag. The key is HKDF-SHA256 over the shared secret, salted with both public keys; the nonce is the
chunk's number (11 bytes, big-endian) and a byte that is 1 for the last chunk; the header is authenticated with every chunk. So a
changed, moved, missing or appended chunk is noticed before its content is used (STREAM construction, as the age format has it).
"""

from __future__ import annotations

import io
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from telemed.errors import InvalidInput

MAGIC = b"telemed-sealed-1"
PUBLIC_BYTES = 32
HEADER_BYTES = len(MAGIC) + PUBLIC_BYTES
CHUNK_BYTES = 1024 * 1024
TAG_BYTES = 16
DAMAGED = "The archive is damaged or was cut off, or this is not its recovery key."


class SealingWriter(io.RawIOBase):
    """Encrypts what is written to it into `file`. `finish` writes the last chunk; without it the stream counts as cut off."""

    def __init__(self, file: BinaryIO, recipient: X25519PublicKey) -> None:
        super().__init__()
        own = X25519PrivateKey.generate()
        self._header = MAGIC + _raw(own.public_key())
        self._cipher = AESGCM(_key(own.exchange(recipient), self._header, _raw(recipient)))
        self._file = file
        self._number = 0
        self._pending = bytearray()
        file.write(self._header)

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, data: object) -> int:
        """Take bytes; whole chunks are sealed at once, the last one is kept until it is known not to be the last."""
        taken = bytes(data)  # type: ignore[call-overload]
        self._pending += taken
        while len(self._pending) > CHUNK_BYTES:
            self._seal(bytes(self._pending[:CHUNK_BYTES]), last=False)
            del self._pending[:CHUNK_BYTES]
        return len(taken)

    def finish(self) -> None:
        """Write the last chunk, which may be empty."""
        self._seal(bytes(self._pending), last=True)
        self._pending.clear()

    def _seal(self, chunk: bytes, last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._number, last), chunk, self._header))
        self._number += 1


class OpeningReader(io.RawIOBase):
    """Decrypts a sealed stream; only checked bytes leave. Raises InvalidInput for a wrong key and for any damage."""

    def __init__(self, file: BinaryIO, private: X25519PrivateKey) -> None:
        super().__init__()
        header = file.read(HEADER_BYTES)
        if len(header) != HEADER_BYTES or not header.startswith(MAGIC):
            raise InvalidInput(DAMAGED)
        sender = X25519PublicKey.from_public_bytes(header[len(MAGIC) :])
        try:
            shared = private.exchange(sender)
        except ValueError as error:
            raise InvalidInput(DAMAGED) from error
        self._cipher = AESGCM(_key(shared, header, _raw(private.public_key())))
        self._header = header
        self._file = file
        self._number = 0
        self._next = file.read(CHUNK_BYTES + TAG_BYTES)
        self._plain = memoryview(b"")
        self._ended = False

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fill `buffer`; 0 at the checked end."""
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        while not self._plain and not self._ended:
            self._open_chunk()
        taken = self._plain[: len(view)]
        view[: len(taken)] = taken
        self._plain = self._plain[len(taken) :]
        return len(taken)

    def _open_chunk(self) -> None:
        sealed, self._next = self._next, self._file.read(CHUNK_BYTES + TAG_BYTES)
        last = not self._next
        try:
            self._plain = memoryview(self._cipher.decrypt(_nonce(self._number, last), sealed, self._header))
        except (InvalidTag, ValueError) as error:
            raise InvalidInput(DAMAGED) from error
        self._number += 1
        self._ended = last


def is_sealed(head: bytes) -> bool:
    """Whether a file that begins with `head` is a sealed stream."""
    return head.startswith(MAGIC)


def _key(shared: bytes, header: bytes, recipient: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=header[len(MAGIC) :] + recipient, info=MAGIC).derive(shared)


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _raw(key: X25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)
