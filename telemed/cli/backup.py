"""`telemed backup`: one archive of everything but the keys, and one of the keys."""

from __future__ import annotations

import argparse
import os
import time
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from telemed import exits, logs
from telemed.admin.client import ask
from telemed.backup import places
from telemed.backup.make import Made, Order, make_backup
from telemed.care.audit_actions import AuditAction
from telemed.cli.backup_note import note_backup
from telemed.cli.installation import layout_of
from telemed.config import Config, load
from telemed.errors import ConfigError, ProtocolError, TelemedError, Unavailable
from telemed.launch import admin_socket
from telemed.layout import Layout
from telemed.operation.snapshots import snapshot_beside
from telemed.store.lock import DatabaseInUse, ProcessLock
from telemed.store.snapshot import SnapshotFacts


def run(chosen: argparse.Namespace) -> int:
    """Write the back-up and say what it holds. Works while the server runs and while it does not."""
    logs.configure("cli", "warning")
    config, text = _configuration(chosen)
    layout = Layout(config)
    if not layout.database.is_file():
        raise ConfigError("There is no database in the directory of this installation. Name the right --config.")
    started = time.monotonic()
    made = noted_backup(layout, _order(chosen, config, text))
    _tell(made, time.monotonic() - started)
    places.prune(made.archive.parent, datetime.now(UTC), config.backup.keep_days)
    return exits.OK


def noted_backup(layout: Layout, order: Order) -> Made:
    """Make the back-up and write into the audit trail what came of it. Raises as `make_backup`, and when that is not possible."""
    try:
        made = make_backup(order, lambda: snapshot_of(layout))
    except (TelemedError, OSError):
        with suppress(TelemedError):  # the first failure is the one to tell
            note_backup(layout, AuditAction.BACKUP_FAILED, order.now)
        raise
    try:
        note_backup(layout, AuditAction.BACKUP_MADE, order.now)
    except TelemedError as error:
        raise Unavailable(f"{made.archive} is written, but the audit trail could not be told of it. {error.message}") from error
    return made


def snapshot_of(layout: Layout) -> tuple[Path, SnapshotFacts]:
    """A copy of the database: by the running server, or taken here when none runs. Raises ConfigError, Unavailable."""
    try:
        lock = ProcessLock.acquire(layout.database)
    except DatabaseInUse:
        return _asked(ask(admin_socket(layout.run), "snapshot", {}), layout)
    try:
        return snapshot_beside(layout)
    finally:
        lock.release()


def _asked(answer: dict[str, object], layout: Layout) -> tuple[Path, SnapshotFacts]:
    try:
        name = str(answer.pop("name"))
        return layout.work / Path(name).name, SnapshotFacts(**answer)  # type: ignore[arg-type]
    except (KeyError, TypeError) as error:
        raise ProtocolError("The running server is of another version. Restart it, then back up.") from error


def _configuration(chosen: argparse.Namespace) -> tuple[Config, str]:
    if chosen.var is not None:
        return layout_of(chosen).config, ""
    return load(chosen.config, os.environ), chosen.config.read_text("utf-8")


def _order(chosen: argparse.Namespace, config: Config, text: str) -> Order:
    directory = chosen.to or (Path(config.backup.directory) if config.backup.directory else None)
    if directory is None:
        raise ConfigError("Where to? Set backup.directory, or say --to DIR. Best is a disk of another machine.")
    if not config.backup.recipient and not chosen.unencrypted:
        raise ConfigError(
            "There is no recovery key to seal the back-up with. Make one with `telemed recovery key`, or say --unencrypted."
        )
    recipient = "" if chosen.unencrypted else config.backup.recipient
    return Order(config, text, directory.resolve(), recipient, program_version(), datetime.now(UTC))


def _tell(made: Made, seconds: float) -> None:
    print(f"Wrote {made.archive} ({made.size / 1e6:.1f} MB, {seconds:.1f} s; audit trail up to row {made.facts.audit_rows}).")
    if made.keys is None:
        print("It is not encrypted and holds no keys: keep it, and telemed.toml with the keys, in two safe places.")
    else:
        print(f"Wrote {made.keys} (keys). Keep it in another place than the archive; the recovery key opens both.")


def program_version() -> str:
    """The version of this program."""
    try:
        return version("telemed")
    except PackageNotFoundError:
        return "unknown"
