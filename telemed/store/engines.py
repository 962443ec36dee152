"""How SQLite is opened: one writer, a few readers, every transaction begun by us.

The driver stays in autocommit; we emit BEGIN. (Left to itself the driver begins late, and a transaction that reads before
it writes then fails or numbers rows twice.) Figures: reliability measurements in docs/operations.md.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

BUSY_TIMEOUT_MS = 5000  # another process that reads (a backup, a shell) may hold a lock this long
READERS = 4  # concurrent read transactions; more would only queue on two cores
READER_WAIT_SECONDS = 10.0  # for a free reader, then Unavailable

_EVERY_CONNECTION = (
    f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}",
    "PRAGMA foreign_keys=ON",
    "PRAGMA trusted_schema=OFF",  # a tampered schema cannot call functions with side effects
)
_WRITER = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # a committed audit row survives power loss
    "PRAGMA secure_delete=ON",  # deleted text is overwritten
)
_READER = (
    "PRAGMA query_only=ON",
    "PRAGMA wal_autocheckpoint=0",  # only the writer moves the log into the file
)


def writer_engine(path: Path, opened: Callable[[sqlite3.Connection], None]) -> AsyncEngine:
    """Return the engine that opens the one writing connection and tells `opened` of it. `writer` begins the transactions."""

    def connection(*arguments: Any, **options: Any) -> sqlite3.Connection:
        made = sqlite3.Connection(*arguments, **options)
        opened(made)
        return made

    return _engine(path, _EVERY_CONNECTION + _WRITER, connections=1, factory=connection)


def reader_engine(path: Path) -> AsyncEngine:
    """Return the engine for reading: snapshots that cannot write."""
    engine = _engine(path, _EVERY_CONNECTION + _READER, connections=READERS)
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _engine(path: Path, pragmas: tuple[str, ...], connections: int, **connect: Any) -> AsyncEngine:
    engine = create_async_engine(
        URL.create("sqlite+aiosqlite", database=str(path)),
        poolclass=AsyncAdaptedQueuePool,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=READER_WAIT_SECONDS,
        pool_reset_on_return=None,  # the store ends every transaction itself
        connect_args={"isolation_level": None, "timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False, **connect},
        hide_parameters=True,  # names and texts never enter an exception text
    )

    def set_pragmas(driver_connection: Any, _record: object) -> None:
        cursor = driver_connection.cursor()
        for pragma in pragmas:
            cursor.execute(pragma)
        cursor.close()

    event.listen(engine.sync_engine, "connect", set_pragmas)
    return engine
