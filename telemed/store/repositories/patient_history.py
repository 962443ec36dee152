"""What happened to patient records: changes, merges and attached visits."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, or_, select, tuple_, update

from telemed.care.identity import ActorRef, Staff
from telemed.care.patients.records import ChangeRecord, MergeRecord
from telemed.care.records import SessionRecord
from telemed.store import schema, schema_identity
from telemed.store import schema_people as people
from telemed.store.connection import SqlConnection
from telemed.store.record_table import RecordTable, inserting

MAX_UNDOABLE = 50  # merges into one record
CHUNK = 500  # ids in one statement; SQLite takes 32,766 parameters, PostgreSQL plans worse with each

# What goes over in a merge. Team members last: those both records have stay where they are.
_MOVED: dict[str, Table] = {
    "session": schema.session,
    "carer": people.carer,
    "contact_channel": people.contact_channel,
    "patient_login": people.patient_login,
    "passkey": schema_identity.passkey,
    "care_team_member": people.care_team_member,
}


class PatientHistoryRows:
    """Lines of the history of records."""

    def __init__(self, sql: SqlConnection) -> None:
        self._sql = sql

    async def append(self, change: ChangeRecord) -> None:
        """Add a line."""
        values = {
            "id": change.id,
            "patient_id": change.patient_id,
            "revision": change.revision,
            "kind": change.kind,
            "change": change.change,
            "actor_id": change.actor.id,
            "actor_role": change.actor.role,
            "at": change.at,
        }
        await self._sql.change(inserting(people.patient_change), values)

    async def of_patient(self, patient_id: str, before: str | None, limit: int) -> list[ChangeRecord]:
        """Return a page of lines, newest first."""
        c = people.patient_change.c
        found = select(people.patient_change).where(c.patient_id == patient_id)
        if before is not None:
            last = select(c.at, c.id).where(c.id == before, c.patient_id == patient_id)
            found = found.where(tuple_(c.at, c.id) < last.scalar_subquery())
        rows = await self._sql.rows(found.order_by(c.at.desc(), c.id.desc()).limit(limit))
        return [_change(dict(row)) for row in rows]


class PatientMergeRows:
    """Joined records."""

    def __init__(self, sql: SqlConnection) -> None:
        self._sql = sql
        self._rows = RecordTable(sql, people.patient_merge, MergeRecord)

    async def get(self, merge_id: str) -> MergeRecord | None:
        """Look up by id."""
        return await self._rows.by(id=merge_id)

    async def create(self, merge: MergeRecord) -> None:
        """Add it."""
        await self._rows.insert(merge)

    async def save(self, merge: MergeRecord) -> None:
        """Write it back."""
        await self._rows.save(merge)

    async def of_kept(self, patient_id: str) -> list[MergeRecord]:
        """Return merges into this record that were not undone, newest first, at most MAX_UNDOABLE."""
        c = self._rows.c
        found = self._rows.select(c.kept_id == patient_id, c.undone_at.is_(None))
        return await self._rows.all(found.order_by(c.at.desc(), c.id).limit(MAX_UNDOABLE))

    async def move_rows(self, merged_id: str, kept_id: str) -> dict[str, list[str]]:
        """Hand the rows of one record to another; which went, by table."""
        moved: dict[str, list[str]] = {}
        for name, table in _MOVED.items():
            ids = [str(row["id"]) for row in await self._sql.rows(_movable(table, merged_id, kept_id))]
            await self._hand_over(table, ids, merged_id, kept_id)
            moved[name] = ids
        return moved

    async def return_rows(self, moved: dict[str, list[str]], merged_id: str, kept_id: str) -> None:
        """Hand back what went over and is still there."""
        for name, ids in moved.items():
            await self._hand_over(_MOVED[name], ids, kept_id, merged_id)

    async def _hand_over(self, table: Table, ids: list[str], giver: str, taker: str) -> None:
        for start in range(0, len(ids), CHUNK):
            chosen = (table.c.id.in_(ids[start : start + CHUNK]), table.c.patient_id == giver)
            await self._sql.change(update(table).where(*chosen).values(patient_id=taker))


class PatientSessionRows:
    """Visits attached to records."""

    def __init__(self, sql: SqlConnection) -> None:
        self._rows = RecordTable(sql, schema.session, SessionRecord)

    async def timeline(
        self, patient_id: str, staff: Staff, before: tuple[datetime, str] | None, limit: int
    ) -> list[SessionRecord]:
        """Return a page of visits, newest first, of sites the reader works at."""
        c = self._rows.c
        # Not by organisation: it is the patient's, and SQLite would walk through all its visits in the order of their times.
        found = self._rows.select(c.patient_id == patient_id)
        if staff.site_id is not None:
            found = found.where(or_(c.site_id.is_(None), c.site_id == staff.site_id))
        if before is not None:
            found = found.where(tuple_(c.created_at, c.id) < tuple_(bindparam("at", type_=c.created_at.type), bindparam("last")))
        parameters = {"at": before[0], "last": before[1]} if before else {}
        return await self._rows.all(found.order_by(c.created_at.desc(), c.id.desc()).limit(limit), parameters)


def _movable(table: Table, merged_id: str, kept_id: str) -> Any:
    """The ids of one table that go over."""
    found = select(table.c.id).where(table.c.patient_id == merged_id).order_by(table.c.id)
    if table is not people.care_team_member:
        return found
    both = select(table.c.user_id).where(table.c.patient_id == kept_id, table.c.until.is_(None))
    return found.where(or_(table.c.until.is_not(None), table.c.user_id.not_in(both)))


def _change(row: dict[str, Any]) -> ChangeRecord:
    actor = ActorRef(row.pop("actor_id"), row.pop("actor_role"))
    return ChangeRecord(**row, actor=actor)
