"""A camera in three layers through a real worker: which one a subscriber gets, and that all of RTP and RTCP fits it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest

from telemed.media import simulcast_demand
from telemed.media.control import LayersWanted, SetWishes, TileWish, WorkerEvent
from telemed.media.control_codec import from_json, to_json
from telemed.rtp.ntp import to_ntp64
from telemed.rtp.rtcp import (
    Nack,
    Pli,
    ReceiverReport,
    SenderReport,
    build_bye,
    build_nack,
    build_pli,
)
from telemed.rtp.sequence import seq_delta
from telemed.sfu.flows import EgressFlow
from tests.adapters.sfu.conftest import Stage, until
from tests.adapters.sfu.layered_camera import RTX_SSRCS, SSRCS, LayeredCamera, numbers, whose
from tests.bench.rtp_client import Arrived, RtpClient, layered_line, receive_video, rtp_packet, video_line

PATIENCE = 15.0  # seconds: other programs may hold the machine


class Call:
    """One who sends three layers, one who gets one of them. Key frames come when they are asked for."""

    def __init__(self, stage: Stage, alice: RtpClient, bob: RtpClient) -> None:
        self.stage, self.alice, self.bob = stage, alice, bob
        self.camera = LayeredCamera(alice.send_rtp)
        self.asked: list[int] = []  # layers
        self.due: set[int] = {0, 1, 2}
        alice.on_rtcp = self._on_rtcp

    @property
    def ssrc(self) -> int:
        """Of the picture that the subscriber gets."""
        return self.stage.ssrc(self.bob, "a-cam")

    def got(self) -> list[Arrived]:
        """What the subscriber got of it."""
        return [packet for packet in self.bob.inbox.rtp if packet.ssrc == self.ssrc]

    async def until(self, condition: Callable[[], object]) -> None:
        """Send pictures, with a report a second, until it is true."""
        loop = asyncio.get_running_loop()
        end, count = loop.time() + PATIENCE, 0
        while not condition():
            assert loop.time() < end, "the condition did not come true in time"
            keys, self.due = tuple(self.due), set()
            self.camera.frame(keys)
            if count % 5 == 0:
                self.alice.send_rtcp(self.camera.reports())
            count += 1
            await asyncio.sleep(0.02)

    def layer(self) -> int:
        """Of the newest packet that the subscriber got."""
        got = self.got()
        return whose(got[-1].payload)[0] if got else -1

    def wish(self, height: int) -> None:
        """What the subscriber's client says of the size of the tile."""
        request = SetWishes("room", "bob", (TileWish("a-cam", height),))
        self.stage.worker.rooms["room"].set_wishes(
            from_json(SetWishes, to_json(request) | {"wishes": [to_json(request.wishes[0])]})
        )

    def _on_rtcp(self, record: object) -> None:
        if isinstance(record, Pli) and record.media_ssrc in SSRCS:
            self.asked.append(SSRCS.index(record.media_ssrc))
            self.due.add(self.asked[-1])


async def call(stage: Stage) -> Call:
    """Both are connected; nothing was sent."""
    alice = await stage.join("alice", (layered_line("1", "a-cam"),))
    bob = await stage.join("bob", (), (receive_video("2", "a-cam"),))
    return Call(stage, alice, bob)


def allow(flow: EgressFlow, layer: int | None) -> None:
    """As the allocator does."""
    if flow.allow(layer):
        flow.track.compile(time.monotonic())


def in_order(packets: list[Arrived]) -> None:
    """Numbers and timestamps of what arrived in order only grow, by little."""
    for before, after in zip(packets, packets[1:], strict=False):
        assert 1 <= seq_delta(after.sequence, before.sequence) <= 2
        assert 0 <= (after.timestamp - before.timestamp) & 0xFFFFFFFF < 2 * 90_000


