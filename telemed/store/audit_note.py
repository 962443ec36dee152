"""A row of the audit trail about the database itself, written where no store is open: beside a migration, after a restore."""

from __future__ import annotations

import dataclasses
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from telemed.care import audit_chain
from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.identity import SYSTEM
from telemed.care.records import AuditRow
from telemed.errors import ConfigError
from telemed.store.columns import time_text

BUSY_SECONDS = 10.0
_NAMES = tuple(field.name for field in dataclasses.fields(AuditRow))
_COLUMNS = ", ".join(_NAMES)
_LAST = f"SELECT {_COLUMNS} FROM audit ORDER BY sequence DESC LIMIT 1"  # noqa: S608 - names of our own record
_INSERT = f"INSERT INTO audit ({_COLUMNS}) VALUES ({', '.join('?' * len(_NAMES))})"  # noqa: S608 - as above


def append(connection: sqlite3.Connection, action: AuditAction, object_id: str, at: datetime) -> None:
    """Add a row of the server's own after the last, within the transaction that is open. Raises sqlite3.Error, ValueError."""
    found = connection.execute(_LAST).fetchone()
    bare = AuditRow(
        sequence=0,
        at=time_text(at),
        actor=SYSTEM.id,
        role=SYSTEM.role,
        action=action.value,
        object_id=object_id,
        outcome=AuditOutcome.DONE.value,
        previous_hash="",
        hash="",
    )
    row = audit_chain.chained(bare, AuditRow(*found) if found else None)
    connection.execute(_INSERT, [getattr(row, name) for name in _NAMES])
    head = (row.sequence, row.hash)
    if connection.execute("UPDATE audit_head SET sequence = ?, hash = ? WHERE id = 1", head).rowcount == 0:
        connection.execute("INSERT INTO audit_head (id, sequence, hash) VALUES (1, ?, ?)", head)


def append_to_file(database: Path, action: AuditAction, object_id: str, at: datetime) -> None:
    """The same in a transaction of its own. Blocking; for whoever holds the process lock, or has the file to itself.

    Raises ConfigError `database_unreadable`.
    """
    uri = f"{database.resolve().as_uri()}?mode=rw"  # never a new file
    try:
        with closing(sqlite3.connect(uri, uri=True, isolation_level=None, timeout=BUSY_SECONDS)) as connection:
            connection.execute("PRAGMA trusted_schema=OFF")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("BEGIN IMMEDIATE")
            append(connection, action, object_id, at)
            connection.execute("COMMIT")
    except sqlite3.Error as error:
        raise ConfigError("The audit trail cannot be written. Is the database sound?", code="database_unreadable") from error
