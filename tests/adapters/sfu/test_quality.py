"""What the worker tells of each peer's connection every two seconds."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import cast

import pytest

from telemed.media.control import PeerQuality, Way, WorkerEvent
from telemed.rtp.rtcp import build_receiver_report
from telemed.rtp.rtcp_records import ReportBlock
from telemed.sfu.quality import QualityMeter
from telemed.sfu.subscriber_control import SubscriberControl
from tests.adapters.sfu.conftest import Stage, until
from tests.adapters.sfu.test_recovery import call, frame

DEADLINE = 20.0  # seconds for an event that comes every two


async def test_each_direction_is_told_with_jitter_way_and_pictures(stage: Stage) -> None:
    told: list[WorkerEvent] = []
    alice, bob = await call(stage)
    stage.peer("bob").services.emit = told.append
    picture = stage.ssrc(bob, "a-cam")

    def of(peer: str) -> list[PeerQuality]:
        return [event for event in told if isinstance(event, PeerQuality) and event.peer_id == peer]

    def seen_whole() -> bool:
        return any(event.down_loss > 0 and event.video_rate > 0 for event in of("bob"))

    async def traffic() -> None:
        number = 0
        while True:
            alice.send_rtp(frame(number, key=number == 0))
            if number % 20 == 0:
                block = ReportBlock(picture, 64, 1, number, 900, 0, 0)  # a quarter lost, 900 ticks of 90 kHz: 10 ms
                bob.send_rtcp(build_receiver_report(1, [block]))
            number += 1
            await asyncio.sleep(0.02)

    sending = asyncio.create_task(traffic())
    try:
        await until(seen_whole, DEADLINE)
        await until(lambda: any(event.up_rate > 0 for event in of("alice")), DEADLINE)
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
    event = next(event for event in of("bob") if event.down_loss > 0 and event.video_rate > 0)
    assert (event.way, event.layer, event.video_paused) == (Way.UDP, 0, False)
    assert event.down_jitter == 0.01 and event.down_loss == 0.25
    assert event.video_rate == event.down_rate, "nothing but pictures flows"
    publisher = next(event for event in of("alice") if event.up_rate > 0)
    assert (publisher.layer, publisher.video_rate, publisher.down_rate) == (None, 0, 0)


@pytest.mark.parametrize(("in_charge", "told"), [(True, 0.03), (False, 0.0)])
async def test_what_was_lost_at_first_is_told_though_it_came_when_asked_for(stage: Stage, in_charge: bool, told: float) -> None:
    await call(stage)
    bob = stage.peer("bob")
    before = bob.control
    bob.control = cast(SubscriberControl, SimpleNamespace(in_charge=in_charge, estimate=SimpleNamespace(loss=0.03)))
    try:  # receiver reports say that nothing is missing
        assert QualityMeter(bob).measure([], {}, 0.05, 10.0).down_loss == told
    finally:
        bob.control = before
