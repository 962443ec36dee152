"""Rows of messages after visits and of follow-ups."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import CompoundSelect, select, union

from telemed.care.aftercare.records import FollowUp, VisitMessage
from telemed.care.aftercare.states import MAX_OPEN
from telemed.store import schema
from telemed.store import schema_aftercare as tables
from telemed.store import schema_queues as queues
from telemed.store.connection import SqlConnection
from telemed.store.record_table import RecordTable
from telemed.store.repositories.recordings_search import as_it_stands

PAGE = 500
MAX_OF_SESSION = 200


class VisitMessageRows:
    """Fulfils `care.aftercare.repositories.VisitMessages`."""

    def __init__(self, sql: SqlConnection) -> None:
        self._rows = RecordTable(sql, tables.visit_message, VisitMessage)

    async def create(self, message: VisitMessage) -> None:
        """Add it."""
        await self._rows.insert(message)

    async def save(self, message: VisitMessage) -> None:
        """Write it back."""
        await self._rows.save(message)

    async def get(self, message_id: str) -> VisitMessage | None:
        """Look up by id."""
        return await self._rows.by(id=message_id)

    async def by_token_hash(self, token_hash: str) -> VisitMessage | None:
        """Look up by the token of its link; those that are over too."""
        return await self._rows.by(token_hash=token_hash)

    async def in_session(self, session_id: str) -> list[VisitMessage]:
        """Return all of a visit, oldest first."""
        c = self._rows.c
        statement = self._rows.select(c.session_id == session_id).order_by(c.created_at, c.id)
        return await self._rows.all(statement.limit(MAX_OF_SESSION))

    async def of_patient(self, patient_id: str, limit: int = 50) -> list[VisitMessage]:
        """Return those of the visits attached to a record, newest first."""
        c = self._rows.c
        visits = select(schema.session.c.id).where(schema.session.c.patient_id == patient_id)
        statement = self._rows.select(c.session_id.in_(visits)).order_by(c.created_at.desc(), c.id.desc())
        return await self._rows.all(statement.limit(limit))


class FollowUpRows:
    """Fulfils `care.aftercare.repositories.FollowUps`."""

    def __init__(self, sql: SqlConnection) -> None:
        self._sql = sql
        self._rows = RecordTable(sql, tables.follow_up, FollowUp)

    async def get(self, follow_up_id: str) -> FollowUp | None:
        """Look up by id."""
        return await self._rows.by(id=follow_up_id)

    async def create(self, follow_up: FollowUp) -> None:
        """Add it."""
        await self._rows.insert(follow_up)

    async def save(self, follow_up: FollowUp) -> None:
        """Write it back."""
        await self._rows.save(follow_up)

    async def in_session(self, session_id: str) -> list[FollowUp]:
        """Return all of a visit, by day."""
        c = self._rows.c
        statement = self._rows.select(c.session_id == session_id).order_by(c.due_on, c.id)
        return await self._rows.all(statement.limit(MAX_OF_SESSION))

    async def of_patient(self, patient_id: str, limit: int = 100) -> list[FollowUp]:
        """Return those of the visits attached to a record, the latest day first."""
        c = self._rows.c
        visits = select(schema.session.c.id).where(schema.session.c.patient_id == patient_id)
        statement = self._rows.select(c.session_id.in_(visits)).order_by(c.due_on.desc(), c.id.desc())
        return await self._rows.all(statement.limit(limit))

    async def open_of(self, user_id: str) -> list[FollowUp]:
        """Return open ones of a member of staff, by day."""
        c = self._rows.c
        statement = self._rows.select(c.user_id == user_id, as_it_stands(tables.OPEN_WHERE)).order_by(c.due_on, c.id)
        return await self._rows.all(statement.limit(MAX_OPEN))

    async def open(self, organisation_id: str, after: str = "") -> list[FollowUp]:
        """Return open ones of an organisation, by id beyond `after`."""
        c = self._rows.c
        where = (c.organisation_id == organisation_id, c.id > after, as_it_stands(tables.OPEN_WHERE))
        return await self._rows.all(self._rows.select(*where).order_by(c.id).limit(PAGE))

    async def close_to(self, session_ids: Collection[str]) -> dict[str, frozenset[str]]:
        """Return of each visit the staff who were in it and the team of its waiting room."""
        found: dict[str, set[str]] = {session_id: set() for session_id in session_ids}
        for some in _batched(session_ids, PAGE):
            for row in await self._sql.rows(_close_to(some)):
                found[row["session_id"]].add(row["user_id"])
        return {session_id: frozenset(people) for session_id, people in found.items()}


def _batched(ids: Collection[str], size: int) -> Iterator[list[str]]:
    rest = list(ids)
    for begin in range(0, len(rest), size):
        yield rest[begin : begin + size]


def _close_to(session_ids: list[str]) -> CompoundSelect[Any]:
    seat, entry, member = schema.participant.c, queues.queue_entry.c, queues.queue_member.c
    seats = select(seat.session_id, seat.user_id).where(seat.session_id.in_(session_ids), seat.user_id.is_not(None))
    team = select(entry.session_id, member.user_id).where(entry.session_id.in_(session_ids), member.queue_id == entry.queue_id)
    return union(seats, team)
