"""A consistent copy of the database file while others write to it, and what such a copy holds.

SQLite's online backup in one step: a copy in small steps begins anew with every write of another connection and need never end.
It reads one snapshot of the write-ahead log, so writers go on (100 MB: 0.4 s, longest wait of a writer 35 ms).
"""

from __future__ import annotations

import dataclasses
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from telemed.care.audit_chain import GENESIS, Head, Verdict, Verifier
from telemed.care.records import AuditRow
from telemed.errors import ConfigError
from telemed.store.audit_check import with_head
from telemed.store.lock import FILE_MODE

BUSY_SECONDS = 10.0
PAGE_ROWS = 1000  # audit rows read at once
_COLUMNS = ", ".join(field.name for field in dataclasses.fields(AuditRow))


@dataclass(frozen=True, slots=True)
class SnapshotFacts:
    """What a database file holds: its schema's revision, and the end of its audit trail."""

    revision: str  # "" for a database without tables
    audit_rows: int
    audit_hash: str  # "" without rows
    size: int  # bytes


def take_snapshot(database: Path, target: Path) -> SnapshotFacts:
    """Copy `database` into the new file `target` (0600), every commit so far included. Blocking: call in a thread.

    Raises ConfigError `database_unreadable`, FileExistsError, OSError.
    """
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, FILE_MODE))
    try:
        with closing(_connect(database)) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, no log beside it
        _sync(target)
        return facts(target)
    except sqlite3.Error as error:
        target.unlink(missing_ok=True)
        raise ConfigError("The database cannot be copied. Is it sound, and is there room?", code="database_unreadable") from error
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def facts(database: Path) -> SnapshotFacts:
    """Return revision and audit head of a database file. Raises ConfigError `database_unreadable`."""
    try:
        with closing(_connect(database)) as connection:
            revision = _one(connection, "alembic_version", "SELECT version_num FROM alembic_version")
            last = _row(connection, "audit", "SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1")
    except sqlite3.Error as error:
        raise _unreadable(error) from error
    rows, last_hash = (int(last[0]), str(last[1])) if last else (0, "")
    return SnapshotFacts(revision, rows, last_hash, database.stat().st_size)


def settle(database: Path) -> None:
    """Move what stands in the write-ahead log into the file, so that the file alone is all. Does nothing to a damaged one.

    For whoever holds the process lock only.
    """
    try:
        with closing(sqlite3.connect(database, timeout=BUSY_SECONDS)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error:
        return


def faults(database: Path) -> list[str]:
    """Return what `integrity_check` and `foreign_key_check` say; empty for a sound file. Reads all of it."""
    try:
        with closing(_connect(database)) as connection:
            said = [str(row[0]) for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
            broken = connection.execute("PRAGMA foreign_key_check").fetchone()
            return [*said, *(["a reference leads nowhere"] if broken else [])]
    except sqlite3.DatabaseError:
        return ["it is no database"]


def verify_file(database: Path, known: Iterable[Head] = ()) -> Verdict:
    """Check the audit trail in a database file that nobody writes to: hashes, own head, and heads kept elsewhere.

    Raises ConfigError `database_unreadable`.
    """
    verifier = Verifier(known)
    try:
        with closing(_connect(database)) as connection:
            all(verifier.add(page) for page in _audit_pages(connection))  # up to the first fault
            head = _row(connection, "audit_head", "SELECT sequence, hash FROM audit_head")
    except sqlite3.Error as error:
        raise _unreadable(error) from error
    return with_head(verifier.verdict(), (int(head[0]), str(head[1])) if head else (0, GENESIS))


def _audit_pages(connection: sqlite3.Connection) -> Iterator[list[AuditRow]]:
    statement = f"SELECT {_COLUMNS} FROM audit ORDER BY sequence"  # noqa: S608 - names of our own record
    cursor = connection.execute(statement)
    while page := cursor.fetchmany(PAGE_ROWS):
        yield [AuditRow(*row) for row in page]


def _connect(database: Path) -> sqlite3.Connection:
    """A connection that reads only; it never moves the log into the file beside a server's writer."""
    connection = sqlite3.connect(f"{database.resolve().as_uri()}?mode=rw", uri=True, timeout=BUSY_SECONDS)
    connection.execute("PRAGMA wal_autocheckpoint=0")
    connection.execute("PRAGMA query_only=ON")
    connection.execute("PRAGMA trusted_schema=OFF")
    return connection


def _row(connection: sqlite3.Connection, table: str, statement: str) -> tuple[Any, ...] | None:
    """The first row of `statement`, None when there is no such table yet."""
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone() is None:
        return None
    row: tuple[Any, ...] | None = connection.execute(statement).fetchone()
    return row


def _one(connection: sqlite3.Connection, table: str, statement: str) -> str:
    row = _row(connection, table, statement)
    return str(row[0]) if row else ""


def _unreadable(error: sqlite3.Error) -> ConfigError:
    missing = isinstance(error, sqlite3.OperationalError)
    words = "The database file cannot be opened." if missing else "The file is no database of telemed's, or it is damaged."
    return ConfigError(words, code="database_unreadable")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
