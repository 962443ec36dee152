"""Bringing a database of an earlier version up to date, with a copy beside it that is put back when that fails."""

from __future__ import annotations

import logging
import os
import secrets
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from telemed.care.audit_actions import AuditAction
from telemed.errors import ConfigError
from telemed.store.audit_note import append
from telemed.store.migrate import SCRIPTS, head, knows, migrate
from telemed.store.snapshot import facts, settle, take_snapshot

KEPT_COPIES = 3  # of databases before an upgrade
COPIES = "work"  # directory beside the database
PREFIX = "before-upgrade-"
log = logging.getLogger(__name__)


class MigrationFailed(ConfigError):
    """The database could not be brought up to date; it is as it was before. Starting again is no use."""

    code = "migration_failed"


@dataclass(frozen=True, slots=True)
class Upgraded:
    """From which revision to which; equal when nothing was to be done. `copy` is the file as it was before, None without one."""

    before: str
    after: str
    copy: Path | None = None


def upgrade(database: Path, scripts: Path = SCRIPTS) -> Upgraded:
    """Run the missing migrations. Blocking. For whoever holds the process lock only.

    A database that already has tables is copied first; the newest three copies are kept. Raises MigrationFailed, ConfigError.
    """
    revision = facts(database).revision if database.exists() and database.stat().st_size else ""
    target = head(scripts)
    if revision == target:
        return Upgraded(revision, target)
    if not revision or not knows(revision, scripts):
        migrate(database, scripts)  # makes the tables, or says that the database is newer
        return Upgraded(revision, target)
    settle(database)  # an empty log cannot be lost with it
    copy = _copy_path(database, revision, target)
    _prune(copy.parent, KEPT_COPIES - 1)  # first: one that fails again and again must not fill the disk
    take_snapshot(database, copy)
    log.info("database upgrade begins from=%s to=%s", revision, target)
    try:
        migrate(database, scripts, _note(revision, target))
    except Exception as error:  # migrations are programs: whatever breaks in one, the database goes back
        _put_back(copy, database)
        raise MigrationFailed(
            f"The database could not be brought from revision {revision} to {target}. It is as it was before: "
            f"start the version that was used until now. A copy is kept as {COPIES}/{copy.name}."
        ) from error
    log.info("database upgrade done to=%s", target)
    return Upgraded(revision, target, copy)


def is_due(database: Path, scripts: Path = SCRIPTS) -> bool:
    """Whether `upgrade` has tables to change, which may take long. Blocking. Raises ConfigError."""
    if not database.exists() or not database.stat().st_size:
        return False
    revision = facts(database).revision
    return revision not in ("", head(scripts)) and knows(revision, scripts)


def _note(before: str, after: str) -> Callable[[sqlite3.Connection], None]:
    """The row that says so, in the very transaction of the upgrade."""

    def note(connection: sqlite3.Connection) -> None:
        append(connection, AuditAction.DATABASE_UPGRADED, f"rev_{before}-{after}", datetime.now(UTC))

    return note


def _copy_path(database: Path, revision: str, target: str) -> Path:
    directory = database.parent / COPIES
    directory.mkdir(mode=0o700, exist_ok=True)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    return directory / f"{PREFIX}{stamp}-{revision}-to-{target}-{secrets.token_hex(2)}.sqlite3"


def _put_back(copy: Path, database: Path) -> None:
    """The copy takes the database's place, its log goes. The copy itself stays for whoever looks into the failure."""
    fresh = database.with_name(f".{database.name}.{secrets.token_hex(4)}")
    shutil.copyfile(copy, fresh)
    fresh.chmod(0o600)
    descriptor = os.open(fresh, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    for suffix in ("-wal", "-shm"):
        Path(f"{database}{suffix}").unlink(missing_ok=True)
    os.replace(fresh, database)


def _prune(directory: Path, kept: int) -> None:
    copies = sorted(directory.glob(f"{PREFIX}*.sqlite3"))
    for old in copies[:-kept]:
        old.unlink(missing_ok=True)
