"""A file in memory with a path: what a container is written into before it is sealed. Nothing in clear touches a disk."""

from __future__ import annotations

import os
from collections.abc import Iterator

READ_BYTES = 1024 * 1024


class MemoryFile:
    """One anonymous file (memfd_create(2)). As a context manager it is gone at the end."""

    def __init__(self) -> None:
        self._descriptor = os.memfd_create("segment", os.MFD_CLOEXEC)

    def __enter__(self) -> MemoryFile:
        return self

    def __exit__(self, *_exception: object) -> None:
        os.close(self._descriptor)

    @property
    def path(self) -> str:
        """Where a library of this process can open it, as often as it likes."""
        return f"/proc/self/fd/{self._descriptor}"

    @property
    def size(self) -> int:
        """Bytes."""
        return os.fstat(self._descriptor).st_size

    def pieces(self) -> Iterator[bytes]:
        """Its content from the beginning."""
        offset = 0
        while piece := os.pread(self._descriptor, READ_BYTES, offset):
            offset += len(piece)
            yield piece
