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
PATIENCE = 0.5  # seconds after a first failure; twice as long after each further one
LONGEST_PATIENCE = 15.0  # somebody waits for help: what failed may work again


@dataclass(slots=True)
class _Step:
    """The running step of a page, on the clock that is never set. `at`: monotonic seconds."""

    page_id: str
    session_id: str
    due_at: datetime  # tells this step from the next
    at: float
    remind_at: float
    reminded: bool = False
    failures: int = 0  # one after the other

    @property
    def next(self) -> float:
        """When there is something to do for it."""
        return self.at if self.reminded else min(self.at, self.remind_at)

    def put_off(self, now: float) -> None:
        """What was due failed: not again at once. A reminder that fails does not put off the end of the step."""
        later = now + patience(self.failures)
        self.failures += 1
        if self.at <= now:
            self.at, self.reminded = later, True
        else:
            self.remind_at = later


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
        failures = 0
        while True:
            self._wake.clear()
            try:
                left = await self.run_due()
            except Exception as error:  # noqa: BLE001 - time must go on whatever the database met
                report_fault("page-clock", error)
                self._desk.counters.add("page_clock.unread")
                await asyncio.sleep(patience(failures))
                failures += 1
                continue
            failures = 0
            await self._nap(left)

    async def run_due(self) -> float | None:
        """End every step that is over; -> seconds until there is more to do. A page that fails is put off, longer each time it
        fails again (LONGEST_PATIENCE at most), and keeps no other one waiting."""
        while True:
            await self._look()
            now = self._desk.clock.monotonic()
            due = min(self._steps.values(), key=lambda step: step.next, default=None)
            if due is None or due.next > now:
                return None if due is None else due.next - now
            try:
                await self._carry_out(due, now)
            except Exception as error:  # noqa: BLE001 - the others' time must go on whatever this page met
                report_fault("page-clock", error)
                self._desk.counters.add("page_clock.put_off")
                due.put_off(now)

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
        due.reminded, due.failures = True, 0
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


def patience(failures: int) -> float:
    """Seconds until what failed is tried again, when it had failed `failures` times before."""
    return min(PATIENCE * 2.0 ** min(failures, 10), LONGEST_PATIENCE)
