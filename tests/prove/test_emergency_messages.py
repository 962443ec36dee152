"""From a number typed to the provider's door, and what is left of it when provider and server are killed: nothing is lost.

The whole product, its providers as processes of their own. A message is lost when its incident was acknowledged to the dispatcher
and its link reached no provider, or when what became of it is not told.
"""

from __future__ import annotations

import asyncio
import contextlib
import pathlib
import random
import statistics
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest

from tests.adapters.notify.gateways import GatewayProcess, gateways
from tests.browser.prepared import start_prepared_server
from tests.browser.server import Server, stop_server
from tests.client.seat import Api, command_id, sign_in
from tests.media.restarts import insist_http, kill, pids, reborn
from tests.prove.figures import note

pytestmark = [pytest.mark.prove, pytest.mark.timeout(900)]

SENDS, KILLS = 20, 24
LIMIT = 1.0  # seconds from the request to the provider
LATEST = 0.3  # seconds after a request within which something dies
KNOWN = 30.0  # seconds until each message has reached a provider: 5 s, a look, the second route, a restart
BEHAVIOURS = ("take", "take", "fail", "garbage", "hang", "die")
TOLD = {"sent", "delivered", "not_confirmed", "failed"}


@dataclass
class Clinic:
    """The product, a dispatcher, two providers."""

    server: Server
    http: aiohttp.ClientSession
    staff: Api
    first: GatewayProcess
    second: GatewayProcess
    numbers: dict[str, str] = field(default_factory=dict)  # number -> id of its incident

    async def emergency(self) -> str:
        """Make an incident, insisting until it is acknowledged; returns the number its link goes to."""
        number = f"+4930555{len(self.numbers):05d}"
        body: dict[str, Any] = {"phone": number, "reason": "Fall", "kinds": ["location", "video"], "language": "de"}
        body |= {"script_version": "1", "caller_agreed": True, "command_id": command_id()}
        made = await insist_http(lambda: self.staff.post("/incidents", **body))
        self.numbers[number] = made["incident"]["id"]
        return number

    async def delivery(self, number: str) -> dict[str, Any]:
        """What the dispatcher is told of a message."""
        detail = await insist_http(lambda: self.staff.call("GET", f"/incidents/{self.numbers[number]}"))
        return dict(detail["incident"]["delivery"])

    async def close(self, number: str) -> None:
        """End it: the demo has room for so many visits at once."""
        body = {"event": "false_alarm", "command_id": command_id()}
        await insist_http(lambda: self.staff.post(f"/incidents/{self.numbers[number]}/state", **body))


@contextlib.asynccontextmanager
async def clinic(folder: pathlib.Path) -> AsyncIterator[Clinic]:
    async with gateways(folder, "first", "second") as (first, second), aiohttp.ClientSession() as http:
        program = ("-m", "tests.prove.demo_with_gateways", first.url, second.url)
        server = await start_prepared_server(folder, program=program)
        try:
            yield Clinic(server, http, await sign_in(server.base_url, http, server.account("dispatcher")), first, second)
        finally:
            await stop_server(server)


async def until_taken(number: str, *providers: GatewayProcess, seconds: float = KNOWN) -> dict[str, Any]:
    """The message for a number at whichever provider got it first."""
    async with asyncio.timeout(seconds):
        while True:
            found = [one for provider in providers for one in provider.taken() if one["to"] == number]
            if found:
                return min(found, key=lambda one: float(one["at"]))
            await asyncio.sleep(0.02)


async def test_from_a_number_typed_to_the_provider(tmp_path: pathlib.Path) -> None:
    async with clinic(tmp_path) as here:
        took, answered = [], []
        for _ in range(SENDS):
            began = time.time()
            number = await here.emergency()
            answered.append(time.time() - began)
            message = await until_taken(number, here.first)
            took.append(float(message["at"]) - began)
            await here.close(number)
            await asyncio.sleep(random.uniform(0.0, 1.0))  # at any moment of the looks of the outbox
        assert here.second.taken() == []
        assert max(took) <= LIMIT, [f"{one:.2f}" for one in took]
        median, worst = statistics.median(took), max(took)
        first, answer = took[0], statistics.median(answered)
        told = f"median {median:.2f} s, worst {worst:.2f} s, the first after the start {first:.2f} s; answer {answer:.2f} s"
        note(f"number typed -> message at the gateway, {SENDS} times, whole server, HTTP", told)


async def test_kills_and_faults_of_provider_and_server_lose_no_message(tmp_path: pathlib.Path) -> None:
    rng, died = random.Random(6), Counter[str]()
    async with clinic(tmp_path) as here:
        for turn in range(KILLS):
            here.first.behave(rng.choice(BEHAVIOURS))
            victim = ("control", "gateway")[turn % 2]
            former = pids(here.server)["control"]
            killer = asyncio.create_task(_kill_later(here, victim, rng.uniform(0.0, LATEST)))
            number = await here.emergency()
            await killer
            died[victim] += 1
            if victim == "control":
                await reborn(here.server, "control", former)
            await until_taken(number, here.first, here.second)
            states = await _told(here, number)
            died[f"told {states}"] += 1
            await here.first.start()
            await here.close(number)
        second = Counter(one["to"] for one in here.second.taken())
        assert all(len({one["key"] for one in here.second.taken() if one["to"] == to}) == 1 for to in second), "by itself once"
        words = ", ".join(f"{name} {count}" for name, count in sorted(died.items()))
        note(
            f"kill -9 of control and gateway, 500, garbage and silence of the gateway, {KILLS} emergencies",
            f"0 of {len(here.numbers)} links lost, {len(second)} over the second route, each once; {words}",
        )


async def _kill_later(here: Clinic, victim: str, seconds: float) -> None:
    await asyncio.sleep(seconds)
    if victim == "control":
        kill(here.server, "control")
    else:
        await here.first.kill()


async def _told(here: Clinic, number: str) -> str:
    """What became of it, as soon as that is told."""
    async with asyncio.timeout(KNOWN):
        while (told := await here.delivery(number))["state"] not in TOLD:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    return str(told["state"])
