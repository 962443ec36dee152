"""A running server under test and a client for it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import aiohttp

from telemed.care.ports import Store
from telemed.web.deps import WebDeps
from telemed.web.server import WebServer, bound_socket, build_app, start_server
from telemed.web.settings import WebSettings
from tests.adapters.web.fake_aftercare import OneVisit
from tests.adapters.web.fake_queues import OneRoom
from tests.adapters.web.fakes import RememberedVisits, TurnableClock
from tests.adapters.web.on_call_samples import RememberedOnCall

NAMES = (
    "sign-in",
    "today",
    "urgent",
    "caller",
    "crew",
    "queues",
    "admin",
    "call",
    "join",
    "walk-in",
    "message",
    "not-found",
    "my",
    "check",
    "home",
    "recordings",
    "recording",
)
PAGES = tuple(f"{name}.html" for name in NAMES)
TEMPLATE = (
    '<!doctype html><html lang="{{lang}}"><body><p>{{demo_banner}}</p>'
    "<h1>PAGE {{clinic_name}}</h1><a>{{clinic_phone}}</a><b>{{ emergency_number }}</b></body></html>"
)


@dataclass
class Answered:
    """An answer as read."""

    status: int
    headers: Any
    text: str
    json: Any
    cookies: SimpleCookie


@dataclass
class Site:
    """The server, what stands behind it, and a client without a memory of its own."""

    server: WebServer
    deps: WebDeps
    settings: WebSettings
    visits: RememberedVisits
    clock: TurnableClock
    store: Store
    http: aiohttp.ClientSession
    scheme: str = "http"
    cookies: dict[str, str] = field(default_factory=dict)  # sent with every request

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.server.port}"

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: dict[str, str] | None = None,
        origin: str | None = "own",
        **more: Any,
    ) -> Answered:
        """Send a request as our own page would: with Origin, with the cookies. `origin=None` sends none."""
        sent = (
            {"Origin": self.settings.base_url if origin == "own" else origin} if origin and method not in ("GET", "HEAD") else {}
        )
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if body is not None:
            more["json"] = body
        kept = {"Accept-Encoding": "identity", **sent, **(headers or {})}
        async with self.http.request(method, self.url + path, headers=kept, allow_redirects=False, **more) as response:
            text = await response.text(errors="replace")
            is_json = response.content_type == "application/json"
            return Answered(
                response.status, response.headers, text, await response.json() if is_json and text else None, response.cookies
            )

    async def raw(self, data: bytes, wait: float = 5.0) -> bytes:
        """Send bytes as they are and read until the server closes."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.server.port)
        try:
            writer.write(data)
            return await asyncio.wait_for(reader.read(), wait)
        finally:
            writer.close()


def settings_for(root: Path, **changes: Any) -> WebSettings:
    """Settings of a demo clinic on plain HTTP."""
    plain = WebSettings(
        clinic_name="Clinic <North>",
        clinic_phone="+49 30 1",
        emergency_number="112",
        demo=True,
        base_url="http://localhost:8080",
        static_root=root,
        version="0.1.0",
        other_origins=("http://127.0.0.1:8080",),
    )
    return replace(plain, **changes)


def write_templates(root: Path) -> None:
    """Write a template for every page."""
    root.mkdir(exist_ok=True)
    for name in PAGES:
        (root / name).write_text(TEMPLATE.replace("PAGE", name), encoding="utf-8")


@asynccontextmanager
async def running_site(
    store: Store,
    settings: WebSettings,
    tls: ssl.SSLContext | None = None,
    attach: Any = None,
    ports: dict[str, Any] | None = None,
) -> AsyncIterator[Site]:
    """Start a server on a free port and stop it."""
    visits, clock = RememberedVisits(), TurnableClock()
    visits.store = store
    deps = WebDeps(
        store,
        visits,
        clock,
        settings,
        on_sign_out=visits.drop_user,
        on_renewed=visits.login_renewed,
        on_call=RememberedOnCall(),
    )
    deps = replace(deps, on_removed=visits.removed.append, **{"queues": OneRoom(), "aftercare": OneVisit(), **(ports or {})})
    if attach is not None:
        deps = replace(deps, attach=attach)
    server = await start_server(build_app(deps), settings, [bound_socket("127.0.0.1", 0)], tls)
    connector = aiohttp.TCPConnector(ssl=False, force_close=True) if tls else aiohttp.TCPConnector(force_close=True)
    try:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), connector=connector, auto_decompress=False) as http:
            yield Site(server, deps, settings, visits, clock, store, http, "https" if tls else "http")
    finally:
        await server.close()
