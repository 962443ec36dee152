"""The one way statements reach the database: inside a transaction, each step finished even when its task is cancelled."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import fields
from time import perf_counter
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Connection, Executable, RowMapping, Select, Table, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from telemed.errors import NotFound
from telemed.store.uncancelled import finished

LONGEST_RUN_SECONDS = 0.005  # of one transaction without letting other tasks run; a chat message takes about 2 ms

R = TypeVar("R")


class SqlConnection(ABC):
    """A connection inside a running transaction."""

    @abstractmethod
    async def rows(self, statement: Executable) -> Sequence[RowMapping]:
        """Return all rows; callers put a LIMIT where there can be many."""

    @abstractmethod
    async def change(self, statement: Executable, bulk: bool = False) -> int:
        """Run an INSERT, UPDATE or DELETE; the number of rows it touched. `bulk`: it may touch more than a few hundred."""

    async def row(self, statement: Executable) -> RowMapping | None:
        """Return the first row or None."""
        found = await self.rows(statement)
        return found[0] if found else None


class ReaderSql(SqlConnection):
    """Statements of a reader: each goes to the thread of its connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def rows(self, statement: Executable) -> Sequence[RowMapping]:
        """Return all rows."""
        return await finished(self._rows(statement))

    async def change(self, statement: Executable, bulk: bool = False) -> int:
        """Is refused by the database: readers are `query_only`."""
        return await finished(self._change(statement))

    async def _rows(self, statement: Executable) -> Sequence[RowMapping]:
        return (await self._connection.execute(statement)).mappings().all()

    async def _change(self, statement: Executable) -> int:
        return (await self._connection.execute(statement)).rowcount


class WriterSql(SqlConnection):
    """Statements of the writer: each runs where it is asked for, but for those in bulk (see `writer`)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._usable = True
        self._paused_at = perf_counter()

    async def rows(self, statement: Executable) -> Sequence[RowMapping]:
        """Return all rows."""
        await self._turn()
        return self._connection.execute(statement).mappings().all()

    async def change(self, statement: Executable, bulk: bool = False) -> int:
        """Run a change here, one in bulk in a thread of its own."""
        await self._turn()
        if not bulk:
            return self._connection.execute(statement).rowcount
        self._usable = False  # until the thread is done with it
        try:
            return await finished(asyncio.to_thread(self._change, statement))
        finally:
            self._usable = True

    def end(self) -> None:
        """Refuse statements from now on: the transaction is about to be ended in the driver's thread."""
        self._usable = False

    def _change(self, statement: Executable) -> int:
        return self._connection.execute(statement).rowcount

    async def _turn(self) -> None:
        """Let the event loop go round when this transaction has held it for long. Raises RuntimeError outside the transaction."""
        if perf_counter() - self._paused_at > LONGEST_RUN_SECONDS:
            await asyncio.sleep(0)
            self._paused_at = perf_counter()
        if not self._usable:
            raise RuntimeError("the transaction has ended, or is busy with a change in bulk")


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
        """Delete all rows that meet the conditions, however many; the number of rows."""
        return await self._sql.change(delete(self.table).where(*where), bulk=True)

    def _values(self, record: R) -> dict[str, Any]:
        return {field.name: getattr(record, field.name) for field in fields(record)}  # type: ignore[arg-type]
