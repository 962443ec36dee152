"""Control's step before it starts: a database of an earlier version is brought up to date, which may take many minutes.

The supervisor is told, so that the time does not count against a child that has to get ready; it waits while beats come.
"""

from __future__ import annotations

import asyncio

from telemed.heartbeat import Notifier
from telemed.launch import Launch
from telemed.layout import Layout
from telemed.store.lock import ProcessLock
from telemed.store.uncancelled import finished
from telemed.store.upgrade import is_due, upgrade


async def bring_up_to_date(orders: Launch, notifier: Notifier) -> None:
    """Upgrade when that is due; nothing otherwise. Raises DatabaseInUse, MigrationFailed, ConfigError."""
    database = Layout(orders.config).database
    if not await asyncio.to_thread(is_due, database):
        return
    lock = ProcessLock.acquire(database)
    try:
        async with notifier.busy():
            await finished(asyncio.to_thread(upgrade, database))
    finally:
        lock.release()
