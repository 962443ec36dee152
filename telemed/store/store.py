"""The database of one installation: opened once by the control process (or a CLI command while it does not run)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from telemed.care.audit_chain import Verdict
from telemed.errors import Conflict, Unavailable
from telemed.store.audit_check import verify_trail
from telemed.store.connection import SqlConnection
from telemed.store.engines import reader_engine, writer_engine
from telemed.store.lock import ProcessLock, private_file
from telemed.store.migrate import migrate
from telemed.store.transaction import StoreTransaction
from telemed.store.uncancelled import finished

WRITER_WAIT_SECONDS = 10.0  # for one's turn to write; a transaction takes a few milliseconds


class Store:
    """Owns the process lock, the writer and the readers. `open` makes one, `close` ends it."""

    def __init__(self, path: Path, lock: ProcessLock) -> None:
        self.path = path
        self._lock = lock
        self._writer = writer_engine(path)
        self._readers = reader_engine(path)
        self._turn = asyncio.Lock()  # first come, first served
        self._closed = False

    @classmethod
    async def open(cls, path: Path) -> Store:
        """Open or create the database at `path` and migrate it.

        Raises ConfigError: DatabaseInUse while another process has it open, `database_newer` when a later version wrote it,
        `database_unreadable` when it is no database of ours or its place cannot be written.
        """
        lock = ProcessLock.acquire(path)
        try:
            private_file(path)
            await finished(asyncio.to_thread(migrate, path))
            store = cls(path, lock)
        except BaseException:
            lock.release()
            raise
        try:
            await store._warm_up()
        except BaseException:
            await store.close()
            raise
        return store

    async def close(self) -> None:
        """Wait for the running write, close all connections, give the lock back. A second call does nothing."""
        if self._closed:
            return
        self._closed = True
        async with self._turn:
            # Readers first: the last connection to close moves the log into the file, and that is the writer's work.
            await finished(self._readers.dispose())
            await finished(self._writer.dispose())
        self._lock.release()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[StoreTransaction]:
        """One write transaction (BEGIN IMMEDIATE): commits at the end, rolls back on any exception or cancellation.

        Raises Unavailable when the turn does not come in 10 s or the database fails, Conflict when a constraint refuses a row.
        """
        await self._take_turn()
        try:
            async with self._transaction(self._writer) as transaction:
                yield transaction
        finally:
            self._turn.release()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[StoreTransaction]:
        """A consistent snapshot beside the writer; writing in it raises Unavailable. Raises Unavailable."""
        if self._closed:
            raise Unavailable()
        async with self._transaction(self._readers) as transaction:
            yield transaction

    async def verify_audit(self) -> Verdict:
        """Check the whole audit trail against its hashes and its head, in one snapshot."""
        async with self.read() as tx:
            return await verify_trail(tx.audit)

    async def has_demo_accounts(self) -> bool:
        """Whether this database was ever set up as a demo."""
        async with self.read() as tx:
            organisation = await tx.organisations.first()
            return (organisation is not None and organisation.is_demo) or await tx.users.any_demo()

    async def integrity_check(self) -> list[str]:
        """Return what SQLite finds wrong with the file; empty when it is sound. Reads the whole file."""
        async with self._connection(self._readers) as connection:
            rows = await SqlConnection(connection).rows(text("PRAGMA integrity_check"))
            return [str(row["integrity_check"]) for row in rows if row["integrity_check"] != "ok"]

    async def _take_turn(self) -> None:
        if self._closed:
            raise Unavailable()
        try:
            async with asyncio.timeout(WRITER_WAIT_SECONDS):
                await self._turn.acquire()
        except TimeoutError:
            raise Unavailable("The database is busy.") from None
        if self._closed:
            self._turn.release()
            raise Unavailable()

    async def _warm_up(self) -> None:
        """Open a connection of each engine, so that a wrong file is told at start."""
        async with self._connection(self._writer), self._connection(self._readers):
            pass

    @asynccontextmanager
    async def _transaction(self, engine: AsyncEngine) -> AsyncIterator[StoreTransaction]:
        """Repositories inside one transaction, its errors translated."""
        try:
            async with self._connection(engine) as connection:
                yield StoreTransaction(SqlConnection(connection))
        except IntegrityError as error:
            raise Conflict("This contradicts what is stored.") from error
        except (DBAPIError, PoolTimeout) as error:
            raise Unavailable("The database is not available.") from error

    @asynccontextmanager
    async def _connection(self, engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        """A connection inside BEGIN; every step runs to its end (see `uncancelled`)."""
        connection = engine.connect()
        try:
            await finished(_begin(connection))
            yield connection
            await finished(connection.commit())
        finally:
            # Rolls back what was not committed; after a commit there is nothing to roll back.
            await finished(connection.close())


async def _begin(connection: AsyncConnection) -> None:
    await connection.start()
    await connection.begin()
