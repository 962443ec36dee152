"""Only one process may write: a file lock beside the database, freed by the kernel when the process ends, however it ends."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from telemed.errors import ConfigError

FILE_MODE = 0o600


class DatabaseInUse(ConfigError):
    """Another process has the database open for writing."""

    code = "database_in_use"


class ProcessLock:
    """The held lock; `release` or the end of the process gives it back."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    @classmethod
    def acquire(cls, database: Path) -> ProcessLock:
        """Take the lock of `database` at once. Raises DatabaseInUse, ConfigError when the place cannot be written."""
        descriptor = _open(Path(f"{database}.lock"), os.O_NOFOLLOW)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise DatabaseInUse(
                "Another telemed process uses this database. Stop it first, or let it do the work by its admin socket."
            ) from None
        return cls(descriptor)

    def release(self) -> None:
        """Give the lock back; a second call does nothing. The file stays: removing it would let two processes lock two files."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def private_file(path: Path) -> None:
    """Make sure `path` exists and only its owner may read it (SQLite gives its side files the same mode). Raises ConfigError.

    Call before SQLite opens the file: closing any descriptor of it drops the process's locks on it (POSIX).
    """
    descriptor = _open(path, 0)
    try:
        os.fchmod(descriptor, FILE_MODE)
    finally:
        os.close(descriptor)


def _open(path: Path, flags: int) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | flags, FILE_MODE)
    except OSError as error:
        raise ConfigError(
            "The database's place cannot be written. Does the directory exist, and does it belong to this user?",
            code="database_unreadable",
        ) from error
