"""The entry of a waiting room inside one decision about its visit: read when it is needed first, written with its audit event.

`settle` runs at the end of every decision: whoever fell asleep, woke, left, was let in or put on hold moves the entry with the
seat, and it is committed with what caused it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.identity import SYSTEM
from telemed.care.queues import presence, states
from telemed.care.queues.records import EntryRecord
from telemed.care.queues.words import IN_LINE, EntryEvent, EntryState
from telemed.care.states import LIVE_SESSIONS, Cause, ParticipantEvent, ParticipantState, SessionState
from telemed.errors import NotFound

if TYPE_CHECKING:
    from telemed.care.records import ParticipantRecord
    from telemed.signaling.step import VisitStep

_AWAY = frozenset({ParticipantState.LEFT, ParticipantState.DENIED, ParticipantState.REMOVED})
_REACHABLE = LIVE_SESSIONS | {SessionState.ENDED}  # the person of the visit may still be written to
_OVER = frozenset({EntryState.NO_SHOW, EntryState.DONE, EntryState.REMOVED})


async def entry_of(step: VisitStep) -> EntryRecord | None:
    """The entry of this visit, with what the step changed; None for a visit that came by no waiting room."""
    if not step.entry_read:
        step.entry = await step.tx.queue_entries.of_session(step.session.id)
        step.entry_read = True
    return step.entry


async def the_entry(step: VisitStep) -> EntryRecord:
    """The entry of this visit. Raises NotFound."""
    entry = await entry_of(step)
    if entry is None:
        raise NotFound()
    return entry


async def create(step: VisitStep, entry: EntryRecord) -> None:
    """Somebody has come."""
    await step.tx.queue_entries.create(entry)
    step.entry, step.entry_read = entry, True
    await step.audit(AuditAction.ENTRY_JOINED, entry.id)


async def save(step: VisitStep, entry: EntryRecord) -> EntryRecord:
    """Write a changed entry back."""
    if entry != await entry_of(step):
        await step.tx.queue_entries.save(entry)
        step.entry = entry
    return entry


async def move(step: VisitStep, event: EntryEvent, cause: Cause) -> EntryRecord:
    """Let `event` happen to the entry: row and audit. Raises Conflict when the table has no such step."""
    after, action = states.apply(await the_entry(step), event, cause, step.now)
    if after.state in _OVER and after.closed_at is None:
        after = closed(after, step.now)
    await save(step, after)
    if action is not None:
        actor = SYSTEM if cause is Cause.SYSTEM else step.actor
        await step.tx.audit.append(actor, action, after.id, AuditOutcome.DONE, step.now)
    return after


def closed(entry: EntryRecord, now: datetime) -> EntryRecord:
    """Nobody comes back to it: the number, left for this visit alone, is forgotten; of somebody who was seen once the visit is
    sealed, because staff may still have to write."""
    return replace(entry, closed_at=now, phone=entry.phone if entry.state is EntryState.DONE else "")


async def forget(step: VisitStep) -> None:
    """Nobody needs what was said at the door any more. Again: nothing."""
    entry = await the_entry(step)
    if entry.closed_at is None or entry.forgotten_at is not None:
        return
    await save(step, states.forgotten(entry, step.now))
    await step.tx.audit.append(SYSTEM, AuditAction.ENTRY_FORGOTTEN, entry.id, AuditOutcome.DONE, step.now)


async def settle(step: VisitStep) -> None:
    """Let the seat and the session move the entry."""
    entry = await entry_of(step)
    if entry is None:
        return
    if entry.closed_at is not None:
        is_sealed = entry.state is EntryState.DONE and step.session.state not in _REACHABLE
        if is_sealed and entry.forgotten_at is None:
            await forget(step)
        return
    if step.session.state not in LIVE_SESSIONS:
        entry = await move(step, EntryEvent.ENDED, Cause.SYSTEM)
        await save(step, closed(entry, step.now))
        return
    seat = step.seat(entry.participant_id)
    event = presence.presence_event(entry, seat)
    if event is not None:
        entry = await move(step, event, _cause_of(step, event))
        if event is EntryEvent.ANSWERED and step.actor is not SYSTEM:
            entry = await save(step, replace(entry, taken_by=step.actor.id))
    if entry.called_at is not None and seat.state is ParticipantState.CONNECTED:
        await save(step, replace(entry, called_at=None, held_until=None))


async def give_up_other_seat(step: VisitStep) -> None:
    """Whoever was asked into another call and has not come does not come any more: no empty tile waits there.

    Before the entry is moved, which forgets where it was to go.
    """
    entry = await the_entry(step)
    if entry.into_session_id is None or entry.into_participant_id is None:
        return
    other = await step.beside_of(entry.into_session_id)
    if other.session.state not in LIVE_SESSIONS:
        return
    state = other.seat(entry.into_participant_id).state
    if state is ParticipantState.INVITED:
        await other.move_seat(entry.into_participant_id, ParticipantEvent.REMOVED, Cause.STAFF)
    elif state not in _AWAY:
        await other.move_seat(entry.into_participant_id, ParticipantEvent.LEFT, Cause.SELF)


async def is_in_line(step: VisitStep) -> bool:
    """Whether somebody waits here: then no clock of the session's own ends it."""
    entry = await entry_of(step)
    return entry is not None and entry.state in IN_LINE


async def yields(step: VisitStep, seat: ParticipantRecord, is_connected: bool) -> bool:
    """Whether a seat goes to another device that has its link: in line, and while somebody is called back who is not there."""
    entry = await entry_of(step)
    if entry is None or entry.participant_id != seat.id:
        return False
    return entry.state in IN_LINE or (entry.called_at is not None and not is_connected)


def _cause_of(step: VisitStep, event: EntryEvent) -> Cause:
    if event in presence.BY_STAFF:
        return Cause.STAFF
    return Cause.SYSTEM if step.actor is SYSTEM else Cause.SELF
