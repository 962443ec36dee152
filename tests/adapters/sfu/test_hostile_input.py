"""Whatever arrives on the port from whomever: a counted drop, and every call goes on."""

from __future__ import annotations

import asyncio
import random
import socket
import struct

import pytest
from aioice import stun

from telemed.media.control import PeerState
from tests.adapters.sfu.conftest import Stage, until
from tests.bench.rtp_client import RtpClient, audio_line, receive_audio, receive_video, rtp_packet, video_line

CALLS = 20
# A DTLS 1.2 ClientHello that offers only null encryption, and a fatal handshake_failure alert, both of epoch 0.
HELLO_BODY = b"\xfe\xfd" + bytes(32) + b"\x00\x00" + b"\x00\x02\x00\x01" + b"\x01\x00"
FORGED_HELLO = (
    b"\x16\xfe\xff"
    + bytes(8)
    + struct.pack("!H", 12 + len(HELLO_BODY))
    + b"\x01"
    + len(HELLO_BODY).to_bytes(3, "big")
    + bytes(5)
    + len(HELLO_BODY).to_bytes(3, "big")
    + HELLO_BODY
)
FORGED_ALERT = b"\x15\xfe\xfd" + bytes(8) + b"\x00\x02\x02\x28"


async def call(stage: Stage) -> tuple[RtpClient, RtpClient]:
    alice = await stage.join("alice", (audio_line("0", "a-mic", 1001), video_line("1", "a-cam", 1002, 1003)))
    bob = await stage.join("bob", (), (receive_audio("0", "a-mic"), receive_video("1", "a-cam")))
    return alice, bob


async def prove_alive(stage: Stage, alice: RtpClient, bob: RtpClient, mark: int) -> None:
    """Sound still gets from one to the other."""
    alice.send_rtp(rtp_packet(111, mark, mark * 960, 1001, b"alive %d" % mark))
    await until(lambda: b"alive %d" % mark in bob.inbox.payloads(stage.ssrc(bob, "a-mic")))


def hostile_datagrams(seed: int) -> list[bytes]:
    """Empty, short, truncated, oversized and random datagrams of every class of RFC 7983."""
    chance = random.Random(seed)
    found = [b"", b"\x00", b"\x16", b"\x80", b"\x80\x60", b"\x80\xc8\x00", bytes(1501), b"\x80" * 1501, b"\x80\x60" * 1000]
    for first in (0, 1, 2, 3, 4, 19, 20, 22, 23, 32, 63, 64, 79, 127, 128, 144, 176, 191, 192, 255):
        for size in (1, 2, 11, 12, 13, 19, 20, 21, 40, 200, 1400):
            found.append(bytes([first]) + chance.randbytes(size - 1))
            found.append(bytes([first]) + bytes(size - 1))
    for second in range(0, 256, 8):
        found.append(bytes([0x80, second]) + chance.randbytes(60))
        found.append(bytes([0xBF, second]) + b"\xff" * 60)
    return found


