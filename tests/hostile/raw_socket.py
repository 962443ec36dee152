"""An Engine.IO connection by hand: every byte of it is the test's own choice."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp

ANSWER_SECONDS = 10.0


class Closed(Exception):
    """The server ended the connection."""


class RawSocket:
    """A WebSocket to /socket.io/ that answers pings and keeps everything it was sent in `frames`."""

    def __init__(self, websocket: aiohttp.ClientWebSocketResponse) -> None:
        self.websocket = websocket
        self.frames: list[str] = []
        self._number = 0

    @classmethod
    async def open(cls, base_url: str, http: aiohttp.ClientSession, headers: dict[str, str] | None = None) -> RawSocket:
        """Connect; raises aiohttp.WSServerHandshakeError when refused."""
        url = base_url.replace("http", "ws", 1) + "/socket.io/?EIO=4&transport=websocket"
        opened = cls(await http.ws_connect(url, headers=headers, max_msg_size=0))
        await opened.next("0")
        return opened

    async def send(self, packet: str | bytes) -> None:
        """Send one frame as it is."""
        try:
            if isinstance(packet, bytes):
                await self.websocket.send_bytes(packet)
            else:
                await self.websocket.send_str(packet)
        except (ConnectionError, aiohttp.ClientError):
            raise Closed from None

    async def next(self, prefix: str) -> str:
        """The next frame that begins with `prefix`; raises Closed."""
        async with asyncio.timeout(ANSWER_SECONDS):
            while True:
                message = await self.websocket.receive()
                if message.type is not aiohttp.WSMsgType.TEXT:
                    raise Closed
                self.frames.append(message.data)
                if message.data == "2":
                    await self.send("3")
                elif message.data == "1" or message.data.startswith("41"):
                    raise Closed
                elif message.data.startswith(prefix):
                    return str(message.data)

    async def join(self, namespace: str, auth: Any) -> str:
        """CONNECT to a namespace; the code of a refusal, "" when let in."""
        await self.send(f"40{namespace}," + (auth if isinstance(auth, str) else json.dumps(auth)))
        answer = await self.next("4")
        while answer[:2] not in ("40", "44"):
            answer = await self.next("4")
        if not answer.startswith("44"):
            return ""
        reason = json.loads(answer.partition(",")[2])  # the library says it as a string when there is no such namespace
        return str(reason["message"] if isinstance(reason, dict) else reason)

    async def call(self, namespace: str, event: Any, *arguments: Any) -> dict[str, Any]:
        """Send an event and return its acknowledgement; raises Closed."""
        self._number += 1
        await self.send(f"42{namespace},{self._number}" + json.dumps([event, *arguments]))
        answer = await self.next(f"43{namespace},{self._number}[")
        return dict(json.loads(answer.partition("[")[2].rpartition("]")[0]))

    async def is_closed(self) -> bool:
        """Whether the server ends the connection now."""
        try:
            while True:
                await self.next("\0")
        except Closed:
            return True
        except TimeoutError:
            return False

    async def close(self) -> None:
        """End the connection."""
        await self.websocket.close()
