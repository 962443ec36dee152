"""Bad requests to the running product: typed errors, no file but its own, and slow clients stop nobody."""

from __future__ import annotations

import asyncio
import gzip
import json
import random
import time

import aiohttp
import psutil
import pytest

from telemed.web.origin import SAFE_METHODS
from telemed.web.route import PARAMETERS
from telemed.web.routes import ROUTES
from tests.hostile.product import Attacker
from tests.hostile.raw_http import Answer, exchange, request

EVE = "127.0.0.66"  # an address of the attacker's own
JSON = "Content-Type: application/json"
SLOW_CLIENTS = 200  # below the cap of 256 per address
CHANGING = [route for route in ROUTES if route.method not in SAFE_METHODS]

TRAVERSALS = (
    "/static/../telemed/app.py",
    "/static/../../etc/passwd",
    "/static/%2e%2e/telemed/app.py",
    "/static/%2e%2e%2ftelemed%2fapp.py",
    "/static/..%2f..%2fetc%2fpasswd",
    "/static/..%5c..%5ctelemed%5capp.py",
    "/static/....//....//etc/passwd",
    "/static//etc/passwd",
    "/static/%00/../../etc/passwd",
    "/static/core/api.js%00.html",
    "/static/.//../config.example.toml",
    "/static/vendor/../../pyproject.toml",
    "/static/%252e%252e/telemed/app.py",
    "/static/\xc0\xae\xc0\xae/telemed/app.py",
    "/static/~root/.bashrc",
    "/static/package.json/../../Makefile",
    "/..%2f..%2fetc/passwd",
    "//etc/passwd",
    "/call/..%2f..%2f..%2fetc%2fpasswd",
    "/api/v1/sessions/..%2f..%2f..%2fetc%2fpasswd",
    "/api/v1/../../static/../telemed/app.py",
    "http://localhost/static/../telemed/app.py",
    "/var/demo-accounts.json",
    "/static/../var/demo-accounts.json",
)


def concrete(path: str, session_id: str) -> str:
    """A route's path with ids in it."""
    ids = {name: "30" if name == "days" else pattern.partition("_")[0] + "_none" for name, pattern in PARAMETERS.items()}
    return "/api/v1" + path.format(**ids | {"id": session_id})


def assert_decent(answer: Answer, what: object) -> None:
    """Nothing of ours that is not for the public, no stack trace, no fault of the server."""
    text = answer.body.decode("utf-8", "replace")
    assert answer.status < 500, (what, answer)
    for leak in ("Traceback", 'File "', "root:x:0", "import annotations", "[project]", "installation_key", 'password":'):
        assert leak not in text, (what, leak)


async def test_no_path_leads_out(mallory: Attacker) -> None:
    for target in TRAVERSALS:
        for method in ("GET", "HEAD", "POST"):
            answer = await exchange(mallory.product.host, request(method, target), EVE)
            assert answer.status == 0 or 400 <= answer.status < 500, (method, target, answer.status)
            assert_decent(answer, target)


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "https://{host}", "http://{host}.evil.example", "http://evil.example:{port}", "{base} ", ""],
)
async def test_other_sites_change_nothing(mallory: Attacker, origin: str) -> None:
    """With the staff cookie of a browser on every route that changes state, in every session."""
    product = mallory.product
    host, port = product.host
    cookie = f"Cookie: telemed_staff={product.bystanders.token}"
    value = origin.format(host=host, port=port, base=product.base_url.replace("localhost", "localhost."))
    for route in CHANGING:
        target = concrete(route.path, product.bystanders.session_id)
        body = b'{"command_id": "forged-by-a-page"}'
        answer = await exchange(
            product.host,
            request(route.method, target, JSON, f"Origin: {value}", cookie, body=body),
            EVE,
        )
        assert (answer.status, answer.error["code"]) == (403, "wrong_origin"), (route.path, value, answer)
    for site in ("cross-site", "same-site", "none"):
        headers = (JSON, f"Origin: {product.base_url}", f"Sec-Fetch-Site: {site}", cookie)
        answer = await exchange(product.host, request("POST", "/api/v1/sessions", *headers, body=b"{}"), EVE)
        assert answer.status == 403, site


async def test_a_cookie_without_an_origin_changes_nothing(mallory: Attacker) -> None:
    product = mallory.product
    headers = (JSON, f"Cookie: telemed_staff={product.bystanders.token}")
    answer = await exchange(product.host, request("POST", "/api/v1/staff/ticket", *headers, body=b"{}"), EVE)
    assert (answer.status, answer.error["code"]) == (403, "wrong_origin")


