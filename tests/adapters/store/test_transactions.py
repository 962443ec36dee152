"""One writer, in turn; what is cancelled or fails is undone whole and never blocks the next."""

from __future__ import annotations

import asyncio
import os
import random
import stat
from pathlib import Path

import pytest

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.identity import SYSTEM
from telemed.errors import ConfigError, Unavailable
from telemed.store import Store
from telemed.store import store as store_module
from telemed.store.lock import DatabaseInUse
from telemed.store.uncancelled import finished
from tests.adapters.store.rows import NOW, a_message, fill


async def write_pair(store: Store, number: int) -> None:
    """One command: an ack and an audit row, which belong together."""
    async with store.write() as tx:
        await tx.acks.save("par_1", f"command-{number}", {"n": number}, NOW)
        await tx.audit.append(SYSTEM, AuditAction.CHAT_SENT, f"msg_{number}", AuditOutcome.DONE, NOW)


async def written(store: Store, number: int) -> tuple[bool, bool]:
    """Whether the ack and the audit row of a command are there."""
    async with store.read() as tx:
        rows = await tx.audit.page(limit=1000)
        return await tx.acks.find("par_1", f"command-{number}") is not None, f"msg_{number}" in {row.object_id for row in rows}


async def ticks(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_a_cancelled_write_is_whole_or_nothing_and_frees_the_writer(store: Store) -> None:
    chance, kept = random.Random(20261122), 0
    for number in range(120):
        task = asyncio.create_task(write_pair(store, number))
        # Before it begins, somewhere inside (a transaction takes some milliseconds), or after it ended.
        await asyncio.wait([task], timeout=(0, chance.random() * 0.006, chance.random() * 0.02, 5)[number % 4])
        for _ in range(chance.randrange(1, 4)):  # more than once, also into the roll-back
            task.cancel()
            await ticks(chance.randrange(5))
        done = await asyncio.gather(task, return_exceptions=True)
        assert done == [None] or isinstance(done[0], asyncio.CancelledError)
        ack, audit = await written(store, number)
        assert ack == audit
        assert ack or done != [None]
        kept += ack
    async with asyncio.timeout(2):
        await write_pair(store, 1000)
    assert (await store.verify_audit()).rows == kept + 1
    assert 30 <= kept <= 90, "the cancellations fell on both sides of the commit"


async def test_a_task_cancelled_while_it_waits_for_its_turn_leaves_the_queue(store: Store) -> None:
    async with store.write():
        waiting = [asyncio.create_task(write_pair(store, number)) for number in range(3)]
        await ticks(3)
        waiting[0].cancel()
        waiting[2].cancel()
        await ticks(3)
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert [isinstance(result, asyncio.CancelledError) for result in results] == [True, False, True]
    assert await written(store, 1) == (True, True)


async def test_an_error_in_the_block_undoes_it(store: Store) -> None:
    await fill(store)
    with pytest.raises(RuntimeError, match="mid-way"):
        async with store.write() as tx:
            await tx.messages.append(a_message(1))
            raise RuntimeError("mid-way")
    async with store.read() as tx:
        assert await tx.messages.in_session("ses_1") == []


async def test_who_waits_too_long_is_told(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "WRITER_WAIT_SECONDS", 0.05)
    async with store.write():
        with pytest.raises(Unavailable):
            await write_pair(store, 1)
    await write_pair(store, 2)


async def test_many_writers_and_readers_at_once(store: Store) -> None:
    await fill(store)

    async def say(number: int) -> None:
        async with store.write() as tx:
            await tx.messages.append(a_message(number))

    async def look() -> int:
        async with store.read() as tx:
            return len(await tx.messages.in_session("ses_1"))

    seen = await asyncio.gather(*(say(number) if number % 2 else look() for number in range(80)))
    assert all(count is None or 0 <= count <= 40 for count in seen)
    async with store.read() as tx:
        assert [line.sequence for line in await tx.messages.in_session("ses_1")] == list(range(1, 41))


async def test_one_process_only(store: Store) -> None:
    with pytest.raises(DatabaseInUse) as caught:
        await Store.open(store.path)
    assert caught.value.code == "database_in_use"
    await store.close()
    again = await Store.open(store.path)
    await again.close()


async def test_after_closing_nothing_is_served(store: Store) -> None:
    running = asyncio.create_task(write_pair(store, 1))
    await ticks(5)
    await asyncio.gather(store.close(), store.close(), running)
    with pytest.raises(Unavailable):
        await write_pair(store, 2)
    with pytest.raises(Unavailable):
        async with store.read():
            pass
    again = await Store.open(store.path)
    assert await written(again, 1) == (True, True), "a write that had begun was finished first"
    await again.close()


async def test_files_are_private(tmp_path: Path) -> None:
    path = tmp_path / "telemed.db"
    path.touch(mode=0o644)
    os.umask(old := os.umask(0))
    try:
        store = await Store.open(path)
        await write_pair(store, 1)
        modes = {entry.name: stat.S_IMODE(entry.stat().st_mode) for entry in os.scandir(tmp_path)}
        await store.close()
    finally:
        os.umask(old)
    assert set(modes) == {"telemed.db", "telemed.db-wal", "telemed.db-shm", "telemed.db.lock"}
    assert set(modes.values()) == {0o600}


async def test_a_file_that_is_no_database_is_refused_and_unlocked(tmp_path: Path) -> None:
    path = tmp_path / "telemed.db"
    path.write_bytes(b"not a database " * 100)
    for _ in range(2):
        with pytest.raises(ConfigError) as caught:
            await Store.open(path)
        assert caught.value.code == "database_unreadable"
    assert path.read_bytes().startswith(b"not a database")


async def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        await Store.open(tmp_path / "absent" / "telemed.db")
    assert caught.value.code == "database_unreadable"


async def test_finished_ends_the_step_before_it_passes_the_cancellation_on() -> None:
    steps: list[str] = []

    async def step() -> str:
        await ticks(10)
        steps.append("done")
        return "value"

    async def failing() -> None:
        await ticks(3)
        raise RuntimeError("lost")

    assert await finished(step()) == "value"
    task = asyncio.create_task(finished(step()))
    await ticks(2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert steps == ["done", "done"]
    with pytest.raises(RuntimeError, match="lost"):
        await finished(failing())
    task = asyncio.create_task(finished(failing()))
    await ticks(2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