@pytest.fixture
def stranger() -> socket.socket:
    """A socket that no peer owns."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        handle.bind(("127.0.0.1", 0))
        handle.setblocking(False)
        yield handle


async def flood(stage: Stage, send: object, datagrams: list[bytes]) -> None:
    """Send in portions the receive buffer takes, and wait until the worker has seen them all."""
    counters = stage.worker.counters
    for start in range(0, len(datagrams), 50):
        portion = datagrams[start : start + 50]
        wanted = counters.in_datagrams + len(portion)
        for data in portion:
            send(data)  # type: ignore[operator]
        await until(lambda wanted=wanted: counters.in_datagrams >= wanted)


async def test_junk_from_strangers_is_dropped_unanswered(stage: Stage, stranger: socket.socket) -> None:
    alice, bob = await call(stage)
    await prove_alive(stage, alice, bob, 1)
    target = ("127.0.0.1", stage.worker.udp_port)
    await flood(stage, lambda data: stranger.sendto(data, target), hostile_datagrams(1))
    await prove_alive(stage, alice, bob, 2)
    with pytest.raises(BlockingIOError):
        stranger.recv(2048)
    counters = stage.worker.counters
    assert counters.drop_empty == 1
    assert counters.drop_oversized == 3
    assert counters.drop_address_unknown > 100
    assert counters.drop_stun_malformed > 50
    assert counters.drop_class_unknown > 50


async def test_junk_from_a_peer_harms_nobody(stage: Stage) -> None:
    alice, bob = await call(stage)
    await prove_alive(stage, alice, bob, 1)
    await flood(stage, alice.send_raw, hostile_datagrams(2))
    await prove_alive(stage, alice, bob, 2)
    await flood(stage, bob.send_raw, hostile_datagrams(3))
    await prove_alive(stage, alice, bob, 3)
    states = {peer.peer_id: peer.state for peer in stage.worker.rooms["room"].peers.values()}
    assert states == {"alice": PeerState.CONNECTED, "bob": PeerState.CONNECTED}
    assert stage.worker.counters.drop_srtp_auth + stage.worker.counters.drop_srtp_other > 0


async def test_malformed_but_authenticated_rtp_and_rtcp(stage: Stage) -> None:
    alice, bob = await call(stage)
    await prove_alive(stage, alice, bob, 1)
    chance = random.Random(4)
    head = struct.pack("!HII", 7, 0, 0)
    for n in range(300):
        ssrc = struct.pack("!I", chance.choice((1001, 1002, 1003)))
        first = chance.choice((0x80, 0x90, 0xA0, 0xB0, 0x8F, 0x9F))
        packet = bytes([first, chance.choice((111, 96, 97, 0, 127))]) + struct.pack("!H", 1000 + n) + bytes(4) + ssrc
        extension = b"\xbe\xde" + struct.pack("!H", 1) + chance.randbytes(4)  # libsrtp wants the block itself to fit
        csrcs = chance.randbytes(4 * (first & 0x0F))
        alice.send_rtp(packet + csrcs + (extension if first & 0x10 else b"") + chance.randbytes(chance.randrange(1, 40)))
        body = chance.randbytes(4 * chance.randrange(0, 20))
        kind = chance.choice((200, 201, 202, 203, 204, 205, 206, 207))
        alice.send_rtcp(bytes([0x80 | chance.randrange(32), kind]) + struct.pack("!H", chance.randrange(12)) + head[2:6] + body)
        if n % 50 == 49:
            seen = stage.worker.counters
            await until(lambda want=2 * (n + 1), c=seen: c.in_rtp + c.in_rtx + c.in_rtcp + c.drop_rtp_malformed >= want * 0.4)
    await prove_alive(stage, alice, bob, 5000)
    assert stage.worker.counters.drop_rtcp_malformed > 0
    assert stage.worker.counters.drop_rtp_malformed > 0


async def test_replayed_srtp_is_not_forwarded(stage: Stage, stranger: socket.socket) -> None:
    alice, bob = await call(stage)
    alice.sent = []
    for n in range(52):
        alice.send_rtp(rtp_packet(111, n, n * 960, 1001, b"once %d" % n))
    sound = stage.ssrc(bob, "a-mic")
    await until(lambda: len(bob.inbox.payloads(sound)) == 52)
    for data in alice.sent:
        alice.send_raw(data)
        stranger.sendto(data, ("127.0.0.1", stage.worker.udp_port))
    await until(lambda: stage.worker.counters.drop_srtp_replay == 52)
    await until(lambda: stage.worker.counters.drop_address_unknown == 52)
    assert len(bob.inbox.payloads(sound)) == 52


def test_the_forged_records_are_what_they_claim() -> None:
    assert FORGED_HELLO[0] == 22
    assert len(FORGED_HELLO) == 13 + int.from_bytes(FORGED_HELLO[11:13], "big")


async def test_forged_handshakes_and_alerts_do_not_stop_twenty_calls(stage: Stage, stranger: socket.socket) -> None:
    target = ("127.0.0.1", stage.worker.udp_port)
    stop = asyncio.Event()

    async def attack() -> None:
        while not stop.is_set():
            for data in (FORGED_HELLO, FORGED_ALERT, b"", b"\x16", b"\x15\xfe\xfd"):
                stranger.sendto(data, target)
            for client in stage.clients:  # spoofed: as if from the peer's own address
                if client.address[1]:
                    client.send_raw(FORGED_ALERT)
            await asyncio.sleep(0.005)

    attacker = asyncio.create_task(attack())
    try:
        for number in range(CALLS):
            room = f"room{number}"
            a = await stage.join("a", (audio_line("0", f"mic{number}", 1001),), room=room)
            b = await stage.join("b", (), (receive_audio("0", f"mic{number}"),), room=room)
            a.send_rtp(rtp_packet(111, 1, 960, 1001, b"hello"))
            await until(lambda b=b, number=number: b.inbox.payloads(stage.ssrc(b, f"mic{number}")) == [b"hello"])
    finally:
        stop.set()
        await attacker
    alive = [peer for room in stage.worker.rooms.values() for peer in room.peers.values() if peer.state is PeerState.CONNECTED]
    assert len(alive) == 2 * CALLS
    assert stage.worker.counters.drop_alert_plaintext > 0


async def test_handshake_records_from_unchecked_addresses_are_dropped(stage: Stage, stranger: socket.socket) -> None:
    client = stage.client()
    stage.negotiate(client, "alice")
    stranger.sendto(FORGED_HELLO, ("127.0.0.1", stage.worker.udp_port))
    await until(lambda: stage.worker.counters.drop_address_unknown == 1)
    assert stage.worker.counters.in_dtls == 0


def forged_checks(ufrag: str, seed: int) -> list[bytes]:
    """Checks that name a real user fragment and fail, each in its own way."""
    chance = random.Random(seed)
    found: list[bytes] = []
    for password in ("wrong" * 6, ""):
        message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
        message.attributes["USERNAME"] = f"{ufrag}:x"
        message.attributes["USE-CANDIDATE"] = None
        message.add_message_integrity(password.encode())
        found.append(bytes(message))
    bare = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    bare.attributes["USERNAME"] = f"{ufrag}:x"
    found.append(bytes(bare))
    signed = found[0]
    for cut in range(0, len(signed), 3):
        found.append(signed[:cut])
    for _ in range(400):
        mutated = bytearray(signed)
        for _ in range(chance.randrange(1, 6)):
            mutated[chance.randrange(len(mutated))] = chance.randrange(256)
        found.append(bytes(mutated))
    username = struct.pack("!HH", 6, len(ufrag) + 2) + f"{ufrag}:x".encode()
    username += bytes(-len(username) % 4)
    for kind in (*range(0x30), *range(0x8020, 0x8030)):  # every attribute the library knows, with impossible lengths
        for length in (0, 1, 3, 5, 255):
            body = username + struct.pack("!HH", kind, length) + bytes(min(length, 8))
            body += bytes(-len(body) % 4)
            found.append(struct.pack("!HHI", 1, len(body), 0x2112A442) + bytes(12) + body)
    return found


async def test_forged_checks_are_neither_believed_nor_answered(stage: Stage, stranger: socket.socket) -> None:
    alice, bob = await call(stage)
    checks = forged_checks(stage.answers[alice].ice_ufrag, 5)
    await flood(stage, lambda data: stranger.sendto(data, ("127.0.0.1", stage.worker.udp_port)), checks)
    await prove_alive(stage, alice, bob, 9)
    with pytest.raises(BlockingIOError):
        stranger.recv(2048)
    counters = stage.worker.counters
    assert counters.drop_stun_unauthenticated > 2
    assert counters.drop_stun_malformed > 100
    assert len(stage.peer("alice").agent.paths) == 1


async def test_a_seated_peer_cannot_take_anothers_address(stage: Stage) -> None:
    """Its own valid checks, with the source forged to be the other's."""
    alice, bob = await call(stage)
    mallory = await stage.join("mallory")
    assert mallory.remote is not None
    for mark in range(10):
        message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
        message.attributes["USERNAME"] = f"{mallory.remote.ice_ufrag}:{mallory.ufrag}"
        message.attributes["USE-CANDIDATE"] = None
        message.add_message_integrity(mallory.remote.ice_pwd.encode())
        alice.send_raw(bytes(message))
        await prove_alive(stage, alice, bob, 50 + mark)
    assert stage.worker.counters.drop_address_held == 10
    assert [path.address for path in stage.peer("mallory").agent.paths.values()] != [stage.peer("alice").path.address]


