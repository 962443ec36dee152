"""How the server is, for its admins: checks, workers, loop lag, disk, database, back-up, messages, audit trail.

Counts, sizes and times only. Fulfils `care.clinic.ports.Health`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from telemed.care.audit_state import TrailState, TrailWatch
from telemed.care.times import iso_or_none
from telemed.config import Backup
from telemed.loop_lag import LoopLag
from telemed.operation.metrics import Figures
from telemed.operation.readiness import Check

_WORKER_COUNTS = ("rooms", "peers", "cpu_seconds")  # of what a worker tells


@dataclass(frozen=True, slots=True)
class ServerHealth:
    """Asks the parts of control. Each function is one of theirs."""

    checks: Callable[[], Awaitable[Mapping[str, Check]]]
    figures: Callable[[], Awaitable[Figures]]
    lag: LoopLag
    database: Path
    backup: Callable[[], Backup]
    trail: TrailWatch
    started_at: datetime
    version: str

    async def report(self) -> dict[str, Any]:
        """-> the `health` of GET /admin/health."""
        checks, figures, trail = await asyncio.gather(self.checks(), self.figures(), self.trail.state())
        now = datetime.now(UTC)
        settings = self.backup()
        return {
            "checks": [{"name": name, "ok": check.ok, "word": check.word} for name, check in checks.items()],
            "workers": [_worker(stats) for stats in figures.workers],
            "loop_lag": self.lag.recent,
            "disk": {"free": figures.disk_free, "total": figures.disk_total},
            "database": await asyncio.to_thread(_bytes_of, self.database),
            "recordings": dict(figures.recordings),
            "backup": {"is_set": bool(settings.directory and settings.recipient), "age": figures.backup_age},
            "outbox": dict(figures.outbox),
            "sessions": dict(figures.sessions),
            "people": dict(figures.participants),
            "sockets": dict(figures.sockets),
            "audit": _trail(trail, now),
            "uptime": (now - self.started_at).total_seconds(),
            "version": self.version,
        }


def _worker(stats: Mapping[str, Any] | None) -> dict[str, Any]:
    if stats is None:
        return {"ok": False}
    known = {name: stats[name] for name in _WORKER_COUNTS if isinstance(stats.get(name), int | float)}
    load = stats.get("load", {})
    return {"ok": True, **known, "load": load.get("level", "normal"), "pressure": load.get("pressure", 0.0)}


def _trail(trail: TrailState, now: datetime) -> dict[str, Any]:
    return {
        "rows": trail.rows,
        "complete_up_to": trail.complete_up_to or None,
        "checked_at": iso_or_none(trail.checked_at),
        "is_damaged": trail.fault_at is not None,
        "checkpoint_day": trail.checkpoint_day or None,
        "ways": [way.way.value for way in trail.deliveries],
        "warnings": [warning.value for warning in trail.warnings(now)],
    }


def _bytes_of(database: Path) -> int:
    """The database with its log."""
    return sum(path.stat().st_size for path in (database, Path(f"{database}-wal")) if path.exists())
