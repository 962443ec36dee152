"""A command of staff about somebody who waits: found, carried out once, under the rights its sender has now."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import wraps

from telemed.care.actions import Action
from telemed.care.identity import ActorRef, Staff
from telemed.care.ports import Json
from telemed.care.queues import rights
from telemed.care.queues.records import EntryRecord, QueueRecord
from telemed.care.queues.words import IN_HAND
from telemed.care.records import ParticipantRecord
from telemed.care.repositories import Transaction
from telemed.care.states import IN_CALL, Cause, ParticipantEvent, ParticipantState, SessionEvent
from telemed.errors import Conflict, NotFound
from telemed.ids import new_id
from telemed.signaling import queue_steps
from telemed.signaling.acting import staff_of
from telemed.signaling.desk import Desk
from telemed.signaling.schemas import OnEntry
from telemed.signaling.step import VisitStep


@dataclass(frozen=True, slots=True)
class Act:
    """What a command works on, all read in its transaction."""

    step: VisitStep
    staff: Staff
    queue: QueueRecord
    entry: EntryRecord


Work = Callable[[Act], Awaitable[Json]]


class QueueActing:
    """Runs such commands."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def act(self, sender: Staff, command: OnEntry, action: Action, work: Work) -> Json:
        """Carry out `work` once. Raises NotFound, NotAllowed, and what `work` raises."""
        session_id = await self._session_of(sender, command)

        @wraps(work)
        async def run(step: VisitStep) -> Json:
            return await work(await self._checked(step, sender, command.entry_id, action))

        actor = ActorRef(sender.user_id, sender.role.value)
        return await self._desk.transactor.command(session_id, actor, sender.user_id, command.command_id, run)

    async def _session_of(self, sender: Staff, command: OnEntry) -> str:
        """The visit of an entry, ended ones too: a repeated command still gets its answer."""
        async with self._desk.store.read() as tx:
            entry = await tx.queue_entries.get(command.entry_id)
        if entry is None:
            raise NotFound()
        return entry.session_id

    async def _checked(self, step: VisitStep, sender: Staff, entry_id: str, action: Action) -> Act:
        entry = await queue_steps.the_entry(step)
        staff = staff_of(await step.tx.users.get(sender.user_id))
        queue = await step.tx.queues.get(entry.queue_id)
        handed = staff.user_id in (entry.for_user, entry.taken_by)
        member = handed or await is_member(step.tx, entry.queue_id, staff.user_id)
        rights.check_queue(staff, action, queue, member)
        if queue is None or entry.id != entry_id:
            raise NotFound()
        return Act(step, staff, queue, entry)


def require_free_hands(act: Act) -> None:
    """Raise Conflict `entry_taken` while a colleague is in the call with this person: nobody else takes it from them.

    Who was called and has not come is nobody's yet, and whoever has left the call has let go of it.
    """
    if act.entry.state not in IN_HAND or act.entry.called_at is not None:
        return
    if act.entry.taken_by is None or act.entry.taken_by == act.staff.user_id:
        return
    theirs = act.step.seat_of_user(act.entry.taken_by)
    if theirs is not None and theirs.state in IN_CALL:
        raise Conflict("A colleague is in the call with this person.", code="entry_taken")


async def is_member(tx: Transaction, queue_id: str, user_id: str) -> bool:
    """Whether somebody works in a waiting room."""
    return await tx.queue_members.get(queue_id, user_id) is not None


async def writing_seat(act: Act) -> ParticipantRecord:
    """The seat under which somebody of the staff writes to a person who waits: one that is not in the call."""
    seat = act.step.seat_of_user(act.staff.user_id)
    if seat is not None:
        return seat
    now, session = act.step.now, act.step.session
    seat = ParticipantRecord(
        new_id("par"), session.id, act.staff.role, act.staff.name, ParticipantState.LEFT, now, now, user_id=act.staff.user_id
    )
    await act.step.create_seat(seat)
    return seat


async def leading_seat(act: Act) -> ParticipantRecord:
    """The seat of whoever answers: in the call."""
    seat = await writing_seat(act)
    seat = await act.step.move_seat(seat.id, ParticipantEvent.LINK_OPENED, Cause.SELF)
    await act.step.move_session(SessionEvent.OPENED, Cause.STAFF)
    return seat
