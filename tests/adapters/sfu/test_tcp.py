"""ICE by TCP: the same peers, checks, keys and media as by UDP, over framed connections."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from telemed.media.control import PeerState, PublishLine, SubscribeLine
from telemed.rtp.framing import frame
from telemed.sfu import tcp_listener
from telemed.sfu.tcp_socket import open_media_listener, source_of
from telemed.sfu.worker import Worker, WorkerSettings
from tests.adapters.sfu.conftest import Stage, until
from tests.adapters.sfu.tcp_client import TcpClient
from tests.bench.rtp_client import (
    INTERFRAME,
    KEYFRAME,
    RtpClient,
    audio_line,
    receive_audio,
    receive_video,
    rtp_packet,
    video_line,
)

MIC, CAM = audio_line("0", "a-mic", 1), video_line("1", "a-cam", 2, 3)
HEAR, SEE = receive_audio("0", "a-mic"), receive_video("1", "a-cam")


async def join_by_tcp(
    stage: Stage, peer: str, publish: tuple[PublishLine, ...] = (), subscribe: tuple[SubscribeLine, ...] = ()
) -> TcpClient:
    """A client connected by TCP."""
    client = TcpClient()
    stage.clients.append(client)
    await client.connect(stage.negotiate(client, peer, publish, subscribe))
    await until(lambda: stage.peer(peer).receive is not None)
    return client


def say(sender: RtpClient, number: int, word: bytes) -> None:
    sender.send_rtp(rtp_packet(111, number, number * 960, 1, word))


async def hears(stage: Stage, listener: RtpClient, word: bytes) -> None:
    await until(lambda: word in listener.inbox.payloads(stage.ssrc(listener, "a-mic")))


def counted(stage: Stage, name: str) -> int:
    return int(getattr(stage.worker.counters, name))


def sweep(stage: Stage, seconds: float) -> None:
    """What the worker does every second, so many seconds from now."""
    listener = stage.worker._listener
    assert listener is not None
    listener.sweep(time.monotonic() + seconds)


def dialled(stage: Stage) -> socket.socket:
    """A connection that has said nothing yet."""
    return socket.create_connection(("127.0.0.1", stage.worker.tcp_port), timeout=5)


def is_closed(connection: socket.socket) -> bool:
    """Whether the worker has ended it; nothing else was ever written to it."""
    connection.setblocking(False)
    try:
        return connection.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionResetError:
        return True


async def test_media_both_ways_between_tcp_and_udp(stage: Stage) -> None:
    alice = await join_by_tcp(stage, "alice", (MIC, CAM))
    bob = await stage.join("bob", (audio_line("2", "b-mic", 9),), (HEAR, SEE))
    stage.negotiate(alice, "alice", (MIC, CAM), (receive_audio("2", "b-mic"),))
    say(alice, 1, b"by tcp")
    alice.send_rtp(rtp_packet(96, 1, 1, 2, KEYFRAME + bytes(1100), marker=True))
    await hears(stage, bob, b"by tcp")
    await until(lambda: bob.inbox.payloads(stage.ssrc(bob, "a-cam")))
    bob.send_rtp(rtp_packet(111, 1, 960, 9, b"by udp"))
    await until(lambda: alice.inbox.payloads(stage.ssrc(alice, "b-mic")) == [b"by udp"])
    await until(lambda: alice.inbox.rtcp)  # feedback goes the same way
    assert stage.peer("alice").path.connection is not None
    assert stage.worker.stats()["connections"] == 1
    assert counted(stage, "send_blocked") == counted(stage, "drop_frame_length") == 0


async def test_lost_packets_are_resent_by_tcp(stage: Stage) -> None:
    """Somebody by UDP loses a packet of the sender's: what is asked for and resent goes through the connection as well."""
    alice = await stage.join("alice", (MIC, CAM))
    bob = await join_by_tcp(stage, "bob", (), (HEAR, SEE))
    alice.send_rtp(rtp_packet(96, 1, 1, 2, KEYFRAME, marker=True))
    await until(lambda: bob.inbox.payloads(stage.ssrc(bob, "a-cam")))
    first = next(packet for packet in bob.inbox.rtp if packet.ssrc == stage.ssrc(bob, "a-cam"))
    nack = b"\x81\xcd\x00\x03" + bytes(4) + first.ssrc.to_bytes(4, "big") + first.sequence.to_bytes(2, "big") + b"\x00\x00"
    bob.send_rtcp(nack)
    await until(lambda: bob.inbox.payloads(stage.rtx_ssrc(bob, "a-cam")))
    assert counted(stage, "out_rtx") == 1


