"""Watches the disk of the installation: says when it gets full, and lets nothing new begin before it is."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from telemed.care.admission import Admission
from telemed.config import Limits

PERIOD = 15.0  # seconds; at 10 recordings of 1.5 Mbit/s 30 MB come in that time
MEGABYTE = 1024**2
log = logging.getLogger(__name__)


class DiskLevel(StrEnum):
    """How full it is."""

    OK = "ok"
    LOW = "low"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class DiskState:
    """Bytes of the file system, and what they mean."""

    free: int
    total: int
    level: DiskLevel


def judge(free: int, total: int, limits: Limits) -> DiskLevel:
    """What `free` bytes of `total` mean under these limits."""
    percent = 100.0 * free / total if total else 0.0
    if percent < limits.disk_refuse_percent or free < limits.disk_refuse_megabytes * MEGABYTE:
        return DiskLevel.FULL
    return DiskLevel.LOW if percent < limits.disk_warn_percent else DiskLevel.OK


class DiskGuard:
    """Sets `admission.disk_full`. Owns its task; `limits` gives the present settings."""

    def __init__(self, directory: Path, limits: Callable[[], Limits], admission: Admission) -> None:
        self._directory = directory
        self._limits = limits
        self._admission = admission
        self._task: asyncio.Task[None] | None = None
        self.state = DiskState(0, 0, DiskLevel.OK)

    def start(self) -> None:
        """Look now, and every PERIOD. Raises OSError when the directory is not there."""
        self.look()
        self.follow()

    def follow(self) -> None:
        """Look every PERIOD from now on, whether there is anything to look at so far or not."""
        self._task = asyncio.get_running_loop().create_task(self._run(), name="disk-guard")

    async def close(self) -> None:
        """Stop looking."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def look(self) -> DiskState:
        """Look at the disk and act on what is there."""
        usage = shutil.disk_usage(self._directory)
        level = judge(usage.free, usage.total, self._limits())
        if level is not self.state.level:
            log.log(_LOUDNESS[level], "disk level=%s free_mb=%d", level.value, usage.free // MEGABYTE)
        self.state = DiskState(usage.free, usage.total, level)
        self._admission.disk_full = level is DiskLevel.FULL
        return self.state

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(PERIOD)
            try:
                self.look()
            except OSError:
                log.warning("the disk could not be looked at", exc_info=True)


_LOUDNESS = {DiskLevel.OK: logging.INFO, DiskLevel.LOW: logging.WARNING, DiskLevel.FULL: logging.ERROR}
