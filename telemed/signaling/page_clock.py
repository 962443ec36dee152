"""Ends the steps of pages when they are due. One task; everything it goes by is in the rows, so a restart needs nothing special:
what came due while the server was down is ended as soon as it is up.

Rows carry wall-clock times, as they outlive the process. From when a step is first seen here it is the other clock that counts:
an administrator or NTP that sets the time neither lets a page ring for an hour nor runs through its steps at once.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from telemed.care.oncall import paging
from telemed.care.oncall.records import PageRecord
from telemed.care.oncall.words import PageState
from telemed.care.ports import Json
from telemed.signaling import oncall_steps
from telemed.signaling.desk import Desk
from telemed.signaling.faults import report_fault
from telemed.signaling.page_ladder import PageLadder
from telemed.signaling.step import VisitStep

LONGEST_NAP = 1.0  # seconds, while something rings
PATIENCE = 0.5  # seconds after a failure of the database


@dataclass(slots=True)
class _Step:
    """The running step of a page, on the clock that is never set. `at`: monotonic seconds."""

    page_id: str
    session_id: str
    due_at: datetime  # tells this step from the next
    at: float
    remind_at: float
    reminded: bool = False


class PageClock:
    """Owns the task."""

    def __init__(self, desk: Desk, ladder: PageLadder) -> None:
        self._desk = desk
        self.ladder = ladder
        self._wake = asyncio.Event()
        self._steps: dict[str, _Step] = {}  # by page: what rings now and nothing else
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
                left = await self.run_due()
            except Exception as error:  # noqa: BLE001 - time must go on whatever the database met
                report_fault("page-clock", error)
                await asyncio.sleep(PATIENCE)
                continue
            await self._nap(left)

    async def run_due(self) -> float | None:
        """End every step that is over; -> seconds until there is more to do. A page that fails keeps no other one waiting."""
        failed: set[str] = set()
        while True:
            await self._look()
            now = self._desk.clock.monotonic()
            waiting = [step for step in self._steps.values() if step.page_id not in failed]
            due = min(waiting, key=_next, default=None)
            if due is None or _next(due) > now:
                left = None if due is None else _next(due) - now
                return min(left or PATIENCE, PATIENCE) if failed else left
            try:
                await self._carry_out(due, now)
            except Exception as error:  # noqa: BLE001 - the others' time must go on whatever this page met
                report_fault("page-clock", error)
                self._desk.counters.add("page_clock.put_off")
                failed.add(due.page_id)

    async def _look(self) -> None:
        """Take over what rings, as the rows say."""
        async with self._desk.store.read() as tx:
            pages = await tx.pages.with_due_step()
        wall, now = self._desk.clock.utcnow(), self._desk.clock.monotonic()
        self._steps = {page.id: self._step_of(page, wall, now) for page in pages}

    def _step_of(self, page: PageRecord, wall: datetime, now: float) -> _Step:
        due_at = page.due_at or wall
        known = self._steps.get(page.id)
        if known is not None and known.due_at == due_at:
            return known
        at = now + (due_at - wall).total_seconds()
        lasts = due_at - (page.step_started_at or due_at)
        return _Step(page.id, page.session_id, due_at, at, at - (lasts - paging.REMINDED_AFTER) / timedelta(seconds=1))

    async def _carry_out(self, due: _Step, now: float) -> None:
        is_over = due.at <= now

        async def work(step: VisitStep) -> Json:
            page = await oncall_steps.page_of(step, due.page_id)
            if page.state is not PageState.RINGING or page.due_at != due.due_at:
                return {}  # answered or gone on meanwhile
            if is_over:
                await self.ladder.time_out(step, page)
            else:
                await self.ladder.remind(step, page)
            return {}

        await self._desk.transactor.change(due.session_id, work)
        due.reminded = True
        self.ladder.messages.sent()

    async def _nap(self, left: float | None) -> None:
        """Until there is something to do, somebody pokes, or LONGEST_NAP while something rings; else until somebody pokes."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(None if left is None else min(left, LONGEST_NAP)):
                await self._wake.wait()

    async def forget_old(self) -> None:
        """Chore of every sweep: what ended a minute ago leaves the pages of staff."""
        now = self._desk.clock.utcnow()
        for visit in self._desk.live:
            if visit.on_call.forget_old(now):
                self._desk.live.board.publish(visit, now)


def _next(step: _Step) -> float:
    """When there is something to do for it."""
    return step.at if step.reminded else min(step.at, step.remind_at)