async def test_a_peer_moves_from_udp_to_tcp_and_back(stage: Stage) -> None:
    bob = await stage.join("bob")
    alice = await join_by_tcp(stage, "alice", (MIC,))
    stage.negotiate(bob, "bob", (audio_line("2", "b-mic", 9),), (HEAR,))
    stage.negotiate(alice, "alice", (MIC,), (receive_audio("2", "b-mic"),))
    for turn in range(4):
        if turn % 2:
            alice.use_udp()
        elif alice.by_udp is not None:
            alice.leave_udp()
        alice.check()
        await until(lambda turn=turn: (stage.peer("alice").path.connection is None) == bool(turn % 2))
        say(alice, 10 + turn, b"up %d" % turn)
        await hears(stage, bob, b"up %d" % turn)
        bob.send_rtp(rtp_packet(111, turn, turn * 960, 9, b"down %d" % turn))
        await until(lambda turn=turn: b"down %d" % turn in alice.inbox.payloads(stage.ssrc(alice, "b-mic")))
    assert counted(stage, "path_switches") == 3
    assert counted(stage, "fail_handshake") == 0


@pytest.mark.parametrize("reset", [True, False])
async def test_a_cut_connection_is_replaced_with_the_same_keys(stage: Stage, reset: bool) -> None:
    """In the middle of a frame, too: the next connection begins a new stream of frames."""
    alice = await join_by_tcp(stage, "alice", (MIC,))
    bob = await stage.join("bob", (), (HEAR,))
    say(alice, 1, b"before")
    await hears(stage, bob, b"before")
    alice.stop_checks()
    alice.write(b"\x04\x00half a frame")
    await until(lambda: stage.peer("alice").path.connection.partial_since)
    alice.hang_up(reset=reset)
    await until(lambda: stage.worker.stats()["connections"] == 0)
    assert stage.peer("alice").path is None
    alice.dial()
    alice.check()
    await until(lambda: stage.peer("alice").path is not None)
    say(alice, 2, b"after")
    await hears(stage, bob, b"after")
    assert stage.peer("alice").state is PeerState.CONNECTED


@pytest.mark.parametrize("age", [0.0, 31.0])
async def test_a_closed_connection_falls_back_to_udp_while_that_has_consent(stage: Stage, age: float) -> None:
    alice = await join_by_tcp(stage, "alice", (MIC,))
    alice.use_udp()
    alice.check(nominate=False)
    await until(lambda: len(stage.peer("alice").agent.paths) == 2)
    assert stage.peer("alice").path.connection is not None
    alice.stop_checks()
    other = next(path for path in stage.peer("alice").agent.paths.values() if path.connection is None)
    other.checked_at -= age
    alice.hang_up()
    await until(lambda: stage.worker.stats()["connections"] == 0)
    assert stage.peer("alice").path is (None if age else other)


async def test_the_end_of_a_peer_ends_its_connection(stage: Stage) -> None:
    alice = await join_by_tcp(stage, "alice", (MIC,))
    stage.worker.rooms["room"].close_peer("alice")
    await until(lambda: alice.ended)
    assert stage.worker.stats()["connections"] == 0


@pytest.mark.parametrize(
    "first",
    [
        b"\x80\x60" + bytes(20),
        b"\x16\xfe\xfd" + bytes(20),
        b"\x00",
        b"\x00\x01\x00\x00\x21\x12\xa4\x42" + bytes(12),
        b"GET / HTTP/1.1",
    ],
)
async def test_the_first_frame_must_be_a_check(stage: Stage, first: bytes) -> None:
    with closing(dialled(stage)) as stranger:
        stranger.sendall(frame(first))
        await until(lambda: is_closed(stranger))
    assert counted(stage, "drop_connection_unknown") == 1


