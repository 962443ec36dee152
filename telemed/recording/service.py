"""Keeps the recordings of an installation: makes place and key for new ones, has the finished made, ends what is due.

Two tasks of its own: one for the finaliser, which may take minutes, one for everything else. A fault of disk or database in one
pass is told and tried again in the next; nothing here can disturb a call.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from telemed.care.recording.ports import Take
from telemed.care.recording.words import Basis, RecordingFault
from telemed.clock import Clock
from telemed.errors import TelemedError
from telemed.recording.ending import Ending
from telemed.recording.finalising import Finalising
from telemed.recording.storage import RecordingStorage

LOOK_SECONDS = 2.0  # between looks for what is to be finalised, and at directory and key
WRITE_SECONDS = 15.0  # between looks that write: an idle disk is left alone for most of the time
END_SECONDS = 60.0  # between looks for what is due to be erased
TIDY_SECONDS = 3600.0
log = logging.getLogger(__name__)


class RecordingService:
    """Fulfils `care.recording.ports.RecordingWork`. `has_room`: whether the disk has any for a recording that begins."""

    def __init__(
        self, storage: RecordingStorage, finalising: Finalising, ending: Ending, clock: Clock, has_room: Callable[[], bool]
    ) -> None:
        self._storage = storage
        self.finalising = finalising
        self._ending = ending
        self._clock = clock
        self._has_room = has_room
        self._fault = RecordingFault.NONE
        self._write_at = 0.0  # monotonic: of the next look that writes
        self._wake = asyncio.Event()
        self._due = {self._ending.run: 0.0, self._ending.tidy: 0.0}  # monotonic
        self._tasks: list[asyncio.Task[None]] = []

    async def look(self) -> None:
        """See whether anything could be written now; by writing from time to time, and always while it could not."""
        now = self._clock.monotonic()
        by_writing = self._fault is not RecordingFault.NONE or now >= self._write_at
        self._write_at = now + WRITE_SECONDS if by_writing else self._write_at
        fault = await asyncio.to_thread(self._storage.fault, by_writing)
        if fault is not self._fault:
            level = logging.INFO if fault is RecordingFault.NONE else logging.ERROR
            log.log(level, "recordings fault=%s", fault.value or "none")
        self._fault = fault

    def start(self) -> None:
        """Begin to work."""
        self._tasks = [
            asyncio.create_task(self._finalise(), name="recording-finaliser"),
            asyncio.create_task(self._keep(), name="recording-keeper"),
        ]

    async def close(self) -> None:
        """Stop; a finaliser under way is ended and begins anew with the next process."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def fault(self) -> RecordingFault:
        """What was wrong with directory or key at the last look."""
        return self._fault

    def refusal(self) -> RecordingFault:
        """Why no new recording may begin now; NONE: it may."""
        if self._fault is RecordingFault.NONE and not self._has_room():
            return RecordingFault.DISK_FULL
        return self._fault

    async def prepare(self, recording_id: str, basis: Basis) -> Take:
        """Make directory and key; the same again for one that is there. Raises Unavailable."""
        return await asyncio.to_thread(self._storage.prepare, recording_id, basis)

    async def trouble(self, recording_id: str) -> RecordingFault:
        """Whether the key of one in progress can be read."""
        return await asyncio.to_thread(self._storage.trouble, recording_id)

    def finalise(self, recording_id: str) -> None:  # noqa: ARG002 - the rows say which; this says that it is worth looking
        """Nobody writes it any more: look now, not in two seconds."""
        self._wake.set()

    async def discard(self, recording_id: str) -> None:
        """Destroy key and files of one that was cancelled. Raises OSError, ConfigError."""
        await asyncio.to_thread(self._storage.discard, recording_id)

    async def _finalise(self) -> None:
        await self._attempt(self.finalising.begin_anew)
        while True:
            self._wake.clear()
            await self._attempt(self.finalising.run)
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._wake.wait()

    async def _keep(self) -> None:
        while True:
            await self._attempt(self.look)
            now = self._clock.monotonic()
            for chore, seconds in ((self._ending.run, END_SECONDS), (self._ending.tidy, TIDY_SECONDS)):
                if now >= self._due[chore]:
                    self._due[chore] = now + seconds
                    await self._attempt(chore)
            await asyncio.sleep(LOOK_SECONDS)

    @staticmethod
    async def _attempt(work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except (TelemedError, OSError):
            log.exception("a chore of recordings failed")
        except Exception:  # noqa: BLE001 - the boundary of a task: what follows must be done whatever one pass met
            log.exception("a chore of recordings broke")
