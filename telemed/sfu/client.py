"""Control's end of the control socket: one client per worker, which reconnects by itself."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from telemed.errors import Conflict, InvalidInput, NotFound, ProtocolError, TelemedError, Unavailable
from telemed.media.control import (
    CONTROL_VERSION,
    Hello,
    Negotiate,
    Negotiated,
    SetMode,
    SetRecording,
    SetWishes,
    Snapshot,
    StopRecording,
    WorkerEvent,
)
from telemed.media.control_codec import (
    HEADER_BYTES,
    decode_event,
    decode_frame,
    encode_frame,
    frame_length,
    from_json,
    to_json,
)

REQUEST_TIMEOUT = 5.0  # seconds; a healthy worker answers in milliseconds
STOP_TIMEOUT = 30.0  # seconds for `stop_recording`, which waits for the disk
FIRST_BACKOFF = 0.05  # seconds
MAX_BACKOFF = 2.0  # seconds, so that a restarted worker is found within its own start-up time
MAX_PENDING = 256  # requests waiting for replies; beyond it new ones are refused

# Worker error codes that mean something to callers; every other one is the worker's own trouble.
ERRORS_BY_CODE: dict[str, type[TelemedError]] = {
    "stale_attempt": Conflict,
    "recording_exists": Conflict,
    "recording_closed": NotFound,
    "not_found": NotFound,
    "protocol_error": InvalidInput,
}

log = logging.getLogger(__name__)


class MediaClient:
    """The MediaPlane port over one worker's control socket.

    `available` is True between the first snapshot of a connection and its loss. `on_worker_ready` gets that snapshot each time,
    `on_worker_lost` is called once per loss, `on_event` for every event of the current generation. Callbacks must not block.
    What one raises is logged; the connection goes on, or comes back.
    """

    def __init__(self, socket_path: Path) -> None:
        self.available = False
        self.hello: Hello | None = None
        self.on_event: Callable[[WorkerEvent], None] | None = None
        self.on_worker_lost: Callable[[], None] | None = None
        self.on_worker_ready: Callable[[Snapshot], None] | None = None
        self._path = socket_path
        self._writer: asyncio.StreamWriter | None = None
        self._pending: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._number = 0
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin connecting, and reconnecting, in the background."""
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Disconnect and stop. Idempotent."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def negotiate(self, request: Negotiate) -> Negotiated:
        """Make a peer publish and receive what `request` says; opens the room by itself. Raises Conflict, Unavailable."""
        return from_json(Negotiated, await self._request("negotiate", to_json(request)))

    async def open_room(self, room_id: str) -> None:
        """Open a room ahead of its first peer. Raises Unavailable."""
        await self._request("open_room", {"room_id": room_id})

    async def close_room(self, room_id: str) -> None:
        """End a room and its peers; unknown ones are fine. Raises Unavailable."""
        await self._request("close_room", {"room_id": room_id})

    async def close_peer(self, room_id: str, peer_id: str) -> None:
        """End a peer; unknown ones are fine. Raises Unavailable."""
        await self._request("close_peer", {"room_id": room_id, "peer_id": peer_id})

    async def set_flow(self, room_id: str, peer_id: str, sending: bool, receiving: bool) -> None:
        """Hold (both False) or resume a peer. Raises NotFound, Unavailable."""
        args = {"room_id": room_id, "peer_id": peer_id, "sending": sending, "receiving": receiving}
        await self._request("set_flow", args)

    async def set_mode(self, request: SetMode) -> None:
        """Say what a peer's person needs most now. Raises NotFound, Unavailable."""
        await self._request("set_mode", to_json(request))

    async def set_wishes(self, request: SetWishes) -> None:
        """Say how large a peer shows what it receives. Raises NotFound, Unavailable."""
        await self._request("set_wishes", to_json(request))

    async def request_keyframes(self, room_id: str, peer_id: str) -> None:
        """Ask for key frames of all video the peer receives. Raises NotFound, Unavailable."""
        await self._request("request_keyframes", {"room_id": room_id, "peer_id": peer_id})

    async def set_recording(self, request: SetRecording) -> None:
        """State all that may be captured of a room now. Raises NotFound, Conflict, Unavailable."""
        await self._request("set_recording", to_json(request))

    async def stop_recording(self, room_id: str, recording_id: str) -> None:
        """Close a recording; returns when all of it is on disk. Raises Unavailable."""
        await self._request("stop_recording", to_json(StopRecording(room_id, recording_id)), STOP_TIMEOUT)

    async def snapshot(self) -> Snapshot | None:
        """Return the worker's rooms and peers; None when it cannot be reached."""
        try:
            return from_json(Snapshot, await self._request("snapshot", {}))
        except (Unavailable, ProtocolError):
            return None

    async def stats(self, reset: bool = False) -> dict[str, Any]:
        """Return the worker's counters; `reset` starts the latency histogram anew. Raises Unavailable."""
        return await self._request("stats", {"reset": reset})

    async def drain(self) -> None:
        """Tell the worker to take no new rooms. Raises Unavailable."""
        await self._request("drain", {})

    async def _request(self, operation: str, args: dict[str, Any], patience: float = REQUEST_TIMEOUT) -> dict[str, Any]:
        """Send one request and wait for its answer, `patience` seconds at most."""
        writer, hello = self._writer, self.hello
        if writer is None or hello is None or writer.is_closing() or len(self._pending) >= MAX_PENDING:
            raise Unavailable("The media worker is not reachable.", code="media_unavailable")
        self._number += 1
        number = self._number
        reply: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._pending[number] = reply
        try:
            writer.write(encode_frame({"id": number, "generation": hello.generation, "op": operation, "args": args}))
            async with asyncio.timeout(patience):
                return _result(await reply)
        except (TimeoutError, OSError) as fault:
            raise Unavailable("The media worker does not answer.", code="media_unavailable") from fault
        finally:
            self._pending.pop(number, None)

    async def _run(self) -> None:
        """Connect, serve until the connection ends, wait a little longer each time it fails at once."""
        backoff = FIRST_BACKOFF
        while True:
            try:
                if await self._connection():
                    backoff = FIRST_BACKOFF
            except (OSError, TimeoutError, ProtocolError, Unavailable, asyncio.IncompleteReadError):
                pass  # not there yet, or gone: the back-off below decides when to try again
            except Exception:  # noqa: BLE001 - a fault of ours must not leave the worker's calls without control for good
                log.exception("a media connection failed")
            await asyncio.sleep(backoff * random.uniform(0.8, 1.2))  # noqa: S311 - spreads reconnects, guards nothing
            backoff = min(backoff * 2, MAX_BACKOFF)

    async def _connection(self) -> bool:
        """Serve one connection to its end. True when it got as far as a snapshot; may raise instead."""
        reader, writer = await asyncio.wait_for(asyncio.open_unix_connection(str(self._path)), REQUEST_TIMEOUT)
        was_ready = False
        ready: asyncio.Task[None] | None = None
        try:
            async with asyncio.timeout(REQUEST_TIMEOUT):
                hello = from_json(Hello, await _read(reader))
            if hello.version != CONTROL_VERSION:
                raise ProtocolError("The worker speaks another version.", code="unsupported_version")
            self.hello, self._writer = hello, writer
            ready = asyncio.create_task(self._announce())
            while True:
                self._dispatch(await _read(reader), hello.generation)
        except (OSError, ProtocolError, asyncio.IncompleteReadError):
            was_ready = self.available
            return was_ready
        finally:
            if ready is not None:
                ready.cancel()
                await asyncio.gather(ready, return_exceptions=True)
            self._disconnect(writer)

    async def _announce(self) -> None:
        """Read the snapshot and tell control that the worker is there."""
        snapshot = await self.snapshot()
        if snapshot is None:
            if self._writer is not None:
                self._writer.transport.abort()
            return
        self.available = True
        _tell(self.on_worker_ready, snapshot)

    def _disconnect(self, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()
        self._writer = None
        for reply in self._pending.values():
            if not reply.done():
                reply.set_exception(Unavailable("The media worker went away.", code="media_unavailable"))
        was_available, self.available = self.available, False
        if was_available:
            _tell(self.on_worker_lost)

    def _dispatch(self, message: dict[str, Any], generation: str) -> None:
        """Hand a reply to who waits for it, an event to the callback. Late replies and stale events are ignored."""
        if "event" in message:
            if message.get("generation") == generation:
                _tell(self.on_event, decode_event(message["event"], message.get("data")))
            return
        number = message.get("id")
        reply = self._pending.get(number) if isinstance(number, int) else None
        if reply is not None and not reply.done():
            reply.set_result(message)


def _tell(callback: Callable[..., None] | None, *arguments: object) -> None:
    """Call back; a fault in there costs what it was told, not the connection that all calls of the worker share."""
    try:
        if callback is not None:
            callback(*arguments)
    except Exception:  # noqa: BLE001 - see above
        log.exception("a callback of a media connection failed")


async def _read(reader: asyncio.StreamReader) -> dict[str, Any]:
    length = frame_length(await reader.readexactly(HEADER_BYTES))
    return decode_frame(await reader.readexactly(length))


def _result(reply: dict[str, Any]) -> dict[str, Any]:
    """Return the result of a reply or raise what its code stands for."""
    result = reply.get("result")
    if reply.get("ok") is True and isinstance(result, dict):
        return result
    code = reply.get("code")
    error = ERRORS_BY_CODE.get(code) if isinstance(code, str) else None
    if error is None:
        raise Unavailable("The media worker refused the request.", code="media_unavailable")
    raise error("The media worker refused the request.", code=code)
