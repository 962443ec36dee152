"""An H.264 camera in three layers: who gets which, and what is recorded; nothing in its packets has to be rewritten."""

from __future__ import annotations

from dataclasses import replace

from telemed.media.control import Codec, Kind
from telemed.rtp.h264 import is_keyframe
from tests.adapters.sfu.conftest import Stage
from tests.adapters.sfu.layered_camera import LayeredCamera, h264_picture, whose
from tests.adapters.sfu.recorded import CAMERA
from tests.adapters.sfu.test_layers import Call, in_order
from tests.adapters.sfu.test_recorded_layers import Shoot
from tests.bench.rtp_client import layered_line, receive_video

H264 = Codec(Kind.VIDEO, "h264", 96, 90_000, 1, 97)


def begins(payload: bytes) -> bool:
    """Whether a decoder can start at it."""
    return is_keyframe(payload, 0, len(payload))


async def test_the_picture_is_as_large_as_its_tile(stage: Stage) -> None:
    alice = await stage.join("alice", (replace(layered_line("1", "a-cam"), codec=H264),))
    bob = await stage.join("bob", (), (replace(receive_video("2", "a-cam"), codec=H264),))
    one = Call(stage, alice, bob)
    one.camera = LayeredCamera(alice.send_rtp, picture=h264_picture)
    await one.until(lambda: one.layer() == 2)
    for height, layer in ((100, 0), (300, 1), (2000, 2), (90, 0)):
        one.wish(height)
        await one.until(lambda layer=layer: one.layer() == layer)
    got = one.got()
    in_order(got)
    assert begins(got[0].payload)
    switched = 0
    for before, after in zip(got, got[1:], strict=False):
        layer, ext = whose(after.payload)
        assert one.camera.kept[layer, ext & 0xFFFF].endswith(after.payload), "as it was sent"
        if layer != whose(before.payload)[0]:
            switched += 1
            assert begins(after.payload)
    assert switched >= 4


async def test_the_largest_is_recorded_and_tells_its_size(stage: Stage) -> None:
    alice = await stage.join("alice", (replace(layered_line("1", "a-cam"), codec=H264),))
    one = Shoot(stage, alice)
    one.camera = LayeredCamera(alice.send_rtp, picture=h264_picture)
    one.recorded.set(CAMERA)
    await one.until(lambda: one.lane() == 2 and len(one.written()) > 40)
    assert begins(one.written()[0][2])
    layers = [details for what, _at, details in one.recorded.journal("a-cam").events if what == "layer"]
    assert layers[-1] == {"lane": 2, "height": 720}
