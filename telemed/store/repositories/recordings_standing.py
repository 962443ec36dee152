"""What a member of staff is to recordings: which visits it led, which people it cares for. The same for one and for a list."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CompoundSelect, Select, and_, exists, or_, select, union

from telemed.care.identity import Staff
from telemed.care.recording.records import RecordingRecord, RecordingStanding
from telemed.care.states import ParticipantEvent, ParticipantState, SessionState
from telemed.store import schema
from telemed.store import schema_people as people
from telemed.store.connection import SqlConnection
from telemed.store.repositories.patient_standing import PatientStandingRows

NOBODY = "pat_none"  # no patient's id
_SHUT_OUT = (ParticipantState.DENIED, ParticipantState.REMOVED)
_OVER = (SessionState.ENDED, SessionState.SEALED, SessionState.CANCELLED, SessionState.EXPIRED, SessionState.FAILED)

_visit, _seat, _event = schema.session.c, schema.participant.c, schema.participant_event.c


async def standing_of(sql: SqlConnection, staff: Staff, recording: RecordingRecord, now: datetime) -> RecordingStanding:
    """Return what the person is to one recording."""
    this = _visit.id == recording.session_id
    led = await sql.row(union(_made(staff).where(this), _seated(staff).where(this)).limit(1))
    visit = await sql.row(select(_visit.patient_id).where(this))
    patient_id = visit["patient_id"] if visit is not None else None
    # The same is asked when there is no patient, or no visit: how long a look takes says nothing about what there is.
    standing = await PatientStandingRows(sql).of_staff(staff, patient_id or NOBODY, now)
    return RecordingStanding(led is not None, standing if patient_id is not None else None)


def open_visits(staff: Staff, now: datetime) -> CompoundSelect[Any]:
    """The ids of all visits whose recordings are open to a care role: those it led, and those of people it cares for."""
    led = union(_made(staff), _seated(staff)).cte("led")
    member, glass = people.care_team_member.c, people.break_glass.c
    in_team = select(member.patient_id).where(member.user_id == staff.user_id, member.until.is_(None))
    broken = select(glass.patient_id).where(glass.user_id == staff.user_id, glass.ends_at > now, glass.closed_at.is_(None))
    of_led = select(_visit.patient_id).where(_visit.id.in_(select(led.c.id)), _visit.patient_id.is_not(None))
    cared_for = union(in_team, broken, of_led)
    return union(select(led.c.id), select(_visit.id).where(_visit.patient_id.in_(cared_for)))


def visits_with(user_id: str) -> CompoundSelect[Any]:
    """The ids of visits somebody made or had a seat in, for a search by clinician."""
    made = select(_visit.id).where(_visit.created_by == user_id)
    return union(made, select(_seat.session_id).where(_seat.user_id == user_id, _seat.state.not_in(_SHUT_OUT)))


def _made(staff: Staff) -> Select[Any]:
    """Visits the person made, unless shut out of them. Over, one counts only if it took place."""
    own = exists().where(_seat.session_id == _visit.id, _seat.user_id == staff.user_id, _seat.state.in_(_SHUT_OUT))
    took_place = or_(_visit.state.not_in(_OVER), _visit.started_at.is_not(None))
    return select(_visit.id).where(_visit.created_by == staff.user_id, took_place, ~own)


def _seated(staff: Staff) -> Select[Any]:
    """Visits with a seat of the person nobody took away. Over, one counts only if the person was in the call: a seat taken for
    a moment opens no recording."""
    was_in = exists().where(_event.participant_id == _seat.id, _event.event == ParticipantEvent.MEDIA_CONNECTED)
    joined = select(_visit.id).join(schema.participant, _seat.session_id == _visit.id)
    running = _visit.state.not_in(_OVER)
    took_part = or_(running, and_(_visit.started_at.is_not(None), was_in))
    return joined.where(_seat.user_id == staff.user_id, _seat.state.not_in(_SHUT_OUT), took_part)