OVERSIZED: dict[str, bytes] = {
    "long line": request("GET", "/" + "a" * 20_000),
    "long header": request("GET", "/api/v1/clinic", "X-Long: " + "a" * 100_000),
    "many headers": request("GET", "/api/v1/clinic", *(f"X-{n}: a" for n in range(2000))),
    "long cookie": request("GET", "/api/v1/me", "Cookie: telemed_staff=" + "a" * 7000),
    "long token": request("GET", "/api/v1/me", "Authorization: Bearer " + "a" * 7000),
    "announced body": request("POST", "/api/v1/auth/login", JSON, "Content-Length: 999999999999"),
    "large body": request("POST", "/api/v1/links/open", JSON, body=b'{"token": "' + b"a" * 200_000 + b'"}'),
    "large chunks": request(
        "POST", "/api/v1/links/open", JSON, "Transfer-Encoding: chunked", body=(b"ffff\r\n" + b"a" * 0xFFFF + b"\r\n") * 20
    ),
    "endless chunk extension": request(
        "POST", "/api/v1/links/open", JSON, "Transfer-Encoding: chunked", body=b"1;" + b"a" * 100_000 + b"\r\na\r\n0\r\n\r\n"
    ),
    "many fields": request("POST", "/api/v1/links/open", JSON, body=json.dumps({f"k{n}": n for n in range(4000)}).encode()),
    "deep": request("POST", "/api/v1/links/open", JSON, body=b'{"token":' + b"[" * 30_000),
    "gzip bomb": request("POST", "/api/v1/links/open", JSON, "Content-Encoding: gzip", body=gzip.compress(b"\0" * 10_000_000)),
    "multipart": request(
        "POST",
        "/api/v1/links/open",
        "Content-Type: multipart/form-data; boundary=x",
        body=b'--x\r\nContent-Disposition: form-data; name="token"; filename="../../x"\r\n\r\na\r\n--x--\r\n',
    ),
}


@pytest.mark.parametrize("case", sorted(OVERSIZED))
async def test_oversized_requests_are_refused(mallory: Attacker, case: str) -> None:
    control = psutil.Process(mallory.product.server.pids()["control"])
    before = control.memory_info().rss
    for _ in range(5):
        answer = await exchange(mallory.product.host, OVERSIZED[case], EVE)
        assert answer.status == 0 or 400 <= answer.status < 500, (case, answer.status)
        assert_decent(answer, case)
    assert control.memory_info().rss - before < 20 * 2**20, "memory grew"


MALFORMED: dict[str, bytes] = {
    "empty line": b"\r\n\r\n",
    "no version": b"GET /\r\n\r\n",
    "old version": b"GET /api/v1/clinic HTTP/0.9\r\n\r\n",
    "strange version": b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
    "http2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(100),
    "tls": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),
    "nul": b"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
    "nul header": b"GET / HTTP/1.1\r\nHost: x\r\nX: a\x00b\r\n\r\n",
    "folded": b"GET / HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\nConnection: close\r\n\r\n",
    "space before colon": b"GET / HTTP/1.1\r\nHost : x\r\n\r\n",
    "two lengths": b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 20\r\n\r\n{}",
    "length and chunks": b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nX",
    "negative length": b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    "signed length": b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: +2\r\n\r\n{}",
    "bad chunk": b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    "chunk overflow": b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"ffffffffffffffff1\r\n\r\n",
    "odd encoding": b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "smuggled": b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n"
    b"Transfer-Encoding: identity\r\n\r\n0\r\n\r\nGET /api/v1/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n",
    "no host": b"GET /api/v1/me HTTP/1.1\r\nConnection: close\r\n\r\n",
    "connect": b"CONNECT evil.example:80 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    "trace": b"TRACE / HTTP/1.1\r\nHost: x\r\nCookie: telemed_staff=secret\r\nConnection: close\r\n\r\n",
}


@pytest.mark.parametrize("case", sorted(MALFORMED))
async def test_malformed_requests_are_refused(mallory: Attacker, case: str) -> None:
    answer = await exchange(mallory.product.host, MALFORMED[case], EVE, half_close=True)
    assert_decent(answer, case)
    assert b"secret" not in answer.body
    allowed = {"folded", "no host", "no version", "old version"}  # read as what they most likely mean
    assert answer.status == 0 or answer.status >= 400 or case in allowed, (case, answer)


