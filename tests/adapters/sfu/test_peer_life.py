"""Moved addresses, ICE restarts, new attempts, hold, silence and the end of a peer."""

from __future__ import annotations

import dataclasses
import socket
import time

import pytest

from telemed.errors import Conflict, NotFound
from telemed.media.control import PeerState, PeerStateChanged
from telemed.sfu.ice_lite import Credentials, IceAgent, Path
from tests.adapters.sfu.conftest import Stage, until
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

MIC, CAM = 1001, 1002


async def call(stage: Stage) -> tuple[RtpClient, RtpClient]:
    """Sound both ways, a picture from alice."""
    alice = await stage.join("alice", (audio_line("0", "a-mic", MIC), video_line("1", "a-cam", CAM)))
    bob = await stage.join("bob", (audio_line("0", "b-mic", 2001),), (receive_audio("1", "a-mic"), receive_video("2", "a-cam")))
    stage.negotiate(
        alice, "alice", (audio_line("0", "a-mic", MIC), video_line("1", "a-cam", CAM)), (receive_audio("2", "b-mic"),)
    )
    return alice, bob


def sound(n: int, ssrc: int = MIC) -> bytes:
    return rtp_packet(111, n, n * 960, ssrc, b"%d" % n)


def picture(n: int, *, key: bool = False) -> bytes:
    return rtp_packet(96, n, n * 3000, CAM, (KEYFRAME if key else INTERFRAME) + b"%d" % n, marker=True)


async def test_a_new_port_moves_media_both_ways_without_a_handshake(stage: Stage) -> None:
    alice, bob = await call(stage)
    alice.send_rtp(sound(1))
    bob.send_rtp(sound(1, 2001))
    await until(lambda: bob.inbox.rtp and alice.inbox.rtp)
    handshakes = stage.worker.counters.in_dtls
    alice.rebind()
    moved = time.monotonic()
    n = 1

    def talking() -> bool:
        nonlocal n
        n += 1
        alice.send_rtp(sound(n))
        bob.send_rtp(sound(n, 2001))
        return len(bob.inbox.rtp) > 5 and len(alice.inbox.rtp) > 5

    await until(talking, timeout=3.0)
    assert time.monotonic() - moved < 3.0
    assert stage.worker.counters.in_dtls == handshakes
    assert stage.worker.counters.path_switches >= 1


async def test_a_client_that_never_nominates_again_is_followed_by_its_media(stage: Stage) -> None:
    alice, bob = await call(stage)
    alice.stop_checks()
    alice.rebind()
    alice.check(nominate=False)
    await until(lambda: len(stage.peer("alice").agent.paths) == 2)
    old = stage.peer("alice").path
    alice.send_rtp(sound(3))
    await until(lambda: stage.peer("alice").path is not old)
    bob.send_rtp(sound(4, 2001))
    await until(lambda: alice.inbox.rtp)


async def test_media_alone_moves_a_quiet_peer_until_a_check_confirms_or_time_is_up(stage: Stage) -> None:
    alice, bob = await call(stage)
    alice.send_rtp(sound(1))
    await until(lambda: bob.inbox.rtp)
    alice.stop_checks()
    old = stage.peer("alice").path
    alice.rebind()
    n = 1

    def talking() -> bool:
        nonlocal n
        n += 1
        alice.send_rtp(sound(n))
        bob.send_rtp(sound(n, 2001))
        return bool(alice.inbox.rtp)

    await until(talking, timeout=2.0)  # Firefox may check only in 5 s
    peer = stage.peer("alice")
    adopted = peer.path
    assert stage.worker.counters.paths_adopted == 1
    peer.watch(adopted.adopted_at + 5.9)
    assert peer.path is adopted
    peer.watch(adopted.adopted_at + 6.1)
    assert peer.path is old  # no consent: back to where it was given
    await until(lambda: talking() and peer.path is not old, timeout=2.0)
    adopted = peer.path
    alice.check(nominate=False)
    await until(lambda: adopted.checked_at > 0)
    peer.watch(adopted.adopted_at + 6.1)
    assert peer.path is adopted


async def test_overheard_media_does_not_move_a_living_peer(stage: Stage) -> None:
    alice, bob = await call(stage)
    alice.sent = []
    alice.drop_sends = True
    alice.send_rtp(sound(1))  # overheard and held back by somebody on the path
    alice.drop_sends = False
    alice.send_rtp(sound(2))
    await until(lambda: bob.inbox.rtp)
    path = stage.peer("alice").path
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as thief:
        for data in alice.sent:
            thief.sendto(data, alice.address)
        thief.sendto(b"\x80\x6f" + alice.sent[0][2:12] + bytes(60), alice.address)
        await until(lambda: stage.worker.counters.drop_address_unknown == 3)
    assert stage.peer("alice").path is path
    assert stage.worker.counters.paths_adopted == 0


