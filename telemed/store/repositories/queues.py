"""Waiting rooms, who works in them, the ways in, and who came."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select, text

from telemed.care.queues.records import EntryRecord, QueueMember, QueueRecord, WalkInLink
from telemed.care.queues.words import IN_LINE
from telemed.care.times import Mark
from telemed.store import schema_queues as tables
from telemed.store.connection import SqlConnection
from telemed.store.record_table import RecordTable, beyond
from telemed.store.repositories.recordings_search import as_it_stands

MAX_QUEUES = 200  # of one organisation
MAX_MEMBERS = 500  # of one waiting room
MAX_LINKS = 200  # of one waiting room, revoked ones included


class QueueRows:
    """Fulfils `care.queues.repositories.Queues`."""

    def __init__(self, sql: SqlConnection) -> None:
        self._rows = RecordTable(sql, tables.queue, QueueRecord)

    async def get(self, queue_id: str) -> QueueRecord | None:
        """Look up by id."""
        return await self._rows.by(id=queue_id)

    async def create(self, queue: QueueRecord) -> None:
        """Add it."""
        await self._rows.insert(queue)

    async def save(self, queue: QueueRecord) -> None:
        """Write it back."""
        await self._rows.save(queue)

    async def named(self, organisation_id: str, name: str) -> QueueRecord | None:
        """Look up by name."""
        return await self._rows.by(organisation_id=organisation_id, name=name)

    async def of_organisation(self, organisation_id: str) -> list[QueueRecord]:
        """Return all, by name."""
        c = self._rows.c
        statement = self._rows.select(c.organisation_id == organisation_id)
        return await self._rows.all(statement.order_by(c.name, c.id).limit(MAX_QUEUES))


class QueueMemberRows:
    """Fulfils `care.queues.repositories.QueueMembers`."""

    def __init__(self, sql: SqlConnection) -> None:
        self._rows = RecordTable(sql, tables.queue_member, QueueMember)

    async def of_queue(self, queue_id: str) -> list[QueueMember]:
        """Return all of one waiting room."""
        c = self._rows.c
        return await self._rows.all(self._rows.select(c.queue_id == queue_id).order_by(c.user_id).limit(MAX_MEMBERS))

    async def get(self, queue_id: str, user_id: str) -> QueueMember | None:
        """Look one up."""
        return await self._rows.by(queue_id=queue_id, user_id=user_id)

    async def replace(self, queue_id: str, members: Collection[QueueMember]) -> None:
        """Keep these and no others."""
        await self._rows.delete(self._rows.c.queue_id == queue_id)
        for member in members:
            await self._rows.insert(member)

    async def set_alerts(self, member: QueueMember) -> None:
        """Write down whether a member wants messages."""
        c = self._rows.c
        await self._rows.set({"alerts": member.alerts}, c.queue_id == member.queue_id, c.user_id == member.user_id)


class WalkInLinkRows:
    """Fulfils `care.queues.repositories.WalkInLinks`."""

    def __init__(self, sql: SqlConnection) -> None:
        self._rows = RecordTable(sql, tables.walk_in_link, WalkInLink)

    async def get(self, link_id: str) -> WalkInLink | None:
        """Look up by id."""
        return await self._rows.by(id=link_id)

    async def by_token_hash(self, token_hash: str) -> WalkInLink | None:
        """Look up by token; revoked ones too."""
        return await self._rows.by(token_hash=token_hash)

    async def of_queue(self, queue_id: str) -> list[WalkInLink]:
        """Return all of one waiting room, newest first."""
        c = self._rows.c
        statement = self._rows.select(c.queue_id == queue_id).order_by(c.created_at.desc(), c.id)
        return await self._rows.all(statement.limit(MAX_LINKS))

    async def create(self, link: WalkInLink) -> None:
        """Add it."""
        await self._rows.insert(link)

    async def save(self, link: WalkInLink) -> None:
        """Write it back."""
        await self._rows.save(link)


class QueueEntryRows:
    """Fulfils `care.queues.repositories.QueueEntries`."""

    def __init__(self, sql: SqlConnection) -> None:
        self._sql = sql
        self._rows = RecordTable(sql, tables.queue_entry, EntryRecord)

    async def get(self, entry_id: str) -> EntryRecord | None:
        """Look up by id."""
        return await self._rows.by(id=entry_id)

    async def of_session(self, session_id: str) -> EntryRecord | None:
        """Look up by session."""
        return await self._rows.by(session_id=session_id)

    async def of_device(self, origin_id: str, device_hash: str) -> EntryRecord | None:
        """Return the one this device can come back to."""
        c = self._rows.c
        return await self._rows.one(c.origin_id == origin_id, c.device_hash == device_hash, c.closed_at.is_(None))

    async def create(self, entry: EntryRecord) -> None:
        """Add it."""
        await self._rows.insert(entry)

    async def save(self, entry: EntryRecord) -> None:
        """Write it back."""
        await self._rows.save(entry)

    async def due_to_forget(self, before: datetime, after: Mark | None, limit: int) -> list[EntryRecord]:
        """Return those closed before then of which what was said is still kept, oldest first."""
        c = self._rows.c
        due = (as_it_stands(tables.FORGETTABLE_WHERE), c.closed_at < before, beyond(c.closed_at, c.id, after))
        return await self._rows.all(self._rows.select(*due).order_by(c.closed_at, c.id).limit(limit))

    async def waiting(self, queue_id: str) -> int:
        """How many stand in line."""
        c = self._rows.c
        where = (c.queue_id == queue_id, c.state.in_(sorted(IN_LINE)))
        row = await self._sql.row(select(func.count().label("people")).select_from(tables.queue_entry).where(*where))
        return int(row["people"]) if row is not None else 0

    async def services(self, queue_id: str, since: datetime, limit: int) -> list[float]:
        """Seconds from answer to end, those that ended last first."""
        c = self._rows.c
        where = (c.queue_id == queue_id, c.ended_at >= since, text(tables.SERVED_WHERE))
        statement = select(c.answered_at, c.ended_at).where(*where).order_by(c.ended_at.desc()).limit(limit)
        rows = await self._sql.rows(statement)
        return [(row["ended_at"] - row["answered_at"]).total_seconds() for row in rows]