async def test_a_confused_client_is_told_its_role(stage: Stage) -> None:
    client = stage.client()
    answer = stage.negotiate(client, "alice")
    client.take_answer(answer)
    replies: list[stun.Message] = []
    client.drop = lambda data: data[0] <= 3 and not replies.append(stun.parse_message(data))  # type: ignore[func-returns-value]
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    message.attributes["USERNAME"] = f"{answer.ice_ufrag}:{client.ufrag}"
    message.attributes["ICE-CONTROLLED"] = 5
    message.add_message_integrity(answer.ice_pwd.encode())
    client.send_raw(bytes(message))
    await until(lambda: replies)
    assert replies[0].error_code == 487
    assert replies[0].check_message_integrity(answer.ice_pwd.encode())
    assert not stage.peer("alice").agent.paths


async def test_inbound_sources_are_limited(stage: Stage) -> None:
    alice, bob = await call(stage)
    await prove_alive(stage, alice, bob, 1)
    for n in range(100):
        alice.send_rtp(rtp_packet(100, n, 0, 70000 + n, b"who am I"))
        alice.send_rtcp(b"\x80\xc9\x00\x01" + struct.pack("!I", 80000 + n))
    await until(lambda: stage.worker.counters.drop_ssrc_limit > 150)
    await prove_alive(stage, alice, bob, 2)
    assert len(stage.peer("alice")._admitted) == 32


