"""Reading an archive: unpacked into an empty directory, every member checked against the manifest before anything is believed.

Whether somebody known has signed it is told, and judged by `restore`.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, cast

from telemed.backup.archive import BUFFER_BYTES
from telemed.backup.manifest import MANIFEST, MAX_MANIFEST_BYTES, Manifest, Member, decode, is_safe_name
from telemed.backup.recovery_key import RecoveryKey
from telemed.backup.sealed import HEADER_BYTES, OpeningReader, is_sealed
from telemed.backup.signature import Signature, SignedReader
from telemed.errors import InvalidInput
from telemed.files import PRIVATE_DIRECTORY, PRIVATE_FILE


@dataclass(frozen=True, slots=True)
class Unpacked:
    """The checked manifest of an archive, and its signature, None without one."""

    manifest: Manifest
    signature: Signature | None


def unpack(path: Path, key: RecoveryKey | None, kind: str, directory: Path) -> Unpacked:
    """Unpack `path` into `directory` (0600 files) and return its checked manifest. Blocking; constant memory.

    Raises InvalidInput: no archive, damaged, cut off, another kind, wrong key or none. The caller removes what was unpacked then.
    """
    with _opened(path, key) as stream:
        signed = SignedReader(stream)
        try:
            manifest, found = _extract(cast("BinaryIO", signed), directory)
        except (tarfile.TarError, EOFError) as error:
            raise InvalidInput("The archive is damaged or was cut off.") from error
    if manifest.kind != kind:
        raise InvalidInput(f"This archive holds no {kind}. Name the other file of the pair.")
    if list(manifest.members) != found:
        raise InvalidInput("The archive is damaged: its files are not those of its manifest.")
    return Unpacked(manifest, signed.signature)


def is_sealed_file(path: Path) -> bool:
    """Whether the recovery key is needed to read `path`. Raises InvalidInput when it cannot be read at all."""
    try:
        with path.open("rb") as file:
            return is_sealed(file.read(HEADER_BYTES))
    except OSError as error:
        raise InvalidInput(f"The archive cannot be read ({error.strerror}).") from error


@contextmanager
def _opened(path: Path, key: RecoveryKey | None) -> Iterator[BinaryIO]:
    """The plain bytes of an archive."""
    sealed = is_sealed_file(path)
    if sealed and key is None:
        raise InvalidInput("This archive is sealed. Have the recovery key ready, or name its file with --recovery-key-file.")
    with path.open("rb") as file:
        if not sealed or key is None:
            yield file
            return
        yield io.BufferedReader(OpeningReader(file, key.private), BUFFER_BYTES)


def _extract(stream: BinaryIO, directory: Path) -> tuple[Manifest, list[Member]]:
    found: list[Member] = []
    manifest: Manifest | None = None
    with tarfile.open(fileobj=stream, mode="r|", bufsize=BUFFER_BYTES) as tar:
        for entry in tar:
            # A sparse entry is "regular" to tarfile, and a few bytes of it would become as much as it likes on the disk.
            content = tar.extractfile(entry) if entry.isreg() and not entry.issparse() else None
            if content is None or manifest is not None or not is_safe_name(entry.name):
                raise InvalidInput("The archive holds something that is not ours.")
            if entry.name == MANIFEST:
                manifest = decode(content.read(MAX_MANIFEST_BYTES))
            else:
                found.append(_write(entry.name, content, directory))
    while stream.read(BUFFER_BYTES):  # up to the checked end, so that a cut-off seal is noticed and the signature read
        continue
    if manifest is None:
        raise InvalidInput("The archive was cut off: its manifest is missing.")
    return manifest, found


def _write(name: str, content: IO[bytes], directory: Path) -> Member:
    """Write one member, flushed to the disk; its size and hash as written."""
    target = directory / name
    target.parent.mkdir(mode=PRIVATE_DIRECTORY, parents=True, exist_ok=True)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, PRIVATE_FILE)
    with os.fdopen(descriptor, "wb") as file:
        hashing = _HashingWriter(file)
        shutil.copyfileobj(content, cast("IO[bytes]", hashing), BUFFER_BYTES)
        file.flush()
        os.fsync(descriptor)
    return Member(name, hashing.size, hashing.digest)


class _HashingWriter:
    """Hashes and counts what passes."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self.size = 0

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()

    def write(self, data: bytes) -> int:
        """Write on."""
        self._hash.update(data)
        self.size += len(data)
        return self._file.write(data)

