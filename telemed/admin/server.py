"""Control's side of the admin socket."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from telemed.admin import wire
from telemed.errors import NotAllowed, ProtocolError, TelemedError

MAX_CONNECTIONS = 4  # operators at once; more are closed unheard
log = logging.getLogger(__name__)

Operation = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]


class AdminServer:
    """Listens on `path` and runs `operations`. Owns its connections; `close` ends them."""

    def __init__(self, path: Path, operations: Mapping[str, Operation]) -> None:
        self._path = path
        self._operations = operations
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Begin to listen; a socket file left behind by a killed process is replaced."""
        self._path.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            listener.bind(str(self._path))
            self._path.chmod(0o600)
            self._server = await asyncio.start_unix_server(self._serve, sock=listener, limit=wire.MAX_LINE_BYTES)
        except OSError:
            listener.close()
            raise

    async def close(self) -> None:
        """Stop listening and end what is under way."""
        if self._server is not None:
            self._server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            if len(self._connections) <= MAX_CONNECTIONS and _same_user(writer):
                await self._answer_all(reader, writer)
        except (TimeoutError, ConnectionError, ValueError):
            log.info("admin connection dropped")  # too slow, gone, or a line without end
        finally:
            self._connections.discard(task)
            writer.close()

    async def _answer_all(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One line after the other, each within its deadline."""
        while line := await asyncio.wait_for(reader.readline(), wire.DEADLINE_SECONDS):
            answer = await self._answer(line)
            async with asyncio.timeout(wire.DEADLINE_SECONDS):
                writer.write(wire.encode(answer))
                await writer.drain()

    async def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            request = wire.decode(line)
            operation = self._operations.get(str(request.get("op")))
            arguments = request.get("args", {})
            if operation is None or not isinstance(arguments, dict):
                raise ProtocolError("There is no such admin operation.", code="unknown_operation")
            async with asyncio.timeout(wire.deadline_of(str(request.get("op")))):
                return {"ok": True, "result": await operation(arguments)}
        except TelemedError as error:
            return {"ok": False, "code": error.code, "message": error.message}
        except Exception:  # noqa: BLE001 - the boundary: a fault of ours is logged by place and hidden
            log.exception("admin operation failed")
            return {"ok": False, "code": "internal", "message": "This failed inside the server; its log says where."}


def _same_user(writer: asyncio.StreamWriter) -> bool:
    """The peer runs as our user or as root (SO_PEERCRED, unix(7))."""
    peer: socket.socket = writer.get_extra_info("socket")
    raw = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    _, user, _ = struct.unpack("3i", raw)
    if user in (0, os.geteuid()):
        return True
    log.warning("admin connection of another user refused", exc_info=NotAllowed())
    return False
