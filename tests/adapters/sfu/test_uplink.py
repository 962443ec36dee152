"""A publisher whose link is full: its pictures stop for its voice, and return."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from telemed.congestion.demands import Mode
from telemed.media import uplink
from telemed.media.control import LayersWanted, WorkerEvent
from tests.adapters.sfu.conftest import Stage, until
from tests.bench.rtp_client import RtpClient, audio_line, receive_audio, receive_video, rtp_packet, video_line

MIC, CAMERA = 1001, 2001
KEY_FRAME = b"\x10\x00\x9d\x01\x2a\x80\x02\xe0\x01"


class Voice:
    """Sends a packet every 20 ms, each as late as `waits` says, and now and then a small picture."""

    def __init__(self, client: RtpClient) -> None:
        self.client, self.number, self.waits, self.skips = client, 0, 0.0, 0  # of `skips` packets one is lost; 0: none

    async def speak_until(self, condition: Callable[[], object]) -> None:
        speaking = asyncio.create_task(self._speak())
        try:
            await until(condition, timeout=20)
        finally:
            speaking.cancel()
            await asyncio.gather(speaking, return_exceptions=True)

    async def _speak(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            self.number += 1
            timestamp = int((loop.time() + 100 - self.waits) * 48_000) & 0xFFFFFFFF
            if not self.skips or self.number % self.skips:
                self.client.send_rtp(rtp_packet(111, self.number, timestamp, MIC, b"voice"))
            if self.number % 5 == 0:
                self.client.send_rtp(rtp_packet(96, self.number // 5, self.number * 1800, CAMERA, KEY_FRAME))
            await asyncio.sleep(0.02)


@pytest.fixture
def told(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> dict[str, LayersWanted]:
    """The latest word to alice about each of her tracks; seconds of the guard made short."""
    seconds = {"FULL_FOR": 0.4, "FULL_AGAIN_FOR": 0.4, "GOOD_FOR": 0.4, "RATE_SECONDS": 0.1}
    for name, value in (seconds | {"NARROW": 0}).items():
        monkeypatch.setattr(uplink, name, value)
    heard: dict[str, LayersWanted] = {}

    def hear(event: WorkerEvent) -> None:
        if isinstance(event, LayersWanted) and event.peer_id == "alice":
            heard[event.track_id] = event

    monkeypatch.setattr(stage.worker._services, "emit", hear)
    return heard


async def meet(stage: Stage) -> Voice:
    alice = await stage.join("alice", (audio_line("0", "a-mic"), video_line("1", "a-cam")))
    await stage.join("bob", (), (receive_audio("4", "a-mic"), receive_video("5", "a-cam")))
    return Voice(alice)


async def test_pictures_stop_and_the_voice_becomes_thin_while_it_waits(stage: Stage, told: dict[str, LayersWanted]) -> None:
    voice = await meet(stage)
    await voice.speak_until(lambda: voice.number > 20)
    assert not any(event.paused for event in told.values())
    voice.waits = 0.6
    await voice.speak_until(lambda: "a-cam" in told and told["a-cam"].paused)
    await voice.speak_until(lambda: told["a-mic"].max_bitrate == 16_000)
    assert not told["a-mic"].paused
    voice.waits = 0.0
    await voice.speak_until(lambda: not told["a-cam"].paused)


async def test_what_was_stopped_goes_on_when_somebody_turns_out_to_sign(stage: Stage, told: dict[str, LayersWanted]) -> None:
    voice = await meet(stage)
    await voice.speak_until(lambda: voice.number > 20)
    voice.waits = 0.6
    await voice.speak_until(lambda: "a-cam" in told and told["a-cam"].paused)
    stage.peer("alice").mode = Mode.SIGN
    await voice.speak_until(lambda: not told["a-cam"].paused)


async def test_another_way_is_tried_at_once(stage: Stage, told: dict[str, LayersWanted], monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever walks into a good network does not wait for the trial of the bad one."""
    monkeypatch.setattr(uplink, "GOOD_FOR", 60.0)
    voice = await meet(stage)
    await voice.speak_until(lambda: voice.number > 20)
    voice.waits = 0.6
    await voice.speak_until(lambda: "a-cam" in told and told["a-cam"].paused)
    voice.client.rebind()
    await voice.speak_until(lambda: not told["a-cam"].paused)


async def test_nothing_is_stopped_for_one_who_signs(stage: Stage, told: dict[str, LayersWanted]) -> None:
    voice = await meet(stage)
    stage.peer("alice").mode = Mode.SIGN
    await voice.speak_until(lambda: voice.number > 20)
    voice.waits = 0.6
    await voice.speak_until(lambda: voice.number > 120)
    assert not any(event.paused or event.max_bitrate for event in told.values())


async def test_a_link_that_became_thin_at_once_shows_in_round_trips_and_loss(
    stage: Stage, told: dict[str, LayersWanted], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its queue stood before the next packet of the voice came: that packet is as late as all that follow."""
    voice = await meet(stage)
    await voice.speak_until(lambda: voice.number > 20)
    guard = stage.peer("alice").uplink
    guard.on_round_trip(0.06, asyncio.get_running_loop().time())
    await asyncio.sleep(0.6)
    voice.waits = 0.6
    monkeypatch.setattr(uplink, "SAMPLE_FRESH", 60.0)
    guard.on_round_trip(0.97, asyncio.get_running_loop().time())
    voice.skips = 3
    await voice.speak_until(lambda: "a-cam" in told and told["a-cam"].paused)


async def test_a_microphone_that_was_away_for_a_moment_is_no_queue(stage: Stage, told: dict[str, LayersWanted]) -> None:
    """What was not captured has no RTP time: all that comes afterwards seems to come as late as the gap was long."""
    voice = await meet(stage)
    await voice.speak_until(lambda: voice.number > 20)
    await asyncio.sleep(0.6)
    voice.waits = 0.6
    await voice.speak_until(lambda: voice.number > 120)
    assert not any(event.paused or event.max_bitrate for event in told.values())


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize("from_the_start", [False, True])
@pytest.mark.parametrize("round_trip", [0.06, 0.66])
async def test_a_device_that_captures_too_little_is_no_queue(stage: Stage, round_trip: float, from_the_start: bool) -> None:
    """Its RTP time falls behind while packets come all the time; that nothing waits is seen by the round trips of its reports,
    also where none came before it fell behind."""
    voice = await meet(stage)
    guard = stage.peer("alice").uplink
    if not from_the_start:
        guard.on_round_trip(0.06, asyncio.get_running_loop().time())
    await voice.speak_until(lambda: voice.number > 20)
    voice.waits = 0.6
    held: set[bool] = set()
    late: set[bool] = {not from_the_start}  # the first report comes when the voice is late already

    def reported(packets: int) -> bool:
        late.add(guard.waits > 0.3)
        if True in late:
            guard.on_round_trip(round_trip, asyncio.get_running_loop().time())
        held.add(guard.held)
        return voice.number > packets

    await voice.speak_until(lambda: reported(120))
    assert (True in held) is (round_trip > 0.5)
