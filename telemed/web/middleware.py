"""Around every request: a deadline that covers the answer's delivery too, errors turned into answers, one log line."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.typedefs import Middleware

from telemed.clock import Clock
from telemed.errors import InvalidInput, TelemedError, TooMany, Unavailable
from telemed.web.call import Services
from telemed.web.connections import cut_off
from telemed.web.error_answers import error_answer, from_router, incident_answer
from telemed.web.familiar import Familiar
from telemed.web.identify import Identifier
from telemed.web.origin import SAFE_METHODS
from telemed.web.pages import Pages
from telemed.web.settings import WebSettings
from telemed.web.source import forwarded_for, source_key
from telemed.web.streams import DEADLINE
from telemed.web.throttle import Throttle

log = logging.getLogger("telemed.web.access")

SOCKET_PATH = "/socket.io/"  # long polls and WebSockets have their own deadlines
CLIENT_LEFT = 499  # as nginx logs it
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

Observer = Callable[[str, str, int, float], None]  # method, route template, status, seconds
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Sources:
    """How much one address may ask: beside the limits of the single routes, and for all that have none. Beyond it those are still
    served who proved lately who they are."""

    def __init__(self, settings: WebSettings, clock: Clock, identifier: Identifier, familiar: Familiar) -> None:
        self._trusted = settings.trusted_proxies
        self._clock = clock
        self._identifier = identifier
        self._familiar = familiar
        self._requests = Throttle(settings.limits.requests)
        self._handshakes = Throttle(settings.limits.handshakes)

    def wait(self, request: web.Request) -> float:
        """Seconds until this may be asked again; 0: now."""
        source = source_key(request.remote, forwarded_for(request), self._trusted)
        now = self._clock.monotonic()
        wait = self._requests.take(source, now)
        if wait == 0.0 and request.path.startswith(SOCKET_PATH) and not request.query.get("sid"):
            wait = self._handshakes.take(source, now)
        return 0.0 if wait > 0 and self._familiar.may_ask(self._identifier.tokens(request), now) else wait


def guard(pages: Pages, services: Services) -> Middleware:
    """Return the one middleware of the application. The deadline runs from a complete head to the delivered answer."""
    deps = services.deps
    clock, observe, deadline = deps.clock, deps.on_request, deps.settings.limits.request
    sources = Sources(deps.settings, clock, services.identifier, services.familiar)

    @web.middleware
    async def run(request: web.Request, handler: Handler) -> web.StreamResponse:
        started = clock.monotonic()
        wait = sources.wait(request)
        if wait > 0:
            response: web.StreamResponse = error_answer(TooMany(retry_after=wait))
        elif request.path.startswith(SOCKET_PATH):
            response = await _answer(request, handler, pages)
        else:
            response = await _in_time(request, handler, pages, deadline)
        _log(request, response.status, clock.monotonic() - started, observe)
        return response

    return run


async def _in_time(request: web.Request, handler: Handler, pages: Pages, deadline: float) -> web.StreamResponse:
    """Answer and deliver within `deadline` seconds; a reader too slow for its answer is cut off. A streamed answer puts the
    deadline off with each piece that is taken."""
    response: web.StreamResponse | None = None
    try:
        async with asyncio.timeout(deadline) as limit:
            request[DEADLINE] = limit
            response = await _answer(request, handler, pages)
            await _deliver(request, response)
    except TimeoutError:
        if response is not None:
            cut_off(request.transport)
            return response
        response = error_answer(Unavailable("This took too long. Please try again."))
        response.force_close()
    return response


async def _deliver(request: web.Request, response: web.StreamResponse) -> None:
    """Send the answer now; aiohttp, which would do so later and without a deadline, finds it done."""
    try:
        await response.prepare(request)
        await response.write_eof()
    except ConnectionError:
        pass  # the client left before its answer; aiohttp notices when it tries again


async def _answer(request: web.Request, handler: Handler, pages: Pages) -> web.StreamResponse:
    """Run the handler; every error but a broken connection and a cancellation becomes an answer."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        return _refusal(request, from_router(error), pages)
    except TelemedError as error:
        return _refusal(request, error, pages)
    except web.RequestPayloadError:
        return error_answer(InvalidInput("The body is broken."))
    except Exception as error:  # noqa: BLE001 - the outermost edge: whatever it is, the client gets an incident code
        if isinstance(error, ConnectionError) and _is_gone(request):
            return web.Response(status=CLIENT_LEFT)  # for the log alone: nobody is there to read it
        return incident_answer(error) if _is_api(request) else pages.fault(request, error)


def _refusal(request: web.Request, error: TelemedError, pages: Pages) -> web.StreamResponse:
    if error.status == 404 and request.method in SAFE_METHODS and not _is_api(request):
        return pages.not_found(request)
    return error_answer(error)


def _is_gone(request: web.Request) -> bool:
    return request.transport is None or request.transport.is_closing()


def _is_api(request: web.Request) -> bool:
    return request.path.startswith(("/api/", "/static/", SOCKET_PATH))


def _log(request: web.Request, status: int, seconds: float, observe: Observer) -> None:
    """Write and count method, route pattern, status and time: neither path nor address nor header."""
    resource = request.match_info.route.resource
    pattern = resource.canonical if resource is not None else "(unknown path)"
    method = request.method if request.method in _METHODS else "(unknown method)"
    level = logging.DEBUG if pattern.startswith((SOCKET_PATH, "/static")) else logging.INFO
    if not pattern.startswith(SOCKET_PATH):  # a WebSocket lasts as long as its visit
        observe(method, pattern, status, seconds)
    log.log(level, "%s %s %d %.0f ms", method, pattern, status, seconds * 1000)
