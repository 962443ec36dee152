"""SMS over a real HTTP server: what is posted, and each answer taken for what it is."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web

from telemed.care.notify.records import Fault, Letter, Outcome, Verdict
from telemed.notify import SmsGateway, SmsSettings
from telemed.notify.sms_gateway import retry_after
from tests.adapters.notify.authority import certify
from tests.adapters.notify.sms_provider import Answer, Provider, cut, provider_server, status

LETTER = Letter("out_1", "channel_code", "+49301234567", "", "Klinik: Ihr Code ist 123456.", "Klinik")
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
async def url(provider: Provider) -> AsyncIterator[str]:
    async with provider_server(provider) as address:
        yield address


async def send(url: str, **more: float) -> Outcome:
    settings = SmsSettings(url, "the-token", "Klinik", **({"connect_seconds": 2.0, "answer_seconds": 2.0} | more))
    gateway = SmsGateway(settings, lambda: NOW)
    try:
        return await gateway.send(LETTER)
    finally:
        await gateway.close()


async def test_what_is_posted(provider: Provider, url: str) -> None:
    assert await send(url) == Outcome(Verdict.ACCEPTED, gateway_id="provider-out_1")
    ((headers, body),) = provider.posts
    assert headers["Authorization"] == "Bearer the-token" and headers["Idempotency-Key"] == "out_1"
    assert body == {"to": "+49301234567", "from": "Klinik", "text": LETTER.text, "reference": "out_1"}


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (status(200), Outcome(Verdict.ACCEPTED)),
        (status(500), Outcome(Verdict.RETRY, Fault.BUSY)),
        (status(503, Retry_After="Sun, 22 Nov 2026 09:31:00 GMT"), Outcome(Verdict.RETRY, Fault.BUSY, retry_after=60.0)),
        (status(429, Retry_After="120"), Outcome(Verdict.RETRY, Fault.BUSY, retry_after=120.0)),
        (status(429, Retry_After="soon"), Outcome(Verdict.RETRY, Fault.BUSY)),
        (status(504), Outcome(Verdict.UNSURE, Fault.NO_ANSWER)),
        (status(401), Outcome(Verdict.RETRY, Fault.LOGIN)),
        (status(400), Outcome(Verdict.REFUSED, Fault.REFUSED)),
        (status(404), Outcome(Verdict.REFUSED, Fault.REFUSED)),
        (status(307, Location="http://127.0.0.1:9/"), Outcome(Verdict.REFUSED, Fault.REFUSED)),
        (cut, Outcome(Verdict.UNSURE, Fault.CUT_OFF)),
    ],
    ids=["200 no id", "500", "503 date", "429", "429 nonsense", "504", "401", "400", "404", "redirect", "cut"],
)
async def test_answers_are_taken_for_what_they_say(provider: Provider, url: str, answer: Answer, outcome: Outcome) -> None:
    provider.answer = answer
    assert await send(url) == outcome
    assert len(provider.posts) == 1, "retries are the worker's, never hidden in the client"


@pytest.mark.parametrize(
    "body", [b"[]", b"no json", b'{"id": null}', b'{"id": "' + b"x" * 200 + b'"}', b'{"id": "a\\nb"}', b"[" * 10_000]
)
async def test_a_taken_message_is_taken_whatever_the_answer_looks_like(provider: Provider, url: str, body: bytes) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=body)

    provider.answer = answer
    assert await send(url) == Outcome(Verdict.ACCEPTED)


async def test_silence_after_the_message_is_unknown(provider: Provider, url: str) -> None:
    provider.answer = provider.silence
    began = time.monotonic()
    assert await send(url, answer_seconds=0.3) == Outcome(Verdict.UNSURE, Fault.NO_ANSWER)
    assert time.monotonic() - began < 5 and len(provider.posts) == 1


async def test_a_slow_answer_within_the_time_is_an_answer(provider: Provider, url: str) -> None:
    async def slow(request: web.Request) -> web.Response:
        await asyncio.sleep(0.3)  # what is tested is the passing of time
        return await provider.take(request)

    provider.answer = slow
    assert (await send(url)).verdict is Verdict.ACCEPTED


async def test_nobody_there() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}/"
    assert await send(address) == Outcome(Verdict.RETRY, Fault.UNREACHABLE)


async def test_a_certificate_of_nobody_we_trust_gets_neither_token_nor_message(tmp_path: Path) -> None:
    received: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.append(await reader.read())
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=certify(tmp_path).context)
    port = server.sockets[0].getsockname()[1]
    assert await send(f"https://localhost:{port}/send") == Outcome(Verdict.RETRY, Fault.TLS)
    server.close()
    await server.wait_closed()
    assert received == []


@pytest.mark.parametrize(
    ("value", "seconds"),
    [(None, None), ("0", 0.0), ("-5", None), ("9" * 20, None), ("", None), ("Sun, 22 Nov 2026 09:00:00 GMT", 0.0), ("٣", None)],
)
def test_retry_after(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds
