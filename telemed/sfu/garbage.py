"""Python's garbage collector on a media loop: rare, frozen start-up objects left out, and every run timed."""

from __future__ import annotations

import gc
import time

THRESHOLDS = (20_000, 50, 100)  # allocations, young runs per middle run, middle per full: the packet path makes no cycles


class CollectionTimer:
    """Times every collection. `longest_us` and `total_us` since `start`."""

    def __init__(self) -> None:
        self.collections = 0
        self.longest_us = 0
        self.total_us = 0
        self._started_ns = 0
        self._thresholds: tuple[int, int, int] | None = None

    def start(self, own_process: bool) -> None:
        """Begin timing. In a process of our own also freeze what start-up made and raise the thresholds."""
        if own_process:
            self._thresholds = gc.get_threshold()
            gc.collect()
            gc.freeze()
            gc.set_threshold(*THRESHOLDS)
        gc.callbacks.append(self._on_collection)

    def close(self) -> None:
        """Stop timing and undo `start`. Idempotent."""
        if self._on_collection in gc.callbacks:
            gc.callbacks.remove(self._on_collection)
        if self._thresholds is not None:
            gc.set_threshold(*self._thresholds)
            gc.unfreeze()
            self._thresholds = None

    def snapshot(self) -> dict[str, int]:
        """Return the figures by name."""
        return {"collections": self.collections, "longest_us": self.longest_us, "total_us": self.total_us}

    def _on_collection(self, phase: str, _info: dict[str, int]) -> None:
        if phase == "start":
            self._started_ns = time.monotonic_ns()
            return
        took = (time.monotonic_ns() - self._started_ns) // 1000
        self.collections += 1
        self.total_us += took
        self.longest_us = max(self.longest_us, took)
