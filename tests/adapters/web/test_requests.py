"""Hostile requests: wrong types, too large, too slow, too many, from elsewhere."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
import struct
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from telemed.care.roles import Role
from telemed.errors import InvalidInput
from telemed.web.bodies import parse_model
from telemed.web.request_models import CreateSessionBody, LinkBody, OfferBody, WriteNoteBody
from telemed.web.routes import ROUTES
from tests.adapters.web.people import People
from tests.adapters.web.samples import BODIES, COMMAND, concrete
from tests.adapters.web.site import Site

OPEN = "/api/v1/links/open"
GOOD = BODIES["POST /links/open"]


@pytest.mark.parametrize(
    "route", [route for route in ROUTES if route.method not in ("GET", "HEAD")], ids=lambda route: f"{route.method} {route.path}"
)
async def test_other_sites_change_nothing(site: Site, people: People, route: Any) -> None:
    site.cookies = {"telemed_staff": await people.token_of(Role.CLINICIAN)}
    body, path = BODIES.get(f"{route.method} {route.path}", {}), concrete(route.path)
    for origin, headers in [
        ("https://evil.example", {}),
        ("null", {}),
        ("http://localhost:8081", {}),
        ("own", {"Sec-Fetch-Site": "cross-site"}),
        ("own", {"Sec-Fetch-Site": "same-site"}),
        (None, {}),  # cookies without an Origin
    ]:
        answer = await site.ask(route.method, path, body, headers, origin)
        assert (answer.status, answer.json["error"]["code"]) == (403, "wrong_origin")
        assert "Set-Cookie" not in answer.headers
    assert not site.visits.calls


async def test_both_names_of_a_demo_are_our_own_origin(site: Site) -> None:
    for origin in ("http://localhost:8080", "http://127.0.0.1:8080"):
        answer = await site.ask("POST", OPEN, GOOD, {"Sec-Fetch-Site": "same-origin"}, origin)
        assert answer.status == 200


@pytest.mark.parametrize(
    ("headers", "data", "status", "code"),
    [
        ({"Content-Type": "text/plain"}, b"{}", 415, "unsupported_type"),
        ({"Content-Type": "application/x-www-form-urlencoded"}, b"token=x", 415, "unsupported_type"),
        ({"Content-Type": "multipart/form-data; boundary=x"}, b"--x--", 415, "unsupported_type"),
        ({}, b"{}", 415, "unsupported_type"),
        (
            {"Content-Type": "application/json", "Content-Encoding": "gzip"},
            gzip.compress(bytes(10_000_000)),
            415,
            "unsupported_type",
        ),
        ({"Content-Type": "application/json"}, b"", 400, "invalid_input"),
        ({"Content-Type": "application/json"}, b"[]", 400, "invalid_input"),
        ({"Content-Type": "application/json"}, b"null", 400, "invalid_input"),
        ({"Content-Type": "application/json"}, b"{", 400, "invalid_input"),
        ({"Content-Type": "application/json"}, b"\xff\xfe", 400, "invalid_input"),
        ({"Content-Type": "application/json"}, b'{"token": "\\ud800"}', 400, "invalid_input"),
        ({"Content-Type": "application/json"}, b'{"a":' * 20_000, 413, "too_large"),
        ({"Content-Type": "application/json"}, b'{"a":' * 12_000, 400, "invalid_input"),
        ({"Content-Type": "application/json"}, b"[" * 60_000, 400, "invalid_input"),
        ({"Content-Type": "application/json"}, b'{"token":' + b"9" * 60_000 + b"}", 400, "invalid_input"),
    ],
)
async def test_bodies_of_another_kind(site: Site, headers: dict[str, str], data: bytes, status: int, code: str) -> None:
    skip = () if "Content-Type" in headers else ("Content-Type",)
    answer = await site.ask("POST", OPEN, headers=headers, data=data, skip_auto_headers=skip)
    assert (answer.status, answer.json["error"]["code"]) == (status, code)
    assert not site.visits.calls


async def test_a_size_that_is_announced_is_refused_before_it_is_sent(site: Site) -> None:
    head = f"POST {OPEN} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 999999999\r\n\r\n"
    started = time.monotonic()
    answer = await site.raw(head.encode())
    assert answer.startswith(b"HTTP/1.1 413") and b"Connection: close" in answer
    assert time.monotonic() - started < 4.0  # the lingering time, not the request deadline


async def test_a_size_that_is_not_announced_is_counted(site: Site) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 50 * 1024 * 1024:
            sent += 16 * 1024
            yield bytes(16 * 1024)

    try:
        answer = await site.ask("POST", OPEN, headers={"Content-Type": "application/json"}, data=endless())
        assert answer.status == 413
    except ConnectionError:
        pass  # the server hung up while we were still sending: just as well
    assert sent < 10 * 1024 * 1024
    assert not site.visits.calls


async def test_an_offer_may_be_larger_than_other_bodies_but_not_much(site: Site, people: People) -> None:
    site.cookies = {"telemed_staff": await people.token_of(Role.CLINICIAN)}
    path, body = concrete("/sessions/{id}/offer"), BODIES["POST /sessions/{id}/offer"]
    assert (await site.ask("POST", path, {**body, "sdp": "x" * 90_000})).status == 200
    assert (await site.ask("POST", path, {**body, "sdp": "x" * 98_304})).status == 413
    assert (await site.ask("POST", OPEN, {**GOOD, "device": "x" * 70_000})).status == 413
    many = [{"mid": str(n), "track_id": "trk_a"} for n in range(49)]
    assert (await site.ask("POST", path, {**body, "subscribe": many})).status == 400


@pytest.mark.parametrize(
    ("model", "body", "field"),
    [
        (CreateSessionBody, {"kind": "urgent"}, "command_id"),
        (CreateSessionBody, {"kind": "other", "command_id": COMMAND}, "kind"),
        (CreateSessionBody, {"kind": "urgent", "command_id": "short"}, "command_id"),
        (CreateSessionBody, {"kind": "urgent", "command_id": COMMAND + "\n"}, "command_id"),
        (CreateSessionBody, {"kind": "urgent", "command_id": COMMAND, "patient_name": "x" * 81}, "patient_name"),
        (CreateSessionBody, {"kind": "urgent", "command_id": COMMAND, "patient_name": "a\nb"}, "patient_name"),
        (CreateSessionBody, {"kind": "urgent", "command_id": COMMAND, "patient_name": "\u202eevil"}, "patient_name"),
        (CreateSessionBody, {"kind": "urgent", "command_id": COMMAND, "patient_name": 5}, "patient_name"),
        (CreateSessionBody, {"kind": "urgent", "command_id": COMMAND, "canary_key": 1}, None),
        (LinkBody, {"token": "x" * 21, "device": "d" * 16}, "token"),
        (LinkBody, {"token": "x" * 21 + "/", "device": "d" * 16}, "token"),
        (LinkBody, {"token": "x" * 22, "device": "d" * 15}, "device"),
        (WriteNoteBody, {"body": "x" * 20_001, "revision": 0}, "body"),
        (WriteNoteBody, {"body": "\0", "revision": 0}, "body"),
        (WriteNoteBody, {"body": "x", "revision": "0"}, "revision"),
        (WriteNoteBody, {"body": "x", "revision": True}, "revision"),
        (WriteNoteBody, {"body": "x", "revision": 0.5}, "revision"),
        (WriteNoteBody, {"body": "x", "revision": -1}, "revision"),
        (OfferBody, {**BODIES["POST /sessions/{id}/offer"], "attempt": 2**53}, "attempt"),
        (OfferBody, {**BODIES["POST /sessions/{id}/offer"], "as": "admin"}, "as"),
        (OfferBody, {**BODIES["POST /sessions/{id}/offer"], "publish": [{"mid": "0", "source": "x"}]}, "publish.0.source"),
        (OfferBody, {**BODIES["POST /sessions/{id}/offer"], "publish": [{"mid": "a b", "source": "camera"}]}, "publish.0.mid"),
    ],
)
def test_wrong_fields_are_named_and_their_values_are_not(model: Any, body: dict[str, Any], field: str | None) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_model(json.dumps(body).encode(), model)
    assert caught.value.field == field
    assert "canary" not in f"{caught.value}{caught.value.field}" and caught.value.__cause__ is None


@given(st.binary(max_size=300))
def test_any_bytes_are_parsed_or_refused(raw: bytes) -> None:
    try:
        parse_model(raw, OfferBody)
    except InvalidInput:
        pass


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8), lambda inner: st.lists(inner, max_size=3)
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(["token", "device", "as", "sdp", "kind", "x"]), JSON_VALUES, max_size=4))
async def test_any_json_gets_a_typed_error(site: Site, body: dict[str, Any]) -> None:
    data = json.dumps(body).encode("utf-8", "surrogatepass")
    answer = await site.ask("POST", OPEN, headers={"Content-Type": "application/json"}, data=data)
    site.clock.move(60)
    assert answer.status == 400 and answer.json["error"]["code"] == "invalid_input"


# Slow and many. `quick_site` has a deadline of 0.3 s for heads and 0.5 s for requests.


@pytest.mark.parametrize("start", [b"", b"GET /a", b"GET / HTTP/1.1\r\nHost: x\r\nX-A: "])
async def test_a_head_that_drips_is_cut_off(quick_site: Site, start: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", quick_site.server.port)
    started = time.monotonic()
    closed = asyncio.ensure_future(reader.read())
    writer.write(start)
    while not closed.done() and time.monotonic() - started < 5.0:
        if start:
            writer.write(b"a")
        await asyncio.wait([closed], timeout=0.05)
    assert closed.done() and b"200" not in await _settled(closed)
    assert 0.2 < time.monotonic() - started < 3.0
    writer.close()


async def test_an_idle_connection_and_a_slow_second_head_are_cut_off(quick_site: Site) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", quick_site.server.port)
    writer.write(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
    assert await asyncio.wait_for(reader.readuntil(b"alive"), 5)
    started = time.monotonic()
    closed = asyncio.ensure_future(reader.read())
    while not closed.done() and time.monotonic() - started < 5.0:
        writer.write(b"G")
        await asyncio.wait([closed], timeout=0.05)
    assert closed.done() and time.monotonic() - started < 3.0
    await _settled(closed)
    writer.close()


async def test_a_body_that_drips_is_answered_and_cut_off(quick_site: Site) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", quick_site.server.port)
    head = f"POST {OPEN} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n"
    writer.write(head.encode())
    started = time.monotonic()
    closed = asyncio.ensure_future(reader.read())
    while not closed.done() and time.monotonic() - started < 8.0:
        writer.write(b" ")
        await asyncio.wait([closed], timeout=0.05)
    answer = await _settled(closed)
    assert answer.startswith(b"HTTP/1.1 503") or answer == b""  # a reset may overtake the answer
    assert time.monotonic() - started < 4.0
    writer.close()


async def _settled(reading: asyncio.Future[bytes]) -> bytes:
    try:
        return await reading
    except ConnectionError:
        return b""


async def test_a_reader_that_does_not_read_is_cut_off(quick_site: Site) -> None:
    (quick_site.settings.static_root / "large.png").write_bytes(bytes(8 * 1024 * 1024))
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(client, ("127.0.0.1", quick_site.server.port))
        await loop.sock_sendall(client, b"GET /static/large.png HTTP/1.1\r\nHost: x\r\n\r\n")
        deadline = time.monotonic() + 5
        while not _is_reset(client):
            assert time.monotonic() < deadline, "the server still waits"
            await asyncio.sleep(0.05)


def _is_reset(client: socket.socket) -> bool:
    """Tell whether the peer has aborted the connection (TCP_INFO state CLOSE)."""
    state: int = struct.unpack("B", client.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1))[0]
    return state == 7


async def test_many_slow_clients_do_not_stop_others(quick_site: Site) -> None:
    slow = [await asyncio.open_connection("127.0.0.1", quick_site.server.port) for _ in range(20)]
    for _, writer in slow:
        writer.write(b"GET / HTTP/1.1\r\nX: ")
    started = time.monotonic()
    assert (await quick_site.ask("GET", "/livez")).status == 200
    assert time.monotonic() - started < 1.0
    for _, writer in slow:
        writer.close()


async def test_connections_of_one_address_are_capped(quick_site: Site) -> None:
    limit = quick_site.settings.limits.per_address
    held = [await asyncio.open_connection("127.0.0.1", quick_site.server.port) for _ in range(limit)]
    reader, writer = await asyncio.open_connection("127.0.0.1", quick_site.server.port)
    writer.write(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
    try:
        assert await asyncio.wait_for(reader.read(), 5) == b""
    except ConnectionResetError:
        pass
    writer.close()
    for _, held_writer in held:
        held_writer.close()
    deadline = time.monotonic() + 5
    while True:
        try:
            assert (await quick_site.ask("GET", "/livez")).status == 200
            break
        except OSError:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    "head",
    [
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX-A: " + b"a" * 100_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X-%d: a\r\n" % n for n in range(500)) + b"\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),
        b"NONSENSE\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET / HTTP/1.1\r\n folded: x\r\n\r\n",
        b"GET http://[::1 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"CONNECT x:1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    ],
    ids=range(14),
)
async def test_malformed_requests_are_refused_quietly(quick_site: Site, head: bytes, caplog: pytest.LogCaptureFixture) -> None:
    try:
        answer = await quick_site.raw(head)
    except ConnectionResetError:
        answer = b""
    assert not answer or answer.split(b" ")[1][:1] == b"4"
    assert b"Traceback" not in answer
    assert not [record for record in caplog.records if record.exc_info or record.levelname == "ERROR"]
    assert (await quick_site.ask("GET", "/livez")).status == 200