async def test_a_check_with_a_wrong_password_ends_the_connection(stage: Stage) -> None:
    alice = TcpClient()
    stage.clients.append(alice)
    alice.take_answer(stage.negotiate(alice, "alice"))
    alice.check(password="wrong" * 5)
    await until(lambda: alice.ended)
    assert counted(stage, "drop_stun_unauthenticated") == 1
    assert alice.inbox.responses == 0
    assert stage.peer("alice").path is None


@pytest.mark.parametrize("length", [0, 1501, 0xFFFF])
async def test_a_frame_of_a_length_nobody_sends_ends_the_connection(stage: Stage, length: int) -> None:
    alice = await join_by_tcp(stage, "alice")
    alice.write(length.to_bytes(2, "big"))
    await until(lambda: alice.ended)
    assert counted(stage, "drop_frame_length") == 1
    assert stage.peer("alice").path is None


async def test_who_keeps_us_waiting_is_closed(stage: Stage) -> None:
    """Ten seconds for the first check, ten for the rest of a frame, thirty between frames."""
    alice = await join_by_tcp(stage, "alice")
    bob = await join_by_tcp(stage, "bob")
    alice.stop_checks()
    bob.stop_checks()
    with closing(dialled(stage)) as silent, closing(dialled(stage)) as slow:
        slow.sendall(b"\x00")
        await until(lambda: stage.worker.stats()["connections"] == 4)
        sweep(stage, 9)
        assert not is_closed(silent) and not is_closed(slow)
        alice.write(b"\x00\x40half")
        await until(lambda: stage.peer("alice").path.connection.partial_since)
        sweep(stage, 10.5)
        await until(lambda: is_closed(silent) and is_closed(slow) and alice.ended)
    assert counted(stage, "drop_connection_unknown") == 2
    assert counted(stage, "drop_connection_slow") == 1
    assert not bob.ended
    sweep(stage, 30.5)
    await until(lambda: bob.ended)
    assert counted(stage, "drop_connection_idle") == 1


