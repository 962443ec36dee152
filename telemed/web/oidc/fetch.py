"""Requests to the provider: bounded in time, size and number, without redirects, cookies or compression."""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping
from typing import Any

import aiohttp

from telemed.web.oidc.refusals import unreachable
from telemed.web.oidc.settings import OidcSettings

MAX_ANSWER = 256 * 1024  # bytes; key sets of large providers have 20 KiB
SECONDS = 4.0  # for one answer, waiting for a place included; a sign-in needs four at most, and a request of ours may take 15 s
CONNECT_SECONDS = 2.0
MAX_CONNECTIONS = 8

Json = dict[str, Any]


class Fetcher:
    """Asks the provider. Opens nothing before the first request."""

    def __init__(self, settings: OidcSettings) -> None:
        self._settings = settings
        self._http: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close the connections."""
        if self._http is not None:
            await self._http.close()

    async def get(self, url: str, bearer: str = "") -> Json:
        """Return the JSON object at `url`. Raises Unavailable `provider_unreachable`."""
        status, answer = await self._ask("GET", url, {"Authorization": f"Bearer {bearer}"} if bearer else {})
        if status != 200:
            raise unreachable(f"status_{status}")
        return answer

    async def post(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> tuple[int, Json]:
        """Send a form; -> status and the JSON object of the answer. Raises Unavailable `provider_unreachable`."""
        status, answer = await self._ask("POST", url, headers, form)
        if status >= 500:
            raise unreachable(f"status_{status}")
        return status, answer

    async def _ask(
        self, method: str, url: str, headers: Mapping[str, str], form: Mapping[str, str] | None = None
    ) -> tuple[int, Json]:
        if not url.startswith(("https://", "http://") if self._settings.is_plain else "https://"):
            raise unreachable("not_https")
        try:
            http = self._session()
            sent = {"Accept": "application/json", "Accept-Encoding": "identity", **headers}
            async with http.request(method, url, data=form, headers=sent, allow_redirects=False) as response:
                if 300 <= response.status < 400:
                    raise unreachable("redirects")
                raw = await _read(response)
                return response.status, _object(raw, response.status)
        except TimeoutError:
            raise unreachable("too_slow") from None
        except (aiohttp.ClientSSLError, ssl.SSLError):
            raise unreachable("tls") from None
        except (aiohttp.ClientError, OSError, ValueError):  # ValueError: an address that is none
            raise unreachable("no_connection") from None

    def _session(self) -> aiohttp.ClientSession:
        if self._http is None:
            authority = self._settings.authority_file
            context = ssl.create_default_context(cafile=authority or None)
            self._http = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=MAX_CONNECTIONS, ssl=context),
                timeout=aiohttp.ClientTimeout(total=SECONDS, sock_connect=CONNECT_SECONDS),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                headers={"User-Agent": "telemed"},
            )
        return self._http


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """The body, as far as it is not too large."""
    raw = bytearray()
    async for chunk in response.content.iter_chunked(16 * 1024):
        raw += chunk
        if len(raw) > MAX_ANSWER:
            response.close()
            raise unreachable("too_large")
    return bytes(raw)


def _object(raw: bytes, status: int) -> Json:
    try:
        answer = json.loads(raw)
    except (ValueError, RecursionError):
        answer = None
    if isinstance(answer, dict):
        return answer
    if status != 200:
        return {}  # its status says enough
    raise unreachable("no_json")
