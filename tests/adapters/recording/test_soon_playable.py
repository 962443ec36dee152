"""Ten minutes of three people can be watched soon after their end, and a jump into them is quick."""

from __future__ import annotations

import os
import random
import statistics
import time
from pathlib import Path

import pytest

from tests.adapters.recording.looped import camera_scene
from tests.adapters.recording.soon import PEOPLE, ended_visit
from tests.prove.figures import note

MINUTES = 10
READY_WITHIN, SEEK_WITHIN = 10.0, 0.5  # seconds: the figures to reach on a machine that has a core for it
GENEROUS = 6  # times as long on one that has not
JUMPS, MANY_JUMPS = 20, 300


def p95(values: list[float]) -> float:
    return sorted(values)[int(0.95 * (len(values) - 1))]


async def test_a_long_visit_is_ready_soon(tmp_path: Path) -> None:
    """Small pictures: the number of frames is that of a real visit, that of packets is not."""
    async with ended_visit(tmp_path, camera_scene((64, 48), 0), MINUTES * 60) as visit:
        took = await visit.made_ready()
        assert len(await visit.files()) >= PEOPLE and took <= GENEROUS * READY_WITHIN
        assert p95(await visit.seeks(JUMPS, random.Random(3))) <= GENEROUS * SEEK_WITHIN


@pytest.mark.prove
@pytest.mark.timeout(600)
async def test_ten_minutes_are_ready_within_ten_seconds(tmp_path: Path) -> None:
    async with ended_visit(tmp_path, camera_scene((640, 360), 6000), MINUTES * 60) as visit:
        before = os.times()
        took = await visit.made_ready()
        after = os.times()
        seeks = await visit.seeks(MANY_JUMPS, random.Random(int(time.time())))
        size = sum(size for _, size in await visit.files())
    cpu = sum(after[:4]) - sum(before[:4])
    figures = f"{size / 2**20:.0f} MiB: to play {took:.1f} s after the end ({cpu:.1f} s of CPU); {len(seeks)} jumps by ranges: "
    median, high, worst = (1000 * value for value in (statistics.median(seeks), p95(seeks), max(seeks)))
    times = f"p50 {median:.0f} ms, p95 {high:.0f} ms, worst {worst:.0f} ms"
    note(f"{MINUTES} minutes of {PEOPLE} people, 1.2 Mbit/s each, are finished and played", figures + times)
    assert cpu <= READY_WITHIN and p95(seeks) <= SEEK_WITHIN, figures + times
