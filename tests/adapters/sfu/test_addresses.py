"""IPv6, several local addresses, what is announced, and what a failing kernel does."""

from __future__ import annotations

import errno
import ipaddress
import socket
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from telemed.sfu import udp_mux, udp_socket
from telemed.sfu.addresses import host_candidates, interface_addresses
from telemed.sfu.counters import Counters
from telemed.sfu.udp_socket import open_media_socket, plain_address
from telemed.sfu.worker import Worker, WorkerSettings
from tests.adapters.sfu.conftest import Stage, until
from tests.bench.rtp_client import audio_line, receive_audio, rtp_packet


def worker_at(tmp_path: Path, *addresses: str) -> Worker:
    return Worker(WorkerSettings(0, 0, tmp_path / "m.sock", addresses))


async def talk(stage: Stage, host_a: str, host_b: str) -> None:
    """One packet from a client at one host to a client at another."""
    alice, bob = stage.client(host_a), stage.client(host_b)
    await alice.connect(stage.negotiate(alice, "alice", (audio_line("0", "mic", 1),)))
    await bob.connect(stage.negotiate(bob, "bob", (), (receive_audio("0", "mic"),)))
    await until(lambda: stage.peer("alice").receive and stage.peer("bob").receive)
    alice.send_rtp(rtp_packet(111, 1, 1, 1, b"hello"))
    await until(lambda: bob.inbox.payloads(stage.ssrc(bob, "mic")) == [b"hello"])


async def test_ipv6_and_ipv4_share_a_port(tmp_path: Path) -> None:
    worker = worker_at(tmp_path, "::1", "127.0.0.1")
    await worker.start()
    stage = Stage(worker)
    try:
        await talk(stage, "::1", "127.0.0.1")
    finally:
        for client in stage.clients:
            await client.close()
        await worker.close()


async def test_ipv4_alone_where_ipv6_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bind = udp_socket._bind

    def without_ipv6(family: int, address: tuple[str, int]) -> socket.socket:
        if family == socket.AF_INET6:
            raise OSError(errno.EAFNOSUPPORT, "no IPv6")
        return bind(family, address)

    monkeypatch.setattr(udp_socket, "_bind", without_ipv6)
    worker = worker_at(tmp_path, "127.0.0.1")
    await worker.start()
    stage = Stage(worker)
    try:
        await talk(stage, "127.0.0.1", "127.0.0.1")
    finally:
        for client in stage.clients:
            await client.close()
        await worker.close()


@pytest.mark.parametrize("dual_stack", [True, False])
async def test_replies_leave_from_the_address_the_check_came_to(
    tmp_path: Path, dual_stack: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not dual_stack:
        bind = udp_socket._bind

        def without_ipv6(family: int, address: tuple[str, int]) -> socket.socket:
            if family == socket.AF_INET6:
                raise OSError(errno.EAFNOSUPPORT, "no IPv6")
            return bind(family, address)

        monkeypatch.setattr(udp_socket, "_bind", without_ipv6)
    worker = worker_at(tmp_path, "127.0.0.3")  # the kernel alone would answer 127.0.0.1 from 127.0.0.1
    await worker.start()
    stage = Stage(worker)
    try:
        client = stage.client()
        client.take_answer(stage.negotiate(client, "alice"))
        client._socket.connect(client.address)  # now only datagrams from there get through
        client._send = lambda data: client._socket.send(data)  # type: ignore[method-assign]
        client.check()
        await until(lambda: client.inbox.responses)
        assert stage.peer("alice").path.ancillary is not None
    finally:
        for client in stage.clients:
            await client.close()
        await worker.close()


def test_a_taken_port_is_an_error() -> None:
    first = open_media_socket(0)
    try:
        with pytest.raises(OSError, match="in use"):
            open_media_socket(first.port)
    finally:
        first.socket.close()


def test_mapped_addresses_become_plain() -> None:
    assert plain_address(("::ffff:192.0.2.7", 5, 0, 0)) == ("192.0.2.7", 5)
    assert plain_address(("2001:db8::1", 5, 0, 0)) == ("2001:db8::1", 5)
    assert plain_address(("192.0.2.7", 5)) == ("192.0.2.7", 5)


def test_announced_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    def entry(address: str) -> SimpleNamespace:
        return SimpleNamespace(address=address)

    monkeypatch.setattr(
        psutil,
        "net_if_addrs",
        lambda: {
            "lo": [entry("127.0.0.1"), entry("::1")],
            "eth0": [entry("192.0.2.5"), entry("2001:db8::5"), entry("fe80::1%eth0"), entry("00:11:22:33:44:55")],
            "old0": [entry("192.0.2.9")],
            "eth1": [entry("192.0.2.5"), entry("198.51.100.1")],
        },
    )
    monkeypatch.setattr(psutil, "net_if_stats", lambda: {"old0": SimpleNamespace(isup=False), "eth0": SimpleNamespace(isup=True)})
    assert interface_addresses(False) == ["192.0.2.5", "2001:db8::5", "198.51.100.1"]
    assert interface_addresses(True)[-1] == "127.0.0.1"
    candidates = host_candidates(interface_addresses(True), 7000, dual_stack=True)
    assert [candidate.priority for candidate in candidates] == sorted((c.priority for c in candidates), reverse=True)
    assert len({candidate.foundation for candidate in candidates}) == len(candidates) == 4
    assert all(ipaddress.ip_address(c.address).version == 4 for c in host_candidates(["192.0.2.5", "::5"], 1, dual_stack=False))


async def test_a_stepped_wall_clock_does_not_reach_arrival_times(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    client = await stage.join("alice", (audio_line("0", "mic", 1),))
    real = udp_mux.time_ns
    for n, step in enumerate((0, 3600 * 10**9, 0, -86400 * 10**9)):
        monkeypatch.setattr(udp_mux, "time_ns", lambda step=step: real() + step)
        client.send_rtp(rtp_packet(111, n, n, 1, b"x"))
        await until(lambda n=n: stage.worker.counters.in_rtp == n + 1)
        arrival = stage.peer("alice").streams[1].last_us
        assert 0 <= udp_mux.monotonic_ns() // 1000 - arrival < 1_000_000
    assert stage.worker.counters.clock_steps >= 1


async def test_a_kernel_that_will_not_send_is_counted(stage: Stage) -> None:
    client = await stage.join("alice")
    path = stage.peer("alice").path
    mux = stage.worker._services.mux  # type: ignore[union-attr]
    path.address = ("2001:db8::1", 9, 0, 0) if len(path.address) == 4 else path.address
    path.ancillary = [(socket.IPPROTO_IPV6, socket.IPV6_PKTINFO, b"\x20" + bytes(19))]
    assert mux.send(b"x", path) is False
    assert stage.worker.counters.fail_send == 1
    assert client.inbox.errors == 0


def test_every_counter_is_told() -> None:
    counters = Counters()
    counters.in_rtp += 3
    assert counters.snapshot()["in_rtp"] == 3
    assert set(counters.snapshot()) == set(Counters.__slots__)