async def test_the_picture_is_as_large_as_its_tile(stage: Stage) -> None:
    one = await call(stage)
    await one.until(lambda: one.layer() == 2)
    for height, layer in ((100, 0), (300, 1), (2000, 2), (90, 0)):
        one.wish(height)
        await one.until(lambda layer=layer: one.layer() == layer)
    in_order(one.got())
    pictures = [numbers(packet.payload) for packet in one.got()]
    for before, after in zip(pictures, pictures[1:], strict=False):
        assert (after.picture - before.picture) & 0x7FFF <= 1
        assert (after.tl0 - before.tl0) & 0xFF <= 1
    switched = [
        number
        for number, fields in enumerate(pictures[1:], 1)
        if whose(one.got()[number].payload)[0] != whose(one.got()[number - 1].payload)[0]
    ]
    assert len(switched) >= 4
    assert all(pictures[number].keyframe for number in switched)


async def test_a_hidden_tile_gets_nothing_until_it_is_seen_again(stage: Stage) -> None:
    one = await call(stage)
    await one.until(lambda: one.layer() == 2)
    one.wish(0)
    before = stage.worker.counters.out_rtp
    came = stage.worker.counters.in_rtp
    await one.until(lambda: stage.worker.counters.in_rtp > came + 50)
    assert stage.worker.counters.out_rtp == before
    count = len(one.got())
    one.wish(100)
    await one.until(lambda: len(one.got()) > count and one.layer() == 0)
    in_order(one.got())


async def test_a_plain_camera_in_a_hidden_tile_is_not_sent_either(stage: Stage) -> None:
    alice = await stage.join("alice", (video_line("1", "a-cam", 900),))
    bob = await stage.join("bob", (), (receive_video("2", "a-cam"),))
    room = stage.worker.rooms["room"]
    room.set_wishes(SetWishes("room", "bob", (TileWish("a-cam", 0),)))
    flow = next(iter(stage.peer("bob").flows.values()))
    assert not flow.ready
    alice.send_rtp(rtp_packet(96, 1, 1, 900, b"\x10\x00\x9d\x01\x2a"))
    await until(lambda: stage.worker.counters.in_rtp == 1)
    room.set_wishes(SetWishes("room", "bob", (TileWish("a-cam", 5, first=True),)))
    assert stage.peer("bob").first == "a-cam"
    room.set_wishes(SetWishes("room", "bob", (TileWish("a-cam", 5),)))
    assert stage.peer("bob").first == "", "unpinned"
    await until(lambda: any(isinstance(record, Pli) for record in alice.inbox.rtcp))
    alice.send_rtp(rtp_packet(96, 2, 3000, 900, b"\x10\x00\x9d\x01\x2a"))
    await until(lambda: bob.inbox.rtp)
    assert stage.worker.counters.out_rtp == 1


async def test_what_is_lost_of_the_layer_that_is_taken_is_asked_for_and_forwarded(stage: Stage) -> None:
    one = await call(stage)
    one.wish(300)
    await one.until(lambda: one.layer() == 1)
    lost: set[tuple[int, int]] = set()

    def lose(layer: int, ext: int) -> bool:
        if ext % 7 == 0:
            lost.add((layer, ext))
        return ext % 7 == 0

    def on_rtcp(record: object) -> None:
        if isinstance(record, Nack):
            layer = SSRCS.index(record.media_ssrc)
            asked.update((layer, sequence) for sequence in record.lost)
            for sequence in record.lost:
                one.camera.resend(layer, sequence)

    asked: set[tuple[int, int]] = set()
    one.alice.on_rtcp = on_rtcp
    one.camera.lose = lose
    await one.until(lambda: len({pair for pair in lost if pair[0] == 1}) >= 8)
    one.camera.lose = lambda _layer, _ext: False
    wanted = {ext for layer, ext in lost if layer == 1}
    await one.until(lambda: wanted <= {whose(packet.payload)[1] for packet in one.got()})
    assert {layer for layer, _sequence in asked} == {1}, "nobody takes the others"
    in_order(sorted(one.got(), key=lambda packet: seq_delta(packet.sequence, one.got()[0].sequence)))


