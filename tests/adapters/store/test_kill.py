"""kill -9 while writing: what was acknowledged is there, what was not is there whole or not at all, and the trail verifies."""

from __future__ import annotations

import asyncio
import os
import random
import sys
from asyncio.subprocess import DEVNULL, PIPE
from pathlib import Path

import pytest

from telemed.store import Store
from tests.prove.figures import note

ROOT = Path(__file__).parents[3]
START_SECONDS = 90.0  # of the child on a very busy machine


async def write_until_killed(path: Path, first: int, chance: random.Random) -> list[int]:
    """Start the writer at command `first`, kill it at a random moment; the commands it acknowledged."""
    command = (sys.executable, "-m", "tests.adapters.store.writer_process", str(path), str(first))
    child = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=PIPE, stderr=DEVNULL)
    assert child.stdout is not None
    acknowledged: list[int] = []
    try:
        async with asyncio.timeout(START_SECONDS):
            for _ in range(chance.randrange(1, 60)):
                line = await child.stdout.readline()
                assert line, "the writer ended by itself"
                acknowledged.append(int(line))
        await asyncio.sleep(chance.random() * 0.01)  # so that the kill falls anywhere in a transaction
    finally:
        child.kill()
        rest = await child.stdout.read()
        await child.wait()
    return acknowledged + [int(line) for line in rest.split(b"\n")[:-1]]


async def check(path: Path, acknowledged: list[int]) -> int:
    """Hold the database against what was acknowledged; the number of the next command."""
    store = await Store.open(path)
    try:
        assert await store.integrity_check() == []
        verdict = await store.verify_audit()
        assert verdict.complete
        async with store.read() as tx:
            rows = [int(row.object_id.removeprefix("msg_")) for row in await tx.audit.page(limit=100_000)]
            assert rows == list(range(len(rows))), "each once, in order"
            assert set(acknowledged) <= set(rows)
            assert len(rows) <= len(acknowledged) + 1, "at most the last had no time to be acknowledged"
            for number in rows:
                assert await tx.acks.find("par_1", f"command-{number}") == {"n": number}
            assert await tx.acks.find("par_1", f"command-{len(rows)}") is None
        return len(rows)
    finally:
        await store.close()


async def kill_loop(path: Path, rounds: int, seed: int) -> int:
    """Kill and check `rounds` times on one database; the number of commands that lived."""
    chance, lived, following = random.Random(seed), [], 0
    for _ in range(rounds):
        lived += await write_until_killed(path, following, chance)
        following = await check(path, lived)
        lived = list(range(following))
    return following


async def test_five_kills(tmp_path: Path) -> None:
    assert await kill_loop(tmp_path / "telemed.db", rounds=5, seed=20261122) >= 5


@pytest.mark.prove
@pytest.mark.timeout(1800)
async def test_a_hundred_kills(tmp_path: Path) -> None:
    rounds = int(os.environ.get("TELEMED_KILLS", "100"))
    lived = await kill_loop(tmp_path / "telemed.db", rounds=rounds, seed=7)
    assert lived >= rounds
    note("kill -9 of a process that writes", f"{rounds} kills, {lived} acknowledged writes: all there; integrity and chain whole")
