"""Work that goes on after the answer was given, so that the answer takes the same time whatever there is to do."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from telemed.errors import TelemedError, Unavailable
from telemed.web.error_answers import new_incident

MAX_WAITING = 200  # drop rule: beyond it callers are told to come back
# How long after the call work begins: the answer is on its way by then, and what there is to do cannot slow it.
PAUSE_SECONDS = 0.1
CLOSE_SECONDS = 2.0  # how long errands may take to end when the server stops; each is one short transaction


class Errands:
    """Owns the tasks it starts. A refusal inside one is nobody's business any more; a fault is reported."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin. Raises Unavailable when too many are under way."""
        if len(self._running) >= MAX_WAITING:
            work.close()
            raise Unavailable()
        task = asyncio.create_task(_after_the_answer(work), name="errand")
        self._running.add(task)
        task.add_done_callback(self._finished)

    async def idle(self) -> None:
        """Wait until none is under way."""
        while self._running:
            await asyncio.wait(set(self._running))

    async def close(self) -> None:
        """Let those under way end, and cancel what takes too long."""
        if not self._running:
            return
        _, late = await asyncio.wait(set(self._running), timeout=CLOSE_SECONDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, TelemedError):
            new_incident(error)


async def _after_the_answer(work: Coroutine[Any, Any, None]) -> None:
    try:
        await asyncio.sleep(PAUSE_SECONDS)
        await work
    finally:
        work.close()