async def test_a_subscriber_is_sent_again_what_it_was_sent(stage: Stage) -> None:
    one = await call(stage)
    await one.until(lambda: one.layer() == 2)
    one.wish(100)
    await one.until(lambda: one.layer() == 0)
    one.wish(700)
    await one.until(lambda: one.layer() == 2 and len(one.got()) > 60)
    by_sequence = {packet.sequence: packet for packet in one.got()[-60:]}
    rtx = stage.rtx_ssrc(one.bob, "a-cam")
    one.bob.send_rtcp(build_nack(1, one.ssrc, list(by_sequence)))
    await until(lambda: len(one.bob.inbox.payloads(rtx)) == 60, PATIENCE)
    for packet in (packet for packet in one.bob.inbox.rtp if packet.ssrc == rtx):
        original = by_sequence[int.from_bytes(packet.payload[:2], "big")]
        assert packet.payload[2:] == original.payload, "picture numbers included"
        assert packet.timestamp == original.timestamp


async def test_reports_are_those_of_the_layers(stage: Stage) -> None:
    one = await call(stage)
    await one.until(lambda: one.layer() == 2)

    def reported() -> set[int]:
        records = [record for record in one.alice.inbox.rtcp if isinstance(record, ReceiverReport)]
        return {block.ssrc for record in records for block in record.blocks}

    await one.until(lambda: reported() >= set(SSRCS))
    await one.until(lambda: [record for record in one.bob.inbox.rtcp if isinstance(record, SenderReport)])
    one.wish(100)
    await one.until(lambda: one.layer() == 0)
    known = len([record for record in one.bob.inbox.rtcp if isinstance(record, SenderReport)])
    await one.until(lambda: len([r for r in one.bob.inbox.rtcp if isinstance(r, SenderReport)]) >= known + 2)
    reports = [record for record in one.bob.inbox.rtcp if isinstance(record, SenderReport)]
    first, last = reports[0], reports[-1]
    assert last.ssrc == one.ssrc
    elapsed = (last.ntp64 - first.ntp64) / to_ntp64(1.0)
    ticks = (last.rtp_timestamp - first.rtp_timestamp) & 0xFFFFFFFF
    assert abs(ticks / 90_000 - elapsed) < 0.2, "the picture stays in step with the sound over a switch"


async def test_a_key_frame_is_asked_of_the_layer_that_is_taken(stage: Stage) -> None:
    one = await call(stage)
    one.wish(300)
    await one.until(lambda: one.layer() == 1)
    one.asked.clear()
    one.bob.send_rtcp(build_pli(1, one.ssrc))
    await one.until(lambda: one.asked)
    assert set(one.asked) == {1}


async def test_a_layer_that_was_off_goes_on_without_its_name(stage: Stage) -> None:
    """Browsers say BYE for a layer they switch off, and do not name it again: its name was acknowledged long ago."""
    one = await call(stage)
    await one.until(lambda: one.layer() == 2)
    one.camera.named = False
    one.camera.on[2] = False
    one.alice.send_rtcp(build_bye([SSRCS[2]]))
    await one.until(lambda: one.layer() == 1)
    one.camera.on[2] = True
    one.due.add(2)
    await one.until(lambda: one.layer() == 2)
    in_order(one.got())


async def test_a_layer_under_another_ssrc_goes_on(stage: Stage) -> None:
    one = await call(stage)
    await one.until(lambda: one.layer() == 2)
    stale = one.camera
    one.camera = LayeredCamera(
        lambda packet: one.alice.send_rtp(
            packet[:8] + (int.from_bytes(packet[8:12], "big") + 100).to_bytes(4, "big") + packet[12:]
        ),
        9,
    )
    one.camera.captured = stale.captured
    one.due |= {0, 1, 2}
    await one.until(lambda: len([p for p in one.got() if whose(p.payload) == (2, one.camera.layers[2].ext)]) > 0)
    count = len(one.got())
    stale.frames(3)  # late ones of the old encoder
    await one.until(lambda: len(one.got()) > count + 20)
    in_order(one.got())


