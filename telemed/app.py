"""The control process: `python -m telemed.app`, orders on standard input. The composition root: it alone knows all adapters.

Start, each needing those before it: migrations (as long as they take) -> store (lock) -> clinic or demo -> notify (sends what
waits) -> signalling (visits from the rows, media followers) -> media clients (connect, report rooms and peers; the followers
reconcile) -> web server on the inherited sockets -> admin socket. Ready is told when the port answers and every worker has
reported, or 10 s later without the missing ones.

Closures, in reverse and each with a deadline: admin socket -> web (stops accepting; its shutdown hook stops the signalling, which
ends the sockets, finishes changes under way and lets go of the media plane) -> media clients (workers keep their rooms for the
next control) -> notify (what is being sent gets a second) -> store (last, so that every change under way is committed). What
exceeds its deadline is left to the process end: the database is safe at any point.
"""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import hmac
import logging
import random
import socket
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from aiohttp import web

from telemed import child, logs
from telemed.admin.server import AdminServer
from telemed.admin.wire import heads_argument, text_argument
from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.clinic.live_settings import LiveSettings, read_settings
from telemed.care.identity import SYSTEM
from telemed.care.notify.compose import LinkMaker
from telemed.care.records import OrganisationRecord
from telemed.clock import SystemClock
from telemed.config import Limits
from telemed.errors import Unavailable
from telemed.ids import new_id
from telemed.launch import Launch, admin_socket
from telemed.layout import Layout
from telemed.loop_lag import LoopLag
from telemed.notify import Notify, Worker, configured_gateways
from telemed.operation.audit_keeper import AuditKeeper
from telemed.operation.audit_key import ensure_key
from telemed.operation.audit_start import audit_keeper
from telemed.operation.control import Operation
from telemed.operation.recording_checks import RecordingChecks
from telemed.operation.recordings import Recordings, open_recordings
from telemed.provision import NewStaff, add_staff, provide_clinic, provide_demo
from telemed.sealing import derive_key
from telemed.sfu.client import MediaClient
from telemed.signaling.desk import Around
from telemed.signaling.recording_means import RecordingMeans
from telemed.signaling.server import Signaling
from telemed.signaling.settings import SignalingSettings
from telemed.store import Store
from telemed.store.sealed_values import KEY_PURPOSE
from telemed.tls import OwnTls
from telemed.upgrade_step import bring_up_to_date
from telemed.web.deps import WebDeps
from telemed.web.oidc.settings import OidcSettings
from telemed.web.server import build_app, start_server
from telemed.web.settings import WebSettings

STATIC = Path(__file__).resolve().parents[1] / "static"
WORKERS_WAIT = 10.0  # seconds at start for the workers to report
POLL = 0.02  # seconds between looks while waiting for them
STOP_ADMIN, STOP_WEB, STOP_MEDIA, STOP_AUDIT, STOP_STORE = 0.5, 4.0, 0.5, 1.0, 2.0  # seconds; limits.stop_seconds is 10
STOP_NOTIFY = 1.5
STOP_RECORDINGS = 1.5  # a finaliser under way is ended
AUTHORITY_PATH = "/telemed-ca.crt"
log = logging.getLogger(__name__)


