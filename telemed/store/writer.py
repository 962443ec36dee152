"""The one writing connection. The driver's thread waits for the lock and the disk; statements run where they are asked for.

A hop to the driver's thread costs more than most statements, and SQLAlchemy makes four of each. Inside BEGIN IMMEDIATE nobody can
make a statement wait, and it touches pages in memory: only BEGIN, COMMIT and ROLLBACK are worth a hop. See docs/adr/0007.
The same connection serves both threads (serialised SQLite, `check_same_thread` off), never at once: the store gives out one turn
at a time, and a transaction refuses statements before its BEGIN has returned and after its COMMIT has been asked for.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiosqlite
from sqlalchemy import Engine, create_engine
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.pool import StaticPool

from telemed.store.connection import WriterSql
from telemed.store.engines import writer_engine
from telemed.store.uncancelled import finished


class Writer:
    """Opens its connection with the first transaction and keeps it; after a roll-back that failed it opens another."""

    def __init__(self, path: Path) -> None:
        self._engine = writer_engine(path, self._opened)
        self._statements = _statement_engine(self._handle)
        self._sqlite: sqlite3.Connection | None = None
        self._pinned: AsyncConnection | None = None
        self._driver: aiosqlite.Connection | None = None

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[WriterSql]:
        """Statements between BEGIN IMMEDIATE and COMMIT; rolled back on any exception or cancellation.

        Raises DBAPIError of SQLAlchemy or Error of sqlite3. For one task at a time: the store gives out the turns.
        """
        try:
            await finished(self._begin())
            with self._statements.connect() as connection:
                sql = WriterSql(connection)
                try:
                    yield sql
                finally:
                    await sql.end()
            await finished(self._commit())
        finally:
            if self._driver is not None and self._handle().in_transaction:
                await finished(self._roll_back())

    async def close(self) -> None:
        """Close the connection in the driver's thread: the last one moves the log into the file."""
        await finished(self._close())

    async def _begin(self) -> None:
        driver = self._driver or await self._open()
        await driver.execute("BEGIN IMMEDIATE")

    async def _commit(self) -> None:
        await self._opened_driver().commit()

    async def _roll_back(self) -> None:
        try:
            await self._opened_driver().rollback()
        except sqlite3.Error:
            await self._close()  # nobody knows its state: closing undoes what was not committed, the next turn opens another
            raise

    async def _open(self) -> aiosqlite.Connection:
        self._pinned = await self._engine.connect()
        driver = (await self._pinned.get_raw_connection()).driver_connection
        if not isinstance(driver, aiosqlite.Connection):
            raise RuntimeError("not the driver this is written for")
        self._driver = driver
        return driver

    async def _close(self) -> None:
        pinned, self._pinned, self._driver = self._pinned, None, None
        if pinned is not None:
            await pinned.close()
        await self._engine.dispose()
        self._statements.dispose()
        self._sqlite = None

    def _opened(self, connection: sqlite3.Connection) -> None:
        self._sqlite = connection

    def _opened_driver(self) -> aiosqlite.Connection:
        if self._driver is None:
            raise RuntimeError("the writer has no connection")
        return self._driver

    def _handle(self) -> sqlite3.Connection:
        if self._sqlite is None:
            raise RuntimeError("the writer has no connection")
        return self._sqlite


def _statement_engine(handle: Callable[[], sqlite3.Connection]) -> Engine:
    """Compiles statements and runs them on the connection that is open; begins and ends nothing."""
    return create_engine(
        "sqlite://",
        creator=handle,
        poolclass=StaticPool,
        pool_reset_on_return=None,
        skip_autocommit_rollback=True,  # ended in the driver's thread
        hide_parameters=True,  # names and texts never enter an exception text
    )