async def test_from_layers_to_one_size_and_back_the_numbers_go_on(stage: Stage) -> None:
    """A reconnect may change the one for the other. The monitor of the worker's key indices fails the test for a repeat."""
    one = await call(stage)
    await one.until(lambda: one.layer() == 2)
    single = await stage.join("alice", (video_line("1", "a-cam", 900, 901),), attempt=2)
    count, n = len(one.got()), 0
    while len(one.got()) < count + 20:
        n += 1
        key = b"\x10\x00\x9d\x01\x2a\x80\x02\xe0\x01" if n % 10 == 1 else b"\x10\x01"
        single.send_rtp(rtp_packet(96, 7000 + n, n * 3000, 900, key + b"%d" % n, marker=True))
        await asyncio.sleep(0.01)
    one.alice = await stage.join("alice", (layered_line("1", "a-cam"),), attempt=3)
    one.alice.on_rtcp = one._on_rtcp
    one.camera = LayeredCamera(one.alice.send_rtp, 3)
    one.due |= {0, 1, 2}
    count = len(one.got())
    await one.until(lambda: len(one.got()) > count + 60 and one.layer() == 2)
    in_order(one.got())


async def test_a_publisher_is_told_what_is_taken(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulcast_demand, "OFF_AFTER", 0.3)
    told: list[tuple[str, ...]] = []

    def hear(event: WorkerEvent) -> None:
        if isinstance(event, LayersWanted) and (event.peer_id, event.track_id) == ("alice", "a-cam"):
            told.append(event.layers)

    one = await call(stage)
    monkeypatch.setattr(stage.worker._services, "emit", hear)
    await one.until(lambda: one.layer() == 2)
    await one.until(lambda: told and told[-1] == ("q", "f"))
    one.wish(100)
    await one.until(lambda: told[-1] == ("q",))
    one.camera.on = [True, False, False]
    await one.until(lambda: one.layer() == 0)
    one.wish(720)
    assert told[-1] == ("q", "f"), "at once, not at the next tick"
    one.camera.on = [True, False, True]
    one.due.add(2)
    await one.until(lambda: one.layer() == 2)


async def test_a_link_without_room_for_it_gets_a_smaller_layer_and_nobody_else_notices(stage: Stage) -> None:
    one = await call(stage)
    carol = await stage.join("carol", (), (receive_video("5", "a-cam"),))
    carols = stage.ssrc(carol, "a-cam")
    await one.until(lambda: one.layer() == 2 and carol.inbox.payloads(carols))
    flow = next(iter(stage.peer("bob").flows.values()))
    allow(flow, 0)
    await one.until(lambda: one.layer() == 0)
    await one.until(lambda: whose(carol.inbox.payloads(carols)[-1])[0] == 2)
    allow(flow, None)
    count, others = len(one.got()), len(carol.inbox.payloads(carols))
    await one.until(lambda: len(carol.inbox.payloads(carols)) > others + 60)
    assert len(one.got()) <= count + 2  # what was on its way
    allow(flow, 2)
    await one.until(lambda: one.layer() == 2)
    in_order(one.got())
    in_order([packet for packet in carol.inbox.rtp if packet.ssrc == carols])


async def test_resends_may_come_before_their_medium(stage: Stage) -> None:
    """Chromium's first packets are padding under the SSRC of a layer's resends."""
    one = await call(stage)
    for layer in range(3):
        padding = rtp_packet(97, 1, 1, RTX_SSRCS[layer], b"", mid="1", rid=(11, "qhf"[layer]), padding=200)
        one.alice.send_rtp(padding)
    await until(lambda: stage.worker.counters.drop_line_unknown == 3, PATIENCE)
    await one.until(lambda: one.layer() == 2)
