"""Connections that live long, and TLS at the door."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import WSMsgType, web

from telemed.care.ports import Store
from telemed.web.settings import ConnectionLimits
from tests.adapters.web.conftest import server_tls
from tests.adapters.web.site import running_site, settings_for

QUICK = ConnectionLimits(head=0.2, request=0.3, lingering=0.1, tls_handshake=0.3)


def attach_socket(app: web.Application) -> None:
    """Stand in for Socket.IO: an echo over WebSocket, and a poll that takes its time."""

    async def handle(request: web.Request) -> web.StreamResponse:
        if "poll" in request.query:
            await asyncio.sleep(0.8)
            return web.Response(text="polled")
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            await socket.send_str(message.data)
        return socket

    app.router.add_get("/socket.io/", handle)


async def test_sockets_and_polls_outlive_the_deadlines_of_requests(store: Store, static_root: Path) -> None:
    settings = settings_for(static_root, limits=QUICK)
    async with running_site(store, settings, attach=attach_socket) as site:
        started = time.monotonic()
        async with site.http.ws_connect(site.url + "/socket.io/") as socket:
            polled = await site.ask("GET", "/socket.io/?poll=1")
            assert time.monotonic() - started > max(QUICK.head, QUICK.request) * 2
            await socket.send_str("still here")
            answer = await asyncio.wait_for(socket.receive(), 5)
            assert (answer.type, answer.data) == (WSMsgType.TEXT, "still here")
        assert polled.text == "polled"


@pytest.mark.parametrize("said", [b"", b"\x16\x03\x01\x02\x00\x01", b"GET / HTTP/1.1\r\n\r\n"])
async def test_a_tls_handshake_has_a_deadline(
    store: Store, static_root: Path, tmp_path: Path, said: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    settings = settings_for(static_root, base_url="https://127.0.0.1:8443", limits=QUICK)
    async with running_site(store, settings, server_tls(tmp_path)) as site:
        try:
            answer = await site.raw(said)
        except ConnectionResetError:
            answer = b""
        assert b"HTTP" not in answer
        assert (await site.ask("GET", "/livez")).status == 200
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_the_whole_server_has_a_cap(store: Store, static_root: Path) -> None:
    settings = settings_for(static_root, limits=replace(QUICK, head=5.0, total=5))
    async with running_site(store, replace(settings, trusted_proxies=frozenset({"127.0.0.1"}))) as site:
        held = [await asyncio.open_connection("127.0.0.1", site.server.port) for _ in range(5)]
        try:
            refused = await site.raw(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
        except ConnectionResetError:
            refused = b""
        assert refused == b""
        for _, writer in held:
            writer.close()


async def test_a_proxy_of_ours_may_hold_more_than_one_person(store: Store, static_root: Path) -> None:
    settings = settings_for(static_root, limits=replace(QUICK, head=5.0, per_address=3))
    async with running_site(store, replace(settings, trusted_proxies=frozenset({"127.0.0.1"}))) as site:
        held = [await asyncio.open_connection("127.0.0.1", site.server.port) for _ in range(6)]
        assert (await site.ask("GET", "/livez")).status == 200
        for _, writer in held:
            writer.close()
