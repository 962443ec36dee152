"""Sessions and the seats in them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, select

from telemed.care.identity import ActorRef
from telemed.care.records import ParticipantEventRecord, ParticipantRecord, QualityMinute, SessionRecord
from telemed.care.states import LIVE_SESSIONS, ParticipantState, SessionState
from telemed.errors import Conflict
from telemed.store import schema
from telemed.store.connection import SqlConnection
from telemed.store.record_table import RecordTable, inserting

MAX_SESSIONS = 1000  # of one list; a clinic has some dozens
MAX_TASKS = 200
MAX_SEATS = 1000  # of one list over all sessions
MAX_EVENTS = 5000  # of one session

_SEATS_IN_SESSION = (
    select(schema.participant)
    .where(schema.participant.c.session_id == bindparam("session_id"))
    .order_by(schema.participant.c.created_at, schema.participant.c.id)
)


class SessionRows:
    """Consultation calls."""

    def __init__(self, sql: SqlConnection) -> None:
        self._rows = RecordTable(sql, schema.session, SessionRecord)

    async def get(self, session_id: str) -> SessionRecord | None:
        """Look up by id."""
        return await self._rows.by(id=session_id)

    async def create(self, session: SessionRecord) -> None:
        """Add it."""
        await self._rows.insert(session)

    async def save(self, session: SessionRecord) -> None:
        """Write it back."""
        await self._rows.save(session)

    async def in_states(
        self, states: Collection[SessionState], organisation_id: str | None = None, since: datetime | None = None
    ) -> list[SessionRecord]:
        """Return sessions in one of `states`, oldest first, at most MAX_SESSIONS."""
        c = self._rows.c
        where: list[ColumnElement[bool]] = [c.state.in_(sorted(states))]
        if organisation_id is not None:
            where.append(c.organisation_id == organisation_id)
        if since is not None:
            where.append(c.created_at >= since)
        return await self._rows.all(self._rows.select(*where).order_by(c.created_at, c.id).limit(MAX_SESSIONS))

    async def without_outcome(self, organisation_id: str) -> list[SessionRecord]:
        """Return ended sessions whose outcome staff owe, oldest first, at most MAX_TASKS."""
        c = self._rows.c
        where = (c.state == SessionState.ENDED, c.outcome.is_(None), c.organisation_id == organisation_id)
        return await self._rows.all(self._rows.select(*where).order_by(c.ended_at, c.id).limit(MAX_TASKS))


class ParticipantRows:
    """Seats."""

    def __init__(self, sql: SqlConnection) -> None:
        self._rows = RecordTable(sql, schema.participant, ParticipantRecord)

    async def get(self, participant_id: str) -> ParticipantRecord | None:
        """Look up by id."""
        return await self._rows.by(id=participant_id)

    async def create(self, participant: ParticipantRecord) -> None:
        """Add a seat. Raises Conflict `seat_exists`."""
        user_id = participant.user_id
        if user_id is not None and await self.by_user(participant.session_id, user_id) is not None:
            raise Conflict("There is a seat for this account.", code="seat_exists")
        await self._rows.insert(participant)

    async def save(self, participant: ParticipantRecord) -> None:
        """Write it back."""
        await self._rows.save(participant)

    async def in_session(self, session_id: str) -> list[ParticipantRecord]:
        """Return all seats of a session, oldest first."""
        return await self._rows.all(_SEATS_IN_SESSION, {"session_id": session_id})

    async def by_user(self, session_id: str, user_id: str) -> ParticipantRecord | None:
        """Return the seat of a member of staff."""
        return await self._rows.by(session_id=session_id, user_id=user_id)

    async def in_states(
        self, states: Collection[ParticipantState], organisation_id: str | None = None
    ) -> list[ParticipantRecord]:
        """Return seats of live sessions in one of `states`, longest in their state first, at most MAX_SEATS."""
        c, session = self._rows.c, schema.session.c
        live = [session.id == c.session_id, session.state.in_(sorted(LIVE_SESSIONS))]
        if organisation_id is not None:
            live.append(session.organisation_id == organisation_id)
        statement = self._rows.select(c.state.in_(sorted(states)), select(session.id).where(*live).exists())
        return await self._rows.all(statement.order_by(c.since, c.id).limit(MAX_SEATS))

    async def of_carer(self, carer_id: str) -> list[ParticipantRecord]:
        """Return a carer's seats in live sessions, at most MAX_SEATS."""
        c, session = self._rows.c, schema.session.c
        live = select(session.id).where(session.id == c.session_id, session.state.in_(sorted(LIVE_SESSIONS)))
        statement = self._rows.select(c.carer_id == carer_id, live.exists())
        return await self._rows.all(statement.order_by(c.created_at, c.id).limit(MAX_SEATS))


class EventRows:
    """What happened to seats."""

    def __init__(self, sql: SqlConnection) -> None:
        self._sql = sql

    async def append(self, event: ParticipantEventRecord) -> None:
        """Add one step."""
        values = {
            "id": event.id,
            "session_id": event.session_id,
            "participant_id": event.participant_id,
            "event": event.event,
            "from_state": event.from_state,
            "to_state": event.to_state,
            "cause_id": event.cause.id,
            "cause_role": event.cause.role,
            "at": event.at,
        }
        await self._sql.change(inserting(schema.participant_event), values)

    async def in_session(self, session_id: str) -> list[ParticipantEventRecord]:
        """Return the steps of a session in order, at most MAX_EVENTS."""
        table = schema.participant_event
        where = select(table).where(table.c.session_id == session_id)
        rows = await self._sql.rows(where.order_by(table.c.at, table.c.id).limit(MAX_EVENTS))
        return [
            ParticipantEventRecord(
                id=row["id"],
                session_id=row["session_id"],
                participant_id=row["participant_id"],
                event=row["event"],
                from_state=row["from_state"],
                to_state=row["to_state"],
                cause=ActorRef(row["cause_id"], row["cause_role"]),
                at=row["at"],
            )
            for row in rows
        ]


class QualityRows:
    """Call quality, one row per seat and minute."""

    def __init__(self, sql: SqlConnection) -> None:
        self._rows = RecordTable(sql, schema.quality_minute, QualityMinute)

    async def record(self, minute: QualityMinute) -> bool:
        """Keep the first row of a minute."""
        if await self._rows.by(participant_id=minute.participant_id, minute=minute.minute) is not None:
            return False
        await self._rows.insert(minute)
        return True

    async def in_session(self, session_id: str, limit: int = MAX_EVENTS) -> list[QualityMinute]:
        """Return the first `limit` minutes of a session in order."""
        c = self._rows.c
        statement = self._rows.select(c.session_id == session_id).order_by(c.minute, c.participant_id)
        return await self._rows.all(statement.limit(limit))
