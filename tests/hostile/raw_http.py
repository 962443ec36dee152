"""HTTP byte by byte, from an address of one's own: 127.0.0.0/8 is all loopback, so an attacker need not share a rate limit."""

from __future__ import annotations

import asyncio
import contextlib
import json
from dataclasses import dataclass
from typing import Any

READ_SECONDS = 20.0
MAX_ANSWER = 4 * 1024 * 1024


@dataclass(frozen=True)
class Answer:
    """What came back; status 0: the connection was closed without an answer."""

    status: int
    head: str
    body: bytes

    @property
    def error(self) -> dict[str, Any]:
        """The error object of a JSON answer."""
        return dict(json.loads(self.body)["error"])


async def exchange(host: tuple[str, int], raw: bytes, source: str = "127.0.0.1", *, half_close: bool = False) -> Answer:
    """Send `raw` and read what comes until the server closes or has answered by its own count."""
    reader, writer = await asyncio.open_connection(*host, local_addr=(source, 0))
    try:
        with contextlib.suppress(ConnectionError):
            writer.write(raw)
            await writer.drain()
            if half_close:
                writer.write_eof()
        return await read_answer(reader)
    finally:
        writer.transport.abort()


async def read_answer(reader: asyncio.StreamReader) -> Answer:
    """One answer."""
    async with asyncio.timeout(READ_SECONDS):
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.LimitOverrunError):
            return Answer(0, "", b"")
        status = int(head.split(" ", 2)[1])
        lengths = [line.partition(":")[2] for line in head.split("\r\n") if line.lower().startswith("content-length:")]
        body = b""
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            body = await (reader.readexactly(min(int(lengths[0]), MAX_ANSWER)) if lengths else reader.read(MAX_ANSWER))
        return Answer(status, head, body)


def request(method: str, target: str, *headers: str, body: bytes = b"", host: str = "localhost") -> bytes:
    """A request with a Content-Length when there is a body, unless a header says otherwise."""
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}", "Connection: close", *headers]
    framed = any(line.lower().startswith(("content-length", "transfer-encoding")) for line in headers)
    if body and not framed:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body
