"""How many bytes may wait for the disk: counted without a lock by two sides that each write only their own figure."""

from __future__ import annotations

from collections.abc import Callable

MUCH = 2  # half of a bound wakes the thread before its time


class Budget:
    """Bytes between the media loop, which takes, and the writing thread, which frees. `parent`: what all of a worker share.

    `wake`: called when much waits.
    """

    __slots__ = ("_bound", "_freed", "_parent", "_taken", "_wake")

    def __init__(self, bound: int, parent: Budget | None = None, wake: Callable[[], None] = lambda: None) -> None:
        self._bound = bound
        self._parent = parent
        self._wake = wake
        self._taken = 0  # written by the loop alone
        self._freed = 0  # written by the thread alone

    @property
    def queued(self) -> int:
        """Bytes that wait, or are promised to a journal; a little old when the other side asks."""
        return self._taken - self._freed

    @property
    def calm(self) -> bool:
        """Less than half of the bound waits: whoever dropped may go on."""
        return 2 * self.queued < self._bound and (self._parent is None or self._parent.calm)

    def admits(self, size: int) -> bool:
        """Whether there is room for `size` more."""
        return self.queued + size <= self._bound and (self._parent is None or self._parent.admits(size))

    def take(self, size: int) -> None:
        """Loop: `size` bytes go into a queue; negative: they do not, after all."""
        self._taken += size
        if MUCH * self.queued > self._bound:
            self._wake()
        if self._parent is not None:
            self._parent.take(size)

    def free(self, size: int) -> None:
        """Thread: `size` bytes left a queue."""
        self._freed += size
        if self._parent is not None:
            self._parent.free(size)