async def test_ice_restart_keeps_keys_and_moves_on_the_first_check(stage: Stage) -> None:
    alice, bob = await call(stage)
    first = stage.answers[alice]
    alice.rebind()
    alice.new_credentials()
    lines = (audio_line("0", "a-mic", MIC), video_line("1", "a-cam", CAM))
    answer = stage.negotiate(alice, "alice", lines, (receive_audio("2", "b-mic"),))
    assert answer.ice_ufrag != first.ice_ufrag
    assert answer.fingerprint == first.fingerprint
    assert answer.grants == first.grants
    alice.take_answer(answer)
    alice.stop_checks()
    alice.check(nominate=False)
    bob.send_rtp(sound(1, 2001))
    await until(lambda: stage.worker.counters.path_switches == 1)
    bob.send_rtp(sound(2, 2001))
    alice.send_rtp(sound(1))
    await until(lambda: alice.inbox.payloads(stage.ssrc(alice, "b-mic"))[-1:] == [b"2"] and bob.inbox.rtp)
    repeated = stage.negotiate(alice, "alice", lines, (receive_audio("2", "b-mic"),))
    assert repeated == answer  # a retry of the offer changes nothing


async def test_a_third_generation_ends_the_first(stage: Stage) -> None:
    client = await stage.join("alice")
    first = stage.answers[client]
    for _ in range(2):
        client.new_credentials()
        client.take_answer(stage.negotiate(client, "alice"))
    current = client.remote
    client.remote = first
    before = stage.worker.counters.drop_stun_unknown_user
    client.check()
    await until(lambda: stage.worker.counters.drop_stun_unknown_user > before)
    client.remote = current


async def test_a_publishers_new_attempt_continues_the_subscribers_flow(stage: Stage) -> None:
    alice, bob = await call(stage)
    for n in range(10):
        alice.send_rtp(sound(n))
        alice.send_rtp(picture(n, key=n == 0))
    ears, eyes = stage.ssrc(bob, "a-mic"), stage.ssrc(bob, "a-cam")
    await until(lambda: len(bob.inbox.payloads(ears)) == 10 and len(bob.inbox.payloads(eyes)) == 10)
    again = await stage.join("alice", (audio_line("0", "a-mic", 51), video_line("1", "a-cam", CAM)), attempt=2)
    for n in range(10):
        again.send_rtp(rtp_packet(111, 40000 + n, 7_000_000 + n * 960, 51, b"new %d" % n))
        again.send_rtp(rtp_packet(96, 9 + n, n * 3000, CAM, (KEYFRAME if n == 3 else INTERFRAME) + b"%d" % n))
    await until(lambda: len(bob.inbox.payloads(ears)) == 20 and len(bob.inbox.payloads(eyes)) == 17)
    for ssrc in (ears, eyes):
        packets = [packet for packet in bob.inbox.rtp if packet.ssrc == ssrc]
        assert {(b.sequence - a.sequence) & 0xFFFF for a, b in zip(packets, packets[1:], strict=False)} == {1}
        steps = [(b.timestamp - a.timestamp) & 0xFFFFFFFF for a, b in zip(packets, packets[1:], strict=False)]
        assert max(steps) < 90000 * 10  # goes on by the time that passed, never back
    assert bob.inbox.payloads(eyes)[10].startswith(KEYFRAME)
    assert [peer.attempt for peer in stage.worker.snapshot().peers if peer.peer_id == "alice"] == [2]
    with pytest.raises(Conflict):
        stage.negotiate(alice, "alice", attempt=1)
    stage.worker.negotiate(dataclasses.replace(again.request("room", "alice", (), (), 2), holder="lgn_of_alice"))
    assert [peer.holder for peer in stage.worker.snapshot().peers if peer.peer_id == "alice"] == ["lgn_of_alice"]


