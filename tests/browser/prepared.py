"""What the first start of a demo makes: its key, its tables, its people. Made once for a whole run and copied for each server.

A start on a copy takes a processor a second less than one on an empty directory, and a run starts more than a hundred servers.
That an empty directory will do is shown by tests/adapters/ops, and benches measure such a start: their servers get none of this.
"""

from __future__ import annotations

import asyncio
import atexit
import functools
import pathlib
import shutil
import tempfile
from typing import Any

from telemed.clock import SystemClock
from telemed.config import Config
from telemed.demo import demo_config
from telemed.layout import Layout
from telemed.provision import provide_demo
from telemed.sealing import derive_key
from telemed.store import Store
from telemed.store.sealed_values import KEY_PURPOSE
from tests.browser.server import Server, start_server


async def start_prepared_server(folder: pathlib.Path, *arguments: str, **more: Any) -> Server:
    """As `start_server`, on a demo that has its people and was never served. Nothing may have been served in `folder`."""
    await prepare(folder)
    return await start_server(folder, *arguments, **more)


async def prepare(folder: pathlib.Path) -> pathlib.Path:
    """Only the directory, for who puts more into it before it is served; returns it."""
    await asyncio.to_thread(lambda: shutil.copytree(_prepared(), folder / "var"))  # a thread has no loop of its own yet
    return folder / "var"


@functools.cache
def _prepared() -> pathlib.Path:
    """The directory to copy; it goes with this process."""
    directory = pathlib.Path(tempfile.mkdtemp(prefix="telemed-demo-"))
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    asyncio.run(_furnish(demo_config(directory / "var", 0, None)))
    return directory / "var"


async def _furnish(config: Config) -> None:
    """As control does at its start."""
    layout = Layout(config)
    store = await Store.open(layout.database, derive_key(config.secrets.installation_key.encode(), KEY_PURPOSE))
    try:
        await provide_demo(store, config.clinic, layout.demo_accounts, SystemClock().utcnow())
    finally:
        await store.close()
