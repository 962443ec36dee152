"""Rows of stills."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select

from telemed.care.stills.records import StillRecord
from telemed.care.stills.words import SHOWN, StillState
from telemed.store import schema
from telemed.store import schema_stills as stills
from telemed.store.connection import SqlConnection
from telemed.store.record_table import RecordTable
from telemed.store.repositories.recordings_search import as_it_stands

MAX_UNFINISHED = 1000
MAX_OF_SESSION = 1000  # rows of every kind; what may be kept is far less
_c = stills.still.c


class StillRows:
    """Fulfils `care.stills.repositories.StillRepository`."""

    def __init__(self, sql: SqlConnection) -> None:
        self._sql = sql
        self._rows = RecordTable(sql, stills.still, StillRecord)

    async def get(self, still_id: str) -> StillRecord | None:
        """Look up by id."""
        return await self._rows.by(id=still_id)

    async def create(self, still: StillRecord) -> StillRecord:
        """Store under the session's next number; returns it with that number."""
        last = await self._sql.row(select(func.max(_c.number).label("last")).where(_c.session_id == still.session_id))
        numbered = replace(still, number=1 + ((last and last["last"]) or 0))
        await self._rows.insert(numbered)
        return numbered

    async def save(self, still: StillRecord) -> None:
        """Write it back."""
        await self._rows.save(still)

    async def in_session(self, session_id: str) -> list[StillRecord]:
        """Return every one of a visit, oldest first."""
        statement = self._rows.select(_c.session_id == session_id).order_by(_c.number)
        return await self._rows.all(statement.limit(MAX_OF_SESSION))

    async def shown(self, session_id: str) -> list[StillRecord]:
        """Return those of a visit that count, oldest first: however many were called off, none of these is left out."""
        statement = self._rows.select(_c.session_id == session_id, _c.state.in_(sorted(SHOWN))).order_by(_c.number)
        return await self._rows.all(statement.limit(MAX_OF_SESSION))

    async def by_command(self, participant_id: str, command_id: str) -> StillRecord | None:
        """Return what a command of a seat began."""
        return await self._rows.by(participant_id=participant_id, command_id=command_id)

    async def in_states(self, states: Collection[StillState]) -> list[StillRecord]:
        """Return the unfinished ones in one of the states, longest in it first."""
        wanted = (as_it_stands(stills.UNFINISHED_WHERE), _c.state.in_(sorted(states)))
        return await self._rows.all(self._rows.select(*wanted).order_by(_c.state_since, _c.id).limit(MAX_UNFINISHED))

    async def of_patient(self, patient_id: str, limit: int = 100) -> list[StillRecord]:
        """Return kept ones of the visits attached to a record, newest first."""
        visit = schema.session.c
        visits = select(visit.id).where(visit.patient_id == patient_id)
        statement = self._rows.select(_c.session_id.in_(visits), _c.state == StillState.KEPT)
        return await self._rows.all(statement.order_by(_c.kept_at.desc(), _c.id.desc()).limit(limit))

    async def last_erased_at(self) -> datetime | None:
        """Return when one was erased last."""
        statement = self._rows.select(as_it_stands(stills.ERASED_WHERE)).order_by(_c.erased_at.desc()).limit(1)
        newest = await self._rows.first(statement)
        return None if newest is None else newest.erased_at
