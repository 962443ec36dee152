"""`telemed doctor` tries each way into a running server as a client would."""

from __future__ import annotations

import asyncio
import http.server
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from telemed.config import Config, Server
from telemed.doctor.findings import Level
from telemed.doctor.ways_in import ways_in
from tests.browser.server import Server as Running


async def test_every_way_into_a_running_server_answers(server: Running) -> None:
    found = await asyncio.to_thread(ways_in, Config(server=Server(base_url=server.base_url)))
    assert [finding.level for finding in found] == [Level.OK] * len(found), found
    texts = " ".join(finding.text for finding in found)
    assert "page:" in texts and "media by UDP 127.0.0.1" in texts and "media by TCP 127.0.0.1" in texts


def test_a_page_that_does_not_answer_is_a_fault() -> None:
    with socket.socket() as taken:  # bound, and nobody listens
        taken.bind(("127.0.0.1", 0))
        found = ways_in(Config(server=Server(base_url=f"http://127.0.0.1:{taken.getsockname()[1]}")))
    assert [finding.level for finding in found] == [Level.FAULT] and "base_url" in found[0].text


@contextmanager
def somebody_else(answer: bytes) -> Iterator[str]:
    """A web server that is not ours at server.base_url."""

    class Other(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.HTTPServer(("127.0.0.1", 0), Other) as other:
        thread = threading.Thread(target=other.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{other.server_address[1]}"
        other.shutdown()
        thread.join()


@pytest.mark.parametrize("body", [b"[]", b'"x"', b"{}", b'{"sdp": 1}', b"\xff"])
def test_an_answer_of_somebody_else_is_a_fault(body: bytes) -> None:
    for answer in (b"HTTP/1.0 200 OK\r\n\r\n" + body, body):
        with somebody_else(answer) as base_url:
            found = ways_in(Config(server=Server(base_url=base_url)))
        assert [finding.level for finding in found] == [Level.FAULT]
