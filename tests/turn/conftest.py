"""Two machines on a cable: one for the relay and the media, one for a client."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.net.namespaces import Namespace, network

SERVER4, CLIENT4 = "198.18.0.1", "198.18.0.2"
SERVER6, CLIENT6 = "fd00:84::1", "fd00:84::2"
OTHER4 = "198.18.0.3"  # a second address of the server's machine, which is none of the media's


@dataclass(frozen=True)
class Cable:
    server: Namespace
    client: Namespace


@pytest.fixture
def cable() -> Iterator[Cable]:
    with network("turn", "caller") as net:
        server, client = net.namespaces["turn"], net.namespaces["caller"]
        net.join(server, "lan", client, "lan")
        for address in (f"{SERVER4}/24", f"{OTHER4}/24", f"{SERVER6}/64"):
            server.add_address("lan", address)
        for address in (f"{CLIENT4}/24", f"{CLIENT6}/64"):
            client.add_address("lan", address)
        yield Cable(server, client)
