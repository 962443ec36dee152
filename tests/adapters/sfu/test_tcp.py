"""ICE by TCP: the same peers, checks, keys and media as by UDP, over framed connections."""

from __future__ import annotations

from tests.adapters.sfu.conftest import Stage, until
from tests.adapters.sfu.tcp_client import TcpClient
from tests.bench.rtp_client import RtpClient, audio_line, receive_audio, rtp_packet


async def join_by_tcp(stage: Stage, peer: str, publish=(), subscribe=()) -> TcpClient:
    """A client connected by TCP."""
    client = TcpClient()
    stage.clients.append(client)
    await client.connect(stage.negotiate(client, peer, publish, subscribe))
    await until(lambda: stage.peer(peer).receive is not None)
    return client


def say(sender: RtpClient, ssrc: int, number: int, word: bytes) -> None:
    sender.send_rtp(rtp_packet(111, number, number * 960, ssrc, word))


async def hears(stage: Stage, listener: RtpClient, track: str, word: bytes) -> None:
    await until(lambda: word in listener.inbox.payloads(stage.ssrc(listener, track)))


async def test_media_both_ways_between_tcp_and_udp(stage: Stage) -> None:
    alice = await join_by_tcp(stage, "alice", (audio_line("0", "a-mic", 1),))
    bob = await stage.join("bob", (audio_line("0", "b-mic", 2),), (receive_audio("1", "a-mic"),))
    stage.negotiate(alice, "alice", (audio_line("0", "a-mic", 1),), (receive_audio("1", "b-mic"),))
    say(alice, 1, 1, b"by tcp")
    await hears(stage, bob, "a-mic", b"by tcp")
    say(bob, 2, 1, b"by udp")
    await hears(stage, alice, "b-mic", b"by udp")
    assert stage.peer("alice").path.connection is not None
    assert stage.worker.stats()["connections"] == 1
