"""Sockets as an attacker writes them: Engine.IO and Socket.IO by hand."""

from __future__ import annotations

import asyncio
import json
from types import TracebackType
from typing import Any

import aiohttp


class RawSocket:
    """One WebSocket to /socket.io/ that sends whatever it is told."""

    def __init__(self, base: str, origin: str | None = None, compress: int = 0) -> None:
        self._base = base
        self._compress = compress
        self._headers = {} if origin is None else {"Origin": origin}
        self._http = aiohttp.ClientSession()
        self.ws: aiohttp.ClientWebSocketResponse

    async def __aenter__(self) -> RawSocket:
        url = f"{self._base}/socket.io/?EIO=4&transport=websocket"
        try:
            self.ws = await self._http.ws_connect(
                url, headers=self._headers, compress=self._compress, timeout=aiohttp.ClientWSTimeout(ws_close=1)
            )
        except BaseException:
            await self._http.close()
            raise
        assert (await self.ws.receive_str()).startswith("0{")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.ws.close()
        await self._http.close()

    async def connect(self, namespace: str, auth: Any) -> str:
        """CONNECT a namespace; the first answer to it."""
        await self.ws.send_str(f"40{namespace},{json.dumps(auth)}")
        return await self.answer(("40", "44"))

    async def answer(self, starts: tuple[str, ...]) -> str:
        """The next packet that begins with one of `starts`; pings are answered, events are skipped."""
        while True:
            message = await self.ws.receive(timeout=15)
            if message.type is not aiohttp.WSMsgType.TEXT:
                return ""
            if message.data == "2":
                await self.ws.send_str("3")
            elif message.data.startswith(starts):
                return str(message.data)

    async def command(self, namespace: str, event: Any, payload: Any) -> Any:
        """Send an event with an acknowledgement id and return what is acknowledged; None when the socket ends."""
        await self.ws.send_str(f"42{namespace},7{json.dumps([event, payload])}")
        answer = await self.answer((f"43{namespace},7",))
        return json.loads(answer.split(",7", 1)[1])[0] if answer else None

    async def ended(self, seconds: float = 15.0) -> bool:
        """Whether the server ends the connection."""
        over = (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR)
        try:
            async with asyncio.timeout(seconds):
                while (await self.ws.receive()).type not in over:
                    pass
        except (TimeoutError, aiohttp.ClientError, ConnectionError):
            return False
        return True
