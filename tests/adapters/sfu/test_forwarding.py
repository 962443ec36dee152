"""Two and more peers exchange RTP through a worker over real sockets."""

from __future__ import annotations

from tests.adapters.sfu.conftest import Stage, until
from tests.bench.rtp_client import (
    INTERFRAME,
    KEYFRAME,
    audio_line,
    receive_audio,
    receive_video,
    rtp_packet,
    video_line,
)


async def test_two_peers_exchange_sound_and_picture(stage: Stage) -> None:
    alice = await stage.join("alice", (audio_line("0", "a-mic", 1001), video_line("1", "a-cam", 1002, 1003)))
    bob = await stage.join("bob", (audio_line("0", "b-mic", 2001),), (receive_audio("1", "a-mic"), receive_video("2", "a-cam")))
    for n in range(50):
        alice.send_rtp(rtp_packet(111, 65500 + n, n * 960, 1001, b"sound %d" % n, transport_sequence=n, level=30))
        begin = KEYFRAME if n == 0 else INTERFRAME
        alice.send_rtp(rtp_packet(96, 100 + n, n * 3000, 1002, begin + b"%d" % n, marker=True, transport_sequence=1000 + n))
    sound, picture = stage.ssrc(bob, "a-mic"), stage.ssrc(bob, "a-cam")
    await until(lambda: len(bob.inbox.payloads(sound)) == 50 and len(bob.inbox.payloads(picture)) == 50)
    assert bob.inbox.payloads(sound) == [b"sound %d" % n for n in range(50)]
    packets = [packet for packet in bob.inbox.rtp if packet.ssrc == sound]
    assert [(b.sequence - a.sequence) & 0xFFFF for a, b in zip(packets, packets[1:], strict=False)] == [1] * 49
    assert [(b.timestamp - a.timestamp) & 0xFFFFFFFF for a, b in zip(packets, packets[1:], strict=False)] == [960] * 49
    assert all(packet.payload_type == 96 and packet.marker for packet in bob.inbox.rtp if packet.ssrc == picture)
    assert bob.inbox.undecodable == 0
