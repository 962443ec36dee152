"""Many small files brought to the disk by one call: syncing each costs a hundred microseconds and a turn of the disk.

`syncfs` (Linux) syncs a whole file system. That is the cheaper way only while others have little to write there: behind the copy
of a large file it would wait for all of that. So it is used when there is little dirty memory on the machine, and else each file
is synced by itself.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

FEWEST = 3  # files for which one call is cheaper
MOST_DIRTY_KIB = 64 * 1024  # a slow disk writes that in half a second
MEMORY = Path("/proc/meminfo")
_libc = ctypes.CDLL(None, use_errno=True)  # its calls leave the interpreter to the media loop meanwhile


class Syncable(Protocol):
    """A file that was written to. `opened_us`: when, on any clock that all of them share."""

    opened_us: int

    @property
    def descriptor(self) -> int:
        """Of the open file."""

    def synced(self) -> None:
        """It is on the disk now."""


def sync_together(files: Iterable[Syncable]) -> None:
    """Sync those of which there are many on one file system, and tell them; leave the others, and all when that fails."""
    by_device: dict[int, list[Syncable]] = {}
    for file in files:
        by_device.setdefault(os.fstat(file.descriptor).st_dev, []).append(file)
    for together in by_device.values():
        first = min(together, key=lambda file: file.opened_us)  # the kernel tells each descriptor of errors since it was opened
        if len(together) >= FEWEST and little_is_dirty() and _sync_file_system(first.descriptor):
            for file in together:
                file.synced()


def little_is_dirty() -> bool:
    """Whether what the whole machine has to write would take a moment only; False where nobody knows."""
    try:
        lines = MEMORY.read_text("ascii").splitlines()
        sizes = {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines)}
        return sizes["Dirty"] + sizes["Writeback"] <= MOST_DIRTY_KIB
    except (OSError, ValueError, KeyError, IndexError):
        return False


def _sync_file_system(descriptor: int) -> bool:
    """Whether it worked. After an error each file is synced by itself, which tells whose error it was."""
    call = getattr(_libc, "syncfs", None)
    return call is not None and call(descriptor) == 0
