"""Answers to commands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select

from telemed.errors import Conflict
from telemed.store import schema
from telemed.store.connection import SqlConnection


class AckRows:
    """One answer per actor and command."""

    def __init__(self, sql: SqlConnection) -> None:
        self._sql = sql
        self._c = schema.command_ack.c

    async def find(self, actor_id: str, command_id: str) -> dict[str, Any] | None:
        """Return the answer given before, None when the command is new."""
        where = (self._c.actor_id == actor_id, self._c.command_id == command_id)
        row = await self._sql.row(select(self._c.ack).where(*where))
        return None if row is None else dict(row["ack"])

    async def save(self, actor_id: str, command_id: str, ack: Mapping[str, Any], at: datetime) -> None:
        """Keep an answer. Raises Conflict `command_repeated`."""
        if await self.find(actor_id, command_id) is not None:
            raise Conflict("This command was answered before.", code="command_repeated")
        values = {"actor_id": actor_id, "command_id": command_id, "ack": dict(ack), "at": at}
        await self._sql.change(insert(schema.command_ack).values(values))

    async def prune(self, before: datetime) -> int:
        """Forget old answers; the number forgotten."""
        return await self._sql.change(delete(schema.command_ack).where(self._c.at < before), bulk=True)
