"""Who would be forgotten: a person alone in a call that the clinician has left; and who is not there: a place nobody came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from telemed.care.queues.records import EntryRecord
from telemed.care.queues.words import IN_HAND, EntryEvent, EntryState
from telemed.care.records import ParticipantRecord
from telemed.care.roles import Role
from telemed.care.states import IN_CALL, Cause, ParticipantEvent, ParticipantState
from telemed.signaling import queue_steps
from telemed.signaling.step import VisitStep
from telemed.signaling.visit import LiveVisit

ALONE_FOR = timedelta(minutes=2)  # a browser that crashed, a page that was closed; beyond the minute in which media come back
COMES_WITHIN = timedelta(minutes=2)  # from the tap to the first connection of the page; a slow phone takes some seconds

_IN_MEDIA = frozenset({ParticipantState.CONNECTED, ParticipantState.RECONNECTING, ParticipantState.ON_HOLD})


def is_alone(entry: EntryRecord, seats: Mapping[str, ParticipantRecord], now: datetime) -> bool:
    """Whether somebody who came sits in a call that all staff have left for a while. On hold one waits on purpose."""
    if entry.state is not EntryState.BEING_SEEN or entry.called_at is not None or entry.into_session_id is not None:
        return False
    person = seats.get(entry.participant_id)
    staff = [seat for seat in seats.values() if seat.user_id is not None or seat.role is Role.EXTERNAL_CLINICIAN]
    if person is None or person.state not in IN_CALL or not staff:
        return False
    return all(_gone_since(seat, now) <= now - ALONE_FOR for seat in staff)


def _gone_since(seat: ParticipantRecord, now: datetime) -> datetime:
    """Since when a member of staff is not there; `now` for one who is."""
    if seat.state in _IN_MEDIA:
        return now
    if seat.state is ParticipantState.ADMITTED:
        return seat.silent_since or now
    return seat.since


async def take_back(step: VisitStep) -> None:
    """Back into the line, in place of the staff who are gone; it sounds again, so that somebody comes."""
    entry = await queue_steps.move(step, EntryEvent.PUT_BACK, Cause.STAFF)
    await queue_steps.save(step, replace(entry, acknowledged_by=None, acknowledged_at=None))
    await step.move_seat(entry.participant_id, ParticipantEvent.SENT_BACK, Cause.STAFF)
    for seat in [seat for seat in step.seats.values() if seat.user_id is not None and seat.state in IN_CALL]:
        await step.move_seat(seat.id, ParticipantEvent.LEFT, Cause.SELF)


def asked_in_vain(entry: EntryRecord, other: LiveVisit | None) -> bool:
    """Whether somebody was asked into a call that has ended meanwhile; `other`: that call, if it is still here."""
    return entry.state in IN_HAND and entry.into_session_id is not None and (other is None or not other.is_live)


async def ask_no_more(step: VisitStep) -> None:
    """The old place in line; it sounds again, for nobody has the person in mind any more."""
    entry = await queue_steps.move(step, EntryEvent.PUT_BACK, Cause.STAFF)
    await queue_steps.save(step, replace(entry, acknowledged_by=None, acknowledged_at=None))


def came_never(visit: LiveVisit, now: datetime, began: datetime) -> bool:
    """Whether a place was taken and no page has ever connected to it; `began`: of this process, which knows nothing older.

    It is given up soon, or whoever holds a link could fill the room with nobody. Who comes after all has the place again.
    """
    entry = visit.entry
    if entry is None or entry.state is not EntryState.ASLEEP or entry.phone or entry.joined_at < began:
        return False
    seat = visit.seats.get(entry.participant_id)
    if seat is None or seat.state is not ParticipantState.ASLEEP:
        return False
    return visit.channel(entry.participant_id) is None and now - entry.state_since >= COMES_WITHIN
