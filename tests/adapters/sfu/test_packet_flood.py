"""Somebody who sends far more than a browser can is heard for a part of each second; nobody else pays for the rest."""

from __future__ import annotations

import pytest

from telemed.sfu import dataplane
from tests.adapters.sfu.conftest import Stage, until
from tests.bench.rtp_client import audio_line, rtp_packet

LIMIT = 200


async def test_a_flood_is_dropped_unread_until_its_second_is_over(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dataplane, "MAX_DATAGRAMS_PER_SECOND", LIMIT)
    alice = await stage.join("alice", (audio_line("0", "mic", 1001),))
    bob = await stage.join("bob", (audio_line("0", "b-mic", 2001),))
    counters, number = stage.worker.counters, 0

    def all_came() -> bool:
        return counters.in_rtp + counters.drop_flood >= number

    while not counters.drop_flood:
        for _ in range(50):
            number += 1
            alice.send_rtp(rtp_packet(111, number & 0xFFFF, number * 960, 1001, bytes(20)))
        await until(all_came)
    heard = counters.in_rtp
    bob.send_rtp(rtp_packet(111, 1, 960, 2001, bytes(20)))
    await until(lambda: counters.in_rtp == heard + 1)

    def sent_again() -> bool:
        nonlocal number
        number += 1
        alice.send_rtp(rtp_packet(111, number & 0xFFFF, number * 960, 1001, bytes(20)))
        return counters.in_rtp > heard + 1

    await until(sent_again)
