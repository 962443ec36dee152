"""Records of people who are cared for, and how search finds them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, or_, select

from telemed.care.patients import names
from telemed.care.patients.records import PatientRecord
from telemed.care.patients.repositories import SearchArea
from telemed.care.patients.search_dates import BirthDates
from telemed.store import schema_people as schema
from telemed.store.connection import SqlConnection
from telemed.store.record_table import RecordTable, inserting

MAX_MERGES = 20  # one record into the next; a longer chain is a fault
BEST = 120  # records that share most pieces with a search; the right one is among the first dozens
BEST_ANYWHERE = 600  # before those of other organisations and sites are left out
BORN_THEN = 200  # records with the birth date typed

_Area = tuple[ColumnElement[bool], ...]


class PatientRows:
    """Patient records. Names of a merged record still find it: the answer is then the kept one."""

    def __init__(self, sql: SqlConnection) -> None:
        self._sql = sql
        self._rows = RecordTable(sql, schema.patient, PatientRecord)

    async def get(self, patient_id: str) -> PatientRecord | None:
        """Look up by id."""
        return await self._rows.by(id=patient_id)

    async def kept(self, patient_id: str) -> PatientRecord | None:
        """Return the record, or the one it was merged into."""
        found = await self.get(patient_id)
        for _ in range(MAX_MERGES):
            if found is None or found.merged_into is None:
                return found
            found = await self.get(found.merged_into)
        return None

    async def create(self, patient: PatientRecord) -> None:
        """Add it, and under what search finds it."""
        await self._rows.insert(_folded(patient))
        await self._index(patient.id, names.fold(patient.name))

    async def save(self, patient: PatientRecord) -> None:
        """Write it back, and under what search finds it when the name changed."""
        before = await self.get(patient.id)
        changed = _folded(patient)
        await self._rows.save(changed)
        if before is not None and before.folded_name != changed.folded_name:
            gram = schema.patient_gram
            await self._sql.change(gram.delete().where(gram.c.patient_id == patient.id))
            await self._index(patient.id, changed.folded_name)

    async def candidates(self, area: SearchArea, pieces: Collection[str], born: BirthDates) -> list[PatientRecord]:
        """Return records that share the most pieces or have the birth date, each once."""
        found: dict[str, PatientRecord] = {}
        if pieces:
            for record in await self._rows.all(_sharing(area), {"pieces": sorted(pieces)}):
                found[record.id] = record
        if born:
            c = self._rows.c
            dated = self._rows.select(_born(born), *_inside(area)).order_by(c.folded_name, c.id).limit(BORN_THEN)
            for record in await self._rows.all(dated):
                found[record.id] = record
        return list(found.values())

    async def names(self, patient_ids: Collection[str]) -> dict[str, str]:
        """Return the names of some records."""
        c = self._rows.c
        rows = await self._sql.rows(select(c.id, c.name).where(c.id.in_(sorted(patient_ids))))
        return {row["id"]: row["name"] for row in rows}

    async def _index(self, patient_id: str, folded: str) -> None:
        for gram in sorted(names.grams(folded)):
            await self._sql.change(inserting(schema.patient_gram), {"gram": gram, "patient_id": patient_id})


def _folded(patient: PatientRecord) -> PatientRecord:
    """The record with its name in the spelling of today's rules."""
    return replace(patient, folded_name=names.fold(patient.name))


def _sharing(area: SearchArea) -> Select[Any]:
    """Those that share most of `:pieces`. The count is taken from the index alone: joined to records first it takes 20 times as
    long. So the best of all organisations are found before those of the area are picked, with room for others between."""
    gram, c = schema.patient_gram.c, schema.patient.c
    shared = func.count().label("shared")
    best = (
        select(gram.patient_id, shared)
        .where(gram.gram.in_(bindparam("pieces", expanding=True)))
        .group_by(gram.patient_id)
        .order_by(shared.desc(), gram.patient_id)
        .limit(BEST_ANYWHERE)
        .subquery()
    )
    inside = select(schema.patient).join(best, best.c.patient_id == c.id).where(*_inside(area))
    return inside.order_by(best.c.shared.desc(), func.length(c.folded_name), c.id).limit(BEST)


def _inside(area: SearchArea) -> _Area:
    """The conditions of an area."""
    c = schema.patient.c
    own = c.organisation_id == area.organisation_id
    return (own,) if area.site_id is None else (own, or_(c.site_id.is_(None), c.site_id == area.site_id))


def _born(born: BirthDates) -> ColumnElement[bool]:
    """The condition of a birth date."""
    c = schema.patient.c
    if born.year is not None:
        return c.birth_date.between(date(born.year, 1, 1), date(born.year, 12, 31))
    return c.birth_date.in_(sorted(born.dates))
