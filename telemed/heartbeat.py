"""A child's side of the pipe to its supervisor: "ready" once, then a beat every second for as long as its event loop turns.

Before that it may say that it is busy with something that takes as long as it takes, and beats meanwhile.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

BEAT_SECONDS = 1.0  # a beat is 1 byte; the supervisor gives up after 30 of them
BEAT = b"\n"


class Notifier:
    """Speaks to the supervisor through `descriptor`; -1 makes every call do nothing (a child started by hand)."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._beats: asyncio.Task[None] | None = None
        if descriptor >= 0:
            os.set_inheritable(descriptor, False)
            os.set_blocking(descriptor, False)

    def ready(self, details: dict[str, Any]) -> None:
        """Tell that this process serves now, with `details` for the ready file, and begin to beat."""
        self._write(json.dumps({"ready": details}).encode() + BEAT)
        self._begin_to_beat()

    @asynccontextmanager
    async def busy(self) -> AsyncIterator[None]:
        """While the block lasts, the time it takes does not count as time to get ready. The work must leave the loop free."""
        self._write(b'{"busy": true}' + BEAT)
        self._begin_to_beat()
        try:
            yield
        finally:
            self._write(b'{"busy": false}' + BEAT)

    async def close(self) -> None:
        """Stop beating. Owner: whoever made the notifier."""
        if self._beats is not None:
            self._beats.cancel()
            await asyncio.gather(self._beats, return_exceptions=True)
            self._beats = None

    def _begin_to_beat(self) -> None:
        if self._beats is None:
            self._beats = asyncio.get_running_loop().create_task(self._beat())

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            self._write(BEAT)

    def _write(self, data: bytes) -> None:
        """Write when there is room: a full pipe already holds beats enough."""
        if self._descriptor < 0:
            return
        try:
            os.write(self._descriptor, data)
        except BlockingIOError:
            return
        except BrokenPipeError:
            self._descriptor = -1  # the supervisor is gone; the kernel ends us as well
