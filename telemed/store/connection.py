"""The one way statements reach the database: inside a transaction, each step finished even when its task is cancelled."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import Any

from sqlalchemy import Connection, Executable, RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from telemed.store.uncancelled import finished

LONGEST_RUN_SECONDS = 0.005  # of one transaction without letting other tasks run; a chat message takes about 2 ms

Parameters = Mapping[str, Any]


class SqlConnection(ABC):
    """A connection inside a running transaction."""

    @abstractmethod
    async def rows(self, statement: Executable, parameters: Parameters | None = None) -> Sequence[RowMapping]:
        """Return all rows; callers put a LIMIT where there can be many. `parameters` fill the statement's bindparams."""

    @abstractmethod
    async def change(self, statement: Executable, parameters: Parameters | None = None, bulk: bool = False) -> int:
        """Run an INSERT, UPDATE or DELETE; the number of rows it touched. `bulk`: it may touch more than a few hundred."""

    async def row(self, statement: Executable, parameters: Parameters | None = None) -> RowMapping | None:
        """Return the first row or None."""
        found = await self.rows(statement, parameters)
        return found[0] if found else None


class ReaderSql(SqlConnection):
    """Statements of a reader: each goes to the thread of its connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def rows(self, statement: Executable, parameters: Parameters | None = None) -> Sequence[RowMapping]:
        """Return all rows."""
        return await finished(self._rows(statement, parameters))

    async def change(self, statement: Executable, parameters: Parameters | None = None, bulk: bool = False) -> int:
        """Is refused by the database: readers are `query_only`."""
        return await finished(self._change(statement, parameters))

    async def _rows(self, statement: Executable, parameters: Parameters | None) -> Sequence[RowMapping]:
        return (await self._connection.execute(statement, parameters)).mappings().all()

    async def _change(self, statement: Executable, parameters: Parameters | None) -> int:
        return (await self._connection.execute(statement, parameters)).rowcount


class WriterSql(SqlConnection):
    """Statements of the writer: each runs where it is asked for, but for those in bulk (see `writer`)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._ended = False
        self._bulk = asyncio.Lock()  # held while another thread has the connection
        self._paused_at = perf_counter()

    async def rows(self, statement: Executable, parameters: Parameters | None = None) -> Sequence[RowMapping]:
        """Return all rows."""
        await self._turn()
        return self._connection.execute(statement, parameters).mappings().all()

    async def change(self, statement: Executable, parameters: Parameters | None = None, bulk: bool = False) -> int:
        """Run a change here, one in bulk in a thread of its own."""
        await self._turn()
        if not bulk:
            return self._connection.execute(statement, parameters).rowcount
        async with self._bulk:
            return await finished(asyncio.to_thread(self._change, statement, parameters))

    async def end(self) -> None:
        """Refuse statements from now on: the transaction is about to be ended in the driver's thread."""
        self._ended = True
        if self._bulk.locked():  # left running by whoever asked for it
            await finished(self._bulk_over())

    async def _bulk_over(self) -> None:
        async with self._bulk:
            pass

    def _change(self, statement: Executable, parameters: Parameters | None) -> int:
        return self._connection.execute(statement, parameters).rowcount

    async def _turn(self) -> None:
        """Let the event loop go round when this transaction has held it for long. Raises RuntimeError outside the transaction."""
        if perf_counter() - self._paused_at > LONGEST_RUN_SECONDS:
            await asyncio.sleep(0)
            self._paused_at = perf_counter()
        if self._ended or self._bulk.locked():
            raise RuntimeError("the transaction has ended, or is busy with a change in bulk")
