"""Everything control does to be run by somebody: made by `app.py` before its parts, given them as they come up."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from telemed import logs
from telemed.admin.wire import text_argument
from telemed.backup import places
from telemed.backup.make import Order
from telemed.care.admission import Admission
from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.audit_state import TrailWatch
from telemed.care.identity import SYSTEM
from telemed.config import Config, ConfigFaults
from telemed.errors import ConfigError, ProtocolError, TelemedError, Unavailable
from telemed.launch import Launch
from telemed.layout import Layout
from telemed.loop_lag import LoopLag
from telemed.operation.disk_guard import DiskGuard
from telemed.operation.drain import Drain
from telemed.operation.endpoints import Endpoints
from telemed.operation.health import ServerHealth
from telemed.operation.metrics import Figures, Metrics
from telemed.operation.nightly import NightlyBackup
from telemed.operation.readiness import Readiness
from telemed.operation.recordings import Recordings
from telemed.operation.settings import Reloaded, Settings
from telemed.operation.snapshots import snapshot_beside
from telemed.operation.stills import open_stills
from telemed.provision import provide_clinic
from telemed.sfu.client import MediaClient
from telemed.signaling.overview import announce, overview, rename_clinic, running_calls
from telemed.signaling.server import Signaling
from telemed.store import Store

AdminCall = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]
log = logging.getLogger(__name__)


class Operation:
    """Owns disk guard and nightly back-up. `start` and `close` bracket its life; `before_stop` drains."""

    def __init__(self, orders: Launch, version: str, server_id: str) -> None:
        self._orders = orders
        self._server_id = server_id  # of this run, as the audit trail knows it
        self._version = version
        self._started_at = datetime.now(UTC)
        self.admission = Admission()
        self.metrics = Metrics()
        self.settings = Settings(orders.config, Path(orders.config_path) if orders.config_path else None)
        self.settings.on_reload(lambda config: logs.set_level(config.logging.level, config.logging.format))
        directory = Path(orders.config.store.directory)
        self.disk = DiskGuard(directory, lambda: self.settings.current.limits, self.admission)
        self.on_clinic: list[Callable[[str, str, str], None]] = []  # told name, phone and emergency number when they change
        self._tasks: set[asyncio.Task[None]] = set()
        self.stills = open_stills(Layout(orders.config), lambda: not self.admission.disk_full)
        self.recordings: Recordings | None = None  # from when control has them
        self.nightly = NightlyBackup(lambda: self.settings.current.backup, self._order, self._note, self._last_erased)

    def watch(self, store: Store, signaling: Signaling, clients: Sequence[MediaClient], lag: LoopLag) -> None:
        """Take the parts of control, and hear of their writes and lags."""
        self._store, self._signaling, self._clients, self._lag = store, signaling, clients, lag
        store.on_write = self.metrics.on_write
        lag.on_lag = self.metrics.on_lag
        signaling.quality.on_sample = lambda seen: self.metrics.on_quality(seen.up_loss, seen.down_loss, seen.rtt)
        live = signaling.live
        self.drain = Drain(self.admission, lambda: running_calls(live), lambda state: announce(live, state))

    def start(self) -> None:
        """Begin to look after disk and back-ups."""
        self.disk.start()
        self.nightly.start()

    async def close(self) -> None:
        """Stop looking and reloading."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.disk.close()
        await self.nightly.close()
        await asyncio.to_thread(self.stills.close)

    async def before_stop(self) -> None:
        """Drain as long as the settings say."""
        if self.drain.begin():
            await self._note(AuditAction.SERVER_DRAINING, self._server_id)
        await self.drain.before_stop(float(self._orders.config.limits.drain_seconds))

    def add_to(self, app: web.Application) -> None:
        """Register `/readyz` and `/metrics`."""
        readiness = self._readiness()
        proxies = frozenset(self._orders.config.server.trusted_proxies)
        Endpoints(readiness, self.metrics, self.figures, lambda: self.settings.current.metrics, proxies).add_to(app)

    def health(self, trail: TrailWatch) -> ServerHealth:
        """What the admin pages show of this server."""
        return ServerHealth(
            checks=self._readiness().checks,
            figures=self.figures,
            lag=self._lag,
            database=Layout(self._orders.config).database,
            backup=lambda: self.settings.current.backup,
            trail=trail,
            started_at=self._started_at,
            version=self._version,
        )

    def _readiness(self) -> Readiness:
        return Readiness(self._store, self._workers, lambda: self.disk.state, self.admission)

    def on_hangup(self) -> None:
        """SIGHUP: reload in a task of ours."""
        task = asyncio.get_running_loop().create_task(self._reload_and_tell(), name="reload")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _reload_and_tell(self) -> None:
        """Reload, and tell the outcome in the log."""
        try:
            done = await self.reload()
        except ConfigFaults as faults:
            keys = ", ".join(fault.key for fault in faults.faults)
            log.error("settings are not reloaded, faults in: %s", keys)  # noqa: TRY400 - the operator's fault, no place in code
        except (ConfigError, Unavailable) as error:
            log.error("settings are not reloaded: %s", error.message)  # noqa: TRY400 - as above
        else:
            log.info("settings reloaded applied=%s waiting=%s", ",".join(done.applied), ",".join(done.waiting))

    async def reload(self) -> Reloaded:
        """Read the configuration again and let it count. Raises ConfigFaults, ConfigError, Unavailable."""
        try:
            done = await asyncio.to_thread(self.settings.reload)
        except (ConfigFaults, ConfigError):
            await self._note(AuditAction.SERVER_RELOADED, self._server_id, AuditOutcome.REFUSED)
            raise
        await self._note(AuditAction.SERVER_RELOADED, self._server_id)
        if any(name.startswith("clinic.") for name in done.applied):
            clinic = self.settings.current.clinic
            rename_clinic(self._signaling.live, await provide_clinic(self._store, clinic, datetime.now(UTC)))
            for renamed in self.on_clinic:
                renamed(clinic.name, clinic.phone, clinic.emergency_number)
        return done

    def operations(self) -> dict[str, AdminCall]:
        """What the admin socket offers of this."""
        return {"snapshot": self._snapshot, "drain": self._drain, "reload": self._reload, "backup_noted": self._backup_noted}

    async def figures(self) -> Figures:
        """All values of this moment."""
        seen = overview(self._signaling.live)
        newest = await asyncio.to_thread(self.nightly.newest)
        recordings = await self.recordings.figures(self._signaling.recordings.figures) if self.recordings is not None else {}
        async with self._store.read() as tx:
            outbox = {state.value: count for state, count in (await tx.outbox.counts()).items()}
        return Figures(
            sessions=seen.sessions,
            participants=seen.participants,
            sockets=seen.sockets,
            signaling=self._signaling.counters.snapshot(),
            ways=self._signaling.quality.ways(),
            video_paused=self._signaling.quality.video_paused(),
            outbox=outbox,
            workers=await asyncio.gather(*(_stats(client) for client in self._clients)),
            disk_free=self.disk.state.free,
            disk_total=self.disk.state.total,
            backup_age=(datetime.now(UTC) - newest).total_seconds() if newest is not None else None,
            draining=self.admission.draining,
            recordings=recordings,
        )

    async def _last_erased(self) -> datetime | None:
        async with self._store.read() as tx:
            drawn = await tx.incidents.last_erased_frame_at()
            times = (await tx.recordings.last_erased_at(), await tx.stills.last_erased_at(), drawn)
        return max((at for at in times if at is not None), default=None)

    def _workers(self) -> tuple[int, int]:
        return sum(client.available for client in self._clients), len(self._clients)

    def _order(self, now: datetime) -> Order:
        config: Config = self.settings.current
        return Order(config, self.settings.text, Path(config.backup.directory), config.backup.recipient, self._version, now)

    async def _snapshot(self, _: dict[str, Any]) -> dict[str, Any]:
        copy, facts = await asyncio.to_thread(snapshot_beside, Layout(self._orders.config))
        return {"name": copy.name, **dataclasses.asdict(facts)}

    async def _drain(self, arguments: dict[str, Any]) -> dict[str, Any]:
        action = arguments.get("action")
        if action == "begin":
            if self.drain.begin():
                await self._note(AuditAction.SERVER_DRAINING, self._server_id)
        elif action == "cancel":
            if self.drain.cancel():
                await self._note(AuditAction.SERVER_DRAIN_CANCELLED, self._server_id)
        elif action != "look":
            raise ProtocolError("There is no such action of draining.")
        return self.drain.figures()

    async def _backup_noted(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """What `telemed backup` did while we hold the database."""
        action, object_id = text_argument(arguments, "action"), text_argument(arguments, "object_id")
        if action not in (AuditAction.BACKUP_MADE, AuditAction.BACKUP_FAILED) or not places.is_backup_id(object_id):
            raise ProtocolError("There is no such note of a back-up.")
        await self._write_note(AuditAction(action), object_id, AuditOutcome.DONE)
        return {}

    async def _note(self, action: AuditAction, object_id: str, outcome: AuditOutcome = AuditOutcome.DONE) -> None:
        """A row about what this server did by itself. A failure is told in the log: what was done stays done."""
        try:
            await self._write_note(action, object_id, outcome)
        except TelemedError:
            log.exception("not written into the audit trail action=%s", action.value)

    async def _write_note(self, action: AuditAction, object_id: str, outcome: AuditOutcome) -> None:
        async with self._store.write() as tx:
            await tx.audit.append(SYSTEM, action, object_id, outcome, datetime.now(UTC))

    async def _reload(self, _: dict[str, Any]) -> dict[str, Any]:
        try:
            return dataclasses.asdict(await self.reload())
        except ConfigFaults as faults:
            raise ConfigError(faults.render()) from faults


async def _stats(client: MediaClient) -> dict[str, Any] | None:
    try:
        return await client.stats()
    except Unavailable:
        return None
