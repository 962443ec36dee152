"""Emergency accesses, and to whom things belong."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, bindparam, null, or_, select

from telemed.care.break_glass import BreakGlassRecord, GlassFilter
from telemed.care.identity import Staff
from telemed.care.rights_repositories import Place
from telemed.store import schema
from telemed.store import schema_identity as identity
from telemed.store import schema_incidents as incidents
from telemed.store import schema_oncall as oncall
from telemed.store import schema_operation as operation
from telemed.store import schema_people as people
from telemed.store import schema_queues as queues
from telemed.store.connection import SqlConnection
from telemed.store.record_table import RecordTable

MAX_OF_PATIENT = 500


class PlaceRows:
    """Reads who owns what."""

    def __init__(self, sql: SqlConnection) -> None:
        self._sql = sql

    async def of(self, parameter: str, object_id: str) -> Place | None:
        """Return the place of one thing."""
        row = await self._sql.row(_STATEMENTS[parameter], {"named": object_id})
        return Place(row["organisation_id"], row["site_id"]) if row is not None else None


def _own(table: Table) -> Select[Any]:
    """Of something that says itself to whom it belongs."""
    site = table.c.site_id if "site_id" in table.c else null().label("site_id")
    return select(table.c.organisation_id, site).where(table.c.id == bindparam("named")).limit(1)


def _through(table: Table, owner: Table, reference: str) -> Select[Any]:
    """Of something that belongs to an account or a record."""
    joined = table.join(owner, table.c[reference] == owner.c.id)
    columns = (owner.c.organisation_id, owner.c.site_id)
    return select(*columns).select_from(joined).where(table.c.id == bindparam("named")).limit(1)


# What each guarded path parameter names.
_STATEMENTS: Mapping[str, Select[Any]] = {
    "id": _own(schema.session),
    "patient_id": _own(people.patient),
    "user_id": _own(schema.user),
    "site_id": select(people.site.c.organisation_id, people.site.c.id.label("site_id")).where(
        people.site.c.id == bindparam("named")
    ),
    "change_id": _own(operation.setting_change),
    "message_id": _own(operation.outbox),
    "speciality_id": _own(oncall.speciality),
    "incident_id": _own(incidents.incident),
    "break_glass_id": _through(people.break_glass, people.patient, "patient_id"),
    "login_id": _through(schema.login, schema.user, "user_id"),
    "passkey_id": _through(identity.passkey, schema.user, "user_id"),
    "queue_id": _own(queues.queue),
}


class BreakGlassRows:
    """Fulfils `care.rights_repositories.BreakGlasses`."""

    def __init__(self, sql: SqlConnection) -> None:
        self._rows = RecordTable(sql, people.break_glass, BreakGlassRecord)

    async def get(self, access_id: str) -> BreakGlassRecord | None:
        """Look up by id."""
        return await self._rows.by(id=access_id)

    async def create(self, access: BreakGlassRecord) -> None:
        """Add it."""
        await self._rows.insert(access)

    async def save(self, access: BreakGlassRecord) -> None:
        """Write it back."""
        await self._rows.save(access)

    async def open_of(self, user_id: str, patient_id: str, now: datetime) -> BreakGlassRecord | None:
        """Return the access this person has now; the last one to end, should there be two."""
        c = self._rows.c
        mine = (c.user_id == user_id, c.patient_id == patient_id, c.closed_at.is_(None), c.ends_at > now)
        return await self._rows.first(self._rows.select(*mine).order_by(c.ends_at.desc()).limit(1))

    async def of_patient(self, patient_id: str) -> list[BreakGlassRecord]:
        """Return the accesses to one record, newest first."""
        c = self._rows.c
        statement = self._rows.select(c.patient_id == patient_id)
        return await self._rows.all(statement.order_by(c.opened_at.desc(), c.id).limit(MAX_OF_PATIENT))

    async def page(
        self, officer: Staff, wanted: GlassFilter, now: datetime, after: str | None, limit: int
    ) -> list[BreakGlassRecord]:
        """Return accesses in the officer's reach, newest first."""
        c, patient = self._rows.c, people.patient.c
        reach = [patient.id == c.patient_id, patient.organisation_id == officer.organisation_id]
        if officer.site_id is not None:
            reach.append(or_(patient.site_id.is_(None), patient.site_id == officer.site_id))
        where: list[ColumnElement[bool]] = [select(patient.id).where(*reach).exists()]
        if wanted is GlassFilter.OPEN:
            where += [c.closed_at.is_(None), c.ends_at > now]
        elif wanted is GlassFilter.UNREVIEWED:
            where.append(c.reviewed_at.is_(None))
        last = await self.get(after) if after is not None else None
        if last is not None:
            where.append(or_(c.opened_at < last.opened_at, and_(c.opened_at == last.opened_at, c.id > last.id)))
        return await self._rows.all(self._rows.select(*where).order_by(c.opened_at.desc(), c.id).limit(limit))
