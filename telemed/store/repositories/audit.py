"""The audit trail: rows are added in the transaction of what they record, and never changed (triggers refuse it)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, update

from telemed.care import audit_chain
from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.identity import ActorRef
from telemed.care.records import AuditRow
from telemed.store import schema
from telemed.store.columns import time_text
from telemed.store.connection import SqlConnection
from telemed.store.record_table import RecordTable, inserting

HEAD = 1  # id of the only row of audit_head
BEHIND_IDS = "~"  # sorts behind every character of an id

_NEWEST = select(schema.audit).order_by(schema.audit.c.sequence.desc()).limit(1)
_HEAD_MOVED = update(schema.audit_head).where(schema.audit_head.c.id == HEAD)


class AuditRows:
    """The append-only trail."""

    def __init__(self, sql: SqlConnection) -> None:
        self._sql = sql
        self._rows = RecordTable(sql, schema.audit, AuditRow)

    async def append(
        self, actor: ActorRef, action: AuditAction, object_id: str, outcome: AuditOutcome, at: datetime
    ) -> AuditRow:
        """Add a row after the last. Raises ValueError when a field is no plain id or word."""
        bare = AuditRow(
            sequence=0,
            at=time_text(at),
            actor=actor.id,
            role=actor.role,
            action=AuditAction(action).value,
            object_id=object_id,
            outcome=AuditOutcome(outcome).value,
            previous_hash="",
            hash="",
        )
        row = audit_chain.chained(bare, await self.last())
        await self._rows.insert(row)
        await self._move_head(row)
        return row

    async def last(self) -> AuditRow | None:
        """Return the newest row."""
        return await self._rows.first(_NEWEST)

    async def latest(self, action: AuditAction, prefix: str) -> AuditRow | None:
        """Return the newest row of this about an object whose id begins so."""
        c = self._rows.c
        begins = c.object_id.between(prefix, prefix + BEHIND_IDS)
        statement = self._rows.select(begins, c.action == AuditAction(action).value)
        return await self._rows.first(statement.order_by(c.sequence.desc()).limit(1))

    async def about(self, object_ids: Collection[str], actions: Collection[AuditAction], limit: int) -> list[AuditRow]:
        """Return the newest rows of these acts about these objects, in order."""
        c = self._rows.c
        words = [AuditAction(one).value for one in actions]
        statement = self._rows.select(c.object_id.in_(list(object_ids)), c.action.in_(words))
        return (await self._rows.all(statement.order_by(c.sequence.desc()).limit(limit)))[::-1]

    async def back(self, actor_id: str, action: AuditAction, number: int) -> AuditRow | None:
        """Return the row of the last but `number` - 1 act of this kind."""
        c = self._rows.c
        statement = self._rows.select(c.actor == actor_id, c.action == AuditAction(action).value)
        return await self._rows.first(statement.order_by(c.sequence.desc()).limit(1).offset(number - 1))

    async def page(self, after: int = 0, limit: int = 500) -> list[AuditRow]:
        """Return rows above `after`, in order."""
        c = self._rows.c
        return await self._rows.all(self._rows.select(c.sequence > after).order_by(c.sequence).limit(limit))

    async def head(self) -> tuple[int, str]:
        """Return sequence and hash of the newest row as the head remembers them; (0, GENESIS) before the first."""
        row = await self._sql.row(schema.audit_head.select())
        return (0, audit_chain.GENESIS) if row is None else (int(row["sequence"]), str(row["hash"]))

    async def _move_head(self, row: AuditRow) -> None:
        values = {"sequence": row.sequence, "hash": row.hash}
        if await self._sql.change(_HEAD_MOVED, values) == 0:
            await self._sql.change(inserting(schema.audit_head), {"id": HEAD, **values})
