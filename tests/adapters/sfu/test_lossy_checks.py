"""Checks of a peer that loses much are answered more than once: browsers stop sending without an answer (RFC 7675)."""

from __future__ import annotations

import asyncio

from telemed.rtp.rtcp import build_receiver_report
from telemed.rtp.rtcp_records import ReportBlock
from telemed.sfu.ice_lite import LOSSY_ANSWERS
from tests.adapters.sfu.conftest import Stage, until
from tests.adapters.sfu.test_recovery import call, frame

DEADLINE = 20.0  # seconds; loss is looked at once a second


async def test_checks_of_a_lossy_peer_are_answered_more_than_once(stage: Stage) -> None:
    alice, bob = await call(stage)
    picture, agent = stage.ssrc(bob, "a-cam"), stage.peer("bob").agent
    alice.send_rtp(frame(0, key=True))
    assert agent.answers == 1

    async def report(lost: int) -> None:
        bob.send_rtcp(build_receiver_report(1, [ReportBlock(picture, lost, 1, 0, 0, 0, 0)]))
        await asyncio.sleep(0.05)

    async def until_answers(count: int, lost: int) -> None:
        async with asyncio.timeout(DEADLINE):
            while agent.answers != count:
                await report(lost)

    await until_answers(LOSSY_ANSWERS, 26)
    bob.stop_checks()
    before = bob.inbox.responses
    bob.check()
    await until(lambda: bob.inbox.responses >= before + LOSSY_ANSWERS, DEADLINE)
    assert stage.peer("alice").agent.answers == 1, "her own way is good"
    await until_answers(1, 0)