@asynccontextmanager
async def serve(orders: Launch) -> child.Lifespan:
    """Run control; yields nothing to tell beyond being ready. Raises ConfigError, DatabaseInUse, OSError."""
    async with AsyncExitStack() as closing:
        lag = LoopLag()
        closing.push_async_callback(lag.close)
        server_id = new_id("srv")
        operation = Operation(orders, _version(), server_id)
        store = await _open_store(orders, closing, server_id)
        async with store.read() as tx:
            live = await read_settings(tx)
        notify = _open_notify(orders, store, closing)
        keeper = await asyncio.to_thread(audit_keeper, Layout(orders.config), store, SystemClock())
        closing.push_async_callback(_within, STOP_AUDIT, "audit keeper", keeper.close)
        recordings = await asyncio.to_thread(_recordings, orders, store, live, operation)
        closing.push_async_callback(_within, STOP_RECORDINGS, "recordings", recordings.close)
        clients = [MediaClient(path) for path in orders.control_sockets()]
        signaling = Signaling(_signaling_settings(orders), store, clients, around=_around(operation, live, notify, recordings))
        recordings.follow(signaling.recordings)
        operation.watch(store, signaling, clients, lag)
        operation.recordings = recordings
        closing.push_async_callback(_within, STOP_ADMIN, "operation", operation.close)
        for client in clients:
            closing.push_async_callback(_within, STOP_MEDIA, "media", client.close)
        stop_signaling = _once(signaling.stop)
        closing.push_async_callback(_within, STOP_WEB, "signaling", stop_signaling)
        await signaling.start()
        for client in clients:
            await client.start()
        parts = _Parts(store, signaling, operation, notify, live, keeper, recordings)
        await _open_web(orders, parts, stop_signaling, closing)
        checks = RecordingChecks(Layout(orders.config), store, recordings.vault, SystemClock(), server_id)
        operations = _operations(store) | operation.operations() | checks.operations()
        operations["status"] = lambda _: _status(lag, signaling, clients, parts)
        operations["notify_test"] = lambda arguments: _notify_test(notify, arguments)
        admin = AdminServer(admin_socket(orders.run_path), operations)
        await admin.start()
        closing.push_async_callback(_within, STOP_ADMIN, "admin", admin.close)
        await _warm_up(signaling)
        lag.start()  # start-up blocks a little, and nobody waits for it yet
        operation.start()
        keeper.start()
        await recordings.start()
        yield child.Serving({}, operation.before_stop, operation.on_hangup)


async def _open_store(orders: Launch, closing: AsyncExitStack, server_id: str) -> Store:
    """The store, with the clinic or demo in it; its last row at the end says that this server stopped."""
    layout = Layout(orders.config)
    clock = SystemClock()
    key = derive_key(orders.config.secrets.installation_key.encode(), KEY_PURPOSE)
    store = await Store.open(layout.database, key)
    closing.push_async_callback(_within, STOP_STORE, "store", store.close)
    if orders.demo:
        await provide_demo(store, orders.config.clinic, Path(orders.accounts_file), clock.utcnow(), orders.examples)
    else:
        await provide_clinic(store, orders.config.clinic, clock.utcnow())

    async def note(action: AuditAction) -> None:
        async with store.write() as tx:
            await tx.audit.append(SYSTEM, action, server_id, AuditOutcome.DONE, clock.utcnow())

    await note(AuditAction.SERVER_STARTED)
    closing.push_async_callback(_within, STOP_AUDIT, "audit", lambda: note(AuditAction.SERVER_STOPPED))
    return store


def _open_notify(orders: Launch, store: Store, closing: AsyncExitStack) -> Notify:
    """Sending of mail and SMS, begun. Raises ConfigError."""
    clock = SystemClock()
    gateways = configured_gateways(orders.config, orders.demo, clock.utcnow)
    links = LinkMaker(orders.base_url, _signaling_settings(orders).link_key)
    notify = Notify(store, clock, Worker(store, clock, gateways, links, random.random), gateways)
    notify.start()
    closing.push_async_callback(_within, STOP_NOTIFY, "notify", notify.stop)
    return notify


@dataclasses.dataclass(frozen=True, slots=True)
class _Parts:
    """What the web server stands before."""

    store: Store
    signaling: Signaling
    operation: Operation
    notify: Notify
    live: LiveSettings
    keeper: AuditKeeper
    recordings: Recordings


def _around(operation: Operation, live: LiveSettings, notify: Notify, recordings: Recordings) -> Around:
    """What the call logic asks of the rest."""
    means = RecordingMeans(recordings.service, lambda: live.policies)

    def link_life() -> timedelta:
        return timedelta(days=live.link_days)

    return Around(operation.admission, link_life, notify, lambda: live.video_codec, means, operation.stills)


def _recordings(orders: Launch, store: Store, live: LiveSettings, operation: Operation) -> Recordings:
    """What keeps recordings. Blocking: reads the key that signs them."""
    layout = Layout(orders.config)

    def limits() -> Limits:
        return operation.settings.current.limits

    return open_recordings(layout, store, SystemClock(), ensure_key(layout), lambda: live.policies, limits)


