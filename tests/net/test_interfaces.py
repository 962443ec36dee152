"""Servers and clients with other interfaces than one IPv4 address: IPv6 alone, and two networks at once."""

from __future__ import annotations

import contextlib
import pathlib
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.net.call_page import CHROMIUM, chromium_at, chromium_page
from tests.net.meeting import Meeting
from tests.net.namespaces import Namespace, network
from tests.net.serving import calls, serving

pytestmark = pytest.mark.netns


REMOTE_ADDRESSES = """async () => { const found = new Set();
for (const pc of connections.filter((one) => one.connectionState === "connected")) { const stats = await pc.getStats();
 for (const entry of stats.values()) if (entry.type === "transport" && entry.selectedCandidatePairId)
  found.add(stats.get(stats.get(entry.selectedCandidatePairId).remoteCandidateId).address); }
return [...found]; }"""


@contextlib.contextmanager
def ipv6_network() -> Iterator[tuple[Namespace, Namespace]]:
    """A server and a client on one network without IPv4."""
    with network("server", "client") as net:
        server, client = net.namespaces["server"], net.namespaces["client"]
        net.join(server, "lan", client, "lan")
        server.add_address("lan", "fd00:83::1/64")
        client.add_address("lan", "fd00:83::2/64")
        yield server, client


async def test_a_call_over_ipv6_alone(tmp_path: pathlib.Path) -> None:
    with ipv6_network() as (server, client):
        async with serving(tmp_path, server, "fd00:83::1") as running:
            said = await calls(running, client, wire=True)
    assert [(pair["local"], pair["remote"]) for pair in said["media"]["pairs"]] == [("fd00:83::2", "fd00:83::1")] * 2
    assert set(said["wire"]["sources"]) == {"fd00:83::1"}


@pytest.mark.browser
async def test_chromium_over_ipv6_alone(tmp_path: pathlib.Path) -> None:
    with ipv6_network() as (server, client):
        async with serving(tmp_path, server, "fd00:83::1") as running, chromium_at(client.wrapper(tmp_path, CHROMIUM)) as browser:
            call = Meeting(running.base_url, await chromium_page(browser), await chromium_page(browser))
            await call.start(running.account("clinician"))
            await call.bring_in_patient()
            await call.flows(timeout=40.0)
            assert [await page.tab.evaluate(REMOTE_ADDRESSES) for page in (call.doctor, call.patient)] == [["fd00:83::1"]] * 2


@dataclass(frozen=True)
class TwoNetworks:
    """Addresses of a server with two interfaces, and of a client that has a way to the second alone."""

    first: str
    second: str
    gateway: str  # the client's address on the second network
    client: str  # the client's own address, behind that one
    on_link: int  # prefix lengths
    host: int


@pytest.mark.parametrize(
    "net4or6",
    [
        TwoNetworks("10.83.1.1", "10.83.2.1", "10.83.2.2", "10.83.3.2", 24, 32),
        TwoNetworks("fd00:83:1::1", "fd00:83:2::1", "fd00:83:2::2", "fd00:83:3::2", 64, 128),
    ],
    ids=["IPv4", "IPv6"],
)
async def test_a_server_with_two_interfaces_answers_from_the_address_that_was_asked(
    tmp_path: pathlib.Path, net4or6: TwoNetworks
) -> None:
    """The server's own choice towards this client would be its first address, which the client cannot reach."""
    there = net4or6
    with network("server", "client", "elsewhere") as net:
        server, client, elsewhere = (net.namespaces[role] for role in ("server", "client", "elsewhere"))
        net.join(server, "first", elsewhere, "lan")
        net.join(server, "second", client, "lan")
        server.add_address("first", f"{there.first}/{there.on_link}")
        server.add_address("second", f"{there.second}/{there.on_link}")
        client.add_address("lan", f"{there.gateway}/{there.on_link}")
        client.add_address("lo", f"{there.client}/{there.host}")
        client.ip("route", "replace", f"{there.second}/{there.host}", "dev", "lan", "src", there.client)
        server.ip("route", "add", f"{there.client}/{there.host}", "via", there.gateway, "src", there.first)
        assert f" src {there.first} " in server.ip("route", "get", there.client)
        async with serving(tmp_path, server, there.second) as running:
            said = await calls(running, client, wire=True)
    assert {pair["remote"] for pair in said["media"]["pairs"]} == {there.second}
    assert set(said["wire"]["sources"]) == {there.second}
