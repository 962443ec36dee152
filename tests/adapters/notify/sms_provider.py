"""An SMS provider on a free port: keeps what is posted and answers as the test wishes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

Answer = Callable[[web.Request], Awaitable[web.Response]]


class Provider:
    """`posts` are (headers, JSON) in order; `answer` makes the answer; `sent` holds one message per idempotency key."""

    def __init__(self) -> None:
        self.posts: list[tuple[dict[str, str], dict[str, Any]]] = []
        self.sent: dict[str, dict[str, Any]] = {}
        self.answer: Answer = self.take
        self.ended = asyncio.Event()

    async def take(self, request: web.Request) -> web.Response:
        key = request.headers["Idempotency-Key"]
        self.sent.setdefault(key, self.posts[-1][1])
        return web.json_response({"id": f"provider-{key}"}, status=202)

    async def silence(self, _: web.Request) -> web.Response:
        """Take the message and never say so."""
        await self.ended.wait()
        return web.Response()

    async def handle(self, request: web.Request) -> web.Response:
        self.posts.append((dict(request.headers), await request.json()))
        return await self.answer(request)


@asynccontextmanager
async def provider_server(provider: Provider) -> AsyncIterator[str]:
    """Serve it; yields the address to post to."""
    application = web.Application()
    application.router.add_post("/send", provider.handle)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/send"
    finally:
        provider.ended.set()
        await runner.cleanup()


def status(code: int, **headers: str) -> Answer:
    """Always this status."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=code, headers={name.replace("_", "-"): value for name, value in headers.items()}, text="words")

    return answer


async def cut(request: web.Request) -> web.Response:
    """Close the connection without an answer."""
    assert request.transport is not None
    request.transport.abort()
    await asyncio.sleep(0)
    return web.Response()
