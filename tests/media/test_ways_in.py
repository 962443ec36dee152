"""`telemed doctor` tries each way into a running server as a client would."""

from __future__ import annotations

import asyncio
import socket

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
