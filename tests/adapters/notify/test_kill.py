"""kill -9 while messages go out: each reaches the provider, each under one key, and no row is lost or stuck."""

from __future__ import annotations

import asyncio
import random
import sys
from asyncio.subprocess import DEVNULL
from pathlib import Path

import pytest
from aiohttp import web

from telemed.care.notify.delivery import LEASE
from telemed.care.notify.records import DeliveryState, Medium
from telemed.clock import SystemClock
from telemed.store import Store
from tests.adapters.notify.sms_provider import Provider, provider_server
from tests.adapters.notify.test_worker import Clock, fresh
from tests.adapters.notify.worker_process import KEY
from tests.unit.notify.builders import CLINIC

ROOT = Path(__file__).parents[3]
MESSAGES, KILLS = 40, 4


async def fill(path: Path) -> None:
    store, clock = await Store.open(path, KEY), Clock()
    async with store.write() as tx:
        await tx.organisations.create(CLINIC)
        for number in range(MESSAGES):
            await tx.outbox.put(fresh(clock, number, medium=Medium.SMS, recipient="+49301234567"))
    await store.close()


async def run_until(posts: int, path: Path, provider: Provider, url: str, ahead: float) -> None:
    """Run a worker until the provider has had `posts` posts, or holds every message; then kill it."""
    command = (sys.executable, "-m", "tests.adapters.notify.worker_process", str(path), url, str(ahead))
    child = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=DEVNULL, stderr=DEVNULL)
    try:
        async with asyncio.timeout(30):
            while len(provider.posts) < posts and len(provider.sent) < MESSAGES:  # noqa: ASYNC110
                assert child.returncode is None, "the worker ended by itself"
                await asyncio.sleep(0.002)
    finally:
        child.kill()
        await child.wait()


@pytest.mark.timeout(180)
async def test_every_message_goes_out_and_none_under_two_keys(tmp_path: Path) -> None:
    path, provider, chance = tmp_path / "telemed.db", Provider(), random.Random(20261122)
    await fill(path)

    async def slow(request: web.Request) -> web.Response:
        await asyncio.sleep(chance.random() * 0.05)  # so that a kill falls before and after the answer
        return await provider.take(request)

    provider.answer = slow
    async with provider_server(provider) as url:
        for kill in range(KILLS):
            wanted = len(provider.posts) + chance.randrange(1, 10)
            await run_until(wanted, path, provider, url, kill * 2 * LEASE.total_seconds())
        await run_until(10**6, path, provider, url, KILLS * 2 * LEASE.total_seconds())
    await check(path, provider)
    assert len(provider.sent) == MESSAGES, "each once for a provider that honours the key"
    assert len(provider.posts) >= MESSAGES


async def check(path: Path, provider: Provider) -> None:
    """Every row is sent, or is one the last kill cut off, which the next worker would take again."""
    store, clock = await Store.open(path, KEY), SystemClock()
    async with store.write() as tx:
        later = clock.utcnow() + (2 * KILLS + 2) * LEASE
        left = await tx.outbox.take(later, MESSAGES)
        counts = await tx.outbox.counts()
    await store.close()
    assert {message.id for message in left} <= set(provider.sent), "cut off after the provider had them"
    assert counts.get(DeliveryState.SENT, 0) + len(left) == MESSAGES
    assert set(counts) <= {DeliveryState.SENT, DeliveryState.SENDING}
