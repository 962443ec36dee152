"""What somebody is to a patient: in the team, leading a visit, with the glass broken, or a carer."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Select, and_, exists, or_, select

from telemed.care.identity import Person, Staff
from telemed.care.patients.records import STRANGER, CarerRecord, PatientStanding
from telemed.care.states import ParticipantEvent, ParticipantState, SessionState
from telemed.store import schema
from telemed.store import schema_people as people
from telemed.store.connection import SqlConnection
from telemed.store.record_table import RecordTable

_SHUT_OUT = (ParticipantState.DENIED, ParticipantState.REMOVED)
_OVER = (SessionState.ENDED, SessionState.SEALED, SessionState.CANCELLED, SessionState.EXPIRED, SessionState.FAILED)


class PatientStandingRows:
    """Reads standings; writes nothing."""

    def __init__(self, sql: SqlConnection) -> None:
        self._sql = sql
        self._carers = RecordTable(sql, people.carer, CarerRecord)

    async def of_staff(self, staff: Staff, patient_id: str, now: datetime) -> PatientStanding:
        """Return what a member of staff is to one patient."""
        ids = (patient_id,)
        return PatientStanding(
            in_team=bool(await self._sql.rows(_teams(staff, ids))),
            leads_session=bool(await self._sql.rows(_led(staff, ids).limit(1))),
            broke_glass=bool(await self._sql.rows(_broken(staff, ids, now))),
        )

    async def open_to(self, staff: Staff, patient_ids: Collection[str], now: datetime) -> frozenset[str]:
        """Return those of the records the person cares for."""
        ids = tuple(sorted(patient_ids))
        found: set[str] = set()
        for statement in (_teams(staff, ids), _led(staff, ids).distinct(), _broken(staff, ids, now)):
            found.update(row["patient_id"] for row in await self._sql.rows(statement))
        return frozenset(found)

    async def of_person(self, person: Person, now: datetime) -> PatientStanding:
        """Return what a patient's carer may do; the patient needs no standing."""
        if person.carer_id is None:
            return STRANGER
        carer = await self._carers.by(id=person.carer_id, patient_id=person.patient_id)
        if carer is None or not carer.is_active(now):
            return STRANGER
        return PatientStanding(carer_scope=frozenset(word.value for word in carer.scope))


def _teams(staff: Staff, patient_ids: Collection[str]) -> Select[tuple[str]]:
    c = people.care_team_member.c
    return select(c.patient_id).where(c.user_id == staff.user_id, c.patient_id.in_(patient_ids), c.until.is_(None))


def _led(staff: Staff, patient_ids: Collection[str]) -> Select[tuple[str]]:
    """Visits made by the person, or in which it holds a seat nobody took away. A visit is of its patient's organisation.

    Once a visit is over it counts only if it took place: a call began, and whoever did not make it was in it. Otherwise a seat
    taken for a moment, or an empty visit made during an emergency access, would open the record for good.
    """
    c, seat = schema.session.c, schema.participant.c
    own = and_(seat.session_id == c.id, seat.user_id == staff.user_id)
    joined = select(c.patient_id).outerjoin(schema.participant, own).where(c.patient_id.in_(patient_ids))
    made = and_(c.created_by == staff.user_id, or_(seat.id.is_(None), seat.state.not_in(_SHUT_OUT)))
    event = schema.participant_event.c
    was_in = exists().where(event.participant_id == seat.id, event.event == ParticipantEvent.MEDIA_CONNECTED)
    running = c.state.not_in(_OVER)
    seated = and_(seat.state.not_in(_SHUT_OUT), or_(running, was_in))
    return joined.where(or_(running, c.started_at.is_not(None)), or_(made, seated))


def _broken(staff: Staff, patient_ids: Collection[str], now: datetime) -> Select[tuple[str]]:
    c = people.break_glass.c
    mine = (c.user_id == staff.user_id, c.patient_id.in_(patient_ids))
    return select(c.patient_id).where(*mine, c.ends_at > now, c.closed_at.is_(None))
