"""Rows of messages after visits and of follow-ups."""

from __future__ import annotations

from sqlalchemy import or_, select

from telemed.care.aftercare.records import FollowUp, VisitMessage
from telemed.care.aftercare.states import MAX_OPEN
from telemed.care.roles import CARE_ROLES
from telemed.store import schema
from telemed.store import schema_aftercare as tables
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

    async def left_behind(self, organisation_id: str) -> list[FollowUp]:
        """Return open ones whose owner is gone, in another role or at another site, by day."""
        c, user, visit = self._rows.c, schema.user.c, schema.session.c
        here = or_(user.site_id.is_(None), visit.site_id.is_(None), user.site_id == visit.site_id)
        owner = select(user.id).where(user.id == c.user_id, visit.id == c.session_id, user.is_active, here)
        able = owner.where(user.role.in_(sorted(CARE_ROLES))).correlate(self._rows.table).exists()
        where = (c.organisation_id == organisation_id, as_it_stands(tables.OPEN_WHERE), ~able)
        return await self._rows.all(self._rows.select(*where).order_by(c.due_on, c.id).limit(PAGE))
