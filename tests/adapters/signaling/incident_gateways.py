"""Ways out for the links of incidents: a worker with one provider or two, and looking until the board tells what became."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from telemed.care.notify.compose import LinkMaker
from telemed.care.notify.ports import Gateway, Notifier
from telemed.care.notify.records import Medium
from telemed.notify import Notify, SmsGateway, SmsSettings, TwoRoutes, Worker, WorkerSettings
from telemed.signaling.settings import SignalingSettings
from tests.adapters.signaling.incidents import Emergency
from tests.adapters.signaling.world import SECRET, Client, Json, World, make_signaling

NUMBER = "030 1234567"


async def serve_with(world: World, notifier: Notifier) -> None:
    """Start control anew with a way out."""
    await world.halt()
    world.signaling = make_signaling(world.store, world.planes, world.clock, world.recordings, notifier)
    await world.serve()


@asynccontextmanager
async def gateway(world: World, url: str, second: str | None = None) -> AsyncIterator[Notify]:
    """A worker in this process, with gateways of a short patience, and control that knows of it."""
    first = _provider(world, url)
    gateways: dict[Medium, Gateway] = {Medium.SMS: TwoRoutes(first, _provider(world, second)) if second else first}
    settings = SignalingSettings("http://clinic.example", SECRET)
    links = LinkMaker(settings.base_url, settings.link_key)
    worker = Worker(world.store, world.clock, gateways, links, lambda: 0.0, WorkerSettings(poll_seconds=0.05))
    notify = Notify(world.store, world.clock, worker, gateways)
    notify.start()
    await serve_with(world, notify)
    try:
        yield notify
    finally:
        await notify.stop()


def _provider(world: World, url: str) -> SmsGateway:
    return SmsGateway(SmsSettings(url, connect_seconds=1.0, answer_seconds=2.0), world.clock.utcnow)


def delivery_of(board: Client, emergency: Emergency) -> Json:
    """What the board says of the first caller's message; {} before it knows the incident."""
    row = next((row for row in board.state["incidents"] if row["id"] == emergency.id), None)
    return {} if row is None else dict(row["delivery"])


def delivery(board: Client, emergency: Emergency) -> str:
    """Its state alone."""
    return str(delivery_of(board, emergency).get("state", ""))


async def told(world: World, board: Client, emergency: Emergency, wanted: str) -> None:
    """Look again until the board says so; the clock moves only where a test moves it."""

    async def looking() -> None:
        while delivery(board, emergency) != wanted:  # noqa: ASYNC110 - each look is a sweep, not a wait
            await world.sweep()
            await asyncio.sleep(0.02)

    async with asyncio.timeout(15):
        await looking()
