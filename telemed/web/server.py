"""Builds the web application and runs it on a port."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from aiohttp import web

from telemed.web.call import Services
from telemed.web.connections import Doorkeeper, http_logger
from telemed.web.deps import WebDeps
from telemed.web.endpoint import add_routes
from telemed.web.middleware import guard
from telemed.web.oidc.callback import OidcCallback
from telemed.web.openapi import openapi_document
from telemed.web.pages import Pages
from telemed.web.routes import ROUTES
from telemed.web.security_headers import add_security_headers
from telemed.web.settings import ConnectionLimits, WebSettings
from telemed.web.static_files import StaticFiles

BACKLOG = 512  # connections the kernel keeps until we accept them
SHUTDOWN_SECONDS = 5.0  # how long running requests may take to end when the server stops
TLS_SHUTDOWN_SECONDS = 2.0


def build_app(deps: WebDeps) -> web.Application:
    """Return the application: API, pages, static files and whatever `deps.attach` adds. Builds nothing that needs a loop."""
    services = Services.build(deps, openapi_document(ROUTES, deps.settings.version))
    pages = Pages(services)
    app = web.Application(middlewares=[guard(pages, services)])
    add_security_headers(app, deps.settings)
    add_routes(app, services, ROUTES)
    pages.add_to(app)
    app.router.add_get("/static/{name:.*}", StaticFiles(deps.settings.static_root).handle)
    app.router.add_get("/livez", _alive)
    app.router.add_get("/auth/oidc/callback", OidcCallback(services).handle, allow_head=False)
    deps.attach(app)

    async def close_threads(_: web.Application) -> AsyncIterator[None]:
        yield
        await services.persons.errands.close()
        services.checker.close()
        await services.oidc.close()
        await services.recordings.verifier.close()

    app.cleanup_ctx.append(close_threads)
    return app


async def _alive(_: web.Request) -> web.Response:
    """`GET /livez`: the process answers. Says nothing about the database or the media plane."""
    return web.json_response({"status": "alive"})


@dataclass(frozen=True, slots=True)
class WebServer:
    """A running server; `port` is that of its first socket."""

    port: int
    _runner: web.AppRunner
    _listeners: tuple[asyncio.Server, ...]

    async def close(self) -> None:
        """Stop listening, let running requests end, run the application's clean-up."""
        for listener in self._listeners:
            listener.close()
        await self._runner.cleanup()


def bound_socket(host: str, port: int) -> socket.socket:
    """Return a listening-ready TCP socket, for a caller that must know the port before it builds the settings. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=BACKLOG, dualstack_ipv6=host == "::")


async def start_server(
    app: web.Application, settings: WebSettings, sockets: Sequence[socket.socket], tls: ssl.SSLContext | None = None
) -> WebServer:
    """Serve `app` on bound TCP sockets, which may be inherited and listen already; they are closed with the server."""
    runner = _runner(app, settings.limits)
    await runner.setup()
    server = runner.server
    assert server is not None
    listeners: list[asyncio.Server] = []
    try:
        for entry in sockets:
            listeners.append(await _listen(server, settings, entry, tls))
    except OSError:
        for listener in listeners:
            listener.close()
        await runner.cleanup()
        raise
    return WebServer(sockets[0].getsockname()[1], runner, tuple(listeners))


async def _listen(server: web.Server, settings: WebSettings, entry: socket.socket, tls: ssl.SSLContext | None) -> asyncio.Server:
    return await asyncio.get_running_loop().create_server(
        lambda: Doorkeeper(server, settings.limits, settings.trusted_proxies),
        sock=entry,
        ssl=tls,
        backlog=BACKLOG,
        ssl_handshake_timeout=settings.limits.tls_handshake if tls else None,
        ssl_shutdown_timeout=TLS_SHUTDOWN_SECONDS if tls else None,
    )


def _runner(app: web.Application, limits: ConnectionLimits) -> web.AppRunner:
    """Return the runner with the limits aiohttp knows.

    Its keep-alive time-out also runs from the opening of a connection until a request head is complete, so it bounds slow heads;
    the request deadline of middleware.py bounds the rest.
    """
    return web.AppRunner(
        app,
        access_log=None,  # middleware.py writes ours
        logger=http_logger(),
        keepalive_timeout=limits.head,
        lingering_time=limits.lingering,
        max_line_size=limits.line_bytes,
        max_field_size=limits.field_bytes,
        max_headers=limits.fields,
        auto_decompress=False,  # compressed bodies are refused, so nothing can swell
        shutdown_timeout=SHUTDOWN_SECONDS,
    )
