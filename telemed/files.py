"""Files that only their owner may read, written whole or not at all."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

PRIVATE_DIRECTORY = 0o700
PRIVATE_FILE = 0o600


def make_private_directory(path: Path) -> Path:
    """Create `path` (and its parents) for the owner only; take others' rights from one that is there. Returns it."""
    path.mkdir(mode=PRIVATE_DIRECTORY, parents=True, exist_ok=True)
    if path.stat().st_mode & 0o077:
        path.chmod(PRIVATE_DIRECTORY)
    return path


def touch_directory(path: Path) -> None:
    """Write the least that tells whether a disk takes writes: the times of a directory. Raises OSError.

    access(2) and statvfs(2) do not know: ext4 that met an error refuses every write and says that it is mounted for writing.
    """
    os.utime(path)


def write_private(path: Path, content: bytes, *, exclusive: bool = False, owner: tuple[int, int] | None = None) -> None:
    """Write `content` to `path` with mode 0600: temporary file, fsync, rename. `exclusive`: FileExistsError if it is there.

    `owner`: user and group that get it, before anything is in it.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, PRIVATE_FILE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            if owner is not None:
                os.fchown(descriptor, *owner)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if exclusive:
            os.link(temporary, path)  # fails when the name is taken, which rename would not
        else:
            os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def sync_directory(path: Path) -> None:
    """Make what was created, renamed or removed in `path` outlive a loss of power. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
