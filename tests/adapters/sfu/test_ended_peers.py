"""An ended peer is freed at once, without the garbage collector, which a media worker runs rarely."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from tests.adapters.sfu.conftest import Stage, until
from tests.adapters.sfu.layered_camera import LayeredCamera
from tests.adapters.sfu.recorded import CAMERA, MICROPHONE, Recorded
from tests.bench.rtp_client import audio_line, layered_line, receive_audio, receive_video, rtp_packet, video_line


@pytest.fixture
def no_collection() -> Iterator[None]:
    """Nothing is freed but by its last reference."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


async def call_and_end(stage: Stage, room: str, how: str) -> list[weakref.ref[object]]:
    """Two peers talk and go; what must be gone afterwards."""
    speaker = await stage.join("a", (audio_line("0", "mic", 1001), video_line("1", "cam", 1002, 1003)), room=room)
    listener = await stage.join("b", (), (receive_audio("0", "mic"), receive_video("1", "cam")), room=room)
    speaker.send_rtp(rtp_packet(111, 1, 960, 1001, b"hello", transport_sequence=1, level=20))
    await until(lambda: listener.inbox.payloads(stage.ssrc(listener, "mic")))
    peers = [stage.peer(name, room) for name in ("a", "b")]
    await until(lambda: peers[0].uplink._voice is not None)  # whatever looks at calls ten times a second has looked
    watched = [weakref.ref(entry) for peer in peers for entry in (peer, peer._dtls, peer._dtls._ssl, peer._ice)]
    if how == "goodbye":
        for client in (speaker, listener):
            await client.close()
    else:
        stage.worker.rooms[room].close()
    return watched


@pytest.mark.parametrize("how", ["closed by control", "goodbye"])
async def test_nothing_of_an_ended_peer_is_left(stage: Stage, no_collection: None, how: str) -> None:
    watched = await call_and_end(stage, "first", how)
    await until(lambda: not stage.worker.rooms["first"].peers)
    await until(lambda: not [ref for ref in watched if ref() is not None])


async def test_nothing_of_a_recorded_peer_is_left_while_the_recording_goes_on(stage: Stage, no_collection: None) -> None:
    recorded = Recorded(stage)
    recorded.set(MICROPHONE, CAMERA)
    alice = await stage.join("alice", (audio_line("0", "a-mic", 1001), layered_line("1", "a-cam")))
    camera = LayeredCamera(alice.send_rtp)
    alice.send_rtp(rtp_packet(111, 1, 960, 1001, b"hello", level=20))
    camera.frame((0, 1, 2))
    camera.frame((0, 1, 2))
    await until(lambda: stage.worker.counters.in_rtp == 15)
    assert recorded.book.packets("a-mic")
    await until(lambda: stage.peer("alice").uplink._voice is not None)
    watched = [weakref.ref(stage.peer("alice"))]
    await alice.close()
    await until(lambda: not stage.worker.rooms["room"].peers)
    await until(lambda: watched[0]() is None)
    assert recorded.journal("a-mic").closed and stage.worker.snapshot().recordings
