"""Who gets a socket of its own while the port is flooded, when there are not enough for everybody."""

from __future__ import annotations

import asyncio
import gc
import os
import resource
import socket
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from telemed.sfu import peer_sockets
from telemed.sfu.counters import Counters
from telemed.sfu.ice_lite import Path
from telemed.sfu.peer_sockets import RETRY, SPARE_DESCRIPTORS, Inlet, PeerSockets
from telemed.sfu.udp_socket import MediaSocket

LOOPBACK = socket.inet_pton(socket.AF_INET6, "::ffff:127.0.0.1")
GONE = socket.inet_pton(socket.AF_INET6, "2001:db8::1")  # no address of this machine (RFC 3849)


class Flooded:
    """A worker's sockets of paths, the paths, and the time."""

    def __init__(self, media: MediaSocket) -> None:
        self.counters = Counters()
        self.sockets = PeerSockets(media, self.counters, self._read)
        self.sockets.start(asyncio.get_running_loop())
        self.paths: list[Path] = []
        self.now = 100.0

    def _read(self, inlet: Inlet) -> None:
        """Nothing comes."""

    def peer(self, paths: int = 1, local: bytes = LOOPBACK) -> list[Path]:
        """Another peer; the first of its paths is the one in use."""
        owner = SimpleNamespace(agent=SimpleNamespace(selected=None))
        start = 20_000 + len(self.paths)
        made = [Path(owner, ("::ffff:127.0.0.1", start + n, 0, 0), local, None) for n in range(paths)]  # type: ignore[arg-type]
        owner.agent.selected = made[0]
        self.paths += made
        return made

    def settle(self) -> None:
        self.now += 0.1
        while self.sockets.settle({path.key: path for path in self.paths}, self.now):
            pass

    def having(self, paths: list[Path]) -> list[bool]:
        return [path.key in self.sockets for path in paths]


@pytest.fixture
async def flooded(media: MediaSocket) -> Iterator[Flooded]:
    made = Flooded(media)
    yield made
    made.sockets.close()


def leave_room(monkeypatch: pytest.MonkeyPatch, sockets: int) -> None:
    """The limit of open files leaves this many more, beside what is open now."""
    gc.collect()  # what an earlier test left must not close meanwhile
    limit = len(os.listdir("/proc/self/fd")) + SPARE_DESCRIPTORS + sockets
    monkeypatch.setattr(resource, "getrlimit", lambda _which: (limit, limit))


async def test_what_else_is_open_leaves_less_room(flooded: Flooded, monkeypatch: pytest.MonkeyPatch) -> None:
    leave_room(monkeypatch, 6)
    peers = [flooded.peer()[0] for _ in range(8)]
    flooded.settle()
    assert len(flooded.sockets) == 6 and flooded.sockets.lacking
    connections = [socket.socket() for _ in range(4)]
    flooded.settle()
    assert len(flooded.sockets) == 2, "some are given back"
    for connection in connections:
        connection.close()
    flooded.settle()
    assert sum(flooded.having(peers)) == 6


async def test_paths_in_use_come_first_and_take_the_place_of_others(flooded: Flooded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peer_sockets, "MAX_SOCKETS", 4)
    alice, bob = flooded.peer(paths=3), flooded.peer()
    flooded.settle()
    assert all(flooded.having(alice + bob)) and not flooded.sockets.lacking and not flooded.counters.fail_peer_socket
    carol = flooded.peer()
    assert not flooded.sockets.admit(carol[0], flooded.now), "in use, and without a socket"
    flooded.settle()
    assert all(flooded.having([alice[0], *bob, *carol])) and sum(flooded.having(alice)) == 2
    assert not flooded.sockets.lacking, "a path that is not in use does not need one"
    assert flooded.sockets.admit(alice[1], flooded.now) and flooded.sockets.admit(alice[2], flooded.now)


async def test_a_shortage_counts_once_a_flood(flooded: Flooded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peer_sockets, "MAX_SOCKETS", 1)
    flooded.peer()
    flooded.peer()
    for flood in (1, 2):
        flooded.sockets.begin()
        for _ in range(10):
            flooded.settle()
        assert flooded.counters.fail_peer_socket == flood and flooded.sockets.lacking


async def test_a_path_that_cannot_have_one_is_left_alone_for_a_while(flooded: Flooded) -> None:
    alice = flooded.peer()
    alice += [Path(alice[0].owner, ("2001:db8::2", 9, 0, 0), GONE, None)]
    flooded.paths.append(alice[1])
    for _ in range(10):
        flooded.settle()
        assert flooded.sockets.admit(alice[1], flooded.now)
    assert flooded.having(alice) == [True, False] and not flooded.sockets.lacking
    assert flooded.counters.fail_peer_socket == 1
    flooded.now += RETRY
    flooded.settle()
    assert flooded.counters.fail_peer_socket == 2
    bob = flooded.peer(local=GONE)
    flooded.settle()
    assert flooded.sockets.lacking and not flooded.sockets.admit(bob[0], flooded.now), "what bob sends would be refused"