async def _open_web(
    orders: Launch, parts: _Parts, stop_signaling: Callable[[], Awaitable[None]], closing: AsyncExitStack
) -> None:
    """The web server on the sockets the supervisor holds."""
    settings = _web_settings(orders)
    _follow_clinic(parts, settings)
    store, signaling, operation = parts.store, parts.signaling, parts.operation
    visits = signaling.visits
    deps = WebDeps(
        store,
        visits,
        SystemClock(),
        settings,
        attach=signaling.mount,
        trail=parts.keeper,
        on_sign_out=visits.drop_user,
        on_renewed=visits.login_renewed,
        on_locked=visits.hide_today,
        on_removed=visits.drop_user,
        policies=parts.live,
        live=parts.live,
        health=operation.health(parts.keeper),
        rooms=signaling.rooms,
        notifier=parts.notify,
        reports=parts.notify,
        recent_code=parts.notify.recent_code,
        on_request=operation.metrics.on_request,
        vault=parts.recordings.vault,
        on_call=signaling.on_call,
        still_uploads=signaling.still_uploads,
        still_shelf=signaling.still_shelf,
        still_vault=operation.stills,
        queues=signaling.queues,
        aftercare=signaling.aftercare,
    )
    application = build_app(deps)
    operation.add_to(application)
    if orders.authority_file:
        application.router.add_get(AUTHORITY_PATH, _authority_page(Path(orders.authority_file)))

    async def on_shutdown(_: web.Application) -> None:
        await stop_signaling()  # or open sockets would keep the server waiting

    application.on_shutdown.append(on_shutdown)
    sockets = [socket.socket(fileno=descriptor) for descriptor in orders.http_descriptors]
    logs.claim_library_handlers()
    tls = OwnTls(orders.config.server)
    operation.settings.on_reload(tls.renew)
    server = await start_server(application, settings, sockets, tls.context)
    closing.push_async_callback(_within, STOP_WEB, "web", server.close)


def _follow_clinic(parts: _Parts, settings: WebSettings) -> None:
    """Name the clinic on every page as its row does, now and after each change by an admin or a reload."""
    live = parts.live

    def rename(clinic: OrganisationRecord) -> None:
        if clinic.id == live.clinic.id:
            settings.set_clinic(clinic.name, clinic.phone, clinic.emergency_number)
        parts.signaling.live.set_clinic(clinic)

    def reloaded(name: str, phone: str, emergency_number: str) -> None:
        clinic = dataclasses.replace(live.clinic, name=name, phone=phone, emergency_number=emergency_number)
        live.take(clinic, live.policies)

    rename(live.clinic)
    live.on_clinic = rename
    parts.operation.on_clinic.append(reloaded)


def _authority_page(path: Path) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Hands out the certificate of the local authority, so that a phone can install it. Public: it holds no secret."""
    content = path.read_bytes()

    async def handle(_: web.Request) -> web.Response:
        return web.Response(body=content, content_type="application/x-x509-ca-cert")

    return handle


def _signaling_settings(orders: Launch) -> SignalingSettings:
    secret = orders.config.secrets.installation_key.encode()
    return SignalingSettings(orders.base_url, secret, frozenset(_other_origins(orders)))


def _web_settings(orders: Launch) -> WebSettings:
    clinic = orders.config.clinic
    return WebSettings(
        clinic_name=clinic.name,
        clinic_phone=clinic.phone,
        emergency_number=clinic.emergency_number,
        demo=orders.demo,
        base_url=orders.base_url,
        static_root=STATIC,
        version=_version(),
        other_origins=_other_origins(orders),
        trusted_proxies=frozenset(orders.config.server.trusted_proxies),
        device_key=_key_for("device cookies", orders),
        identity_key=derive_key(orders.config.secrets.installation_key.encode(), "identity secrets"),
        sends_mail=bool(orders.config.mail.host),
        report_token=orders.config.sms.report_token,
        second_report_token=orders.config.sms_second.report_token,
        oidc=OidcSettings.configured(orders.config.oidc, orders.base_url),
        turn=orders.config.turn,
    )


def _key_for(purpose: str, orders: Launch) -> bytes:
    """A key of its own for each use of the installation's (RFC 8725 section 3.8)."""
    installation_key = orders.config.secrets.installation_key.encode()
    return hmac.new(installation_key, f"telemed {purpose}".encode(), hashlib.sha256).digest()


