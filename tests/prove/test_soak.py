"""Calls that come and go leave nothing behind: memory, descriptors, tasks, rooms."""

from __future__ import annotations

import time
from pathlib import Path

import aiohttp
import pytest

from tests.adapters.ops.serving import Running, serving
from tests.prove.churn import Churn, Footprint, emptied, footprint, prepared
from tests.prove.figures import note

MIB = 2**20
PER_VISIT = 40 * 1024  # bytes control may keep of an ended visit, which stays in memory until it is sealed
SLACK = 12 * MIB  # allocator and caches
WARM_UP = 20.0  # seconds after which caches, pools and code are there
MINUTES = 10


def assert_flat(before: Footprint, after: Footprint, calls: int) -> None:
    """Nothing grew but what is written above."""
    assert after.rooms == after.peers == 0, after
    assert after.control_fds <= before.control_fds + 4 and after.media_fds <= before.media_fds + 2, (before, after)
    assert after.control_tasks <= before.control_tasks + 4 and after.media_tasks <= before.media_tasks + 2, (before, after)
    assert after.threads <= before.threads + 4, (before, after)
    assert after.control_rss <= before.control_rss + SLACK + calls * PER_VISIT, (before, after)
    assert after.media_rss <= before.media_rss + SLACK, (before, after)


async def soak(
    server: Running, seconds: float, warm_up: float, *, seed: int, leavers: float
) -> tuple[Churn, Footprint, Footprint]:
    """Warm up, measure, churn, let it settle, measure again."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        churn = await prepared(server, http, seed, leavers)
        await churn.until(time.monotonic() + warm_up)
        before = footprint(server)
        churn.calls = 0
        await churn.until(time.monotonic() + seconds)
    return churn, before, await emptied(server, before)


@pytest.mark.timeout(240)
async def test_a_little_churn_leaves_nothing_behind(tmp_path: Path) -> None:
    with serving(tmp_path, "--demo", "--port", "0", "--var", str(tmp_path / "var")) as server:
        churn, before, after = await soak(server, 10, 4, seed=1, leavers=0)
        assert not churn.faults and churn.calls >= 4
        assert churn.heard > churn.packets * 0.8, "most of what was said was heard"
        assert_flat(before, after, churn.calls)
        assert "Traceback" not in server.output() and " error " not in server.output()


@pytest.mark.prove
@pytest.mark.timeout(MINUTES * 60 + 600)
async def test_ten_minutes_of_churn(tmp_path: Path) -> None:
    with serving(tmp_path, "--demo", "--port", "0", "--var", str(tmp_path / "var")) as server:
        churn, before, after = await soak(server, MINUTES * 60, WARM_UP, seed=int(time.time()), leavers=0.2)
        assert not churn.faults, churn.faults[:5]
        assert_flat(before, after, churn.calls)
        grown = (after.control_rss - before.control_rss) / max(1, churn.calls) / 1024
        note(
            f"soak with churn, {MINUTES} min",
            f"{churn.calls} calls, {churn.packets:,} packets sent, {churn.heard:,} heard; control RSS "
            f"{before.control_rss // MIB} -> {after.control_rss // MIB} MiB ({grown:.0f} KiB per ended visit), media RSS "
            f"{before.media_rss // MIB} -> {after.media_rss // MIB} MiB; descriptors {before.control_fds}+{before.media_fds} -> "
            f"{after.control_fds}+{after.media_fds}; tasks {before.control_tasks}+{before.media_tasks} -> "
            f"{after.control_tasks}+{after.media_tasks}; 0 rooms left",
        )
