"""The worker's end of the control socket: framing, checks, one control at a time, bounded output."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import stat
from collections.abc import Callable, Mapping
from contextlib import suppress
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

Handler = Callable[[object], dict[str, Any]]


class ControlServer:
    """Listens on a Unix socket. A new connection replaces the older one. Requests are handled in order, synchronously.

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
        tasks = list(self._connections)
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
            writer.write(encode_frame(self._answer(request)))
            await writer.drain()

    def _answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Run one request. Faults of the caller become typed replies."""
        number = request.get("id")
        if type(number) is not int:
            raise ProtocolError("A request needs a number.", field="id")
        try:
            return {"id": number, "ok": True, "result": self._dispatch(request)}
        except TelemedError as error:
            return {"id": number, "ok": False, "code": error.code, "message": error.message}
        except OUR_FAULTS:  # one request fails, not the connection that carries all of them
            logger.exception("a control request failed")
            return {"id": number, "ok": False, "code": "internal", "message": "The worker failed on this request."}

    def _dispatch(self, request: dict[str, Any]) -> dict[str, Any]:
        if request.get("generation") != self._hello.generation:
            raise ProtocolError("The request is for another worker generation.", code="stale_generation")
        operation = request.get("op")
        handler = self._handlers.get(operation) if isinstance(operation, str) else None
        if handler is None:
            raise ProtocolError("Unknown operation.", code="unknown_operation")
        return handler(request.get("args"))


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
