"""Data keys of recordings, wrapped, one file each: destroying the file destroys the recording, whatever copies of it there are.

    <directory>/<recording id>.key    0600, JSON: version, name of the master key, nonce and wrapped key (base64)
    <directory>/<recording id>.next   the same, of the key that is to take its place: somebody's part is being destroyed

AES-256-GCM with a random nonce; authenticated with it: `recording:<recording id>:<version>`, so that a key file opens nothing but
its own recording. The directory lies outside the database and its back-ups. Files are replaced whole, and what they replaced is
written over; a file system that copies on write, or a disk that spreads its wear, may still have it somewhere, wrapped. Whoever
changes something holds the lock of the directory (flock), so that an erased key cannot come back by a rotation.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from telemed.errors import NotFound, TelemedError
from telemed.files import make_private_directory, sync_directory, write_private
from telemed.recording.ciphers import KEY_BYTES
from telemed.recording.master_keys import Masters

VERSION = 1
SUFFIX = ".key"
NEXT_SUFFIX = ".next"
OLD_SUFFIX = ".old"  # of a temporary name: the key that was replaced, for the moment until it is written over
NONCE_BYTES = 12  # random: far fewer than 2^32 wraps under one master key
MAX_FILE_BYTES = 4096  # ours have about 200
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


class KeyMissing(NotFound):
    """There is no key: the recording was erased, or never was."""


class KeyUnreadable(TelemedError):
    """There is a key file, and it does not open: the master key is not ours, or the file is damaged."""

    status = 503
    code = "recording_key_unreadable"


@dataclass(frozen=True, slots=True)
class Rotation:
    """What wrapping anew came to. `failed`: recordings whose key file did not open; their files were left alone."""

    wrapped: int
    kept: int  # already under the master key in use
    failed: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """The older master keys may go."""
        return not self.failed


class RecordingKeys:
    """The key files in one directory. All methods block; they raise OSError when the disk does not do as told."""

    def __init__(self, directory: Path, masters: Masters) -> None:
        self._directory = directory
        self._masters = masters

    def create(self, recording_id: str) -> bytes:
        """Make a data key; it is on the disk when this returns. Raises FileExistsError."""
        make_private_directory(self._directory)
        key = secrets.token_bytes(KEY_BYTES)
        with self._locked():
            write_private(self._path(recording_id), self._wrap(recording_id, key), exclusive=True)
            sync_directory(self._directory)
        return key

    def read(self, recording_id: str) -> bytes:
        """Return the data key. Raises KeyMissing, KeyUnreadable."""
        try:
            return self._unwrap(recording_id, self._load(self._path(recording_id)))
        except KeyUnreadable:  # a rotation may have written over the file while we read it: the new one is there
            return self._unwrap(recording_id, self._load(self._path(recording_id)))

    def exists(self, recording_id: str) -> bool:
        """Whether there is a key file."""
        return self._path(recording_id).is_file()

    def ids(self) -> tuple[str, ...]:
        """The recordings that have a key file, sorted."""
        found = (path for suffix in (SUFFIX, NEXT_SUFFIX) for path in self._directory.glob(f"[!.]*{suffix}"))
        return tuple(sorted({path.stem for path in found if _ID.fullmatch(path.stem)}))

    def rotate(self, wrapped: Callable[[str], None] = lambda _id: None) -> Rotation:
        """Wrap every key under the master key in use, file by file; `wrapped` hears of each. Raises OSError.

        May be broken off anywhere and called again: each file is the old one or the new one, and both masters open it.
        """
        done = kept = 0
        failed: list[str] = []
        for recording_id in self.ids():
            try:
                with self._locked():
                    changed = any([self._rewrap(recording_id, path) for path in self._files(recording_id)])
            except KeyMissing:
                continue  # erased meanwhile
            except KeyUnreadable:
                failed.append(recording_id)
                continue
            done, kept = done + changed, kept + (not changed)
            if changed:
                wrapped(recording_id)
        if self._directory.is_dir():
            with self._locked():
                self._remove_leftovers("*")
        return Rotation(done, kept, tuple(failed))

    def erase(self, recording_id: str) -> bool:
        """Write over the key file and remove it, with what an interrupted change left of it; False when there was none."""
        self._path(recording_id)
        if not self._directory.is_dir():
            return False
        with self._locked():
            there = self._files(recording_id)
            for path in there:
                _destroy(path)
            self._remove_leftovers(recording_id)
            sync_directory(self._directory)
        return bool(there)

    def holds(self, recording_id: str) -> bool:
        """Whether there is a key of this recording here, or the one that is to follow it."""
        return bool(self._files(recording_id))

    def successor(self, recording_id: str) -> bytes:
        """The data key that will take the place of the one in use: made when it is asked for first, then the same until
        `supersede`. One that does not open is replaced: nothing that counts was sealed with it."""
        with self._locked():
            path = self._path(recording_id, NEXT_SUFFIX)
            try:
                return self._unwrap(recording_id, self._load(path))
            except (KeyMissing, KeyUnreadable):
                key = secrets.token_bytes(KEY_BYTES)
                write_private(path, self._wrap(recording_id, key))
                sync_directory(self._directory)
                return key

    def supersede(self, recording_id: str) -> None:
        """Put the successor in the place of the key in use, which is written over. May be broken off and called again, also when
        all is done."""
        path, successor = self._path(recording_id), self._path(recording_id, NEXT_SUFFIX)
        with self._locked():
            if successor.exists():
                if path.exists():
                    path.rename(path.with_name(f".{path.name}{OLD_SUFFIX}"))
                    sync_directory(self._directory)
                successor.rename(path)
                sync_directory(self._directory)
            self._remove_leftovers(recording_id)
            sync_directory(self._directory)

    def move(self, recording_id: str, target: RecordingKeys) -> None:
        """Give the key file to another directory of the same file system. May be broken off and called again.

        Raises KeyMissing, and FileExistsError when another key has that name there.
        """
        here, there = self._path(recording_id), target._path(recording_id)
        if not here.exists():
            raise KeyMissing
        make_private_directory(target._directory)
        with self._locked(), target._locked():
            if not (there.exists() and there.samefile(here)):
                os.link(here, there)
            sync_directory(target._directory)
            here.unlink()
            sync_directory(self._directory)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Be the only one who changes something in the directory, over all processes."""
        descriptor = os.open(self._directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _path(self, recording_id: str, suffix: str = SUFFIX) -> Path:
        if not _ID.fullmatch(recording_id):
            raise KeyMissing
        return self._directory / f"{recording_id}{suffix}"

    def _files(self, recording_id: str) -> list[Path]:
        """The key file, and the one that is to follow, as far as they are there."""
        return [path for suffix in (SUFFIX, NEXT_SUFFIX) if (path := self._path(recording_id, suffix)).exists()]

    @staticmethod
    def _load(path: Path) -> dict[str, Any]:
        try:
            with path.open("rb") as file:
                fields = json.loads(file.read(MAX_FILE_BYTES))
        except FileNotFoundError as error:
            raise KeyMissing from error
        except ValueError as error:
            raise KeyUnreadable("The key file of a recording is damaged.") from error
        if not isinstance(fields, dict) or fields.get("version") != VERSION:
            raise KeyUnreadable("The key file of a recording is of another version or damaged.")
        return fields

    def _wrap(self, recording_id: str, key: bytes) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        name = self._masters.current
        sealed = AESGCM(self._masters[name]).encrypt(nonce, key, _bound(recording_id))
        fields = {
            "version": VERSION,
            "master": name,
            "nonce": base64.b64encode(nonce).decode(),
            "wrapped": base64.b64encode(sealed).decode(),
        }
        return json.dumps(fields, indent=1).encode() + b"\n"

    def _unwrap(self, recording_id: str, fields: dict[str, Any]) -> bytes:
        if fields.get("master") not in self._masters:
            raise KeyUnreadable("The master key that wrapped a recording's key is not there.")
        try:
            nonce = base64.b64decode(fields["nonce"], validate=True)
            sealed = base64.b64decode(fields["wrapped"], validate=True)
            key = AESGCM(self._masters[fields["master"]]).decrypt(nonce, sealed, _bound(recording_id))
        except (KeyError, TypeError, ValueError, InvalidTag) as error:
            raise KeyUnreadable("The key file of a recording is damaged or another recording's.") from error
        if len(key) != KEY_BYTES:
            raise KeyUnreadable("The key file of a recording holds no key.")
        return key

    def _rewrap(self, recording_id: str, path: Path) -> bool:
        """Wrap one key anew unless it is; write over the file it replaces. Raises KeyMissing, KeyUnreadable."""
        fields = self._load(path)
        key = self._unwrap(recording_id, fields)
        if fields["master"] == self._masters.current:
            return False
        try:
            before = os.open(path, os.O_WRONLY | os.O_NOFOLLOW)
        except FileNotFoundError as error:
            raise KeyMissing from error
        try:
            write_private(path, self._wrap(recording_id, key))
            sync_directory(self._directory)
            _overwrite(before)
        finally:
            os.close(before)
        return True

    def _remove_leftovers(self, recording_id: str) -> None:
        """Destroy temporary files of writes that were broken off. One with a second name is a key file itself: spare it."""
        found = (path for suffix in (SUFFIX, NEXT_SUFFIX) for path in self._directory.glob(f".{recording_id}{suffix}.*"))
        for path in found:
            if path.stat().st_nlink > 1:
                path.unlink()
            else:
                _destroy(path)


def _bound(recording_id: str) -> bytes:
    return f"recording:{recording_id}:{VERSION}".encode()


def _destroy(path: Path) -> None:
    """Write over a file, then remove it."""
    with suppress(FileNotFoundError):
        descriptor = os.open(path, os.O_WRONLY | os.O_NOFOLLOW)
        try:
            _overwrite(descriptor)
        finally:
            os.close(descriptor)
        path.unlink()


def _overwrite(descriptor: int) -> None:
    """Put random bytes over all of a file, on the disk."""
    os.pwrite(descriptor, secrets.token_bytes(os.fstat(descriptor).st_size), 0)
    os.fsync(descriptor)
