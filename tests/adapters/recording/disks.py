"""Disks that are small or may not be written: real mounts where root allows them."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MS_RDONLY, MS_REMOUNT = 1, 32  # <sys/mount.h>
MNT_DETACH = 2


def _call(name: str, *arguments: object) -> bool:
    libc = ctypes.CDLL(None, use_errno=True)
    return getattr(libc, name)(*arguments) == 0


@contextmanager
def small_disk(path: Path, kibibytes: int) -> Iterator[bool]:
    """A tmpfs of that size at `path`; False when this process may not mount."""
    path.mkdir()
    options = f"size={kibibytes}k,mode=0700".encode()
    if not _call("mount", b"tmpfs", os.fsencode(path), b"tmpfs", 0, options):
        yield False
        return
    try:
        yield True
    finally:
        assert _call("umount2", os.fsencode(path), MNT_DETACH)


def set_read_only(path: Path, read_only: bool) -> bool:
    """Forbid or allow writing to a disk of ours; the kernel refuses while a file is open for writing."""
    flags = MS_REMOUNT | (MS_RDONLY if read_only else 0)
    return _call("mount", b"tmpfs", os.fsencode(path), b"tmpfs", flags, b"")


def set_size(path: Path, kibibytes: int) -> None:
    """Make a disk of ours larger or smaller than it is, never smaller than what lies on it."""
    assert _call("mount", b"tmpfs", os.fsencode(path), b"tmpfs", MS_REMOUNT, f"size={kibibytes}k".encode())
