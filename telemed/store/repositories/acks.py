"""Answers to commands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select

from telemed.errors import Conflict
from telemed.store import schema
from telemed.store.connection import SqlConnection
from telemed.store.record_table import inserting

_ack = schema.command_ack.c
_ANSWER = select(_ack.ack, _ack.kind).where(_ack.actor_id == bindparam("actor_id"), _ack.command_id == bindparam("command_id"))


class AckRows:
    """One answer per actor and command."""

    def __init__(self, sql: SqlConnection) -> None:
        self._sql = sql

    async def find(self, actor_id: str, command_id: str, kind: str = "") -> dict[str, Any] | None:
        """Return the answer given before, None when the command is new. Raises Conflict `command_repeated` when that was to a
        command of another kind; answers kept by an earlier version are of none."""
        row = await self._sql.row(_ANSWER, {"actor_id": actor_id, "command_id": command_id})
        if row is None:
            return None
        if kind and row["kind"] and row["kind"] != kind:
            raise Conflict("This command was answered before.", code="command_repeated")
        return dict(row["ack"])

    async def save(self, actor_id: str, command_id: str, ack: Mapping[str, Any], at: datetime, kind: str = "") -> None:
        """Keep an answer. Raises Conflict `command_repeated`."""
        if await self.find(actor_id, command_id) is not None:
            raise Conflict("This command was answered before.", code="command_repeated")
        values = {"actor_id": actor_id, "command_id": command_id, "ack": dict(ack), "at": at, "kind": kind}
        await self._sql.change(inserting(schema.command_ack), values)

    async def prune(self, before: datetime) -> int:
        """Forget old answers; the number forgotten."""
        return await self._sql.change(delete(schema.command_ack).where(_ack.at < before), bulk=True)
