"""Working on an installation from the command line: through the running server's admin socket, or directly when none runs."""

from __future__ import annotations

import argparse
import asyncio
import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from telemed import logs
from telemed.admin.client import ask
from telemed.config import Config, Secrets, load
from telemed.config.model import Store as StoreSettings
from telemed.errors import ConfigError
from telemed.files import make_private_directory
from telemed.launch import admin_socket
from telemed.layout import Layout
from telemed.store import Store
from telemed.store.lock import DatabaseInUse

DEMO_KEY = "installation.key"
Work = Callable[[Store, datetime], Awaitable[dict[str, Any]]]


def layout_of(chosen: argparse.Namespace) -> Layout:
    """The installation that `--config` or `--var` names. Raises ConfigFaults."""
    if chosen.var is not None:
        root = chosen.var.resolve()
        return Layout(Config(store=StoreSettings(directory=str(root)), secrets=_demo_secrets(root / DEMO_KEY)))
    return Layout(load(chosen.config, os.environ))


def _demo_secrets(key: Path) -> Secrets:
    """The key of a demo, made at its first start."""
    return Secrets(installation_key=key.read_text("ascii").strip()) if key.is_file() else Secrets()


def run_there(layout: Layout, operation: str, arguments: dict[str, Any], directly: Work) -> dict[str, Any]:
    """Run `operation` in the server that holds the database; without one, run `directly` on the database itself.

    Raises TelemedError, whoever refused.
    """
    if not layout.root.is_dir():
        raise ConfigError("The directory of this installation is not there. Run `telemed init`, or name the right --config.")
    logs.configure("cli", "warning")
    try:
        return asyncio.run(on_database(layout, directly))
    except DatabaseInUse:
        return ask(admin_socket(layout.run), operation, arguments)


async def on_database(layout: Layout, work: Work) -> dict[str, Any]:
    """Open the database, work, close it. Raises DatabaseInUse."""
    make_private_directory(layout.root)
    store = await Store.open(layout.database)
    try:
        return await work(store, datetime.now(UTC))
    finally:
        await store.close()
