"""Incidents with their ways in, tracks, instructions and steps."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from telemed.care.incidents.frames import MOST_KEPT, MOST_UNKEPT
from telemed.care.incidents.records import (
    AccessRecord,
    CallerRecord,
    FrameRecord,
    IncidentEventRecord,
    IncidentRecord,
    InstructionRecord,
    PositionRecord,
)
from telemed.care.incidents.track import MAX_FIXES
from telemed.care.incidents.words import Part
from telemed.care.times import Mark
from telemed.store import schema as people_schema
from telemed.store import schema_incidents as schema
from telemed.store.connection import SqlConnection
from telemed.store.record_table import RecordTable, beyond
from telemed.store.repositories.recordings_search import as_it_stands

MAX_ACCESSES = 400  # of one incident
MAX_EVENTS = 500  # of one incident
MAX_FRAMES = MOST_UNKEPT + MOST_KEPT  # of one visit


class IncidentRows:
    """Fulfils `care.incidents.repositories.Incidents`."""

    def __init__(self, sql: SqlConnection) -> None:
        self._sql = sql
        self._rows = RecordTable(sql, schema.incident, IncidentRecord)
        self._accesses = RecordTable(sql, schema.incident_access, AccessRecord)
        self._callers = RecordTable(sql, schema.incident_caller, CallerRecord)
        self._positions = RecordTable(sql, schema.incident_position, PositionRecord)
        self._instructions = RecordTable(sql, schema.incident_instruction, InstructionRecord)
        self._frames = RecordTable(sql, schema.incident_frame, FrameRecord)
        self._events = RecordTable(sql, schema.incident_event, IncidentEventRecord)

    async def get(self, incident_id: str) -> IncidentRecord | None:
        """Look up by id."""
        return await self._rows.by(id=incident_id)

    async def of_session(self, session_id: str) -> IncidentRecord | None:
        """Return the incident whose present visit this is."""
        return await self._rows.by(session_id=session_id)

    async def create(self, incident: IncidentRecord) -> None:
        """Add it."""
        await self._rows.insert(incident)

    async def save(self, incident: IncidentRecord) -> None:
        """Write it back."""
        await self._rows.save(incident)

    async def add_access(self, access: AccessRecord) -> None:
        """Add a way in."""
        await self._accesses.insert(access)

    async def save_access(self, access: AccessRecord) -> None:
        """Write it back."""
        await self._accesses.save(access)

    async def access(self, link_id: str) -> AccessRecord | None:
        """Look up by the id of its link."""
        return await self._accesses.by(id=link_id)

    async def accesses(self, incident_id: str) -> list[AccessRecord]:
        """Return all ways in, oldest first."""
        c = self._accesses.c
        statement = self._accesses.select(c.incident_id == incident_id).order_by(c.created_at, c.id)
        return await self._accesses.all(statement.limit(MAX_ACCESSES))

    async def add_caller(self, caller: CallerRecord) -> None:
        """Add one."""
        await self._callers.insert(caller)

    async def save_caller(self, caller: CallerRecord) -> None:
        """Write it back."""
        await self._callers.save(caller)

    async def callers(self, incident_id: str) -> list[CallerRecord]:
        """Return all, in the order of their links."""
        c, made = self._callers.c, schema.incident_access.c
        statement = self._callers.select(c.incident_id == incident_id).join(schema.incident_access, made.id == c.id)
        return await self._callers.all(statement.order_by(made.created_at, c.id).limit(MAX_ACCESSES))

    async def add_position(self, position: PositionRecord) -> PositionRecord | None:
        """Store it as the next of its participant; nothing else writes in this transaction, so looking first is safe.

        What is beyond the track that is kept goes, the oldest first.
        """
        c = self._positions.c
        mine = c.participant_id == position.participant_id
        if await self._positions.one(mine, c.taken_at == position.taken_at) is not None:
            return None
        row = await self._sql.row(select(func.max(c.sequence).label("last")).where(mine))
        stored = replace(position, sequence=(row["last"] or 0 if row is not None else 0) + 1)
        await self._positions.insert(stored)
        if stored.sequence > MAX_FIXES:
            await self._positions.delete(mine, c.sequence <= stored.sequence - MAX_FIXES)
        return stored

    async def positions(self, incident_id: str, limit: int) -> list[PositionRecord]:
        """Return the newest, oldest first."""
        c = self._positions.c
        statement = self._positions.select(c.incident_id == incident_id).order_by(c.received_at.desc(), c.sequence.desc())
        return list(reversed(await self._positions.all(statement.limit(limit))))

    async def newest_positions(self, participant_ids: Sequence[str], limit: int) -> list[PositionRecord]:
        """Return the newest of each, oldest first."""
        c = self._positions.c
        found: list[PositionRecord] = []
        for participant_id in participant_ids:
            statement = self._positions.select(c.participant_id == participant_id).order_by(c.sequence.desc())
            found += await self._positions.all(statement.limit(limit))
        return sorted(found, key=lambda one: (one.received_at, one.sequence))

    async def count_positions(self, incident_id: str) -> int:
        """How many fixes there are."""
        c = self._positions.c
        counting = select(func.count().label("count")).select_from(schema.incident_position)
        row = await self._sql.row(counting.where(c.incident_id == incident_id))
        return int(row["count"]) if row is not None else 0

    async def add_instruction(self, instruction: InstructionRecord) -> None:
        """Add it."""
        await self._instructions.insert(instruction)

    async def save_instruction(self, instruction: InstructionRecord) -> None:
        """Write it back."""
        await self._instructions.save(instruction)

    async def instructions(self, incident_id: str, limit: int) -> list[InstructionRecord]:
        """Return the newest, oldest first."""
        c = self._instructions.c
        statement = self._instructions.select(c.incident_id == incident_id).order_by(c.given_at.desc(), c.id.desc())
        return list(reversed(await self._instructions.all(statement.limit(limit))))

    async def instructions_in_session(self, session_id: str, limit: int) -> list[InstructionRecord]:
        """Return the newest of one visit, oldest first."""
        c = self._instructions.c
        statement = self._instructions.select(c.session_id == session_id).order_by(c.given_at.desc(), c.id.desc())
        return list(reversed(await self._instructions.all(statement.limit(limit))))

    async def frame(self, frame_id: str) -> FrameRecord | None:
        """Look up a frozen picture by id."""
        return await self._frames.by(id=frame_id)

    async def add_frame(self, frame: FrameRecord) -> int:
        """Add it; the number of older ones that went for it. What is beyond the bound goes, the oldest first, but for rows whose
        picture is kept or was erased."""
        await self._frames.insert(frame)
        c = self._frames.c
        mine = c.incident_id == frame.incident_id if frame.incident_id is not None else c.session_id == frame.session_id
        unkept = select(c.id).where(mine, c.size == 0, c.erased_at.is_(None))
        beyond_bound = unkept.order_by(c.shown_at.desc(), c.id.desc()).offset(MOST_UNKEPT)
        return await self._frames.delete(c.id.in_(beyond_bound), c.id != frame.id)

    async def save_frame(self, frame: FrameRecord) -> None:
        """Write it back."""
        await self._frames.save(frame)

    async def open_frames(self, session_id: str) -> list[FrameRecord]:
        """Return those of a visit that were not put away, newest first."""
        c = self._frames.c
        statement = self._frames.select(c.session_id == session_id, c.ended_at.is_(None))
        return await self._frames.all(statement.order_by(c.shown_at.desc(), c.id.desc()).limit(MAX_FRAMES))

    async def kept_frames(self, session_id: str) -> int:
        """How many pictures of a visit are kept."""
        c = self._frames.c
        counting = select(func.count().label("count")).select_from(schema.incident_frame)
        row = await self._sql.row(counting.where(c.session_id == session_id, c.size > 0))
        return int(row["count"]) if row is not None else 0

    async def last_erased_frame_at(self) -> datetime | None:
        """Return when one was erased last."""
        c = self._frames.c
        statement = self._frames.select(as_it_stands(schema.ERASED_WHERE)).order_by(c.erased_at.desc()).limit(1)
        newest = await self._frames.first(statement)
        return None if newest is None else newest.erased_at

    async def frames(self, session_id: str) -> list[FrameRecord]:
        """Return the newest of a visit, oldest first."""
        c = self._frames.c
        statement = self._frames.select(c.session_id == session_id).order_by(c.shown_at.desc(), c.id.desc())
        return list(reversed(await self._frames.all(statement.limit(MAX_FRAMES))))

    async def add_event(self, event: IncidentEventRecord) -> None:
        """Add a step."""
        await self._events.insert(event)

    async def events(self, incident_id: str) -> list[IncidentEventRecord]:
        """Return the steps, oldest first."""
        c = self._events.c
        return await self._events.all(self._events.select(c.incident_id == incident_id).order_by(c.at, c.id).limit(MAX_EVENTS))

    async def due_to_forget(self, before: datetime, after: Mark | None, limit: int) -> list[IncidentRecord]:
        """Return those over since before then of which callers are still known, oldest first."""
        return await self._due(schema.FORGETTABLE_WHERE, before, after, limit)

    async def texts_due(self, before: datetime, after: Mark | None, limit: int) -> list[IncidentRecord]:
        """Return those over since before then of which reason and note are still kept, oldest first."""
        return await self._due(schema.TEXTS_WHERE, before, after, limit)

    async def _due(self, where: str, before: datetime, after: Mark | None, limit: int) -> list[IncidentRecord]:
        c = self._rows.c
        statement = self._rows.select(as_it_stands(where), c.ended_at < before, beyond(c.ended_at, c.id, after))
        return await self._rows.all(statement.order_by(c.ended_at, c.id).limit(limit))

    async def forget_callers(self, incident_id: str, name: str, usual: Collection[str]) -> None:
        """Delete what callers said and what identifies them. Statements, not rows in turn: however many there are."""
        c = self._callers.c
        emptied: dict[str, Any] = {"phone": "", "place": "", "call_back": None, "facts": {}}
        await self._sql.change(update(schema.incident_caller).where(c.incident_id == incident_id).values(emptied), bulk=True)
        seats = select(c.participant_id).where(c.incident_id == incident_id)
        people, lines = people_schema.participant, people_schema.message
        named = update(people).where(people.c.id.in_(seats), people.c.name.not_in(sorted(usual)))
        await self._sql.change(named.values(name=name), bulk=True)
        signed = update(lines).where(lines.c.participant_id.in_(seats), lines.c.name.not_in(sorted(usual)))
        await self._sql.change(signed.values(name=name), bulk=True)

    async def forget_crews(self, incident_id: str, name: str) -> None:
        """Call its crews `name`."""
        access, people = schema.incident_access, people_schema.participant
        seats = select(access.c.participant_id).where(access.c.incident_id == incident_id, access.c.part == Part.CREW)
        await self._sql.change(update(people).where(people.c.id.in_(seats)).values(name=name), bulk=True)

    async def forget_reasons(self, incident_id: str) -> None:
        """Delete the reason of its visits."""
        access, session = schema.incident_access, people_schema.session
        visits = select(access.c.session_id).where(access.c.incident_id == incident_id)
        emptied = update(session).where(session.c.id.in_(visits), session.c.reason != "").values(reason="")
        await self._sql.change(emptied, bulk=True)

    async def forget_places(self, incident_id: str) -> int:
        """Delete every fix; the number deleted."""
        return await self._positions.delete(self._positions.c.incident_id == incident_id)
