"""One namespace connection of one recipient: a bounded outbox and the task that empties it.

Publishing is synchronous (all recipients of a change get it in one step of the event loop, in order); sending is not. When the
outbox is full the connection is closed: the client comes back and resumes or takes a snapshot, so nothing is lost.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

import engineio.exceptions

OUTBOX_EVENTS = 512  # one ring of 500 events and a little
LIVE_EVENTS_ABOVE = OUTBOX_EVENTS // 2  # beyond this backlog unsequenced events are dropped

Send = Callable[[str, dict[str, Any]], Awaitable[None]]
Close = Callable[[], Awaitable[None]]


class Connection:
    """The sending side of one accepted namespace connection."""

    def __init__(self, sid: str, engine_id: str, send: Send, close: Close, holder: str = "") -> None:
        self.sid = sid
        self.holder = holder  # the login or seat cookie behind it
        self.used = False  # a command came since somebody looked: its login is not idle
        self.engine_id = engine_id
        self._send = send
        self._close = close
        self._outbox: asyncio.Queue[tuple[str, dict[str, Any]] | None] = asyncio.Queue(OUTBOX_EVENTS)
        self._sender: asyncio.Task[None] | None = None
        self._ending = False
        self._may_close = asyncio.Event()
        self._may_close.set()

    @property
    def started(self) -> bool:
        """Whether the client has been told that it is connected and may be sent to."""
        return self._sender is not None

    @property
    def ending(self) -> bool:
        """Whether nothing more may be queued."""
        return self._ending

    def start(self) -> None:
        """Begin sending."""
        self._sender = asyncio.create_task(self._run(), name="socket-sender")

    def offer(self, event: str, payload: dict[str, Any]) -> bool:
        """Queue one event; False when the outbox is full (the connection then ends) or ending."""
        if self._ending:
            return False
        try:
            self._outbox.put_nowait((event, payload))
        except asyncio.QueueFull:
            self._discard()
            return False
        return True

    def offer_live(self, event: str, payload: dict[str, Any]) -> bool:
        """Queue an event that may be lost; False when it was dropped for the backlog."""
        if self._ending or self._outbox.qsize() > LIVE_EVENTS_ABOVE:
            return False
        self._outbox.put_nowait((event, payload))
        return True

    def finish(self) -> None:
        """Close the connection after what is queued was sent."""
        if self._ending:
            return
        self._ending = True
        try:
            self._outbox.put_nowait(None)
        except asyncio.QueueFull:
            self._discard()

    def begin_command(self) -> None:
        """A command of this connection is running: closing waits for its acknowledgement."""
        self.used = True
        self._may_close.clear()

    def end_command(self) -> None:
        """The acknowledgement is on its way."""
        self._may_close.set()

    def _discard(self) -> None:
        self._ending = True
        while not self._outbox.empty():
            self._outbox.get_nowait()
        self._outbox.put_nowait(None)

    async def abandon(self) -> None:
        """Stop sending: the client is gone."""
        self._ending = True
        if self._sender is None or self._sender is asyncio.current_task():
            return
        self._sender.cancel()
        await asyncio.gather(self._sender, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            item = await self._outbox.get()
            with contextlib.suppress(engineio.exceptions.EngineIOError, OSError):  # its disconnect arrives by itself
                if item is None:
                    await self._may_close.wait()
                    await self._close()
                    return
                await self._send(*item)