async def test_random_bytes_are_refused(mallory: Attacker) -> None:
    chance = random.Random(11)
    good = request("POST", "/api/v1/links/open", JSON, body=b'{"token": "aaaaaaaaaaaaaaaaaaaaaa", "device": "d"}')
    for number in range(60):
        data = bytearray(good if number % 2 else chance.randbytes(chance.randrange(1, 600)))
        for _ in range(chance.randrange(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        answer = await exchange(mallory.product.host, bytes(data), EVE, half_close=True)
        assert_decent(answer, bytes(data))


async def test_slow_clients_stop_nobody(mallory: Attacker) -> None:
    """Heads and bodies that drip, and readers that do not read, from one address; the interface stays quick for others."""
    body = b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{"
    drips = [b"G", b"GET /api/v1/clinic HTTP/1.1\r\nX-Slow: ", body]
    connections = []
    for number in range(SLOW_CLIENTS):
        _, writer = await asyncio.open_connection(*mallory.product.host, local_addr=(EVE, 0))
        writer.write(drips[number % len(drips)])
        connections.append(writer)
    times = []
    for _ in range(20):
        for writer in connections:
            if not writer.is_closing():
                writer.write(b"a")
        started = time.monotonic()
        async with mallory.http.get(mallory.base_url + "/api/v1/clinic") as answer:
            assert answer.status == 200
        times.append(time.monotonic() - started)
        await asyncio.sleep(0.05)
    assert sorted(times)[-2] < 2.0, times
    for writer in connections:
        writer.transport.abort()


async def test_connections_beyond_the_cap_of_one_address_are_closed(mallory: Attacker) -> None:
    writers = []
    for _ in range(300):
        _, writer = await asyncio.open_connection(*mallory.product.host, local_addr=("127.0.0.67", 0))
        writers.append(writer)
    answer = await exchange(mallory.product.host, request("GET", "/api/v1/clinic"), "127.0.0.67")
    assert answer.status == 0, "no more from there"
    async with mallory.http.get(mallory.base_url + "/api/v1/clinic") as other:
        assert other.status == 200
    for writer in writers:
        writer.transport.abort()


async def test_guesses_are_slowed_down_and_only_for_who_guesses(mallory: Attacker) -> None:
    """Passwords of one address, and link tokens of another, faster than they are given back."""
    host = mallory.product.host
    guesses = [json.dumps({"email": f"nobody-{n}@demo.example", "password": "guess"}).encode() for n in range(26)]
    logins = [exchange(host, request("POST", "/api/v1/auth/login", JSON, body=body), "127.0.0.68") for body in guesses]
    statuses = [answer.status for answer in await asyncio.gather(*logins)]
    assert set(statuses) <= {401, 429, 503} and 429 in statuses, statuses
    tokens = [json.dumps({"token": f"{n:022d}", "device": "d" * 16}).encode() for n in range(200)]
    opens = [exchange(host, request("POST", "/api/v1/links/open", JSON, body=body), "127.0.0.69") for body in tokens]
    statuses = [answer.status for answer in await asyncio.gather(*opens)]
    assert set(statuses) == {404, 429}, set(statuses)
    link = await mallory.link(mallory.product.bystanders.session_id)
    assert (await mallory.invited(link)).state["you"]["state"] == "checking", "others are let in"


async def test_every_error_of_the_api_has_its_shape(mallory: Attacker) -> None:
    """Wrong bodies for every route, as nobody, as staff, and with a made-up token."""
    session = mallory.product.bystanders.session_id
    tokens = ("", mallory.product.bystanders.token, "x" * 43)
    bodies: tuple[object, ...] = (None, [], "x", 5, {"unknown": 1}, {"command_id": 5}, {"name": "\ud800"}, {"sdp": {"a": 1}})
    for route in CHANGING:
        if route.path.endswith(("/logout", "/complete")):
            continue
        for token in tokens:
            api = mallory.staff
            api.token = token or None
            for body in bodies:
                await assert_typed(mallory, route.method, concrete(route.path, session), api.token, body)


async def assert_typed(mallory: Attacker, method: str, path: str, token: str | None, body: object) -> None:
    """The answer is an error object, or a harmless success."""
    headers = {"X-Telemed-Client": "1"} | ({"Authorization": f"Bearer {token}"} if token else {})
    data = aiohttp.JsonPayload(body)
    async with mallory.http.request(method, mallory.base_url + path, data=data, headers=headers) as answer:
        text = await answer.text()
        assert answer.status < 500, (method, path, body, text)
        if answer.status >= 400:
            error = json.loads(text)["error"]
            assert set(error) <= {"code", "message", "field", "retry_after", "incident"} and len(error["message"]) < 120, text
