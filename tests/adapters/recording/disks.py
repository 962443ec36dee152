"""Disks that are small or may not be written: real mounts where root allows them."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

MS_RDONLY, MS_REMOUNT = 1, 32  # <sys/mount.h>
MNT_DETACH = 2
PATIENCE = 60.0  # seconds for a busy machine to close files


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


@dataclass(frozen=True)
class Ext4Disk:
    """A disk of ours in a file, mounted at `path` as Debian does it: an error makes it read-only."""

    image: Path
    path: Path

    def fall_read_only(self) -> None:
        """As after an error that the kernel met: nothing can be written from this moment, also into open files."""
        device = os.stat(self.path).st_dev
        name = Path(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}").resolve().name
        Path(f"/sys/fs/ext4/{name}/trigger_fs_error").write_text("a test")

    def mend(self) -> None:
        """What an administrator does then: take it out as soon as nobody has a file open on it, check it, put it in again."""
        deadline = time.monotonic() + PATIENCE
        while subprocess.run(["umount", self.path], capture_output=True, timeout=60, check=False).returncode:
            assert time.monotonic() < deadline, "it is in use"
            time.sleep(0.1)
        while subprocess.run(["e2fsck", "-p", self.image], capture_output=True, timeout=60, check=False).returncode > 1:
            assert time.monotonic() < deadline, "it cannot be mended"  # 0: whole, 1: mended; others: the kernel still has it
            time.sleep(0.1)
        self.mount()

    def mount(self) -> bool:
        """Whether it worked."""
        options = "loop,errors=remount-ro"
        done = subprocess.run(["mount", "-o", options, self.image, self.path], capture_output=True, timeout=60, check=False)
        if done.returncode == 0:
            self.path.chmod(0o700)
        return done.returncode == 0

    def unmount(self) -> None:
        """Also while files are open: those who have them keep the disk as it was."""
        subprocess.run(["umount", "-l", self.path], capture_output=True, timeout=60, check=True)


@contextmanager
def ext4_disk(image: Path, path: Path, mebibytes: int) -> Iterator[Ext4Disk | None]:
    """An ext4 of that size at `path`, its file thin; None where this process may not mount."""
    path.mkdir()
    if os.geteuid() != 0 or shutil.which("mkfs.ext4") is None:
        yield None
        return
    with image.open("wb") as file:
        file.truncate(mebibytes * 1024 * 1024)
    subprocess.run(["mkfs.ext4", "-q", "-F", "-m", "0", image], capture_output=True, timeout=60, check=True)
    disk = Ext4Disk(image, path)
    if not disk.mount():
        yield None
        return
    try:
        yield disk
    finally:
        disk.unmount()
