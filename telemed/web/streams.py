"""Answers that are sent piece by piece, at the reader's pace: parts of files, and files made while they are sent.

The deadline of a request (middleware.py) runs anew with each piece, so a long answer may take long, but not a reader who takes
nothing. Whatever ends the answer - its end, a fault, a client that left, the deadline - closes the source at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter

from telemed.errors import TelemedError
from telemed.web.connections import cut_off
from telemed.web.error_answers import new_incident

STALL_SECONDS = 30.0  # for one piece of a quarter MiB: 70 kbit/s, less than any line a recording could be watched on
DEADLINE = web.RequestKey("deadline", asyncio.Timeout)


@dataclass(frozen=True, slots=True)
class Source:
    """Where the pieces come from, and what to do with it afterwards, whether or not any was taken."""

    pieces: AsyncIterator[bytes]
    close: Callable[[], Awaitable[None]]


class StreamedAnswer(web.StreamResponse):
    """Sends the pieces of `source` when it is delivered; None: head only. `length`: bytes they are together; None when nobody
    knows, then a broken-off answer is told from a complete one by its missing last chunk (RFC 9112 section 7.1)."""

    def __init__(self, status: int, headers: Mapping[str, str], source: Source | None, length: int | None) -> None:
        super().__init__(status=status, headers=headers)
        self._source = source
        self._request: web.BaseRequest | None = None
        self.content_length = length

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """Send the head."""
        self._request = request
        try:
            return await super().prepare(request)
        except BaseException:
            await self._close()
            raise

    async def write_eof(self, data: bytes = b"") -> None:
        """Send the pieces and the end. A second call does nothing."""
        try:
            source, request = self._source, self._request
            if source is not None and request is not None and request.method != "HEAD":
                await self._send(request, source)
        finally:
            await self._close()
        await super().write_eof(data)

    async def _send(self, request: web.BaseRequest, source: Source) -> None:
        deadline = request.get(DEADLINE)
        clock = asyncio.get_running_loop().time
        try:
            async for piece in source.pieces:
                if deadline is not None:
                    deadline.reschedule(clock() + STALL_SECONDS)
                await self.write(piece)
        except (TelemedError, OSError) as fault:
            if isinstance(fault, ConnectionError):
                raise
            new_incident(fault)
            cut_off(request.transport)  # half an answer must not look like a whole one
            raise ConnectionResetError("the source of an answer failed") from None

    async def _close(self) -> None:
        source, self._source = self._source, None
        if source is not None:
            await source.close()