def _other_origins(orders: Launch) -> tuple[str, ...]:
    """In a demo, and without a base URL, people may as well type the loopback addresses."""
    if orders.config.server.base_url:
        return ()
    scheme, _, rest = orders.base_url.partition("://")
    port = rest.rpartition(":")[2]
    origins = [f"{scheme}://{host}:{port}" for host in ("localhost", "127.0.0.1", "[::1]")]
    return tuple(origin for origin in origins if origin != orders.base_url)


def _operations(store: Store) -> dict[str, Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]]:
    """What the admin socket offers."""
    clock = SystemClock()

    async def user_add(arguments: dict[str, Any]) -> dict[str, Any]:
        person = NewStaff.typed(*(text_argument(arguments, name) for name in ("role", "name", "email", "password")))
        return {"user_id": await add_staff(store, person, clock.utcnow())}

    async def audit_verify(arguments: dict[str, Any]) -> dict[str, Any]:
        return dataclasses.asdict(await store.verify_audit(heads_argument(arguments)))

    return {"user_add": user_add, "audit_verify": audit_verify}


async def _notify_test(notify: Notify, arguments: dict[str, Any]) -> dict[str, Any]:
    """Send the test message; what became of it."""
    message = await notify.test(text_argument(arguments, "to"))
    is_shown = any(message.id == shown.id for shown in notify.recent())
    return {"state": message.state.value, "error": message.error.value, "demo": is_shown}


async def _status(lag: LoopLag, signaling: Signaling, clients: Sequence[MediaClient], parts: _Parts) -> dict[str, Any]:
    """Figures of this moment: seconds of loop lag since last asked, tasks, counts of signalling and messages, each worker's."""
    trail = await parts.keeper.state()
    warnings = [warned.value for warned in trail.warnings(SystemClock().utcnow())]
    workers: list[dict[str, Any] | None] = []
    for client in clients:
        try:
            workers.append(await client.stats())
        except Unavailable:
            workers.append(None)
    return {
        "loop_lag": lag.take_worst(),
        "tasks": len(asyncio.all_tasks()),
        "signaling": signaling.counters.snapshot(),
        "notify": parts.notify.figures(),
        "recordings": await parts.recordings.figures(signaling.recordings.figures),
        "audit": {"rows": trail.rows, "complete_up_to": trail.complete_up_to, "fault_at": trail.fault_at, "warnings": warnings},
        "workers": workers,
    }


async def _warm_up(signaling: Signaling) -> None:
    """Play an emergency through, and give the workers time to report: the first one after "ready" finds all as it should be."""
    await signaling.rehearse()
    try:
        async with asyncio.timeout(WORKERS_WAIT):
            while not signaling.media.all_ready:  # noqa: ASYNC110 - start-up only; the followers offer no event to wait for
                await asyncio.sleep(POLL)
    except TimeoutError:
        log.warning("serving although not all media workers have reported")


async def _within(seconds: float, name: str, close: Callable[[], Awaitable[None]]) -> None:
    """Run one closer within its deadline; a failure is told and does not keep the next one from running."""
    try:
        async with asyncio.timeout(seconds):
            await close()
    except TimeoutError:
        log.warning("not closed in time part=%s", name)
    except Exception:  # noqa: BLE001 - the boundary of one part: the store must be closed whatever the others did
        log.exception("closing failed part=%s", name)


def _once(close: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
    """The same, run the first time only."""
    done = False

    async def run() -> None:
        nonlocal done
        if not done:
            done = True
            await close()

    return run


def _version() -> str:
    try:
        return version("telemed")
    except PackageNotFoundError:
        return "unknown"


if __name__ == "__main__":
    sys.exit(child.main(lambda _: "control", serve, bring_up_to_date))