async def test_a_client_that_never_reads_loses_pictures_first_and_then_the_connection(stage: Stage) -> None:
    alice = await stage.join("alice", (MIC, CAM))
    bob = await join_by_tcp(stage, "bob", (), (HEAR, SEE))
    carol = await stage.join("carol", (), (HEAR, SEE))
    bob.stop_reading()
    seen = 0
    for number in range(4000):
        payload = (KEYFRAME if number == 0 else INTERFRAME) + bytes(1150)
        alice.send_rtp(rtp_packet(96, number, number * 3000, 2, payload, marker=True))
        if number % 10 == 0:
            say(alice, number // 10, b"sound %d" % (number // 10))
            seen += 1
            await until(lambda seen=seen: len(carol.inbox.payloads(stage.ssrc(carol, "a-mic"))) == seen)
    assert counted(stage, "drop_backlog_video") > 500
    assert counted(stage, "drop_backlog_other") == 0
    connection = stage.peer("bob").path.connection
    assert connection._backlog.waiting <= 256 * 1024
    await until(lambda: len(carol.inbox.payloads(stage.ssrc(carol, "a-cam"))) == 4000)
    bob.resume_reading()
    await until(lambda: len(bob.inbox.payloads(stage.ssrc(bob, "a-mic"))) == seen)  # all of the sound, in its order
    assert bob.inbox.payloads(stage.ssrc(bob, "a-mic")) == [b"sound %d" % number for number in range(seen)]
    assert bob.inbox.undecodable == 0
    bob.stop_reading()
    number = 4000
    while not connection.taken_at and number < 30_000:  # the kernel's buffers have grown while bob read
        alice.send_rtp(rtp_packet(96, number, number * 3000, 2, INTERFRAME + bytes(1150), marker=True))
        if number % 50 == 0:
            await until(lambda number=number: len(carol.inbox.payloads(stage.ssrc(carol, "a-cam"))) > number)
        number += 1
    assert connection.taken_at, "what bob does not read waits"
    sweep(stage, 11)
    assert counted(stage, "drop_connection_stalled") == 1
    assert stage.peer("bob").path is None
    say(alice, 900, b"carol hears on")
    await hears(stage, carol, b"carol hears on")


@pytest.fixture
def strangers(stage: Stage) -> Iterator[list[socket.socket]]:
    """More connections than one source may have without having proved itself."""
    with ExitStack() as opened:
        yield [opened.enter_context(closing(dialled(stage))) for _ in range(tcp_listener.MAX_WAITING_PER_SOURCE + 8)]


async def test_of_too_many_that_prove_nothing_the_oldest_give_way(stage: Stage, strangers: list[socket.socket]) -> None:
    await until(lambda: all(is_closed(one) for one in strangers[:8]))
    assert not any(is_closed(one) for one in strangers[8:])
    alice = await join_by_tcp(stage, "alice")  # from the same source; it takes a round trip to prove oneself
    assert not alice.ended
    assert counted(stage, "drop_connection_limit") == 9


@pytest.mark.parametrize("limit", ["MAX_CONNECTIONS", "MAX_PER_SOURCE"])
async def test_beyond_the_limits_nobody_is_taken_in(stage: Stage, limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tcp_listener, limit, 2)
    alice, bob = await join_by_tcp(stage, "alice"), await join_by_tcp(stage, "bob")
    with closing(dialled(stage)) as third:
        await until(lambda: is_closed(third))
    assert counted(stage, "drop_connection_limit") == 1
    assert not alice.ended and not bob.ended
    alice.hang_up()
    await until(lambda: stage.worker.stats()["connections"] == 1)
    await join_by_tcp(stage, "carol")


async def test_no_more_are_accepted_than_a_second_may_bring(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tcp_listener, "ACCEPTS_PER_SECOND", 3)
    sweep(stage, 0)
    with ExitStack() as opened:
        for _ in range(7):
            opened.enter_context(closing(dialled(stage)))
        await until(lambda: counted(stage, "in_connections") == 3)
        assert not stage.worker._listener._listening
        await until(lambda: counted(stage, "in_connections") == 7)  # the others a second later each


async def test_a_peer_has_eight_paths_and_connections_give_way_first(stage: Stage) -> None:
    alice = await join_by_tcp(stage, "alice")
    alice.use_udp()
    alice.check()
    await until(lambda: stage.peer("alice").path.connection is None)
    alice.leave_udp()
    for _ in range(9):
        alice.dial()
        alice.check(nominate=False)
        await until(lambda seen=alice.inbox.responses: alice.inbox.responses > seen)
    paths = stage.peer("alice").agent.paths.values()
    assert len(paths) == 8
    assert sum(path.connection is None for path in paths) == 1
    assert stage.worker.stats()["connections"] == 7


async def test_candidates_by_tcp_stand_below_those_by_udp(stage: Stage) -> None:
    client = stage.client()
    found = stage.negotiate(client, "alice").candidates
    assert [(entry.protocol, entry.port) for entry in found] == [("udp", stage.worker.udp_port), ("tcp", stage.worker.tcp_port)]
    assert found[0].priority > found[1].priority > 0
    assert found[0].foundation != found[1].foundation


def test_the_number_of_the_udp_port_is_taken_if_it_is_free() -> None:
    first = open_media_listener(0)
    second = open_media_listener(0, wished=first.port)
    try:
        assert first.port != second.port > 0
        with pytest.raises(OSError, match="in use"):
            open_media_listener(first.port)
    finally:
        first.socket.close()
        second.socket.close()


async def test_a_taken_port_keeps_the_worker_from_starting(tmp_path: Path) -> None:
    taken = open_media_listener(0)
    try:
        with pytest.raises(OSError, match="in use"):
            await Worker(WorkerSettings(0, 0, tmp_path / "m.sock", tcp_port=taken.port)).start()
    finally:
        taken.socket.close()


def test_limits_count_an_address_or_an_ipv6_network() -> None:
    assert source_of("192.0.2.7") == source_of("::ffff:192.0.2.7") == "192.0.2.7"
    assert source_of("2001:db8::1") == source_of("2001:db8::2:3%eth0") != source_of("2001:db8:0:1::1")
