"""A wire tap between a client and the server: everything that was said, in both directions, byte for byte."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

REQUEST_LINE = re.compile(rb"(?:^|\r\n\r\n|[}\x00-\x1f])((?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) [^\r\n]* HTTP/1\.[01])\r\n")


@dataclass
class Tap:
    """Listens on `port` and hands on to the server from `source`, an address of its own."""

    target: tuple[str, int]
    source: str
    port: int = 0
    up: bytearray = field(default_factory=bytearray)
    down: bytearray = field(default_factory=bytearray)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def request_lines(self) -> list[str]:
        """What a proxy, a log of requests, or a `Referer` would show."""
        return [line.decode("latin-1") for line in REQUEST_LINE.findall(bytes(self.up))]

    async def connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        ends = [writer]
        try:
            there, back = await asyncio.open_connection(*self.target, local_addr=(self.source, 0))
            ends.append(back)
            async with asyncio.TaskGroup() as both:
                both.create_task(self._copy(reader, back, self.up))
                both.create_task(self._copy(there, writer, self.down))
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            for end in ends:
                end.transport.abort()

    @staticmethod
    async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, kept: bytearray) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                kept += data
                writer.write(data)
                await writer.drain()
        writer.transport.abort() if writer.is_closing() else writer.close()

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def tapped(target: tuple[str, int], source: str) -> AsyncIterator[Tap]:
    """A tap in front of `target`, open for the block."""
    tap = Tap(target, source)
    server = await asyncio.start_server(tap.connection, "127.0.0.1", 0)
    tap.port = server.sockets[0].getsockname()[1]
    try:
        yield tap
    finally:
        server.close()
        await tap.close()
