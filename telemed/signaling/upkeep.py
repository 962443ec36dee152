"""Work that may wait: what is due to be forgotten, whose follow-ups are anybody's. One task beside the clock of visits.

However much there is after an upgrade, presence never waits for it: each row is a change of its own, and changes take turns.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from telemed.errors import TelemedError
from telemed.signaling.counters import Counters
from telemed.signaling.faults import report_fault

LOOK_SECONDS = 1.0

Chore = Callable[[], Awaitable[None]]


class Upkeep:
    """Owns the task; each chore says itself when it is due, and does a bounded piece."""

    def __init__(self, counters: Counters, chores: Sequence[Chore]) -> None:
        self._counters = counters
        self._chores = chores
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(self._run(), name="upkeep")

    async def stop(self) -> None:
        """Stop; what is under way is finished by whoever carries changes through."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def look(self) -> None:
        """Let each chore do its next piece."""
        for chore in self._chores:
            try:
                await chore()
            except TelemedError:
                self._counters.add("upkeep.put_off")
            except Exception as error:  # noqa: BLE001 - one chore that fails must not keep the others from being done
                report_fault("upkeep", error)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await self.look()
