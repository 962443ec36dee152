"""`telemed upgrade`: the database brought to this version, with a back-up before and a way back."""

from __future__ import annotations

import argparse
import os
from datetime import UTC, datetime
from pathlib import Path

from telemed import exits, logs
from telemed.backup.make import Order
from telemed.cli.backup import noted_backup, program_version
from telemed.cli.installation import layout_of
from telemed.config import load
from telemed.errors import ConfigError
from telemed.layout import Layout
from telemed.store.lock import ProcessLock
from telemed.store.migrate import head, knows
from telemed.store.snapshot import facts
from telemed.store.upgrade import upgrade


def run(chosen: argparse.Namespace) -> int:
    """Say what is needed; do it unless `--check`. Raises DatabaseInUse while the server runs, MigrationFailed."""
    logs.configure("cli", "warning")
    layout = layout_of(chosen)
    if not layout.database.is_file():
        raise ConfigError("There is no database in the directory of this installation. Name the right --config.")
    present, wanted = facts(layout.database).revision, head()
    if not knows(present):
        raise ConfigError("This database was written by a later version of telemed. Update the program.", code="database_newer")
    if present == wanted:
        print(f"The database is up to date (revision {present}).")
        return exits.OK
    if chosen.check:
        print(f"The database has revision {present}, this version needs {wanted}: `telemed upgrade`, or the next start, does it.")
        return exits.FAILED
    lock = ProcessLock.acquire(layout.database)  # told before the back-up, not after
    lock.release()
    _back_up(chosen, layout)
    lock = ProcessLock.acquire(layout.database)
    try:
        done = upgrade(layout.database)
    finally:
        lock.release()
    print(f"Upgraded the database from revision {done.before} to {done.after}. As it was before it lies in {done.copy}.")
    return exits.OK


def _back_up(chosen: argparse.Namespace, layout: Layout) -> None:
    """A whole back-up where one is set up; the copy of the database is made in any case."""
    config = layout.config
    if chosen.var is not None or not (config.backup.directory and config.backup.recipient):
        return
    text = chosen.config.read_text("utf-8")
    now = datetime.now(UTC)
    config = load(chosen.config, os.environ)
    order = Order(config, text, Path(config.backup.directory), config.backup.recipient, program_version(), now)
    print(f"Wrote {noted_backup(layout, order).archive}.")
