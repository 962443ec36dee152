"""What time does in waiting rooms: doors open and shut, held places run out, who left for good is let go, members are alerted.

Whoever is left alone in a call goes back into the line, and a place that nobody came to is given up: see `queue_watch`.
"""

from __future__ import annotations

from collections.abc import Coroutine
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.identity import SYSTEM
from telemed.care.notify.catalogue import Template
from telemed.care.notify.compose import Wanted, compose
from telemed.care.notify.records import Medium
from telemed.care.ports import Json
from telemed.care.queues import states
from telemed.care.queues.records import EntryRecord
from telemed.care.queues.words import IN_LINE, EntryEvent, EntryState
from telemed.care.repositories import Transaction
from telemed.care.states import Cause, ParticipantEvent, SessionState
from telemed.errors import InvalidInput, TelemedError
from telemed.ids import new_id
from telemed.signaling import queue_steps, queue_watch
from telemed.signaling.desk import Desk
from telemed.signaling.faults import report_fault
from telemed.signaling.lead_commands import end_visit
from telemed.signaling.queue_book import LiveQueue
from telemed.signaling.queue_calls import SOON_AT, QueueCalls
from telemed.signaling.step import VisitStep
from telemed.signaling.visit import LiveVisit

ALERT_EVERY = timedelta(minutes=10)  # messages to members of one waiting room
ALERT_AFTER = timedelta(seconds=20)  # how long somebody waits unnoticed: a reload of a page takes less
LATE_LIFE = timedelta(hours=4)  # nobody remembers to take a delay back
_EMPTYABLE = frozenset({SessionState.CREATED, SessionState.OPEN, SessionState.EMPTY})
_GONE = frozenset({EntryState.LEFT, EntryState.REMOVED})


