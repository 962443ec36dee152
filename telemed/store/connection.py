"""The one way statements reach the database: inside a transaction, each step finished even when its task is cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Executable, RowMapping, Select, Table, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from telemed.errors import NotFound
from telemed.store.uncancelled import finished

R = TypeVar("R")


class SqlConnection:
    """A connection inside a running transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def rows(self, statement: Executable) -> Sequence[RowMapping]:
        """Return all rows; callers put a LIMIT where there can be many."""
        return await finished(self._rows(statement))

    async def row(self, statement: Executable) -> RowMapping | None:
        """Return the first row or None."""
        found = await self.rows(statement)
        return found[0] if found else None

    async def change(self, statement: Executable) -> int:
        """Run an INSERT, UPDATE or DELETE; the number of rows it touched."""
        return await finished(self._change(statement))

    async def _rows(self, statement: Executable) -> Sequence[RowMapping]:
        return (await self._connection.execute(statement)).mappings().all()

    async def _change(self, statement: Executable) -> int:
        return (await self._connection.execute(statement)).rowcount


class RecordTable(Generic[R]):
    """A table whose rows are records of one dataclass with the same field names."""

    def __init__(self, sql: SqlConnection, table: Table, record: type[R]) -> None:
        self._sql = sql
        self._record = record
        self.table = table
        self.c = table.c

    def select(self, *where: ColumnElement[bool]) -> Select[Any]:
        """A SELECT of whole rows, to be ordered and limited."""
        return select(self.table).where(*where)

    async def one(self, *where: ColumnElement[bool]) -> R | None:
        """Return the record that meets all conditions, or None."""
        return await self.first(self.select(*where))

    async def first(self, statement: Select[Any]) -> R | None:
        """Return the first record of a SELECT, or None."""
        row = await self._sql.row(statement.limit(1))
        return None if row is None else self._record(**row)

    async def all(self, statement: Select[Any]) -> list[R]:
        """Return the records of a SELECT."""
        return [self._record(**row) for row in await self._sql.rows(statement)]

    async def insert(self, record: R) -> None:
        """Add a record. A broken constraint raises IntegrityError, which the store reports as Conflict."""
        await self._sql.change(insert(self.table).values(self._values(record)))

    async def save(self, record: R) -> None:
        """Write a changed record back by its `id`. Raises NotFound."""
        values = self._values(record)
        statement = update(self.table).where(self.c.id == values.pop("id")).values(values)
        if await self._sql.change(statement) == 0:
            raise NotFound()

    async def set(self, values: dict[str, Any], *where: ColumnElement[bool]) -> int:
        """Set columns of all rows that meet the conditions; the number of rows."""
        return await self._sql.change(update(self.table).where(*where).values(values))

    async def delete(self, *where: ColumnElement[bool]) -> int:
        """Delete all rows that meet the conditions; the number of rows."""
        return await self._sql.change(delete(self.table).where(*where))

    def _values(self, record: R) -> dict[str, Any]:
        return {field.name: getattr(record, field.name) for field in fields(record)}  # type: ignore[arg-type]