async def test_hold_stops_both_directions_and_resume_begins_at_a_key_frame(stage: Stage) -> None:
    alice, bob = await call(stage)
    room = stage.worker.rooms["room"]
    ears, eyes = stage.ssrc(bob, "a-mic"), stage.ssrc(bob, "a-cam")
    alice.send_rtp(sound(0))
    alice.send_rtp(picture(0, key=True))
    await until(lambda: bob.inbox.payloads(ears) and bob.inbox.payloads(eyes))
    room.set_flow("alice", sending=False, receiving=False)
    alice.send_rtp(sound(1))
    alice.send_rtp(picture(1))
    bob.send_rtp(sound(1, 2001))
    await until(lambda: stage.worker.counters.in_rtp == 5)
    room.set_flow("alice", sending=True, receiving=True)
    for n in range(2, 6):
        alice.send_rtp(sound(n))
        alice.send_rtp(picture(n, key=n == 4))
    await until(lambda: len(bob.inbox.payloads(eyes)) == 3 and len(bob.inbox.payloads(ears)) == 5)
    assert b"1" not in bob.inbox.payloads(ears)
    assert not alice.inbox.rtp
    sequences = [packet.sequence for packet in bob.inbox.rtp if packet.ssrc == eyes]
    assert [(b - a) & 0xFFFF for a, b in zip(sequences, sequences[1:], strict=False)] == [1, 1]
    with pytest.raises(NotFound):
        room.set_flow("nobody", sending=True, receiving=True)


async def test_a_recycled_line_gets_new_ssrcs(stage: Stage) -> None:
    alice, bob = await call(stage)
    carol = await stage.join("carol", (audio_line("0", "c-mic", 3001),))
    before = {grant.ssrc for grant in stage.answers[bob].grants}
    for track in ("c-mic", "a-mic", "c-mic"):
        lines = (receive_audio("1", track), receive_video("2", "a-cam"))
        answer = stage.negotiate(bob, "bob", (audio_line("0", "b-mic", 2001),), lines)
        fresh = {grant.ssrc for grant in answer.grants if grant.track_id == track}
        assert not fresh & before
        before |= fresh
    carol.send_rtp(sound(1, 3001))
    alice.send_rtp(sound(1))
    await until(lambda: bob.inbox.payloads(stage.ssrc(bob, "c-mic")) == [b"1"])
    assert len(stage.worker.rooms["room"].tracks["a-mic"].flows) == 0


async def test_unannounced_sources_are_latched_by_mid_and_by_payload_type(stage: Stage) -> None:
    alice = await stage.join("alice", (audio_line("0", "a-mic"), video_line("1", "a-cam"), video_line("2", "a-screen")))
    bob = await stage.join("bob", (), (receive_audio("0", "a-mic"), receive_video("1", "a-cam"), receive_video("2", "a-screen")))
    alice.send_rtp(rtp_packet(111, 1, 1, 501, b"by type"))
    alice.send_rtp(rtp_packet(96, 1, 1, 502, KEYFRAME + b"lost: two lines have this type"))
    alice.send_rtp(rtp_packet(96, 2, 1, 503, KEYFRAME + b"screen", mid="2"))
    alice.send_rtp(rtp_packet(96, 3, 1, 503, INTERFRAME + b"still screen"))
    alice.send_rtp(rtp_packet(96, 1, 1, 504, KEYFRAME + b"camera", mid="1"))
    alice.send_rtp(rtp_packet(96, 2, 1, 505, KEYFRAME + b"camera's new encoder", mid="1"))
    alice.send_rtp(rtp_packet(96, 2, 1, 504, KEYFRAME + b"late", mid="1"))
    await until(lambda: len(bob.inbox.rtp) == 5)
    assert bob.inbox.payloads(stage.ssrc(bob, "a-mic")) == [b"by type"]
    assert bob.inbox.payloads(stage.ssrc(bob, "a-screen")) == [KEYFRAME + b"screen", INTERFRAME + b"still screen"]
    assert bob.inbox.payloads(stage.ssrc(bob, "a-cam")) == [KEYFRAME + b"camera", KEYFRAME + b"camera's new encoder"]


async def test_padding_ends_at_the_server_and_leaves_no_hole(stage: Stage) -> None:
    alice, bob = await call(stage)
    eyes = stage.ssrc(bob, "a-cam")
    alice.send_rtp(picture(0, key=True))
    for n in range(1, 20):
        padding = n % 3 == 0
        alice.send_rtp(rtp_packet(96, n, 0, CAM, b"" if padding else INTERFRAME + b"%d" % n, padding=200 if padding else 4))
    await until(lambda: len(bob.inbox.payloads(eyes)) == 14)
    sequences = [packet.sequence for packet in bob.inbox.rtp if packet.ssrc == eyes]
    assert {(b - a) & 0xFFFF for a, b in zip(sequences, sequences[1:], strict=False)} == {1}
    assert stage.worker.counters.padding_ended == 6


