"""Searching the audit trail: newest rows first, each condition on an index whose entries end in the row's number."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, literal, literal_column, or_, select, union_all

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.audit_search import AuditQuery, PersonName
from telemed.care.records import AuditRow
from telemed.store import schema
from telemed.store import schema_aftercare as aftercare
from telemed.store import schema_people as people
from telemed.store import schema_recording as recordings
from telemed.store.columns import time_text
from telemed.store.connection import SqlConnection
from telemed.store.record_table import RecordTable

# Numbers grow with time unless the clock is set back; rows within a day of the range are looked at one by one.
CLOCK_MARGIN = timedelta(days=1)
CHUNK = 500  # ids in one statement
PROBES = 100  # rows looked at together to find a time: a million rows take two looks
NEAR = 500  # rows; finding the very one is not worth another look

_Place = tuple[int, int]  # two numbers of rows with something between them

_c = schema.audit.c
_BY_NUMBERS = select(_c.sequence, _c.at).where(_c.sequence.in_(bindparam("numbers", expanding=True)))
_OF_SERVER = tuple(
    action.value
    for action in AuditAction
    if action is AuditAction.AUDIT_HEAD_SIGNED or action.value.startswith(("server.", "backup.", "database."))
)


class AuditSearchRows:
    """Fulfils `care.audit_repositories.AuditSearch`."""

    def __init__(self, sql: SqlConnection) -> None:
        self._sql = sql
        self._rows = RecordTable(sql, schema.audit, AuditRow)

    async def find(self, query: AuditQuery, organisation_id: str) -> list[AuditRow]:
        """Return rows of an organisation, newest first."""
        where = _conditions(query)
        where += await self._in_time(query.since, query.until)
        if await self._is_shared():
            where.append(_of_organisation(organisation_id))
        if not query.actions or query.object_id is not None or query.outcome is AuditOutcome.REFUSED:
            if query.actions:
                # Few rows are left by then; of refused ones the expression keeps SQLite from taking the index of acts instead.
                action = _c.action if query.object_id is not None else _c.action + ""
                where.append(action.in_(query.actions))
            return await self._rows.all(_newest(query.limit, where))
        # One look-up for each act: together they would have to be sorted, all of them.
        each = [select(_newest(query.limit, [*where, _c.action == action]).subquery()) for action in query.actions]
        found = union_all(*each).subquery()
        return await self._rows.all(select(found).order_by(found.c.sequence.desc()).limit(query.limit))

    async def about_patient(self, patient_id: str, before: int | None, limit: int) -> list[AuditRow]:
        """Return rows about a record, its visits and their seats and links, newest first."""
        where = [_about(patient_id)]
        if before is not None:
            where.append(_c.sequence < before)
        return await self._rows.all(_newest(limit, where))

    async def people(self, ids: Collection[str], organisation_id: str) -> dict[str, PersonName]:
        """Return those of the ids that are staff of the organisation."""
        found: dict[str, PersonName] = {}
        wanted = sorted(set(ids))
        for start in range(0, len(wanted), CHUNK):
            statement = _people(organisation_id).where(schema.user.c.id.in_(wanted[start : start + CHUNK]))
            found |= {row["id"]: PersonName(row["id"], row["name"], row["role"]) for row in await self._sql.rows(statement)}
        return found

    async def colleagues(self, organisation_id: str, limit: int) -> list[PersonName]:
        """Return staff of the organisation by name."""
        statement = _people(organisation_id).order_by(func.lower(schema.user.c.name), schema.user.c.id).limit(limit)
        return [PersonName(row["id"], row["name"], row["role"]) for row in await self._sql.rows(statement)]

    async def _is_shared(self) -> bool:
        """Whether several organisations use this server."""
        return len(await self._sql.rows(select(schema.organisation.c.id).limit(2))) > 1

    async def _in_time(self, since: datetime | None, until: datetime | None) -> list[ColumnElement[bool]]:
        """The time, and a range of numbers that spares looking at all rows."""
        edges = [at for at in (since and since - CLOCK_MARGIN, until and until + CLOCK_MARGIN) if at is not None]
        places = await self._around([time_text(at) for at in edges]) if edges else []
        where: list[ColumnElement[bool]] = []
        if since is not None:
            where += [_c.at >= time_text(since), _c.sequence >= places[0][0]]
        if until is not None:
            where += [_c.at < time_text(until), _c.sequence <= places[-1][1]]
        return where

    async def _around(self, times: list[str]) -> list[_Place]:
        """Return for each time two numbers not far apart: the first was written before it (or is the first), the second not."""
        last = await self._sql.row(select(_c.sequence).order_by(_c.sequence.desc()).limit(1))
        places: list[_Place] = [(1, 1 if last is None else int(last["sequence"]) + 1)] * len(times)
        while numbers := sorted({number for place in places for number in _probes(place)}):
            rows = [(int(row["sequence"]), str(row["at"])) for row in await self._sql.rows(_BY_NUMBERS, {"numbers": numbers})]
            nearer = [_nearer(place, wanted, rows) for place, wanted in zip(places, times, strict=True)]
            if nearer == places:
                break
            places = nearer
        return places


def _probes(place: _Place) -> range:
    """Numbers to look at, evenly spread; none when the two are near each other."""
    low, high = place
    return range(low + (high - low) // PROBES, high, (high - low) // PROBES) if high - low > NEAR else range(0)


def _nearer(place: _Place, wanted: str, rows: list[tuple[int, str]]) -> _Place:
    """The same with what was seen; as it is when the clock was set back about here, or rows are missing."""
    seen = [(number, at) for number, at in rows if place[0] < number < place[1]]
    low = max((number for number, at in seen if at < wanted), default=place[0])
    high = min((number for number, at in seen if at >= wanted), default=place[1])
    return (low, high) if low < high else place


def _newest(limit: int, where: list[ColumnElement[bool]]) -> Select[Any]:
    return select(schema.audit).where(*where).order_by(_c.sequence.desc()).limit(limit)


def _conditions(query: AuditQuery) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    if query.actor is not None:
        where.append(_c.actor == query.actor)
    if query.object_id is not None:
        where.append(_about(query.object_id))
    if query.outcome is AuditOutcome.REFUSED:
        where.append(_c.outcome == literal_column("'refused'"))  # as the partial index has it
    elif query.outcome is not None:
        where.append(_c.outcome == query.outcome.value)
    if query.before is not None:
        where.append(_c.sequence < query.before)
    return where


def _about(object_id: str) -> ColumnElement[bool]:
    """The object itself; of a patient also merged records and visits, of a visit also its seats, links, messages, follow-ups."""
    if object_id.startswith("pat_"):
        merged = select(people.patient.c.id).where(people.patient.c.merged_into == object_id)
        visits = select(schema.session.c.id).where(schema.session.c.patient_id == object_id)
        return _c.object_id.in_(union_all(select(literal(object_id)), merged, visits, *_of_visits(visits)))
    if object_id.startswith("ses_"):
        return _c.object_id.in_(union_all(select(literal(object_id)), *_of_visits(select(literal(object_id)))))
    return _c.object_id == object_id


def _of_visits(visits: Select[Any]) -> list[Select[Any]]:
    tables = (schema.participant, schema.link, schema.message, recordings.recording, recordings.bystander)
    after = (aftercare.visit_message, aftercare.follow_up)
    return [select(table.c.id).where(table.c.session_id.in_(visits)) for table in (*tables, *after)]


def _of_organisation(organisation_id: str) -> ColumnElement[bool]:
    """Rows whose actor or object belongs to the organisation, and those of the server itself."""
    tables = (schema.user, schema.session, people.patient, recordings.recording)
    own = [
        exists(select(1).where(table.c.id == column, table.c.organisation_id == organisation_id))
        for table, column in [(schema.user, _c.actor), *((table, _c.object_id) for table in tables)]
    ]
    visit = schema.session.c
    in_visit = [
        exists(select(1).where(seat.c.id == column, visit.id == seat.c.session_id, visit.organisation_id == organisation_id))
        for seat, column in (
            (schema.participant, _c.object_id),
            (schema.participant, _c.actor),
            (schema.link, _c.object_id),
            (schema.message, _c.object_id),
            (recordings.bystander, _c.object_id),
            (aftercare.visit_message, _c.object_id),
            (aftercare.follow_up, _c.object_id),
        )
    ]
    server = and_(_c.actor == "system", _c.action.in_(_OF_SERVER))
    return or_(_c.object_id == organisation_id, server, *own, *in_visit)


def _people(organisation_id: str) -> Select[Any]:
    c = schema.user.c
    return select(c.id, c.name, c.role).where(c.organisation_id == organisation_id)
