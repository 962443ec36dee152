"""The example for the packet filter, loaded as operators load it: what one source floods is dropped and counted."""

from __future__ import annotations

import json
import pathlib
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.net.namespaces import Namespace, run
from tests.turn.conftest import CLIENT4, CLIENT6, SERVER4, SERVER6, Cable
from tests.turn.running import inside

pytestmark = [pytest.mark.netns, pytest.mark.coturn, pytest.mark.timeout(120)]

RULES = pathlib.Path(__file__).parents[2] / "turn" / "telemed.nft"
MEDIA_PORT, WEB_PORT, RELAY_PORT, OTHER_PORT = 10000, 443, 3478, 5353
NEIGHBOUR4, NEIGHBOUR6, STRANGER6 = "198.18.0.4", "fd00:84::4", "fd00:85::2"  # further addresses of the client's machine
AT_ONCE = 200  # connections in one burst: let in
PATIENCE = 30.0  # seconds: a flood that a busy machine makes is slow, too


@pytest.fixture
def filtered(cable: Cable) -> Iterator[Cable]:
    """The rules in force, and somebody who listens behind each port."""
    for address in (f"{NEIGHBOUR4}/24", f"{NEIGHBOUR6}/64", f"{STRANGER6}/64"):
        cable.client.add_address("lan", address)
    cable.server.ip("route", "add", "fd00:85::/64", "dev", "lan")
    run(*cable.server.prefix, "nft", "-f", str(RULES))
    with ExitStack() as stack:
        for host in (SERVER4, SERVER6):
            for port in (MEDIA_PORT, WEB_PORT, RELAY_PORT, OTHER_PORT):
                stack.enter_context(
                    inside(cable.server, lambda to=(host, port): socket.create_server(to, **family(to[0]), backlog=4096))
                )
        yield cable


def family(address: str) -> dict[str, socket.AddressFamily]:
    return {"family": socket.AF_INET6 if ":" in address else socket.AF_INET}


def dropped(where: Namespace) -> dict[str, int]:
    """Packets that each rule of ours dropped, by its comment."""
    found = {}
    for entry in json.loads(run(*where.prefix, "nft", "-j", "list", "table", "inet", "telemed"))["nftables"]:
        rule = entry.get("rule", {})
        counts = [part["counter"]["packets"] for part in rule.get("expr", ()) if "counter" in part]
        if "comment" in rule and counts:
            found[rule["comment"]] = counts[0]
    return found


def some(where: Namespace) -> dict[str, int]:
    """Of these, those that dropped anything."""
    return {name: count for name, count in dropped(where).items() if count}


def begins(source: str, to: tuple[str, int]) -> None:
    """Send the first packet of a connection."""
    with socket.socket(**family(source)) as made:
        made.setblocking(False)
        made.bind((source, 0))
        made.connect_ex(to)


def connects(source: str, to: tuple[str, int]) -> bool:
    """Whether a connection comes about; the kernel sends its first packet again after 1 s."""
    try:
        with socket.create_connection(to, timeout=10.0, source_address=(source, 0)):
            return True
    except TimeoutError:
        return False


def until_dropped(cable: Cable, rule: str, once: Callable[[], None]) -> int:
    """Do `once` inside the client until the rule drops; how often it took."""
    done, end = 0, time.monotonic() + PATIENCE

    def burst() -> None:
        for _ in range(AT_ONCE):
            once()

    while not dropped(cable.server)[rule]:
        assert time.monotonic() < end, f"nothing dropped of {done}"
        inside(cable.client, burst)
        done += AT_ONCE
    return done


