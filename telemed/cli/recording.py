"""What the commands about recordings share: one way to ask, whether the server runs or not."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from typing import Any

from telemed.cli.installation import Work, layout_of, run_there
from telemed.clock import SystemClock
from telemed.ids import new_id
from telemed.layout import Layout
from telemed.operation.audit_key import ensure_key
from telemed.operation.recording_checks import RecordingChecks
from telemed.operation.recordings import open_vault
from telemed.store import Store


def ask(chosen: argparse.Namespace, operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Have the running server answer, or the installation itself when none runs. Raises TelemedError."""
    layout = layout_of(chosen)
    return run_there(layout, operation, arguments, _directly(layout, operation, arguments))


def every(chosen: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """All recordings, page by page. Raises TelemedError."""
    after = ""
    while True:
        page = ask(chosen, "recording_list", {"after": after})
        yield from page["recordings"]
        if page["next"] is None:
            return
        after = page["next"]


def _directly(layout: Layout, operation: str, arguments: dict[str, Any]) -> Work:
    async def work(store: Store, _: datetime) -> dict[str, Any]:
        clock = SystemClock()
        key = await asyncio.to_thread(ensure_key, layout)
        vault = open_vault(layout, store, clock, key.public_key())
        try:
            checks = RecordingChecks(layout, store, vault, clock, new_id("srv"))
            run: Callable[[dict[str, Any]], Awaitable[dict[str, Any]]] = checks.operations()[operation]
            return await run(arguments)
        finally:
            await asyncio.to_thread(vault.close)

    return work
