"""Specialities and rosters, pages with their rings and steps, handovers, vital signs."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import func, select, text

from telemed.care.oncall.handovers import MAX_OF_SESSION as MAX_HANDOVERS
from telemed.care.oncall.paging import MAX_OF_SESSION as MAX_PAGES
from telemed.care.oncall.records import Handover, PageRecord, PageRing, PageStep, Shift, Speciality, Vital
from telemed.care.oncall.roster import MAX_SHIFTS, MAX_SPECIALITIES
from telemed.care.oncall.vitals import MAX_OF_SESSION as MAX_VITALS
from telemed.errors import Conflict
from telemed.store import schema_oncall as schema
from telemed.store.connection import SqlConnection
from telemed.store.record_table import RecordTable
from telemed.store.repositories.recordings_search import as_it_stands

MAX_RINGS = 1000  # of the pages of one session
MAX_RUNNING = 1000  # twenty organisations with all the pages they may have


class RosterRows:
    """Fulfils `care.oncall.repositories.Rosters`."""

    def __init__(self, sql: SqlConnection) -> None:
        self._rows = RecordTable(sql, schema.speciality, Speciality)
        self._shifts = RecordTable(sql, schema.duty_shift, Shift)

    async def get(self, speciality_id: str) -> Speciality | None:
        """Look up by id."""
        return await self._rows.by(id=speciality_id)

    async def of_organisation(self, organisation_id: str) -> list[Speciality]:
        """Return all by name."""
        c = self._rows.c
        statement = self._rows.select(c.organisation_id == organisation_id).order_by(c.name, c.id)
        return await self._rows.all(statement.limit(MAX_SPECIALITIES))

    async def create(self, speciality: Speciality) -> None:
        """Add it."""
        await self._check_name(speciality)
        await self._rows.insert(speciality)

    async def save(self, speciality: Speciality) -> None:
        """Write it back."""
        await self._check_name(speciality)
        await self._rows.save(speciality)

    async def _check_name(self, speciality: Speciality) -> None:
        """Nothing else writes in this transaction, so looking first is safe."""
        there = await self._rows.by(organisation_id=speciality.organisation_id, name=speciality.name)
        if there is not None and there.id != speciality.id:
            raise Conflict("There is a speciality of this name.", code="speciality_there", field="name")

    async def shifts(self, speciality_ids: Collection[str]) -> list[Shift]:
        """Return the rosters of these specialities."""
        c = self._shifts.c
        order = (c.level, c.weekday, c.from_minute, c.starts_at, c.id)
        statement = self._shifts.select(c.speciality_id.in_(sorted(speciality_ids))).order_by(*order)
        return await self._shifts.all(statement.limit(MAX_SHIFTS * MAX_SPECIALITIES))

    async def set_shifts(self, speciality_id: str, shifts: Collection[Shift]) -> None:
        """Replace a roster."""
        await self._shifts.delete(self._shifts.c.speciality_id == speciality_id)
        for shift in shifts:
            await self._shifts.insert(shift)


class PageRows:
    """Fulfils `care.oncall.repositories.Pages`."""

    def __init__(self, sql: SqlConnection) -> None:
        self._sql = sql
        self._rows = RecordTable(sql, schema.oncall_page, PageRecord)
        self._rings = RecordTable(sql, schema.oncall_ring, PageRing)
        self._steps = RecordTable(sql, schema.oncall_step, PageStep)

    async def get(self, page_id: str) -> PageRecord | None:
        """Look up by id."""
        return await self._rows.by(id=page_id)

    async def create(self, page: PageRecord) -> None:
        """Add it."""
        await self._rows.insert(page)

    async def save(self, page: PageRecord) -> None:
        """Write it back."""
        await self._rows.save(page)

    async def of_session(self, session_id: str) -> list[PageRecord]:
        """Return the pages of a session, oldest first."""
        c = self._rows.c
        statement = self._rows.select(c.session_id == session_id).order_by(c.created_at, c.id)
        return await self._rows.all(statement.limit(MAX_PAGES))

    async def ringing(self, organisation_id: str) -> int:
        """Count those that ring."""
        c = self._rows.c
        where = (text(schema.RINGING_WHERE), c.organisation_id == organisation_id)
        row = await self._sql.row(select(func.count().label("pages")).select_from(schema.oncall_page).where(*where))
        return int(row["pages"]) if row else 0

    async def with_due_step(self) -> list[PageRecord]:
        """Return those whose step runs, the first that is over first."""
        c = self._rows.c
        where = (as_it_stands(schema.RINGING_WHERE), c.due_at.is_not(None))
        return await self._rows.all(self._rows.select(*where).order_by(c.due_at, c.id).limit(MAX_RUNNING))

    async def rings(self, page_ids: Collection[str]) -> list[PageRing]:
        """Return who was called."""
        c = self._rings.c
        statement = self._rings.select(c.page_id.in_(sorted(page_ids))).order_by(c.step, c.level, c.name, c.id)
        return await self._rings.all(statement.limit(MAX_RINGS))

    async def add_ring(self, ring: PageRing) -> None:
        """Add it."""
        await self._rings.insert(ring)

    async def save_ring(self, ring: PageRing) -> None:
        """Write it back."""
        await self._rings.save(ring)

    async def steps(self, page_id: str) -> list[PageStep]:
        """Return its steps in order."""
        c = self._steps.c
        return await self._steps.all(self._steps.select(c.page_id == page_id).order_by(c.number))

    async def add_step(self, step: PageStep) -> None:
        """Add it."""
        await self._steps.insert(step)

    async def save_step(self, step: PageStep) -> None:
        """Write it back."""
        await self._steps.save(step)


class HandoverRows:
    """Fulfils `care.oncall.repositories.Handovers`."""

    def __init__(self, sql: SqlConnection) -> None:
        self._rows = RecordTable(sql, schema.handover, Handover)

    async def get(self, handover_id: str) -> Handover | None:
        """Look up by id."""
        return await self._rows.by(id=handover_id)

    async def create(self, handover: Handover) -> None:
        """Add it."""
        await self._rows.insert(handover)

    async def save(self, handover: Handover) -> None:
        """Write it back."""
        await self._rows.save(handover)

    async def of_session(self, session_id: str) -> list[Handover]:
        """Return the handovers of a session, oldest first."""
        c = self._rows.c
        statement = self._rows.select(c.session_id == session_id).order_by(c.offered_at, c.id)
        return await self._rows.all(statement.limit(MAX_HANDOVERS))


class VitalRows:
    """Fulfils `care.oncall.repositories.Vitals`."""

    def __init__(self, sql: SqlConnection) -> None:
        self._rows = RecordTable(sql, schema.vital, Vital)

    async def get(self, vital_id: str) -> Vital | None:
        """Look up by id."""
        return await self._rows.by(id=vital_id)

    async def create(self, vital: Vital) -> None:
        """Add it."""
        await self._rows.insert(vital)

    async def save(self, vital: Vital) -> None:
        """Write it back."""
        await self._rows.save(vital)

    async def of_session(self, session_id: str) -> list[Vital]:
        """Return the measurements of a session that stand."""
        c = self._rows.c
        statement = self._rows.select(c.session_id == session_id, c.removed_at.is_(None)).order_by(c.at, c.entered_at, c.id)
        return await self._rows.all(statement.limit(MAX_VITALS))