@pytest.mark.parametrize(
    ("rule", "port", "others"),
    [
        ("media TCP", MEDIA_PORT, (WEB_PORT, RELAY_PORT)),
        ("web", WEB_PORT, (MEDIA_PORT, RELAY_PORT)),
        ("relay TCP", RELAY_PORT, (MEDIA_PORT, WEB_PORT)),
    ],
)
def test_new_connections_of_one_source_are_limited(filtered: Cable, rule: str, port: int, others: tuple[int, ...]) -> None:
    tried = until_dropped(filtered, rule, lambda: begins(CLIENT4, (SERVER4, port)))
    assert tried > AT_ONCE, "a ward behind one address comes in at once"
    assert inside(filtered.client, lambda: connects(NEIGHBOUR4, (SERVER4, port))), "another source"
    assert all(inside(filtered.client, lambda to=to: connects(CLIENT4, (SERVER4, to))) for to in others), "another door"
    assert inside(filtered.client, lambda: connects(CLIENT4, (SERVER4, port))), "no longer than the flood lasts"
    assert some(filtered.server).keys() == {rule}


@pytest.mark.parametrize(
    ("rule", "port"), [("media TCP, IPv6", MEDIA_PORT), ("web, IPv6", WEB_PORT), ("relay TCP, IPv6", RELAY_PORT)]
)
def test_a_source_of_ipv6_is_a_network_of_64_bits(filtered: Cable, rule: str, port: int) -> None:
    addresses = iter((CLIENT6, NEIGHBOUR6) * 1_000_000)
    until_dropped(filtered, rule, lambda: begins(next(addresses), (SERVER6, port)))
    elements = run(
        *filtered.server.prefix,
        "nft",
        "list",
        "set",
        "inet",
        "telemed",
        {MEDIA_PORT: "media6", WEB_PORT: "web6"}.get(port, "new6"),
    )
    assert "fd00:84:: " in elements and NEIGHBOUR6 not in elements
    assert inside(filtered.client, lambda: connects(STRANGER6, (SERVER6, port))), "another network"
    assert some(filtered.server).keys() == {rule}


def test_ports_of_others_are_left_alone(filtered: Cable) -> None:
    inside(filtered.client, lambda: [begins(CLIENT4, (SERVER4, OTHER_PORT)) for _ in range(5 * AT_ONCE)])
    assert not some(filtered.server)


@pytest.mark.parametrize(
    ("rule", "source", "host"), [("media and relay UDP", CLIENT4, SERVER4), ("media and relay UDP, IPv6", CLIENT6, SERVER6)]
)
def test_too_many_packets_of_one_source_are_dropped(filtered: Cable, rule: str, source: str, host: str) -> None:
    def sender() -> socket.socket:
        made = socket.socket(**family(source), type=socket.SOCK_DGRAM)
        made.bind((source, 0))
        made.connect((host, MEDIA_PORT + 1))
        return made

    with inside(filtered.client, sender) as flood:
        end = time.monotonic() + PATIENCE
        sent = 0
        while not dropped(filtered.server)[rule]:
            assert time.monotonic() < end, f"nothing dropped of {sent}"
            for _ in range(20_000):
                sent += send(flood)
        assert sent > 12_000, "a burst passes"
    assert some(filtered.server).keys() == {rule}


def send(flood: socket.socket) -> int:
    """One packet like media; nobody listens there, which the kernel says now and then."""
    try:
        flood.send(bytes(100))
    except OSError:
        return 0
    return 1


def test_what_is_no_packet_of_ours_is_dropped_by_its_length(filtered: Cable) -> None:
    def made(where: str, port: int) -> socket.socket:
        end = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        end.bind((where, port))
        end.settimeout(10.0)
        return end

    with (
        inside(filtered.server, lambda: made(SERVER4, MEDIA_PORT)) as media,
        inside(filtered.client, lambda: made(CLIENT4, 0)) as client,
    ):
        for length in (3, 3, 1501, 4, 1500):
            client.sendto(bytes(length), (SERVER4, MEDIA_PORT))
        assert [len(media.recv(2000)) for _ in range(2)] == [4, 1500]
    assert some(filtered.server) == {"too short": 2, "too long": 1}
