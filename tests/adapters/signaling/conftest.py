"""The world of these tests: made anew for each; at its end every client must hold the state the server would show it."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from telemed.care import views
from telemed.care.identity import Staff
from tests.adapters.signaling.world import Client, World, make_template, make_world, until

MakeWorld = Callable[[int], Awaitable[World]]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Staff]]:
    """A database with a clinic and its people, made once."""
    path = tmp_path_factory.mktemp("clinic") / "telemed.db"
    return path, asyncio.run(make_template(path))


@pytest.fixture
def new_world(tmp_path: Path, template: tuple[Path, dict[str, Staff]]) -> MakeWorld:
    """Makes a world with so many media workers."""

    async def make(workers: int) -> World:
        path = tmp_path / f"telemed-{workers}.db"
        shutil.copyfile(template[0], path)
        return await make_world(path, template[1], workers)

    return make


@pytest.fixture
async def world(new_world: MakeWorld) -> AsyncIterator[World]:
    made = await new_world(1)
    try:
        yield made
        for client in made.clients:
            assert not client.faults, client.faults
            await until(lambda client=client: _in_step(made, client), "stream and snapshot say the same")
        verdict = await made.store.verify_audit()
        assert verdict.complete, verdict
    finally:
        for client in made.clients:
            await client.close()
        await made.halt()
        await made.store.close()


def _in_step(world: World, client: Client) -> bool:
    """Whether what a connected /call client made of its stream is what a snapshot would tell it now."""
    if not client.sio.connected or client.namespace != "/call" or not client.state or client.disconnected.is_set():
        return True
    visit = world.signaling.live.find(client.state["session"]["id"])
    if visit is None or not visit.is_connected(client.state["you"]["participant_id"]):
        return True
    viewer = visit.seats[client.state["you"]["participant_id"]]
    expected = visit.state_of(viewer.id)
    if not views.reads_chat(viewer):
        expected["chat"] = client.state["chat"]  # who is on hold keeps what it has read
    return _unordered(client.state) == _unordered(expected)


def _unordered(state: dict[str, Any]) -> dict[str, Any]:
    rows = {"participants": "id", "moves": "request_id", "chat": "id"}
    return {
        field: {row[rows[field]]: row for row in value} if field in rows else value for field, value in state.items()
    }
