"""A worker in this process, and hand-made peers around it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from telemed.media.control import Negotiated, PublishLine, SubscribeLine
from telemed.media.control_codec import from_json
from telemed.media.journal.ports import JournalMaker
from telemed.sfu.udp_socket import MediaSocket, open_media_socket
from telemed.sfu.worker import Worker, WorkerSettings
from tests.adapters.sfu.journals import MemoryJournals
from tests.adapters.sfu.monitor import ProtectMonitor
from tests.bench.rtp_client import RtpClient


async def until(condition: Callable[[], object], timeout: float = 5.0) -> None:
    """Wait until `condition()` is true, polling; AssertionError after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true in time"
        await asyncio.sleep(0.005)


@pytest.fixture
def media() -> Iterator[MediaSocket]:
    """A worker's socket, on a port of its own."""
    opened = open_media_socket(0)
    with opened.socket:
        yield opened


class Stage:
    """A worker and the clients of one test."""

    def __init__(self, worker: Worker, journals: MemoryJournals | None = None) -> None:
        self.worker = worker
        self.journals = journals or MemoryJournals()  # what the worker records to, if it was given them
        self.clients: list[RtpClient] = []
        self.answers: dict[RtpClient, Negotiated] = {}

    def client(self, host: str = "127.0.0.1") -> RtpClient:
        """A new client, closed at the end of the test."""
        client = RtpClient(host)
        self.clients.append(client)
        return client

    def negotiate(
        self,
        client: RtpClient,
        peer: str,
        publish: tuple[PublishLine, ...] = (),
        subscribe: tuple[SubscribeLine, ...] = (),
        *,
        room: str = "room",
        attempt: int = 1,
    ) -> Negotiated:
        """Negotiate as control would, JSON included."""
        result = self.worker.negotiate(client.request(room, peer, publish, subscribe, attempt))
        answer = from_json(Negotiated, json.loads(json.dumps(result)))
        self.answers[client] = answer
        return answer

    async def join(
        self,
        peer: str,
        publish: tuple[PublishLine, ...] = (),
        subscribe: tuple[SubscribeLine, ...] = (),
        *,
        room: str = "room",
        attempt: int = 1,
    ) -> RtpClient:
        """A connected client."""
        client = self.client()
        await client.connect(self.negotiate(client, peer, publish, subscribe, room=room, attempt=attempt))
        await until(lambda: self.peer(peer, room).receive is not None)
        return client

    def peer(self, peer: str, room: str = "room"):  # noqa: ANN201
        """The worker's peer object."""
        return self.worker.rooms[room].peers[peer]

    def ssrc(self, client: RtpClient, track: str) -> int:
        """The SSRC granted to a client for a track."""
        return next(grant.ssrc for grant in self.answers[client].grants if grant.track_id == track)

    def rtx_ssrc(self, client: RtpClient, track: str) -> int:
        """The RTX SSRC granted to a client for a track."""
        return next(grant.rtx_ssrc for grant in self.answers[client].grants if grant.track_id == track)


@pytest.fixture
def monitor(monkeypatch: pytest.MonkeyPatch) -> ProtectMonitor:
    """Watches every RTP packet the worker protects; fails the test when an index is used twice under one key."""
    return ProtectMonitor(monkeypatch)


@pytest.fixture
def journals() -> JournalMaker:
    """Where the worker of `stage` records to."""
    return MemoryJournals()


@pytest.fixture
async def stage(tmp_path: Path, monitor: ProtectMonitor, journals: JournalMaker) -> AsyncIterator[Stage]:
    """A started worker on loopback."""
    worker = Worker(WorkerSettings(0, 0, tmp_path / "media-0.sock", ("127.0.0.1",)), journals=journals)
    await worker.start()
    built = Stage(worker, journals if isinstance(journals, MemoryJournals) else None)
    try:
        yield built
    finally:
        for client in built.clients:
            await client.close()
        await worker.close()
        monitor.verify()
    assert worker.counters.fail_packet_path == 0
