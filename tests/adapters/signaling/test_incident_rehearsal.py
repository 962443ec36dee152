"""The emergency that is played through at the start leaves nothing behind, and the database as it was."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest

from telemed.care.records import OrganisationRecord
from telemed.signaling import incident_rehearsal
from telemed.store import Store
from tests.adapters.notify.sms_provider import Provider, provider_server
from tests.adapters.signaling.incident_gateways import NUMBER, gateway
from tests.adapters.signaling.incidents import an_emergency
from tests.adapters.signaling.world import World, make_signaling, until


def whole(world: World) -> dict[str, list[Any]]:
    """Every row of every table."""
    with closing(sqlite3.connect(world.path)) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: database.execute(f'SELECT * FROM "{name}"').fetchall() for name in tables}  # noqa: S608


async def test_a_rehearsal_changes_and_sends_nothing(world: World) -> None:
    provider = Provider()
    async with provider_server(provider) as url, gateway(world, url) as notify:
        board = await world.today(world.staff["dispatcher"])
        before, told = whole(world), len(board.heard)
        await world.signaling.rehearse()
        assert whole(world) == before and len(board.heard) == told
        assert "incidents.not_rehearsed" not in world.signaling.counters.snapshot()
        await an_emergency(world, phone=NUMBER)
        await until(lambda: provider.posts, "the real one goes out")
        assert notify.figures().keys() <= {"under_way", "sent"} and len(provider.posts) == 1
        async with world.store.read() as tx:
            assert (await tx.audit.last()) is not None
        assert (await world.store.verify_audit()).fault_at is None


async def test_a_fault_of_ours_ends_the_rehearsal_and_not_the_start(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ValueError("no plan of numbers")

    monkeypatch.setattr(incident_rehearsal, "texted", broken)
    await world.signaling.rehearse()
    assert world.signaling.counters.snapshot()["incidents.not_rehearsed"] == 1


async def test_nobody_rehearses_where_nobody_works_yet(world: World, tmp_path: Any) -> None:
    store = await Store.open(tmp_path / "empty.db")
    async with store.write() as tx:
        await tx.organisations.create(OrganisationRecord("org_1", "Clinic", "+49 30 1", "112", False, world.clock.utcnow()))
    signaling = make_signaling(store, [], world.clock)
    await signaling.rehearse()
    assert "incidents.not_rehearsed" not in signaling.counters.snapshot()
    await store.close()
