"""The nightly back-up: one a day after the configured hour, old ones removed, tried again when it failed."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

from telemed.backup import places
from telemed.backup.make import Made, Order, make_backup
from telemed.care.audit_actions import AuditAction
from telemed.config import Backup
from telemed.errors import TelemedError
from telemed.layout import Layout
from telemed.operation.snapshots import snapshot_beside

LOOK_SECONDS = 60.0
RETRY = timedelta(hours=1)  # after a failure
NICENESS = 10  # of the thread: hashing and sealing go behind everything that people wait for
log = logging.getLogger(__name__)


def is_due(settings: Backup, newest: datetime | None, now: datetime) -> bool:
    """Whether the back-up of the running day (which begins at the configured hour, UTC) is still to be made."""
    if not settings.directory or not settings.recipient:
        return False
    begins = now.astimezone(UTC).replace(hour=settings.hour, minute=0, second=0, microsecond=0)
    if begins > now:
        begins -= timedelta(days=1)
    return newest is None or newest < begins


async def _never() -> datetime | None:
    """Stand-in for an installation without recordings."""
    return None


class NightlyBackup:
    """Owns its task. `order` makes the order from the present settings; it may read the configuration file and block.

    `note` writes what came of it into the audit trail; it must not fail. `erased` tells when a recording was erased last:
    archives of keys from before then still hold its key, and go once there is a newer one.
    """

    def __init__(
        self,
        settings: Callable[[], Backup],
        order: Callable[[datetime], Order],
        note: Callable[[AuditAction, str], Awaitable[None]],
        erased: Callable[[], Awaitable[datetime | None]] = _never,
    ) -> None:
        self._settings = settings
        self._erased = erased
        self._order = order
        self._note = note
        self._not_before = datetime.min.replace(tzinfo=UTC)
        self._task: asyncio.Task[None] | None = None
        self.failures = 0

    def start(self) -> None:
        """Look every minute."""
        self._task = asyncio.get_running_loop().create_task(self._run(), name="nightly-backup")

    async def close(self) -> None:
        """Stop looking. A back-up under way goes on in its thread until the process ends; it leaves nothing half done."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def look(self, now: datetime) -> bool:
        """Make the back-up when it is due; whether one was made."""
        settings = self._settings()
        newest = await asyncio.to_thread(self.newest)
        if now < self._not_before or not is_due(settings, newest, now):
            return False
        try:
            made = await _in_own_thread(lambda: self._make(now))
        except (TelemedError, OSError):
            self.failures += 1
            self._not_before = now + RETRY
            log.exception("the nightly back-up failed")
            await self._note(AuditAction.BACKUP_FAILED, places.backup_id(now))
            return False
        await self._note(AuditAction.BACKUP_MADE, places.backup_id(now))
        removed = await asyncio.to_thread(places.prune, Path(settings.directory), now, settings.keep_days)
        removed += await self._forget_keys(Path(settings.directory))
        log.info("back-up made bytes=%d audit_rows=%d removed=%d", made.size, made.facts.audit_rows, removed)
        return True

    async def _forget_keys(self, directory: Path) -> int:
        try:
            erased = await self._erased()
        except TelemedError:
            return 0  # the next night sees it
        return 0 if erased is None else await asyncio.to_thread(places.prune_keys, directory, erased)

    def newest(self) -> datetime | None:
        """When the newest back-up was made. Blocking."""
        directory = self._settings().directory
        return places.newest(Path(directory)) if directory else None

    def _make(self, now: datetime) -> Made:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
        order = self._order(now)
        layout = Layout(order.config)
        return make_backup(order, lambda: snapshot_beside(layout))

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await self.look(datetime.now(UTC))


async def _in_own_thread(work: Callable[[], Made]) -> Made:
    """Run `work` in a thread that ends with it: its low priority cannot be raised again for another use."""
    pool = ThreadPoolExecutor(1, thread_name_prefix="backup")
    try:
        return await asyncio.get_running_loop().run_in_executor(pool, work)
    finally:
        pool.shutdown(wait=False)
