"""One archive: a tar stream of plain files, its last member the manifest, signed, and sealed when there is a recipient.

Written beside its place and renamed when it is whole: an archive under its own name is complete.
"""

from __future__ import annotations

import hashlib
import io
import os
import secrets
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO, cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from telemed.backup.manifest import MANIFEST, Manifest, Member
from telemed.backup.recovery_key import public_key
from telemed.backup.sealed import SealingWriter
from telemed.backup.signature import SigningWriter
from telemed.files import PRIVATE_FILE

BUFFER_BYTES = 1024 * 1024


class ArchiveWriter:
    """Adds members one after the other, hashing what it writes; `finish` adds the manifest and signs with `signer`."""

    def __init__(self, out: IO[bytes], signer: Ed25519PrivateKey | None) -> None:
        self._out = SigningWriter(out)
        self._signer = signer
        self._tar = tarfile.open(
            fileobj=cast("IO[bytes]", self._out), mode="w|", format=tarfile.PAX_FORMAT, bufsize=BUFFER_BYTES
        )
        self._members: list[Member] = []

    def add_file(self, name: str, path: Path) -> None:
        """Add a file as long as it is now; what is appended meanwhile is the next back-up's. Raises OSError if it shrinks."""
        with path.open("rb") as file:
            self._add(name, file, os.fstat(file.fileno()).st_size)

    def add_bytes(self, name: str, content: bytes) -> None:
        """Add a small file made here."""
        self._add(name, io.BytesIO(content), len(content))

    def finish(self, manifest: Manifest) -> None:
        """Add the manifest, completed with the members, the end of the tar and the signature."""
        content = manifest.with_members(tuple(self._members)).encode()
        self._tar.addfile(_entry(MANIFEST, len(content)), io.BytesIO(content))
        self._tar.close()
        if self._signer is not None:
            self._out.sign(self._signer)

    def _add(self, name: str, file: BinaryIO, size: int) -> None:
        hashing = _HashingReader(file)
        self._tar.addfile(_entry(name, size), cast("IO[bytes]", hashing))
        self._members.append(Member(name, size, hashing.digest))


class _HashingReader:
    """Hashes what passes."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._hash = hashlib.sha256()

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()

    def read(self, size: int = -1) -> bytes:
        """Read on."""
        data = self._file.read(size)
        self._hash.update(data)
        return data


@contextmanager
def new_archive(path: Path, recipient: str, signer: Ed25519PrivateKey | None) -> Iterator[ArchiveWriter]:
    """Write the archive `path` (0600), sealed for `recipient`, plain when that is "". Nothing is left of a failed one.

    `signer` None: as archives were before there were signatures.

    The block must call `finish`. Raises FileExistsError, OSError, InvalidInput.
    """
    if path.exists():
        raise FileExistsError(str(path))
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, PRIVATE_FILE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            sealing = SealingWriter(file, public_key(recipient)) if recipient else None
            yield ArchiveWriter(cast("IO[bytes]", sealing or file), signer)
            if sealing is not None:
                sealing.finish()
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
        sync_directory(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def sync_directory(path: Path) -> None:
    """Make names in a directory survive a power loss."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size = size
    entry.mode = PRIVATE_FILE
    return entry