async def test_replies_to_one_peer_are_rate_limited(stage: Stage) -> None:
    client = stage.client()
    client.take_answer(stage.negotiate(client, "alice"))
    for n in range(300):
        client.check()
        if n % 50 == 49:
            await asyncio.sleep(0)
    counters = stage.worker.counters
    await until(lambda: counters.in_stun == 300)
    assert counters.drop_stun_rate > 100
    assert counters.out_stun < 180


async def test_media_before_keys_and_from_the_failed(stage: Stage) -> None:
    client = stage.client()
    client.take_answer(stage.negotiate(client, "alice", (video_line("0", "cam", 5),)))
    client.check()
    await until(lambda: client.inbox.responses)
    client.send_raw(b"\x80\x60" + bytes(60))
    await until(lambda: stage.worker.counters.drop_no_keys == 1)
    assert stage.peer("alice").state is PeerState.CONNECTING


async def test_wrong_fingerprint_fails_that_peer_alone(stage: Stage) -> None:
    alice, bob = await call(stage)
    mallory = stage.client()
    other = RtpClient()
    stage.clients.append(other)
    certificate, mallory.certificate = mallory.certificate, other.certificate
    answer = stage.negotiate(mallory, "mallory")  # announces a certificate it does not have
    mallory.certificate = certificate
    room = stage.worker.rooms["room"]
    connecting = asyncio.create_task(mallory.connect(answer))
    await until(lambda: "mallory" not in room.peers)
    connecting.cancel()
    await asyncio.gather(connecting, return_exceptions=True)
    assert stage.worker.counters.fail_handshake == 1
    await prove_alive(stage, alice, bob, 3)


async def test_a_flood_from_a_stranger_leaves_the_call_alive(stage: Stage, stranger: socket.socket) -> None:
    alice, bob = await call(stage)
    target = ("127.0.0.1", stage.worker.udp_port)
    junk = b"\x80\x6f" + bytes(100)
    for burst in range(20):
        for _ in range(200):
            stranger.sendto(junk, target)
        await prove_alive(stage, alice, bob, 100 + burst)


@pytest.mark.parametrize("fault", [ZeroDivisionError, OverflowError, AttributeError])
async def test_a_hole_in_our_own_arithmetic_costs_one_datagram(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, fault: type[Exception]
) -> None:
    """It is counted, and leaves no trace in the log: else one guest could fill the disk with them."""
    seen: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: seen.append(context))
    alice = await stage.join("alice", (audio_line("0", "mic", 1001),))
    dataplane = stage.peer("alice").services.dataplane

    def fail(*_arguments: object) -> None:
        raise fault

    monkeypatch.setattr(dataplane, "on_media", fail)
    counters = stage.worker.counters
    alice.send_rtp(rtp_packet(111, 1, 960, 1001, bytes(80)))
    await until(lambda: counters.fail_packet_path or seen)
    assert counters.fail_packet_path and not seen
    monkeypatch.undo()
    counters.fail_packet_path = 0
