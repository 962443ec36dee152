"""Copies of the database for a back-up, in the installation's own directory: as private as the database itself."""

from __future__ import annotations

import secrets
import time
from pathlib import Path

from telemed.files import make_private_directory
from telemed.layout import Layout
from telemed.store.snapshot import SnapshotFacts, take_snapshot

PREFIX = "snapshot-"
STALE_SECONDS = 24 * 3600.0  # left behind by a back-up that was killed


def snapshot_beside(layout: Layout) -> tuple[Path, SnapshotFacts]:
    """Copy the database into the directory for work. Blocking. Whoever calls removes the copy. Raises ConfigError, OSError."""
    directory = make_private_directory(layout.work)
    for old in directory.glob(f"{PREFIX}*"):
        if time.time() - old.stat().st_mtime > STALE_SECONDS:
            old.unlink(missing_ok=True)
    copy = directory / f"{PREFIX}{secrets.token_hex(8)}.sqlite3"
    return copy, take_snapshot(layout.database, copy)
