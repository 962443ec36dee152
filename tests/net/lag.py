"""How long the machine kept us waiting: figures taken while something else had the processor say nothing about what is tested."""

from __future__ import annotations

import asyncio

BEAT = 0.05  # seconds between two looks at how late we are


class Lag:
    """Watches the running loop. `worst` is the longest delay in seconds since `begin`."""

    def __init__(self) -> None:
        self.worst = 0.0
        self._loop = asyncio.get_running_loop()
        self._expect()

    def begin(self) -> None:
        """Measure from now on."""
        self.worst = 0.0

    def close(self) -> None:
        """Stop."""
        self._beat.cancel()

    def _expect(self) -> None:
        self._due = self._loop.time() + BEAT
        self._beat = self._loop.call_at(self._due, self._on_beat)

    def _on_beat(self) -> None:
        self.worst = max(self.worst, self._loop.time() - self._due)
        self._expect()
