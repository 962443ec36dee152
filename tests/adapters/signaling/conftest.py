"""The world of these tests: made anew for each, checked for gaps when it ends."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.adapters.signaling.world import World, make_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = await make_world(tmp_path / "telemed.db")
    try:
        yield made
        faults = [fault for client in made.clients for fault in client.faults]
        assert not faults, faults
        verdict = await made.store.verify_audit()
        assert verdict.complete, verdict
    finally:
        for client in made.clients:
            await client.close()
        await made.halt()
        await made.store.close()
