"""The message with a caller's link: how fast it is handed over, what is told of it, and that no fault and no kill loses one."""

from __future__ import annotations

import asyncio
import sys
import time
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from telemed.care.notify.ports import NoNotifier
from telemed.care.notify.records import Medium
from telemed.care.notify.reports import DeliveryReport
from telemed.errors import Conflict
from telemed.store import Store
from tests.adapters.notify.gateways import GatewayProcess, gateways
from tests.adapters.notify.sms_provider import Provider, provider_server, status
from tests.adapters.notify.worker_process import KEY
from tests.adapters.signaling.incident_gateways import NUMBER, delivery, delivery_of, gateway, serve_with, told
from tests.adapters.signaling.incidents import an_emergency
from tests.adapters.signaling.world import Json, World, command_id, make_signaling, until

ROOT = Path(__file__).parents[3]
KILLED = 12  # incidents made while a worker is killed again and again


class OnlyPuts(NoNotifier):
    """A way out whose worker is elsewhere, or dead."""

    def can_send(self, medium: Medium) -> bool:
        return medium is Medium.SMS


@pytest.mark.real_time
async def test_a_number_is_handed_to_the_gateway_within_a_second(world: World) -> None:
    provider = Provider()
    async with provider_server(provider) as url, gateway(world, url) as notify:
        board = await world.today(world.staff["second"])
        began = time.monotonic()
        emergency = await an_emergency(world, phone=NUMBER)
        await until(lambda: provider.posts, "the gateway has it")
        took = time.monotonic() - began
        assert took <= 1.0, f"{took:.2f} s"
        ((_, body),) = provider.posts
        assert body["to"] == "+49301234567" and emergency.made["link"]["url"] in body["text"]
        assert "ladder" not in body["text"] and emergency.made["incident"]["code"] not in body["text"]
        await told(world, board, emergency, "sent")
        assert (await emergency.row())["state"] == "sent"
        await notify.take_report(DeliveryReport(body["reference"], "", "delivered"))
        await told(world, board, emergency, "delivered")


async def test_a_gateway_that_says_nothing_is_told_after_five_seconds_and_sent_again_by_one_click(world: World) -> None:
    provider = Provider()
    provider.answer = provider.silence
    async with provider_server(provider) as url, gateway(world, url):
        board = await world.today(world.staff["dispatcher"])
        emergency = await an_emergency(world, phone=NUMBER)
        await until(lambda: provider.posts, "the gateway has it")
        await world.sweep(4.0)
        assert delivery(board, emergency) == "queued"
        await world.sweep(1.1)
        await told(world, board, emergency, "not_confirmed")
        provider.answer = provider.take
        await emergency.incidents.resend(emergency.staff, emergency.id, None, command_id())
        await told(world, board, emergency, "sent")
        assert len({headers["Idempotency-Key"] for headers, _ in provider.posts}) == 2
        assert len({body["text"] for _, body in provider.posts}) == 1, "the same link"


async def test_a_click_repeated_sends_once_and_five_are_enough(world: World) -> None:
    await serve_with(world, OnlyPuts())
    emergency = await an_emergency(world, phone=NUMBER)
    clicked = command_id()
    for _ in range(3):
        await emergency.incidents.resend(emergency.staff, emergency.id, None, clicked)
    assert (await emergency.row())["delivery"]["sends"] == 2
    for _ in range(3):
        await emergency.incidents.resend(emergency.staff, emergency.id, None, command_id())
    with pytest.raises(Conflict) as refused:
        await emergency.incidents.resend(emergency.staff, emergency.id, None, command_id())
    assert refused.value.code == "resend_limit" and not (await emergency.row())["delivery"]["can_resend"]


@pytest.mark.parametrize(("code", "wanted"), [(400, "failed"), (504, "not_confirmed")])
async def test_what_a_gateway_refuses_is_told(world: World, code: int, wanted: str) -> None:
    provider = Provider()
    provider.answer = status(code)
    async with provider_server(provider) as url, gateway(world, url):
        board = await world.today(world.staff["dispatcher"])
        emergency = await an_emergency(world, phone=NUMBER)
        await told(world, board, emergency, wanted)
        assert (await emergency.row())["delivery"]["can_resend"]


