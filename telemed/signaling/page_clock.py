"""Ends the steps of pages when they are due. One task; everything it goes by is in the rows, so a restart needs nothing special:
what came due while the server was down is ended as soon as it is up."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import datetime

from telemed.care.oncall import paging
from telemed.care.ports import Json
from telemed.errors import TelemedError
from telemed.signaling import oncall_steps
from telemed.signaling.desk import Desk
from telemed.signaling.faults import report_fault
from telemed.signaling.page_ladder import PageLadder
from telemed.signaling.step import VisitStep

LONGEST_NAP = 1.0  # seconds: the wall clock may be set meanwhile
PATIENCE = 0.5  # seconds after a failure of the database


class PageClock:
    """Owns the task."""

    def __init__(self, desk: Desk, ladder: PageLadder) -> None:
        self._desk = desk
        self._ladder = ladder
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._run(), name="page-clock")

    async def stop(self) -> None:
        """Stop; what is due then waits for the next start."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def poke(self) -> None:
        """A page began, ended or went on: look anew."""
        self._wake.set()

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            try:
                next_due = await self.run_due()
            except Exception as error:  # noqa: BLE001 - time must go on whatever one page met
                report_fault("page-clock", error)
                await asyncio.sleep(PATIENCE)
                continue
            await self._nap(next_due)

    async def run_due(self) -> datetime | None:
        """End every step that is over; -> when the next one is."""
        failed = 0
        while True:
            async with self._desk.store.read() as tx:
                found = await tx.pages.next_due()
            if found is None or found[0] > self._desk.clock.utcnow():
                return found[0] if found is not None else None
            try:
                await self._end_step(found[1], found[2])
            except TelemedError:
                failed += 1
                self._desk.counters.add("page_clock.put_off")
                if failed > 1:
                    raise

    async def _end_step(self, page_id: str, session_id: str) -> None:
        async def work(step: VisitStep) -> Json:
            page = await oncall_steps.page_of(step, page_id)
            if paging.is_due(page, step.now):
                await self._ladder.time_out(step, page)
            return {}

        await self._desk.transactor.change(session_id, work)
        self._ladder.messages.sent()

    async def _nap(self, until: datetime | None) -> None:
        """Until the next step is due, somebody pokes, or LONGEST_NAP with something due; without, until somebody pokes."""
        while not self._wake.is_set():
            left = None if until is None else (until - self._desk.clock.utcnow()).total_seconds()
            if left is not None and left <= 0:
                return
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(None if left is None else min(left, LONGEST_NAP)):
                    await self._wake.wait()

    async def forget_old(self) -> None:
        """Chore of every sweep: what ended a minute ago leaves the pages of staff."""
        now = self._desk.clock.utcnow()
        for visit in self._desk.live:
            if visit.on_call.forget_old(now):
                self._desk.live.board.publish(visit, now)
