"""`/readyz` and `/metrics`: for supervisors, proxies and monitoring, not part of the API and not in its OpenAPI document."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable

from aiohttp import web

from telemed.config import Metrics as MetricsSettings
from telemed.errors import NotFound
from telemed.operation.metrics import CONTENT_TYPE, Figures, Metrics
from telemed.operation.readiness import Readiness
from telemed.web.source import forwarded_for, plain_address, source_key

READY_PATH = "/readyz"
METRICS_PATH = "/metrics"
FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via")  # a proxy was here
NO_STORE = {"Cache-Control": "no-store"}


class Endpoints:
    """`figures` gathers the values of this moment; `settings` gives the present ones of `[metrics]`."""

    def __init__(
        self,
        readiness: Readiness,
        metrics: Metrics,
        figures: Callable[[], Awaitable[Figures]],
        settings: Callable[[], MetricsSettings],
        trusted_proxies: frozenset[str],
    ) -> None:
        self._readiness = readiness
        self._metrics = metrics
        self._figures = figures
        self._settings = settings
        self._trusted = trusted_proxies

    def add_to(self, app: web.Application) -> None:
        """Register both."""
        app.router.add_get(READY_PATH, self.ready)
        app.router.add_get(METRICS_PATH, self.metrics)

    async def ready(self, request: web.Request) -> web.Response:
        """200 or 503; which check fails is told to those who may read the metrics."""
        checks = await self._readiness.checks()
        ready = all(check.ok for check in checks.values())
        content: dict[str, object] = {"status": "ready" if ready else "not_ready"}
        if self._may_read(request):
            content["checks"] = {name: check.word for name, check in checks.items()}
        return web.json_response(content, status=200 if ready else 503, headers=NO_STORE)

    async def metrics(self, request: web.Request) -> web.Response:
        """The text Prometheus reads. Raises NotFound for everybody else: they need not know that it is there."""
        if not self._may_read(request):
            raise NotFound()
        self._metrics.figures = await self._figures()
        return web.Response(body=self._metrics.render(), headers={**NO_STORE, "Content-Type": CONTENT_TYPE})

    def _may_read(self, request: web.Request) -> bool:
        settings = self._settings()
        given = request.headers.get("Authorization", "")
        # Header bytes that are no UTF-8 arrive as surrogates, which would not encode otherwise.
        if settings.token and hmac.compare_digest(given.encode(errors="surrogateescape"), f"Bearer {settings.token}".encode()):
            return True
        return self._source(request) in settings.addresses

    def _source(self, request: web.Request) -> str:
        """The address that counts: behind a proxy of ours the one it names; empty where nobody can say.

        A proxy of ours that names nobody hides who asks, and one on this machine would make everybody local. Somebody else's
        proxy hides it too.
        """
        peer, named = plain_address(request.remote or ""), forwarded_for(request)
        if peer in self._trusted:
            return source_key(peer, named, self._trusted) if named else ""
        return "" if any(name in request.headers for name in FORWARDED) else peer
