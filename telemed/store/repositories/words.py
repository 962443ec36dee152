"""What people write: chat lines and staff notes."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import bindparam, func, select

from telemed.care.records import MessageRecord, NoteRecord
from telemed.errors import Conflict
from telemed.store import schema
from telemed.store.connection import SqlConnection
from telemed.store.record_table import RecordTable

_LAST_LINE = select(func.max(schema.message.c.sequence).label("last")).where(
    schema.message.c.session_id == bindparam("session_id")
)
_LATEST_NOTE = (
    select(schema.staff_note)
    .where(schema.staff_note.c.session_id == bindparam("session_id"))
    .order_by(schema.staff_note.c.revision.desc())
    .limit(1)
)


class MessageRows:
    """In-call chat, numbered from 1 within a session."""

    def __init__(self, sql: SqlConnection) -> None:
        self._sql = sql
        self._rows = RecordTable(sql, schema.message, MessageRecord)

    async def append(self, message: MessageRecord) -> MessageRecord:
        """Store under the next number; a repeated command returns the first line and stores nothing."""
        said = await self._rows.by(participant_id=message.participant_id, command_id=message.command_id)
        if said is not None:
            return said
        last = await self._sql.row(_LAST_LINE, {"session_id": message.session_id})
        numbered = replace(message, sequence=1 + ((last and last["last"]) or 0))
        await self._rows.insert(numbered)
        return numbered

    async def get(self, message_id: str) -> MessageRecord | None:
        """Look up by id."""
        return await self._rows.by(id=message_id)

    async def in_session(self, session_id: str, limit: int = 500) -> list[MessageRecord]:
        """Return the newest `limit` lines, in order."""
        c = self._rows.c
        newest = self._rows.select(c.session_id == session_id).order_by(c.sequence.desc()).limit(limit)
        return list(reversed(await self._rows.all(newest)))


class NoteRows:
    """Staff notes: every revision is kept, the latest is shown."""

    def __init__(self, sql: SqlConnection) -> None:
        self._rows = RecordTable(sql, schema.staff_note, NoteRecord)

    async def latest(self, session_id: str) -> NoteRecord | None:
        """Return the newest revision."""
        return await self._rows.first(_LATEST_NOTE, {"session_id": session_id})

    async def write(self, note: NoteRecord) -> NoteRecord:
        """Store the revision after `note.revision`. Raises Conflict `note_changed`."""
        latest = await self.latest(note.session_id)
        if note.revision != (0 if latest is None else latest.revision):
            raise Conflict("Somebody else changed the note meanwhile.", code="note_changed")
        written = replace(note, revision=note.revision + 1)
        await self._rows.insert(written)
        return written
