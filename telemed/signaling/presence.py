"""Moves seats and sessions as time passes and connections come and go. One task; everything it decides is persisted.

Each pass compares what is (sockets, media, clocks) with what the rows say and lets the difference happen as events of the state
tables. A restart needs nothing special: seats whose media are not there become reconnecting, silent waiting pages fall asleep.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from telemed.care import participant_states, session_states
from telemed.care.ports import Json
from telemed.care.records import ParticipantRecord, SessionRecord
from telemed.care.states import IN_CALL, Cause, ParticipantEvent, ParticipantState, SessionEvent, SessionState
from telemed.clock import Clock
from telemed.errors import TelemedError
from telemed.signaling.clock_steps import ClockSteps
from telemed.signaling.desk import Desk
from telemed.signaling.faults import report_fault
from telemed.signaling.lead_commands import end_visit
from telemed.signaling.media_rooms import MediaRooms
from telemed.signaling.queue_steps import is_in_line
from telemed.signaling.step import VisitStep
from telemed.signaling.visit import LiveSeat, LiveVisit

SWEEP_SECONDS = 1.0
SILENCE_GRACE = 3.0  # seconds without a connection before a page counts as silent: a reload takes one or two
MEDIA_GRACE = 5.0  # seconds after start in which workers may report the peers they kept

S, E = ParticipantState, ParticipantEvent
_PAGE_MATTERS = frozenset({S.CHECKING, S.WAITING, S.ASLEEP, S.LOST}) | IN_CALL | {S.ON_HOLD}
_HIDING_COUNTS = frozenset({S.CHECKING, S.WAITING, S.ASLEEP})
_MEDIA_MAKE_CONNECTED = frozenset({S.ADMITTED, S.RECONNECTING, S.LOST})


class Presence:
    """Owns the sweep task."""

    def __init__(self, desk: Desk, media: MediaRooms, chores: Sequence[Callable[[], Awaitable[None]]]) -> None:
        self._desk = desk
        self._media = media
        self._chores = chores
        self._clock: Clock = desk.clock
        self._started_at = self._clock.monotonic()
        self._steps = ClockSteps(self._started_at, self._clock.utcnow().timestamp())
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to sweep."""
        self._task = asyncio.create_task(self._run(), name="presence-sweep")

    async def stop(self) -> None:
        """Stop sweeping."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def poke(self) -> None:
        """Something changed: look now, not in a second."""
        self._wake.set()

    async def _run(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SWEEP_SECONDS):
                    await self._wake.wait()
            self._wake.clear()
            try:
                await self.sweep()
            except Exception as error:  # noqa: BLE001 - time must go on whatever one pass met
                report_fault("presence-sweep", error)

    async def sweep(self) -> None:
        """One pass over all visits in memory."""
        self._steps.look(self._clock.monotonic(), self._clock.utcnow().timestamp())
        for visit in self._desk.live:
            visit.forget_old_moves(self._clock.utcnow())
            try:
                await self._sweep_visit(visit)
            except TelemedError:
                self._desk.counters.add("presence.refused")  # the row moved on meanwhile: the next pass sees it
            except Exception as error:  # noqa: BLE001 - a fault in one visit must not stop the clock of all others
                report_fault("presence", error)
        self._media.mark_all()
        for chore in self._chores:
            try:
                await chore()
            except TelemedError:
                self._desk.counters.add("presence.chores_put_off")
            except Exception as error:  # noqa: BLE001 - one chore that fails must not keep the others from being done
                report_fault("chore", error)

    async def _sweep_visit(self, visit: LiveVisit) -> None:
        if not any(self._seat_events(visit, seat) for seat in visit.seats.values()) and not self._is_due(visit):
            return

        async def work(step: VisitStep) -> Json:
            for seat in list(step.seats.values()):
                for event in self._seat_events(visit, seat):
                    await step.move_seat(seat.id, event, Cause.SYSTEM)
            await self._move_session(step)
            return {}

        await self._desk.transactor.change(visit.session.id, work)

    def _seat_events(self, visit: LiveVisit, seat: ParticipantRecord) -> list[ParticipantEvent]:
        """What has happened to a seat that its row does not know yet, in order. Nobody times out while a connection is there."""
        if not visit.is_live:
            return []
        media = self._media.is_media_connected(visit.session.id, seat.id)
        events = []
        if not media and not visit.is_connected(seat.id) and self._timed_out(seat):
            events.append(E.TIMED_OUT)
        elif seat.state in _PAGE_MATTERS:
            events.extend(self._page_events(visit, seat))
        if media and seat.state in _MEDIA_MAKE_CONNECTED and not events:
            events.append(E.MEDIA_CONNECTED)
        elif not media and seat.state is S.CONNECTED and self._media_are_known():
            events.append(E.MEDIA_LOST)
        return events

    def _page_events(self, visit: LiveVisit, seat: ParticipantRecord) -> list[ParticipantEvent]:
        silent = self._is_silent(visit.is_connected(seat.id), visit.live(seat.id), seat)
        if silent is None or (silent and seat.state is S.LOST):
            return []
        if silent:
            return [E.PAGE_SILENT] if seat.silent_since is None else []
        asleep = seat.state in (S.ASLEEP, S.LOST)
        return [E.PAGE_AWAKE] if asleep or seat.silent_since is not None else []

    def _is_silent(self, connected: bool, live: LiveSeat, seat: ParticipantRecord) -> bool | None:
        """Whether the page is silent; None while it may just be reloading."""
        if connected:
            return live.hidden and seat.state in _HIDING_COUNTS
        return True if self._clock.monotonic() - live.silent_at > SILENCE_GRACE else None

    def _timed_out(self, seat: ParticipantRecord) -> bool:
        due = participant_states.due_at(seat)
        began = max(seat.since, seat.silent_since or seat.since)
        return due is not None and self._is_over(began, due)

    def _media_are_known(self) -> bool:
        return self._media.all_ready or self._clock.monotonic() - self._started_at > MEDIA_GRACE

    def _is_due(self, visit: LiveVisit) -> bool:
        return not visit.is_in_line and self._session_due(visit.session)

    def _session_due(self, session: SessionRecord) -> bool:
        due = session_states.due_at(session)
        return due is not None and self._is_over(session.state_since, due)

    def _is_over(self, began: datetime, due: float) -> bool:
        return self._steps.put_off(began.timestamp(), due) <= self._clock.utcnow().timestamp()

    async def _move_session(self, step: VisitStep) -> None:
        if not self._session_due(step.session) or await is_in_line(step):
            return
        if step.session.state is SessionState.ENDED:
            await step.move_session(SessionEvent.TIMED_OUT, Cause.SYSTEM)  # sealed
            return
        await end_visit(step, Cause.SYSTEM)
