"""The signature of an archive: the last 512 bytes of its plain form, over every byte before them.

Format, version 1 (docs/operations.md): `telemed-signed-1` (16 bytes), the signer's Ed25519 public key (32), the signature (64) of
those 16 bytes and the SHA-512 of all bytes before, then zeros. Sealing says who may read an archive; this says who made it.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from typing import IO

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

MAGIC = b"telemed-signed-1"
BLOCK_BYTES = 512  # a block of tar, so that its programs still read a plain archive
PUBLIC_BYTES, SIGNATURE_BYTES = 32, 64
READ_BYTES = 1024 * 1024
_SIGNED_AT = len(MAGIC) + PUBLIC_BYTES
_ZEROS_AT = _SIGNED_AT + SIGNATURE_BYTES


@dataclass(frozen=True, slots=True)
class Signature:
    """What an archive ends with. `public` is who says to have signed, `is_good` whether that is true of these very bytes."""

    public: bytes
    is_good: bool


class SigningWriter(io.RawIOBase):
    """Hands bytes on to `out` and signs them at the end. `sign` must be the last call; without it there is no signature."""

    def __init__(self, out: IO[bytes]) -> None:
        super().__init__()
        self._out = out
        self._hash = hashlib.sha512()

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, data: object) -> int:
        """Write on."""
        taken = bytes(data)  # type: ignore[call-overload]
        self._hash.update(taken)
        self._out.write(taken)
        return len(taken)

    def sign(self, key: Ed25519PrivateKey) -> None:
        """Write the last block."""
        block = MAGIC + raw_public(key.public_key()) + key.sign(MAGIC + self._hash.digest())
        self._out.write(block.ljust(BLOCK_BYTES, b"\0"))


class SignedReader:
    """Hands on what stands before the last block. `signature` is known once `read` has returned nothing; None: there is none."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._hash = hashlib.sha512()
        self._pending = b""
        self._block = b""
        self._ended = False
        self.signature: Signature | None = None

    def read(self, size: int = READ_BYTES) -> bytes:
        """Return up to `size` bytes; nothing at the end."""
        while not self._ended and len(self._pending) < size + BLOCK_BYTES:
            self._take_more()
        taken = self._pending[:size]
        self._pending = self._pending[len(taken) :]
        self._hash.update(taken)
        if not taken and self._block:
            self.signature = self._judged()
        return taken

    def _take_more(self) -> None:
        more = self._file.read(READ_BYTES)
        self._pending += more
        self._ended = not more
        if self._ended and self._pending[-BLOCK_BYTES:].startswith(MAGIC):
            self._pending, self._block = self._pending[:-BLOCK_BYTES], self._pending[-BLOCK_BYTES:]

    def _judged(self) -> Signature:
        public, signature = self._block[len(MAGIC) : _SIGNED_AT], self._block[_SIGNED_AT:_ZEROS_AT]
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, MAGIC + self._hash.digest())
        except (InvalidSignature, ValueError):
            return Signature(public, is_good=False)
        return Signature(public, is_good=not any(self._block[_ZEROS_AT:]))


def raw_public(key: Ed25519PublicKey) -> bytes:
    """The 32 bytes of a public key."""
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)
