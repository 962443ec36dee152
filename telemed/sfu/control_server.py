"""The worker's end of the control socket: framing, checks, one control at a time, bounded output."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import stat
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from telemed.errors import ProtocolError, TelemedError, Unavailable
from telemed.media.control import Hello, LayersWanted, PeerQuality, SpeakerChanged, WorkerEvent
from telemed.media.control_codec import (
    HEADER_BYTES,
    decode_frame,
    encode_event,
    encode_frame,
    frame_length,
    to_json,
)

SOFT_LIMIT = 256 * 1024  # bytes waiting in the socket beyond which passing events (layers wanted, quality, speaker) are dropped
HARD_LIMIT = 4 * 1024 * 1024  # beyond which the connection is closed: control reads a snapshot when it comes back
# What a hole in a handler of ours would raise.
OUR_FAULTS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NameError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)
PASSING_EVENTS = (LayersWanted, PeerQuality, SpeakerChanged)

logger = logging.getLogger(__name__)

Answer = dict[str, Any]
Handler = Callable[[object], Answer | Awaitable[Answer]]


class ControlServer:
    """Listens on a Unix socket. A new connection replaces the older one. Requests are handled in order, synchronously; of one
    whose handler returns an awaitable the answer follows when it is done, and others are handled meanwhile.

    `connected_at_change` is called with True or False when control comes or goes.
    """

    def __init__(self, path: Path, hello: Hello, handlers: Mapping[str, Handler]) -> None:
        self.path = path
        self.dropped_events = 0
        self.on_connected: Callable[[bool], None] | None = None
        self._hello = hello
        self._handlers = handlers
        self._server: asyncio.Server | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self._deferred: set[asyncio.Task[None]] = set()  # answers that wait for something

    async def start(self) -> None:
        """Bind and listen. Raises Unavailable when another worker still answers on the path, OSError when it cannot bind."""
        listener = _bind_private(self.path)
        self._server = await asyncio.start_unix_server(self._accept, sock=listener)

    async def close(self) -> None:
        """Stop listening, drop the connection, remove the socket file. Idempotent."""
        if self._server is not None:
            self._server.close()
            self._server = None
            self.path.unlink(missing_ok=True)
        tasks = [*self._connections, *self._deferred]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def send_event(self, event: WorkerEvent) -> None:
        """Send an event to the connected control, if any; see the limits above for the drop rule."""
        writer = self._writer
        if writer is None or writer.is_closing():
            return
        waiting = writer.transport.get_write_buffer_size()
        if waiting > HARD_LIMIT:
            self.dropped_events += 1
            writer.transport.abort()
        elif waiting > SOFT_LIMIT and isinstance(event, PASSING_EVENTS):
            self.dropped_events += 1
        else:
            writer.write(encode_event(event, self._hello.generation))

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("asyncio runs connection callbacks in tasks")
        self._connections.add(task)
        previous, self._writer = self._writer, writer
        if previous is not None:
            previous.transport.abort()
        if self.on_connected is not None:
            self.on_connected(True)
        try:
            writer.write(encode_frame(to_json(self._hello)))
            await self._serve(reader, writer)
        except (ProtocolError, OSError, asyncio.IncompleteReadError):
            pass  # control broke the protocol or went away: it will connect anew
        except asyncio.CancelledError:
            pass  # `close` ends the connection; asyncio.streams logs a cancelled callback as an error
        finally:
            self._connections.discard(task)
            writer.transport.abort()
            if self._writer is writer:
                self._writer = None
                if self.on_connected is not None:
                    self.on_connected(False)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            length = frame_length(await reader.readexactly(HEADER_BYTES))
            request = decode_frame(await reader.readexactly(length))
            number = request.get("id")
            if type(number) is not int:
                raise ProtocolError("A request needs a number.", field="id")
            result = self._attempt(request)
            if isinstance(result, _Reply):
                writer.write(encode_frame(result.as_json(number)))
                await writer.drain()
            else:
                self._defer(number, result, writer)

    def _attempt(self, request: Answer) -> _Reply | Awaitable[Answer]:
        """Run one request. Faults of the caller become typed replies."""
        try:
            result = self._dispatch(request)
        except TelemedError as error:
            return _Reply(error=error)
        except OUR_FAULTS:  # one request fails, not the connection that carries all of them
            logger.exception("a control request failed")
            return _Reply()
        return _Reply(result) if isinstance(result, dict) else result

    def _defer(self, number: int, result: Awaitable[Answer], writer: asyncio.StreamWriter) -> None:
        """Answer when the result is there. As many may wait as control may have requests under way."""
        task = asyncio.get_running_loop().create_task(_answer_late(number, result, writer))
        self._deferred.add(task)
        task.add_done_callback(self._deferred.discard)

    def _dispatch(self, request: Answer) -> Answer | Awaitable[Answer]:
        if request.get("generation") != self._hello.generation:
            raise ProtocolError("The request is for another worker generation.", code="stale_generation")
        operation = request.get("op")
        handler = self._handlers.get(operation) if isinstance(operation, str) else None
        if handler is None:
            raise ProtocolError("Unknown operation.", code="unknown_operation")
        return handler(request.get("args"))


@dataclass(frozen=True, slots=True)
class _Reply:
    """What comes of one request: a result, an error that is told, or neither, when a hole of ours is hidden."""

    result: Answer | None = None
    error: TelemedError | None = None

    def as_json(self, number: int) -> Answer:
        if self.result is not None:
            return {"id": number, "ok": True, "result": self.result}
        if self.error is not None:
            return {"id": number, "ok": False, "code": self.error.code, "message": self.error.message}
        return {"id": number, "ok": False, "code": "internal", "message": "The worker failed on this request."}


async def _answer_late(number: int, result: Awaitable[Answer], writer: asyncio.StreamWriter) -> None:
    """Wait for a result and send it, if control is still there."""
    try:
        reply = _Reply(await result)
    except TelemedError as error:
        reply = _Reply(error=error)
    except OUR_FAULTS:
        logger.exception("a control request failed")
        reply = _Reply()
    if not writer.is_closing():
        writer.write(encode_frame(reply.as_json(number)))


def _bind_private(path: Path) -> socket.socket:
    """Bind a listening Unix socket with mode 0600, replacing a socket file that nobody serves any more."""
    _remove_stale(path)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    previous = os.umask(0o177)  # the file must never exist with wider rights, not even for a moment
    try:
        listener.bind(str(path))
    except OSError:
        listener.close()
        raise
    finally:
        os.umask(previous)
    listener.setblocking(False)
    return listener


def _remove_stale(path: Path) -> None:
    with suppress(FileNotFoundError):
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise Unavailable("The control socket's path is taken by another kind of file.")
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            probe.settimeout(1.0)
            try:
                probe.connect(str(path))
            except ConnectionRefusedError:
                path.unlink()
                return
        raise Unavailable("Another worker serves this control socket.")
