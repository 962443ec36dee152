"""The guard between aiohttp and Engine.IO: origin, connection limits, message rate, order, CONNECT deadline, clean ends.

Engine.IO runs whatever comes: messages of one client may overlap (polling), exceptions of its decoder leave the connection
half open, a connection that never joins a namespace lives on, and a closed one is still read. All of that ends here. The guard
wraps the three handlers Socket.IO registered and the route handler; it uses public attributes of both libraries only.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import engineio.exceptions
import socketio
from aiohttp import web

from telemed.clock import Clock
from telemed.signaling.counters import Counters
from telemed.signaling.faults import report_fault
from telemed.signaling.packets import ProtocolViolation
from telemed.signaling.rate import TokenBucket

MESSAGES_PER_SECOND = 30.0  # protocol section 2.3
MESSAGE_BURST = 60.0
CONNECT_DEADLINE = 10.0  # seconds without a namespace
MAX_CONNECTIONS = 4000  # of one control process: about 20 KiB each
MAX_BACKLOG = 600  # packets a client has not fetched: one ring of events and its acks
POLLING_REQUEST_TIMEOUT = 20.0  # seconds: a long poll ends after ping interval + time-out, 10 s
SWEEP_INTERVAL = 1.0  # seconds

_request: ContextVar[web.Request | None] = ContextVar("engine_request", default=None)
_engine_id: ContextVar[str] = ContextVar("engine_id", default="")  # of a WebSocket opened by the current request


@dataclass(slots=True)
class EngineConnection:
    """One Engine.IO connection as the guard sees it."""

    bucket: TokenBucket
    since: float  # monotonic: when it last had no namespace
    order: asyncio.Lock = field(default_factory=asyncio.Lock)  # polling can deliver two POSTs at once
    namespaces: int = 0
    closed: bool = False


class EngineGuard:
    """Owns the table of connections and the sweep that enforces the CONNECT deadline."""

    def __init__(self, server: socketio.AsyncServer, origins: frozenset[str], clock: Clock, counters: Counters) -> None:
        self.server = server
        self._origins = origins
        self._clock = clock
        self.counters = counters
        self._connections: dict[str, EngineConnection] = {}
        self._settled: Callable[[str], None] | None = None
        self._sweeper: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[Any]] = set()  # of Engine.IO: it starts pings and forgets them
        server.eio.start_background_task = self._start_task
        handlers = server.eio.handlers
        self._connect, self._message, self._disconnect = (
            handlers[name] for name in ("connect", "message", "disconnect")
        )
        server.eio.on("connect", self._on_connect)
        server.eio.on("message", self._on_message)
        server.eio.on("disconnect", self._on_disconnect)

    def on_settled(self, callback: Callable[[str], None]) -> None:
        """Call `callback(engine id)` after each message was handled: a namespace joined by it may now be sent to."""
        self._settled = callback

    def start(self) -> None:
        """Begin enforcing the CONNECT deadline."""
        self._sweeper = asyncio.create_task(self._sweep_forever(), name="engine-guard-sweep")

    async def stop(self) -> None:
        """End every connection and the sweep."""
        if self._sweeper is not None:
            self._sweeper.cancel()
            await asyncio.gather(self._sweeper, return_exceptions=True)
        for engine_id in list(self._connections):
            await self.close(engine_id)
        await self.server.shutdown()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start_task(self, target: Callable[..., Coroutine[Any, Any, Any]], *arguments: Any) -> asyncio.Task[Any]:
        task = asyncio.create_task(target(*arguments), name="engine-io")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """The aiohttp handler of /socket.io/. Never answers with a stack trace, never leaves a half-dead connection."""
        origin = request.headers.get("Origin")
        if origin is not None and origin not in self._origins:
            self.counters.add("socket.refused_origin")
            return _refusal(403, "not_allowed", "You may not do this.")
        _request.set(request)
        _engine_id.set(request.query.get("sid", ""))
        if (
            request.content_length or 0
        ) > self.server.eio.max_http_buffer_size:  # the library would wait for its next poll
            self.counters.add("socket.too_large_poll")
            await self.close(_engine_id.get())
            return _refusal(413, "too_large", "The request is too large.")
        try:
            return await self._run(request)
        except TimeoutError:
            self.counters.add("socket.request_timeout")
        except (ValueError, TypeError, KeyError, IndexError, AttributeError, engineio.exceptions.EngineIOError):
            self.counters.add("socket.malformed_engine_packet")
        except OSError:  # the client went away, or tried to upgrade twice
            self.counters.add("socket.transport_error")
        await self.close(_engine_id.get())
        _abort(request)
        return _refusal(400, "invalid_input", "This request could not be understood.")

    async def _run(self, request: web.Request) -> web.StreamResponse:
        websocket = request.headers.get("Upgrade", "").lower() == "websocket"
        async with asyncio.timeout(None if websocket else POLLING_REQUEST_TIMEOUT):
            response: web.StreamResponse = await self.server.handle_request(request)
            return response

    async def close(self, engine_id: str) -> None:
        """End a connection now: its namespaces are left, the client is told, and what it still sends is dropped."""
        connection = self._connections.get(engine_id)
        if connection is not None:
            connection.closed = True
        engine_socket = self.server.eio.sockets.get(engine_id)
        if engine_socket is not None and not engine_socket.closed:
            with contextlib.suppress(engineio.exceptions.EngineIOError):
                await engine_socket.close(wait=False)

    def namespace_joined(self, engine_id: str) -> None:
        """A namespace CONNECT was accepted."""
        if (connection := self._connections.get(engine_id)) is not None:
            connection.namespaces += 1

    def namespace_left(self, engine_id: str) -> None:
        """A namespace was left; without any the deadline runs again."""
        if (connection := self._connections.get(engine_id)) is not None:
            connection.namespaces = max(0, connection.namespaces - 1)
            connection.since = self._clock.monotonic()

    def backlog(self, engine_id: str) -> int:
        """Packets the client has not fetched yet."""
        engine_socket = self.server.eio.sockets.get(engine_id)
        return engine_socket.queue.qsize() if engine_socket is not None else 0

    async def sweep(self) -> None:
        """Close connections that are past the CONNECT deadline or do not fetch what they are sent."""
        now = self._clock.monotonic()
        for engine_id, connection in list(self._connections.items()):
            if connection.namespaces == 0 and now - connection.since > CONNECT_DEADLINE:
                self.counters.add("socket.connect_deadline")
                await self.close(engine_id)
            elif self.backlog(engine_id) > MAX_BACKLOG:
                self.counters.add("socket.slow_reader")
                await self.close(engine_id)

    async def _sweep_forever(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_INTERVAL)
            try:
                await self.sweep()
            except Exception as error:  # noqa: BLE001 - the deadline must hold for the connections that follow
                report_fault("engine-guard-sweep", error)

    async def _on_connect(self, engine_id: str, environ: dict[str, Any]) -> bool | None:
        if len(self._connections) >= MAX_CONNECTIONS:
            self.counters.add("socket.refused_full")
            return False
        now = self._clock.monotonic()
        self._connections[engine_id] = EngineConnection(TokenBucket(MESSAGES_PER_SECOND, MESSAGE_BURST, now), now)
        _engine_id.set(engine_id)
        await self._connect(engine_id, environ)
        return None

    async def _on_message(self, engine_id: str, data: Any) -> None:
        connection = self._connections.get(engine_id)
        if connection is None or connection.closed:
            self.counters.add("socket.after_close")
            await self._drop(engine_id)
            return
        async with connection.order:
            await self._handle_message(engine_id, connection, data)

    async def _handle_message(self, engine_id: str, connection: EngineConnection, data: Any) -> None:
        if connection.closed:
            return
        if not connection.bucket.take(self._clock.monotonic()):
            self.counters.add("socket.too_fast")
            await self._drop(engine_id)
            return
        try:
            await self._message(engine_id, data)
        except ProtocolViolation as violation:
            self.counters.add(f"socket.violation.{violation}")
            await self._drop(engine_id)
        except (engineio.exceptions.EngineIOError, ValueError, KeyError):  # the socket closed while it was answered
            self.counters.add("socket.closed_while_answering")
        if self._settled is not None:
            self._settled(engine_id)

    async def _drop(self, engine_id: str) -> None:
        await self.close(engine_id)
        request = _request.get()
        if request is not None:
            _abort(request)

    async def _on_disconnect(self, engine_id: str, reason: str) -> None:
        self._connections.pop(engine_id, None)
        engine_socket = self.server.eio.sockets.get(engine_id)
        if engine_socket is not None:  # lets writer or long poll end, after the CLOSE packet that may follow now
            asyncio.get_running_loop().call_soon(engine_socket.queue.put_nowait, None)
        await self._disconnect(engine_id, reason)


def _abort(request: web.Request) -> None:
    """Cut the transport under a client that broke the rules: Engine.IO goes on reading a closed socket otherwise."""
    if request.transport is not None:
        request.transport.abort()


def _refusal(status: int, code: str, message: str) -> web.Response:
    return web.json_response({"error": {"code": code, "message": message}}, status=status)
