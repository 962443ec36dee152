"""Is this server ready for people? Each check by itself, so that an operator sees which one is not."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from telemed.care.admission import Admission
from telemed.doctor import machine
from telemed.doctor.findings import Level
from telemed.errors import TelemedError
from telemed.operation.disk_guard import DiskLevel, DiskState
from telemed.store import Store

DATABASE_SECONDS = 2.0  # a write waits for its turn; longer means people wait, too
KEPT_SECONDS = 1.0  # an answer is used again for this long: asking costs a turn of the one writer


@dataclass(frozen=True, slots=True)
class Check:
    """One part. `word` is of our own making: never a value from outside."""

    ok: bool
    word: str


class Readiness:
    """Runs the checks. `workers` tells (available, all) media workers, `disk` the last look at the disk."""

    def __init__(
        self, store: Store, workers: Callable[[], tuple[int, int]], disk: Callable[[], DiskState], admission: Admission
    ) -> None:
        self._store = store
        self._workers = workers
        self._disk = disk
        self._admission = admission
        self._database = Check(True, "ok")
        self._asked = float("-inf")
        self._turn = asyncio.Lock()

    async def checks(self) -> dict[str, Check]:
        """All checks by name."""
        available, workers = self._workers()
        disk = self._disk().level
        return {
            "database": await self._database_check(),
            "workers": Check(available > 0, "ok" if available == workers else f"{available} of {workers}"),
            "disk": Check(disk is not DiskLevel.FULL, disk.value),
            "clock": _clock(),
            "draining": Check(not self._admission.draining, "yes" if self._admission.draining else "no"),
        }

    async def _database_check(self) -> Check:
        async with self._turn:
            if time.monotonic() - self._asked > KEPT_SECONDS:
                self._database = await self._write_something()
                self._asked = time.monotonic()
        return self._database

    async def _write_something(self) -> Check:
        """A transaction without content: it takes the writer's turn and the file's lock."""
        try:
            async with asyncio.timeout(DATABASE_SECONDS), self._store.write():
                return Check(True, "ok")
        except TimeoutError:
            return Check(False, "slow")
        except TelemedError:
            return Check(False, "unavailable")


def _clock() -> Check:
    levels = {finding.level for finding in machine.clock(datetime.now(UTC))}
    word = "wrong" if Level.FAULT in levels else "not synchronized" if Level.WARN in levels else "ok"
    return Check(Level.FAULT not in levels, word)
