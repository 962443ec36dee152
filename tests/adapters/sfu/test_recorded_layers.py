"""A recorder of a camera in layers: the largest that is sent, from a key frame on, and the old one until then."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from telemed.media import simulcast_demand
from telemed.media.control import LayersWanted, SetWishes, TileWish
from telemed.media.overload import LayerCap
from telemed.rtp.header import parse_header
from telemed.rtp.rtcp import Nack, Pli, build_bye
from telemed.sfu.recording import track_recorder
from tests.adapters.sfu.conftest import Stage, until
from tests.adapters.sfu.layered_camera import SSRCS, LayeredCamera, numbers, whose
from tests.adapters.sfu.recorded import CAMERA, Recorded
from tests.bench.rtp_client import RtpClient, layered_line, receive_video

PATIENCE = 20.0  # seconds: other programs may hold the machine


class Shoot:
    """One who sends three layers and is recorded. Key frames come when they are asked for."""

    def __init__(self, stage: Stage, alice: RtpClient) -> None:
        self.stage, self.alice = stage, alice
        self.recorded = Recorded(stage)
        self.camera = LayeredCamera(alice.send_rtp)
        self.asked: list[int] = []  # layers
        self.due: set[int] = set()
        self.answers = True  # key frames are sent when asked for
        alice.on_rtcp = self._on_rtcp

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

    def written(self) -> list[tuple[int, int, bytes]]:
        """(lane, extended number, payload) of all that was written, in order."""
        found = []
        for journal in self.recorded.book.of("a-cam"):
            for one in journal.packets:
                offset, padding = parse_header(one.packet)[5:]
                payload = one.packet[offset : len(one.packet) - padding]
                layer, ext = whose(payload)
                assert layer == one.lane, "each under the number of its layer"
                found.append((one.lane, ext, payload))
        return found

    def lane(self) -> int:
        """Of the newest packet that was written."""
        written = self.written() if self.stage.journals.books else []
        return written[-1][0] if written else -1

    def begins_with_key_frames(self) -> None:
        """Wherever the lane changes there is a key frame, and within one nothing is missing."""
        written = self.written()
        assert numbers(written[0][2]).keyframe
        for (before, ext, _payload), (lane, number, payload) in zip(written, written[1:], strict=False):
            if before != lane:
                assert numbers(payload).keyframe
            else:
                assert number == ext + 1

    def _on_rtcp(self, record: object) -> None:
        if isinstance(record, Pli) and record.media_ssrc in SSRCS:
            self.asked.append(SSRCS.index(record.media_ssrc))
            if self.answers:
                self.due.add(self.asked[-1])


async def shoot(stage: Stage) -> Shoot:
    """Connected; nothing was sent."""
    return Shoot(stage, await stage.join("alice", (layered_line("1", "a-cam"),)))


async def test_the_largest_layer_is_recorded_from_a_key_frame_on(stage: Stage) -> None:
    one = await shoot(stage)
    await one.until(lambda: one.camera.captured > 5.2)
    one.recorded.set(CAMERA)
    await one.until(lambda: one.lane() == 2 and len(one.written()) > 40)
    one.begins_with_key_frames()
    assert {lane for lane, _ext, _payload in one.written()} == {2}
    journal = one.recorded.journal("a-cam")
    assert journal.head.rids == ("q", "h", "f")
    assert journal.words()[:2] == ["begin", "layer"]
    assert journal.events[1][2] == {"lane": 2, "height": 720}
    await one.until(lambda: {report[0] for report in journal.reports} == {0, 1, 2})
    assert {(lane, ssrc) for lane, ssrc, *_rest in journal.reports} == {(n, SSRCS[n]) for n in range(3)}
    assert set(one.asked) == {2}, "nobody takes the others"


async def test_a_recorded_picture_gets_key_frames_to_find_moments_by(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(track_recorder, "SEEK_SECONDS", 0.6)
    one = await shoot(stage)
    one.recorded.set(CAMERA)
    await one.until(lambda: one.lane() == 2)
    one.asked.clear()
    await one.until(lambda: one.asked.count(2) >= 3)
    assert set(one.asked) == {2}
    monkeypatch.setattr(type(stage.peer("alice").uplink), "sends_little", True)
    await one.until(lambda: not one.due)
    one.asked.clear()
    count = len(one.written())
    await one.until(lambda: len(one.written()) > count + 60)
    assert 2 not in one.asked, "not over a full link"


async def test_when_the_largest_ends_the_next_goes_on_and_back_when_it_comes_again(stage: Stage) -> None:
    one = await shoot(stage)
    one.recorded.set(CAMERA)
    await one.until(lambda: one.lane() == 2)
    one.camera.on[2] = False
    one.alice.send_rtcp(build_bye([SSRCS[2]]))
    await one.until(lambda: one.lane() == 1)
    one.camera.on = [True, False, False]
    await one.until(lambda: one.lane() == 0)
    one.answers = False  # the new one has no key frame for a while: the old one goes on
    one.camera.on = [True, True, True]
    count = len(one.written())
    await one.until(lambda: one.asked[-1] == 2 and len(one.written()) > count + 20)
    assert one.lane() == 0
    one.answers = True
    one.due.add(2)
    await one.until(lambda: one.lane() == 2)
    one.begins_with_key_frames()
    lanes = [details["lane"] for what, _at, details in one.recorded.journal("a-cam").events if what == "layer"]
    assert lanes[-4:] == [2, 1, 0, 2] and len(one.recorded.book.journals) == 1


async def test_what_is_recorded_is_wanted_of_the_publisher_and_subscribers_keep_theirs(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulcast_demand, "OFF_AFTER", 0.3)
    one = await shoot(stage)
    one.due = {0, 1, 2}  # they tell how large each layer is
    bob = await stage.join("bob", (), (receive_video("2", "a-cam"),))
    ssrc = stage.ssrc(bob, "a-cam")
    stage.worker.rooms["room"].set_wishes(SetWishes("room", "bob", (TileWish("a-cam", 100),)))

    def told() -> tuple[str, ...]:
        said = [event.layers for event in one.recorded.events if isinstance(event, LayersWanted)]
        return said[-1] if said else ()

    await one.until(lambda: told() == ("q",))
    one.camera.on = [True, False, False]
    await one.until(lambda: len(bob.inbox.payloads(ssrc)) > 20)
    one.recorded.set(CAMERA)
    await one.until(lambda: told() == ("q", "f"))
    await one.until(lambda: one.lane() == 0)  # what is there, until it comes
    one.camera.on = [True, False, True]
    count = len(bob.inbox.payloads(ssrc))
    await one.until(lambda: one.lane() == 2 and len(bob.inbox.payloads(ssrc)) > count + 40)
    assert {whose(payload)[0] for payload in bob.inbox.payloads(ssrc)} == {0}
    extended = [whose(payload)[1] for payload in bob.inbox.payloads(ssrc)]
    assert extended == list(range(extended[0], extended[0] + len(extended))), "a subscriber notices nothing of it"
    one.recorded.set()
    await one.until(lambda: told() == ("q",))


async def test_too_much_load_lowers_the_recording_too(stage: Stage) -> None:
    one = await shoot(stage)
    one.recorded.set(CAMERA)
    await one.until(lambda: one.lane() == 2)
    stage.worker._services.layer_cap = LayerCap(layer=0)
    await one.until(lambda: one.lane() == 0)
    one.begins_with_key_frames()


async def test_a_camera_on_hold_begins_again_with_a_key_frame(stage: Stage) -> None:
    one = await shoot(stage)
    one.recorded.set(CAMERA)
    await one.until(lambda: one.lane() == 2)
    room = stage.worker.rooms["room"]
    room.set_flow("alice", False, True)
    count, came = len(one.written()), stage.worker.counters.in_rtp
    await one.until(lambda: stage.worker.counters.in_rtp > came + 60)
    assert len(one.written()) == count
    one.asked.clear()
    room.set_flow("alice", True, True)
    await one.until(lambda: len(one.written()) > count + 20)
    assert numbers(one.written()[count][2]).keyframe
    assert len(one.recorded.book.journals) == 1
    assert [what for what in one.recorded.journal("a-cam").words() if what == "muted"] == ["muted", "muted"]


async def test_losses_of_the_recorded_layer_alone_are_asked_for(stage: Stage) -> None:
    one = await shoot(stage)
    one.recorded.set(CAMERA)
    await one.until(lambda: one.lane() == 2)
    lost: set[tuple[int, int]] = set()
    asked: set[int] = set()

    def lose(layer: int, ext: int) -> bool:
        if ext % 7 == 0:
            lost.add((layer, ext))
        return ext % 7 == 0

    def resend(record: object) -> None:
        if isinstance(record, Nack):
            layer = SSRCS.index(record.media_ssrc)
            asked.add(layer)
            for sequence in record.lost:
                one.camera.resend(layer, sequence)

    one.alice.on_rtcp = resend
    one.camera.lose = lose
    await one.until(lambda: len([pair for pair in lost if pair[0] == 2]) >= 12)
    one.camera.lose = lambda _layer, _ext: False
    await one.until(lambda: {ext for layer, ext in lost if layer == 2} <= {ext for _lane, ext, _payload in one.written()})
    assert asked == {2}
    extended = sorted(ext for _lane, ext, _payload in one.written())
    assert extended == list(range(extended[0], extended[0] + len(extended))), "each once, none missing"


async def test_a_key_frame_whose_first_packet_comes_last_is_whole(stage: Stage) -> None:
    one = await shoot(stage)
    one.camera.on = [True, False, True]
    await one.until(lambda: stage.worker.counters.in_rtp > 30)
    one.recorded.set(CAMERA)
    await until(lambda: 2 in one.asked, PATIENCE)
    first = one.camera.layers[2].ext + 1
    one.camera.lose = lambda layer, ext: (layer, ext) == (2, first)
    before = stage.worker.counters.in_rtp
    one.camera.frame((2,))
    await until(lambda: stage.worker.counters.in_rtp >= before + 4, PATIENCE)
    assert one.written() == []
    one.camera.resend(2, first & 0xFFFF)
    await until(lambda: one.written(), PATIENCE)
    assert [(lane, ext) for lane, ext, _payload in one.written()] == [(2, first + n) for n in range(4)]


async def test_a_key_frame_that_began_before_it_might_be_captured_is_not(stage: Stage) -> None:
    one = await shoot(stage)
    one.camera.on = [True, False, True]
    await one.until(lambda: stage.worker.counters.in_rtp > 30)
    first = one.camera.layers[2].ext + 1
    one.camera.lose = lambda layer, ext: (layer, ext) == (2, first)
    before = stage.worker.counters.in_rtp
    one.camera.frame((2,))
    await until(lambda: stage.worker.counters.in_rtp >= before + 4, PATIENCE)
    one.recorded.set(CAMERA)
    one.camera.resend(2, first & 0xFFFF)
    await until(lambda: stage.worker.counters.in_rtx == 1, PATIENCE)
    assert one.recorded.book.journals == []
    one.camera.lose = lambda _layer, _ext: False
    await one.until(lambda: len(one.written()) > 20)
    assert min(ext for _lane, ext, _payload in one.written()) > first + 3


async def test_a_layer_under_another_ssrc_begins_a_journal_of_its_own(stage: Stage) -> None:
    one = await shoot(stage)
    one.recorded.set(CAMERA)
    await one.until(lambda: one.lane() == 2)
    stale = one.camera
    one.camera = LayeredCamera(
        lambda packet: one.alice.send_rtp(
            packet[:8] + (int.from_bytes(packet[8:12], "big") + 100).to_bytes(4, "big") + packet[12:]
        ),
        9,
    )
    one.camera.captured = stale.captured
    one.due |= {0, 1, 2}
    await one.until(lambda: len(one.recorded.book.journals) == 2 and len(one.recorded.journal("a-cam").packets) > 40)
    assert one.recorded.book.journals[0].closed
    ssrcs = [{int.from_bytes(w.packet[8:12], "big") for w in journal.packets} for journal in one.recorded.book.journals]
    assert ssrcs == [{SSRCS[2]}, {SSRCS[2] + 100}]
    stale.frames(3)  # late ones of the old encoder
    count = len(one.written())
    await one.until(lambda: len(one.written()) > count + 20)
    assert len(one.recorded.book.journals) == 2


async def test_a_journal_that_dropped_packets_gets_its_key_frame(stage: Stage) -> None:
    one = await shoot(stage)
    one.recorded.set(CAMERA)
    await one.until(lambda: one.lane() == 2)
    one.asked.clear()
    one.recorded.journal("a-cam").waiting = True
    await one.until(lambda: one.asked)
    assert set(one.asked) == {2}