async def test_a_gateway_that_is_busy_is_tried_until_it_takes_it(world: World) -> None:
    provider = Provider()
    provider.answer = status(503, Retry_After="0")
    async with provider_server(provider) as url, gateway(world, url):
        board = await world.today(world.staff["dispatcher"])
        emergency = await an_emergency(world, phone=NUMBER)
        await until(lambda: provider.posts, "tried")
        provider.answer = provider.take
        world.clock.ahead += 60.0
        await told(world, board, emergency, "sent")
        assert len(provider.sent) == 1


@pytest.mark.timeout(120)
async def test_kills_of_the_server_lose_none_and_what_is_not_known_is_shown(world: World) -> None:
    """What sends is killed with SIGKILL in the middle of it, three times: the gateway gets each message, under one key."""
    provider = Provider()

    async def slow(request: Any) -> Any:
        await asyncio.sleep(0.03)  # so that a kill falls before and after the answer
        return await provider.take(request)

    provider.answer = slow
    await world.halt()
    await world.store.close()
    async with provider_server(provider) as url:
        for kill in range(3):
            async with another_life(world):
                for _ in range(KILLED // 3):
                    await an_emergency(world, phone=NUMBER)
            await killed_after(len(provider.posts) + 2, world, provider, url, kill * 130.0)
        async with another_life(world):
            await world.sweep(6.0)
            told = [row["delivery"]["state"] for row in await rows(world)]
            assert "not_confirmed" in told, "a kill leaves some that nobody knows of"
            assert len(told) == KILLED and set(told) <= {"sent", "not_confirmed"}, told
        await killed_after(10**6, world, provider, url, 400.0)
    assert len(provider.sent) == KILLED, "each reached the gateway, each under one key"
    await open_anew(world)


@pytest.mark.timeout(120)
async def test_faults_and_a_kill_of_the_gateway_lose_none_and_what_is_not_known_is_shown(world: World, tmp_path: Path) -> None:
    """The provider is a process: it fails, answers garbage, says nothing, dies with a message in its hands, and is not there."""
    async with gateways(tmp_path, "provider") as (provider,), gateway(world, provider.url):
        board = await world.today(world.staff["dispatcher"])
        for how in ("fail", "garbage", "hang", "die", "gone"):
            provider.behave("take" if how == "gone" else how)
            if how == "gone":
                await provider.kill()
            emergency = await an_emergency(world, phone=NUMBER)
            link = emergency.made["link"]["url"]
            if how in ("garbage", "hang", "die"):
                await until(lambda link=link: sent_with(provider, link), how)  # type: ignore[misc]
            await world.sweep(5.1)
            await told(world, board, emergency, "not_confirmed")
            assert delivery_of(board, emergency)["can_resend"], how
            provider.behave("take")
            await provider.start()
            await emergency.incidents.resend(emergency.staff, emergency.id, None, command_id())
            await told(world, board, emergency, "sent")
            assert sent_with(provider, link), how


def sent_with(provider: GatewayProcess, link: str) -> list[Json]:
    return [one for one in provider.taken() if link in one["text"]]


async def rows(world: World) -> list[Json]:
    state: Json = await world.visits.today(world.staff["dispatcher"])
    return list(state["incidents"])


async def open_anew(world: World) -> None:
    """Control starts on the database, with a way out that only puts messages there."""
    world.store = await Store.open(world.path, KEY)
    world.signaling = make_signaling(world.store, world.planes, world.clock, world.recordings, OnlyPuts())
    await world.serve()


@asynccontextmanager
async def another_life(world: World) -> AsyncIterator[None]:
    """Control runs for a while; then nothing holds the database."""
    await open_anew(world)
    yield
    await world.halt()
    await world.store.close()


async def killed_after(posts: int, world: World, provider: Provider, url: str, ahead: float) -> None:
    """Run what sends until the provider has had `posts` posts or holds every message, and kill it."""
    command = (sys.executable, "-m", "tests.adapters.notify.worker_process", str(world.path), url, str(ahead))
    child = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=DEVNULL, stderr=DEVNULL)
    try:
        async with asyncio.timeout(40):
            while len(provider.posts) < posts and len(provider.sent) < KILLED:  # noqa: ASYNC110
                assert child.returncode is None, "it ended by itself"
                await asyncio.sleep(0.002)
    finally:
        child.kill()
        await child.wait()
