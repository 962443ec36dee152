"""Congestion control towards a subscriber, through a worker over real sockets."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from telemed.media.control import VideoPaused
from tests.adapters.sfu.conftest import Stage, until
from tests.bench.reporting import Reporter
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

CAMERA, MICROPHONE = 1002, 1001
PUBLISHED = (audio_line("0", "mic", MICROPHONE), video_line("1", "cam", CAMERA, 1003))
RECEIVED = (receive_audio("1", "mic", reported=True), receive_video("2", "cam", reported=True))


class Camera:
    """A publisher at work: sound each 20 ms, a frame each 40 ms, key frames when asked for."""

    def __init__(self, client: RtpClient, packets: int = 4) -> None:
        self.packets = packets  # of 1100 bytes in a frame; four make 900 kbit/s
        self.asked = 0
        self._client = client
        self._wide = self._sound = self._video = self._frames = 0
        self._key = True
        client.on_rtcp = self._on_rtcp
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    def _on_rtcp(self, record: object) -> None:
        if type(record).__name__ == "Pli":
            self.asked += 1
            self._key = True

    async def _run(self) -> None:
        started = time.monotonic()
        while True:
            due = int((time.monotonic() - started) / 0.02)
            while self._sound < due:
                self._sound += 1
                self._send(111, self._sound, self._sound * 960, MICROPHONE, bytes(80))
                if self._sound % 2:
                    self._frame()
            await asyncio.sleep(0.01)

    def _frame(self) -> None:
        self._frames += 1
        key, self._key = self._key, False
        for index in range(self.packets):
            self._video += 1
            head = KEYFRAME if key and not index else INTERFRAME if not index else b"\x00\x01"
            self._send(96, self._video, self._frames * 3600, CAMERA, head + bytes(1100))

    def _send(self, payload_type: int, sequence: int, timestamp: int, ssrc: int, payload: bytes) -> None:
        self._wide += 1
        self._client.send_rtp(rtp_packet(payload_type, sequence, timestamp, ssrc, payload, transport_sequence=self._wide))


@asynccontextmanager
async def call(stage: Stage, rate: float | None = None, packets: int = 4) -> AsyncIterator[tuple[Camera, Reporter, list[object]]]:
    """Alice sends, Bob receives over a link of `rate` bit/s and reports; yields them and what the worker tells."""
    told: list[object] = []
    alice = await stage.join("alice", PUBLISHED)
    bob = await stage.join("bob", (), RECEIVED)
    stage.peer("bob").services.emit = told.append
    reporter, camera = Reporter(bob, rate), Camera(alice, packets)
    try:
        yield camera, reporter, told
    finally:
        await camera.close()
        await reporter.close()


def pauses(told: list[object]) -> list[bool]:
    return [event.paused for event in told if isinstance(event, VideoPaused)]


def ssrc(stage: Stage, track: str) -> int:
    return stage.ssrc(stage.clients[-1], track)


async def until_long(condition: Callable[[], object]) -> None:
    await until(condition, timeout=30.0)


async def test_every_packet_takes_the_next_number_and_the_path_is_measured(stage: Stage) -> None:
    async with call(stage) as (_camera, reporter, told):
        control = stage.peer("bob").control
        await until_long(lambda: control.in_charge and stage.worker.counters.out_padding >= 5)
        await until_long(lambda: any(padding for *_rest, padding in reporter.arrived))
        assert pauses(told) == []
        numbers = [wide for _ssrc, _at, wide, _padding in reporter.arrived]
        assert min(numbers) >= 0, "sound, picture and padding are all numbered"
        assert all((after - before) & 0xFFFF == 1 for before, after in zip(numbers, numbers[1:], strict=False))
        padded = {source for source, _at, _wide, padding in reporter.arrived if padding}
        assert padded == {stage.rtx_ssrc(stage.clients[-1], "cam")}
        picture = [packet for packet in stage.clients[-1].inbox.rtp if packet.ssrc == ssrc(stage, "cam")]
        assert all((b.sequence - a.sequence) & 0xFFFF == 1 for a, b in zip(picture, picture[1:], strict=False))


async def test_video_stops_on_a_narrow_link_and_returns_when_it_is_good(stage: Stage) -> None:
    async with call(stage, rate=64_000) as (_camera, reporter, told):
        await until_long(lambda: pauses(told) == [True])
        stopped = time.monotonic()
        heard = reporter.heard(ssrc(stage, "mic"))
        await until_long(lambda: reporter.heard(ssrc(stage, "mic")) >= heard + 100)
        assert reporter.heard(ssrc(stage, "cam"), stopped + 0.5) == 0
        assert stage.peer("bob").guard.paused is False, "the reports decide, not the receiver's loss"
        reporter.rate = None
        await until_long(lambda: pauses(told) == [True, False])
        assert time.monotonic() - stopped >= 10.0
        await until_long(lambda: reporter.heard(ssrc(stage, "cam"), time.monotonic() - 0.5) > 10)
        picture = [packet for packet in stage.clients[-1].inbox.rtp if packet.ssrc == ssrc(stage, "cam")]
        assert all((b.sequence - a.sequence) & 0xFFFF == 1 for a, b in zip(picture, picture[1:], strict=False)), "no hole"


async def test_frames_that_the_pacer_drops_leave_no_hole(stage: Stage) -> None:
    """A burst that would take seconds to leave is dropped, its numbers are taken back, and a key frame is asked for."""
    async with call(stage) as (camera, reporter, _told):
        control = stage.peer("bob").control
        await until_long(lambda: control.in_charge)
        asked = camera.asked
        camera.packets = 120
        await until_long(lambda: stage.worker.counters.drop_paced > 0)
        camera.packets = 4
        await until_long(lambda: camera.asked > asked and not control.pacer.starved)
        received = reporter.heard(ssrc(stage, "cam"))
        await until_long(lambda: reporter.heard(ssrc(stage, "cam")) >= received + 50)
        picture = [packet for packet in stage.clients[-1].inbox.rtp if packet.ssrc == ssrc(stage, "cam")]
        assert all((b.sequence - a.sequence) & 0xFFFF == 1 for a, b in zip(picture, picture[1:], strict=False))


async def test_whoever_never_reports_is_left_to_its_losses(stage: Stage) -> None:
    async with call(stage) as (_camera, reporter, _told):
        await reporter.close()
        await until_long(lambda: reporter.heard(ssrc(stage, "cam")) > 50)
        control = stage.peer("bob").control
        assert not control.in_charge and control.pacer.queued == 0
    plain = await stage.join("carol", (), (receive_video("2", "cam"),))
    assert stage.peer("carol").control is None
    assert plain.inbox.undecodable == 0


async def test_nothing_waits_for_a_subscriber_that_is_put_on_hold(stage: Stage) -> None:
    async with call(stage, packets=30) as (_camera, reporter, _told):
        control = stage.peer("bob").control
        await until_long(lambda: control.in_charge and control.pacer.queued > 0)
        stage.worker.rooms["room"].set_flow("bob", True, False)
        assert control.pacer.queued == 0
        await asyncio.sleep(0)
        stage.worker.rooms["room"].set_flow("bob", True, True)
        received = reporter.heard(ssrc(stage, "cam"))
        await until_long(lambda: reporter.heard(ssrc(stage, "cam")) > received)


async def test_a_line_that_ends_takes_what_waits_with_it(stage: Stage) -> None:
    async with call(stage, packets=30) as (_camera, _reporter, _told):
        peer = stage.peer("bob")
        await until_long(lambda: peer.control.in_charge and peer.control.pacer.queued > 0)
        stage.negotiate(stage.clients[-1], "bob", (), RECEIVED[:1])
        assert peer.control.pacer.queued == 0
        sent = stage.worker.counters.out_rtp
        await until_long(lambda: stage.worker.counters.out_rtp > sent + 20)


async def test_a_probe_ends_with_the_line_it_was_sent_on(stage: Stage) -> None:
    """Encryption has forgotten how often the line's numbers went round: one more packet might repeat a key stream."""
    async with call(stage) as (_camera, _reporter, _told):
        peer = stage.peer("bob")
        await until_long(lambda: peer.control.in_charge and stage.worker.counters.out_padding >= 5)
        ended = peer.flows["2"]
        stage.negotiate(stage.clients[-1], "bob", (), RECEIVED[:1])
        padding = stage.worker.counters.out_padding
        peer.services.dataplane.send_padding(ended, 200)
        assert not ended.probes and stage.worker.counters.out_padding == padding
