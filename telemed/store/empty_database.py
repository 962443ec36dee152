"""The file of an SQLite database that holds tables and nothing else."""

from __future__ import annotations

import contextlib
import sqlite3


def empty_database(schema: str) -> bytes:
    """Its content, for the statements of `schema`. Raises sqlite3.Error when they are none."""
    with contextlib.closing(sqlite3.connect(":memory:")) as database:
        database.executescript(schema)
        return database.serialize()
