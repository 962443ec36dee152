"""SMS by an HTTP provider: one POST of JSON per message, described in docs/operations.md.

    POST <url>   Authorization: Bearer <token>   Idempotency-Key: <id>
    {"to": "+49...", "from": "...", "text": "...", "reference": "<id>"}

2xx means taken; an `id` in its JSON is kept. Every attempt carries the same key, so a provider that honours it sends once.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp

from telemed.care.notify.records import Fault, Letter, Outcome, Verdict

CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 30.0  # from the connection on; silence after that means `unknown`
MAX_ANSWER_BYTES = 64 * 1024  # an answer of a few hundred bytes is usual; the rest is not read
MAX_GATEWAY_ID = 100  # characters
LATER = frozenset({408, 425, 429, 500, 502, 503})  # not done, said so; the same key makes asking again harmless
UNSURE = frozenset({504})  # somebody behind the provider may have done it


@dataclass(frozen=True, slots=True)
class SmsSettings:
    """The provider. Seconds are for connecting and for the whole answer after it."""

    url: str
    token: str = field(default="", repr=False)
    sender: str = ""
    connect_seconds: float = CONNECT_SECONDS
    answer_seconds: float = ANSWER_SECONDS


class SmsGateway:
    """Posts letters to the provider. Owns one client session with its connections; `close` ends them."""

    def __init__(self, settings: SmsSettings, utcnow: Callable[[], datetime]) -> None:
        self._settings = settings
        self._utcnow = utcnow
        self._session: aiohttp.ClientSession | None = None

    async def send(self, letter: Letter) -> Outcome:
        """Hand one letter over. The certificate is checked; redirects are not followed: the token would go along."""
        progress = _Progress()
        try:
            return await self._post(letter, progress)
        except (aiohttp.ClientConnectorCertificateError, aiohttp.ClientSSLError):
            return Outcome(Verdict.RETRY, Fault.TLS)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            return Outcome(Verdict.RETRY, Fault.UNREACHABLE)
        except TimeoutError:
            return _silent(progress, Fault.NO_ANSWER)
        except (aiohttp.ClientError, OSError, ValueError):
            return _silent(progress, Fault.CUT_OFF)

    async def close(self) -> None:
        """Close the connections."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _post(self, letter: Letter, progress: _Progress) -> Outcome:
        settings = self._settings
        body = {"to": letter.recipient, "from": settings.sender, "text": letter.text, "reference": letter.id}
        headers = {"Idempotency-Key": letter.id, "User-Agent": "telemed"}
        if settings.token:
            headers["Authorization"] = f"Bearer {settings.token}"
        total = settings.connect_seconds + settings.answer_seconds
        timeout = aiohttp.ClientTimeout(total=total, connect=settings.connect_seconds, sock_read=settings.answer_seconds)
        request = self._opened().post(
            settings.url, json=body, headers=headers, timeout=timeout, allow_redirects=False, trace_request_ctx=progress
        )
        async with request as answer:
            return await _judged(answer, self._utcnow())

    def _opened(self) -> aiohttp.ClientSession:
        """The session, made with the first letter; no cookies, no proxy from the environment, no body unpacked.

        A connection of its own for each letter: one that was kept may be closed just as we write, which would look like silence.
        """
        if self._session is None:
            trace = aiohttp.TraceConfig()
            trace.on_request_headers_sent.append(_note_sent)
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(force_close=True),
                cookie_jar=aiohttp.DummyCookieJar(),
                trace_configs=[trace],
                auto_decompress=False,
            )
        return self._session


@dataclass(slots=True)
class _Progress:
    """How far a request came."""

    sent: bool = False


async def _note_sent(_: aiohttp.ClientSession, context: object, __: aiohttp.TraceRequestHeadersSentParams) -> None:
    progress = getattr(context, "trace_request_ctx", None)
    if isinstance(progress, _Progress):
        progress.sent = True


def _silent(progress: _Progress, fault: Fault) -> Outcome:
    """No answer: unknown once the request was on its way."""
    return Outcome(Verdict.UNSURE if progress.sent else Verdict.RETRY, fault if progress.sent else Fault.UNREACHABLE)


async def _judged(answer: aiohttp.ClientResponse, now: datetime) -> Outcome:
    status = answer.status
    if 200 <= status < 300:
        return Outcome(Verdict.ACCEPTED, gateway_id=await _gateway_id(answer))
    if status in UNSURE:
        return Outcome(Verdict.UNSURE, Fault.NO_ANSWER)
    if status in LATER:
        return Outcome(Verdict.RETRY, Fault.BUSY, retry_after=retry_after(answer.headers.get("Retry-After"), now))
    if status in (401, 403):
        return Outcome(Verdict.RETRY, Fault.LOGIN)  # the token, not the message: waits for the operator
    return Outcome(Verdict.REFUSED, Fault.REFUSED)


async def _gateway_id(answer: aiohttp.ClientResponse) -> str | None:
    """The provider's own id, if the answer has one. The message is taken, whatever else is wrong with the answer."""
    try:
        raw = await answer.content.read(MAX_ANSWER_BYTES)
        found = json.loads(raw).get("id")
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError, AttributeError, RecursionError):
        return None
    text = str(found) if isinstance(found, str | int) else ""
    return text if 0 < len(text) <= MAX_GATEWAY_ID and text.isascii() and text.isprintable() else None


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds of a Retry-After header: a number or a date (RFC 9110 section 10.2.3); None for anything else."""
    if value is None:
        return None
    if value.isascii() and value.isdigit() and len(value) < 10:
        return float(value)
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return None
    return max(0.0, (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() - now.timestamp())
