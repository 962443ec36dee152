"""The database of one installation: opened once by the control process (or a CLI command while it does not run)."""

from __future__ import annotations

import asyncio
import secrets
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from time import perf_counter

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection

from telemed.care.audit_chain import Head, Verdict
from telemed.errors import Conflict, Unavailable
from telemed.sealing import KEY_BYTES
from telemed.store.audit_check import verify_trail
from telemed.store.connection import ReaderSql, SqlConnection
from telemed.store.engines import reader_engine
from telemed.store.lock import ProcessLock, private_file
from telemed.store.sealed_values import SealedValues
from telemed.store.transaction import StoreTransaction
from telemed.store.uncancelled import finished
from telemed.store.upgrade import upgrade
from telemed.store.writer import Writer

WRITER_WAIT_SECONDS = 10.0  # for one's turn to write; a transaction takes a few milliseconds


class Store:
    """Owns the process lock, the writer and the readers. `open` makes one, `close` ends it."""

    def __init__(self, path: Path, lock: ProcessLock, values_key: bytes) -> None:
        self.path = path
        self._sealed = SealedValues(values_key)
        self._lock = lock
        self._writer = Writer(path)
        self._readers = reader_engine(path)
        self._turn = asyncio.Lock()  # first come, first served
        self._closed = False  # no more transactions
        self._ended = False
        self.on_write: Callable[[float], None] = lambda _: None  # told the seconds of each write transaction

    @classmethod
    async def open(cls, path: Path, values_key: bytes | None = None) -> Store:
        """Open or create the database at `path` and migrate it.

        `values_key` seals the values of messages; without one, a key of this store alone does: nobody else sends what it queues.

        Raises ConfigError: DatabaseInUse while another process has it open, `database_newer` when a later version wrote it,
        `database_unreadable` when it is no database of ours or its place cannot be written, MigrationFailed when it could not be
        brought up to date and was put back.
        """
        lock = ProcessLock.acquire(path)
        try:
            private_file(path)
            await finished(asyncio.to_thread(upgrade, path))
            store = cls(path, lock, values_key or secrets.token_bytes(KEY_BYTES))
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
        """Wait for the running write, close all connections, give the lock back. Once closed, it does nothing."""
        self._closed = True
        async with self._turn:
            if self._ended:
                return
            # Readers first: the last connection to close moves the log into the file, and that is the writer's work.
            await finished(self._readers.dispose())
            await self._writer.close()
            self._lock.release()
            self._ended = True

    @asynccontextmanager
    async def write(self) -> AsyncIterator[StoreTransaction]:
        """One write transaction (BEGIN IMMEDIATE): commits at the end, rolls back on any exception or cancellation.

        Raises Unavailable when the turn does not come in 10 s or the database fails, Conflict when a constraint refuses a row.
        """
        await self._take_turn()
        begun = perf_counter()
        try:
            async with _translated(), self._writer.transaction() as sql:
                yield StoreTransaction(sql, self._sealed)
        finally:
            self._turn.release()
            self.on_write(perf_counter() - begun)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[StoreTransaction]:
        """A consistent snapshot beside the writer; writing in it raises Unavailable. Raises Unavailable."""
        if self._closed:
            raise Unavailable()
        async with _translated(), self._snapshot() as sql:
            yield StoreTransaction(sql, self._sealed)

    async def verify_audit(self, known: Iterable[Head] = ()) -> Verdict:
        """Check the whole audit trail against its hashes, its head and heads kept elsewhere, in one snapshot."""
        async with self.read() as tx:
            return await verify_trail(tx.audit, known)

    async def has_demo_accounts(self) -> bool:
        """Whether this database was ever set up as a demo."""
        async with self.read() as tx:
            organisation = await tx.organisations.first()
            return (organisation is not None and organisation.is_demo) or await tx.users.any_demo()

    async def integrity_check(self) -> list[str]:
        """Return what SQLite finds wrong with the file; empty when it is sound. Reads the whole file."""
        async with self._snapshot() as sql:
            rows = await sql.rows(text("PRAGMA integrity_check"))
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
        async with self._writer.transaction(), self._snapshot():
            pass

    @asynccontextmanager
    async def _snapshot(self) -> AsyncIterator[SqlConnection]:
        """A reader's connection inside BEGIN; every step runs to its end (see `uncancelled`)."""
        connection = self._readers.connect()
        try:
            await finished(_begin(connection))
            yield ReaderSql(connection)
            await finished(connection.commit())
        finally:
            # Rolls back what was not committed; after a commit there is nothing to roll back.
            await finished(connection.close())


async def _begin(connection: AsyncConnection) -> None:
    await connection.start()
    await connection.begin()


@asynccontextmanager
async def _translated() -> AsyncIterator[None]:
    """Errors of the database as ours."""
    try:
        yield
    except (IntegrityError, sqlite3.IntegrityError) as error:
        raise Conflict("This contradicts what is stored.") from error
    except (DBAPIError, sqlite3.Error, PoolTimeout) as error:
        raise Unavailable("The database is not available.") from error