class QueueClock:
    """One chore of every sweep."""

    def __init__(self, desk: Desk, calls: QueueCalls) -> None:
        self._desk = desk
        self._calls = calls
        self._began = desk.clock.utcnow()

    async def run(self) -> None:
        """Do what is due."""
        now, book = self._desk.clock.utcnow(), self._desk.live.queues
        changed = book.look(now) | await self._usual()
        for visit in self._desk.live:
            if visit.entry is not None and self._is_due(visit, now):
                await self._guarded(self._pass(visit))
        for queue in book:
            await self._guarded(self._late_over(queue, now))
            await self._guarded(self._alert(queue, now))
        self._desk.live.tell_queues(changed)

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        """What goes wrong with one visit or room keeps nobody else from being told or let go."""
        try:
            await work
        except TelemedError:
            self._desk.counters.add("queues.put_off")  # the row moved on meanwhile: the next sweep sees it
        except Exception as error:  # noqa: BLE001 - time must go on for all others
            report_fault("queue-clock", error)

    async def _usual(self) -> set[str]:
        """Read how long services take where one has ended."""
        book = self._desk.live.queues
        stale, book.stale = book.stale, set()
        if stale:
            async with self._desk.store.read() as tx:
                for queue_id in sorted(stale):
                    await book.read_usual(tx, queue_id)
        return stale

    def _is_due(self, visit: LiveVisit, now: datetime) -> bool:
        entry = visit.entry
        if entry is None:
            return False
        if entry.state is EntryState.REMOVED or entry.state is EntryState.LEFT:
            over = entry.state is EntryState.REMOVED or _is_over(entry, now)
            return over and visit.session.state in _EMPTYABLE
        if entry.state is EntryState.ASLEEP and (_is_over(entry, now) or queue_watch.came_never(visit, now, self._began)):
            return True
        return self._is_in_vain(entry) or queue_watch.is_alone(entry, visit.seats, now) or self._is_soon(visit)

    def _is_in_vain(self, entry: EntryRecord) -> bool:
        into = entry.into_session_id
        return into is not None and queue_watch.asked_in_vain(entry, self._desk.live.find(into))

    def _is_soon(self, visit: LiveVisit) -> bool:
        """Whether somebody who left a number has nearly come to the front."""
        entry = visit.entry
        if entry is None or not entry.phone or entry.told_soon_at is not None or entry.state not in IN_LINE:
            return False
        place = self._desk.live.queues.standing(entry).place
        return place is not None and place <= SOON_AT

    async def _pass(self, visit: LiveVisit) -> None:
        is_soon = self._is_soon(visit)

        async def work(step: VisitStep) -> Json:
            entry = await queue_steps.the_entry(step)
            if entry.state in _GONE:
                await end_visit(step, Cause.SYSTEM)
            elif self._is_in_vain(entry):
                await queue_watch.ask_no_more(step)
            elif queue_watch.is_alone(entry, step.seats, step.now):
                await queue_watch.take_back(step)
            elif queue_watch.came_never(visit, step.now, self._began):
                await step.move_seat(entry.participant_id, ParticipantEvent.TIMED_OUT, Cause.SYSTEM)
            elif is_soon and entry.told_soon_at is None:
                await self._calls.soon(step, entry)
            elif entry.state is EntryState.ASLEEP and _is_over(entry, step.now):
                await queue_steps.move(step, EntryEvent.LEFT, Cause.SYSTEM)
                await queue_steps.save(step, replace(await queue_steps.the_entry(step), phone=""))
            return {}

        await self._desk.transactor.change(visit.session.id, work)
        self._desk.notifier.wake()

    async def _late_over(self, queue: LiveQueue, now: datetime) -> None:
        """A delay told long ago is no longer true."""
        at = queue.record.late_at
        if at is None or now - at < LATE_LIFE:
            return
        async with self._desk.store.write() as tx:
            row = await tx.queues.get(queue.record.id)
            if row is None:
                return
            row = replace(row, late_minutes=0, late_at=None)
            await tx.queues.save(row)
        self._desk.live.queues.put(row)
        self._desk.live.renew_queues()

    async def _alert(self, queue: LiveQueue, now: datetime) -> None:
        """Mail those who asked for it when somebody waits and no member has a page open."""
        last = queue.record.alerted_at
        if last is not None and now - last < ALERT_EVERY:
            return
        wanted = [user_id for user_id, member in queue.members.items() if member.alerts]
        arrived = [one for one in self._desk.live.queues.entries(queue.record.id) if states.is_unacknowledged(one)]
        unnoticed = [one for one in arrived if now - one.joined_at >= ALERT_AFTER]
        if not wanted or not unnoticed or not self._desk.notifier.can_send(Medium.MAIL):
            return
        if now - self._began < ALERT_AFTER or self._desk.live.board.is_watched(queue.members):
            return  # after a restart pages need a moment to connect again
        async with self._desk.store.write() as tx:
            row = await tx.queues.get(queue.record.id)
            if row is None:
                return
            await self._mail(tx, row.id, row.organisation_id, wanted, now)
            row = replace(row, alerted_at=now)
            await tx.queues.save(row)
        self._desk.live.queues.put(row)
        self._desk.notifier.wake()

    async def _mail(self, tx: Transaction, queue_id: str, organisation_id: str, wanted: list[str], now: datetime) -> None:
        for user_id in wanted:
            user = await tx.users.get(user_id)
            if user is None or not user.is_active:
                continue
            message = Wanted(
                id=new_id("out"),
                organisation_id=organisation_id,
                medium=Medium.MAIL,
                recipient=user.email,
                template=Template.QUEUE_ARRIVAL,
                language=user.language or "en",
                about_id=queue_id,
                dedupe_key=f"queue_arrival:{user_id}:{int(now.timestamp())}",
                expires_at=now + ALERT_EVERY,
                details={"link": f"{self._desk.settings.base_url.rstrip('/')}/today"},
            )
            try:
                await tx.outbox.put(compose(message, now))
            except InvalidInput:
                self._desk.counters.add("queues.unsendable")
        await tx.audit.append(SYSTEM, AuditAction.QUEUE_ALERTED, queue_id, AuditOutcome.DONE, now)


def _is_over(entry: EntryRecord, now: datetime) -> bool:
    """Whether the time of its state has run out."""
    due = states.due_at(entry)
    return due is not None and due <= now.timestamp()