async def test_silence_return_and_end(stage: Stage) -> None:
    alice, _bob = await call(stage)
    events: list[object] = []
    stage.worker._services.emit = events.append  # type: ignore[union-attr]
    peer = stage.peer("alice")
    alice.stop_checks()
    heard = max(peer.agent.consent_at, peer.media_at_us * 1e-6)
    peer.watch(heard + 4.9)
    assert peer.state is PeerState.CONNECTED
    peer.watch(heard + 5.1)
    assert peer.state is PeerState.SILENT
    alice.check()
    await until(lambda: peer.state is PeerState.CONNECTED)
    heard = peer.agent.consent_at
    peer.watch(heard + 29.0)
    peer.media_at_us = int((heard + 10) * 1e6)  # no checks, and media: the path is alive (RTT above any check's patience)
    peer.watch(heard + 31.0)
    assert not peer.ended
    peer.watch(heard + 41.0)
    assert peer.state is PeerState.CLOSED
    states = [event.state for event in events if isinstance(event, PeerStateChanged)]
    assert states == [PeerState.SILENT, PeerState.CONNECTED, PeerState.SILENT, PeerState.CLOSED]
    assert "alice" not in stage.worker.rooms["room"].peers


async def test_a_peer_that_never_comes_fails(stage: Stage) -> None:
    client = stage.client()
    stage.negotiate(client, "ghost", (audio_line("0", "g-mic"),))
    peer = stage.peer("ghost")
    peer.watch(time.monotonic() + 31)
    assert peer.state is PeerState.FAILED
    with pytest.raises(Conflict):
        stage.negotiate(client, "ghost")
    stage.negotiate(client, "ghost", attempt=2)


async def test_close_notify_ends_the_peer_and_frees_its_tables(stage: Stage) -> None:
    alice, bob = await call(stage)
    alice.send_rtp(sound(1))
    await until(lambda: bob.inbox.rtp)
    stage.clients.remove(alice)
    await alice.close()
    room = stage.worker.rooms["room"]
    await until(lambda: "alice" not in room.peers)
    mux = stage.worker._services.mux  # type: ignore[union-attr]
    assert {path.owner for path in mux._paths.values()} == {stage.peer("bob")}
    assert set(mux._owners.values()) == {stage.peer("bob")}
    assert room.tracks["a-mic"].stream is None
    assert room.tracks["a-mic"].publisher is None


async def test_speaker_is_told(stage: Stage) -> None:
    alice, bob = await call(stage)
    events: list[object] = []
    stage.worker._services.emit = events.append  # type: ignore[union-attr]
    n = 0

    def talk() -> bool:
        nonlocal n
        n += 1
        alice.send_rtp(rtp_packet(111, n, n * 960, MIC, b"x", level=20))
        bob.send_rtp(rtp_packet(111, n, n * 960, 2001, b"x", level=90))
        return any(getattr(event, "peer_id", None) == "alice" and type(event).__name__ == "SpeakerChanged" for event in events)

    await until(talk)


def test_agent_keeps_eight_paths_and_the_selected_one() -> None:
    agent = IceAgent(Credentials("u" * 8, "p" * 24), 0.0)
    owner = type("Owner", (), {"agent": agent})()
    paths = [Path(owner, ("10.0.0.1", port), b"", None) for port in range(1, 20)]
    assert agent.on_check(paths[0], "u" * 8, True, 0.0) is None
    for number, path in enumerate(paths[1:], start=1):
        agent.on_check(path, "u" * 8, False, float(number))
    assert len(agent.paths) == 8
    assert agent.selected is paths[0]
    assert agent.on_media(paths[-1])
    assert not agent.on_media(paths[-2])  # late media of a path that was checked before
    assert agent.selected is paths[-1]


def test_a_nomination_by_tcp_does_not_take_over_from_datagrams_that_are_alive() -> None:
    """Firefox nominates every pair, TCP last, and sends its media by UDP."""
    agent = IceAgent(Credentials("u" * 8, "p" * 24), 0.0)
    owner = type("Owner", (), {"agent": agent})()
    connection = type("Connection", (), {})()
    by_udp, by_tcp = Path(owner, ("10.0.0.1", 1), b"", None), Path(owner, ("10.0.0.1", 2, connection), b"", [])
    agent.on_check(by_udp, "u" * 8, True, 1.0)
    agent.on_check(by_tcp, "u" * 8, True, 1.1)
    assert agent.selected is by_udp
    assert agent.on_media(by_tcp) and agent.selected is by_tcp, "the client decides by what it uses"
    agent.on_check(by_udp, "u" * 8, True, 2.0)
    assert agent.selected is by_udp
    agent.on_check(by_tcp, "u" * 8, True, 9.0)
    assert agent.selected is by_tcp, "UDP was silent"
    agent.restart(Credentials("n" * 8, "p" * 24))
    agent.on_check(by_tcp, "n" * 8, False, 9.1)
    agent.on_check(by_udp, "n" * 8, True, 9.2)
    assert agent.selected is by_udp
