"""The one writer: wherever a transaction is cancelled or fails, it is whole or nothing and the next one is served."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import aiosqlite
import pytest
from sqlalchemy import text

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.identity import SYSTEM
from telemed.care.repositories import Transaction
from telemed.errors import Conflict, Unavailable
from telemed.store import Store
from telemed.store import connection as connection_module
from telemed.store.writer import Writer
from tests.adapters.store.rows import CLINIC, NOW, a_message, fill

DEADLINE = 5.0  # seconds for what takes milliseconds


async def put(tx: Transaction, number: int) -> None:
    """An ack and its audit row."""
    await tx.acks.save("par_1", f"command-{number}", {"n": number}, NOW)
    await tx.audit.append(SYSTEM, AuditAction.CHAT_SENT, f"msg_{number}", AuditOutcome.DONE, NOW)


async def write(store: Store, number: int) -> None:
    async with store.write() as tx:
        await put(tx, number)


async def stored(store: Store) -> list[str]:
    """What the trail tells of; every ack must be there too."""
    async with store.read() as tx:
        rows = [row.object_id for row in await tx.audit.page()]
        for row in rows:
            assert await tx.acks.find("par_1", row.replace("msg_", "command-")) is not None
    assert (await store.verify_audit()).complete
    return rows


async def end_cancelled(task: asyncio.Task[None]) -> None:
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, DEADLINE)


async def begun(store: Store) -> None:
    """Wait until somebody has the turn."""
    async with asyncio.timeout(DEADLINE):
        while not store._turn.locked():  # noqa: ASYNC110 - the lock offers no event
            await asyncio.sleep(0)


class Gate:
    """Stops a step until it is opened, and tells when somebody stands before it."""

    def __init__(self) -> None:
        self.reached, self.opened = asyncio.Event(), asyncio.Event()

    async def passed(self) -> None:
        self.reached.set()
        await self.opened.wait()


@asynccontextmanager
async def locked_by_another(store: Store) -> AsyncIterator[None]:
    """Hold the database as a program beside ours could."""
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.rollback()
        other.close()


async def test_cancelled_while_the_lock_is_waited_for(store: Store) -> None:
    async with locked_by_another(store):
        task = asyncio.create_task(write(store, 1))
        await begun(store)
        turns = 0
        while turns < 200:  # the loop goes on while the driver's thread waits
            await asyncio.sleep(0)
            turns += 1
        task.cancel()
        await asyncio.sleep(0)
        assert not task.done(), "BEGIN cannot be called back"
    await end_cancelled(task)
    await write(store, 2)
    assert await stored(store) == ["msg_2"]


async def test_a_lock_that_is_never_given_back_is_told(store: Store) -> None:
    async with store._writer.transaction() as sql:
        await sql.change(text("PRAGMA busy_timeout=50"))
    async with locked_by_another(store):
        with pytest.raises(Unavailable):
            await write(store, 1)
    await write(store, 2)
    assert await stored(store) == ["msg_2"]


async def test_cancelled_between_two_statements(store: Store) -> None:
    gate = Gate()

    async def half() -> None:
        async with store.write() as tx:
            await put(tx, 1)
            await gate.passed()
            await put(tx, 2)

    task = asyncio.create_task(half())
    await gate.reached.wait()
    task.cancel()
    await end_cancelled(task)
    await write(store, 3)
    assert await stored(store) == ["msg_3"]


async def test_cancelled_while_it_is_committed(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    gate, commit = Gate(), Writer._commit

    async def slow(writer: Writer) -> None:
        await gate.passed()
        await commit(writer)

    monkeypatch.setattr(Writer, "_commit", slow)
    task = asyncio.create_task(write(store, 1))
    await gate.reached.wait()
    for _ in range(3):
        task.cancel()
        await asyncio.sleep(0)
    following = asyncio.create_task(write(store, 2))
    gate.opened.set()
    await end_cancelled(task)
    await following
    assert await stored(store) == ["msg_1", "msg_2"], "what is being committed is not undone"


async def test_cancelled_during_a_change_in_bulk(store: Store) -> None:
    for number in range(20):
        await write(store, number)

    async def prune() -> None:
        async with store.write() as tx:
            await tx.acks.prune(NOW + timedelta(days=1))

    task = asyncio.create_task(prune())
    await begun(store)
    task.cancel()
    await end_cancelled(task)
    assert len(await stored(store)) == 20
    await prune()
    async with store.read() as tx:
        assert await tx.acks.find("par_1", "command-1") is None


async def test_a_refused_row_undoes_the_whole(store: Store) -> None:
    await fill(store)
    with pytest.raises(Conflict):
        async with store.write() as tx:
            await put(tx, 1)
            await tx.organisations.create(CLINIC)
    await write(store, 2)
    assert await stored(store) == ["msg_2"]


async def test_a_full_disk_is_told_and_survived(store: Store) -> None:
    await fill(store)
    async with store._writer.transaction() as sql:
        row = await sql.row(text("PRAGMA page_count"))
        assert row is not None
        await sql.rows(text(f"PRAGMA max_page_count={row['page_count']}"))
    with pytest.raises(Unavailable):
        async with store.write() as tx:
            await put(tx, 1)
            for number in range(2000):
                await tx.messages.append(a_message(number))
    async with store._writer.transaction() as sql:
        await sql.rows(text("PRAGMA max_page_count=1000000"))
    await write(store, 2)
    assert await stored(store) == ["msg_2"]


async def test_a_failed_commit_is_rolled_back(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(_: Writer) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    with monkeypatch.context() as patched:
        patched.setattr(Writer, "_commit", fail)
        with pytest.raises(Unavailable):
            await write(store, 1)
    await write(store, 2)
    assert await stored(store) == ["msg_2"]


async def test_after_a_failed_roll_back_another_connection_is_opened(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(_: aiosqlite.Connection) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    with monkeypatch.context() as patched:
        patched.setattr(aiosqlite.Connection, "rollback", fail)
        with pytest.raises(Unavailable):
            async with store.write() as tx:
                await put(tx, 1)
                raise RuntimeError("mid-way")
    await write(store, 2)
    assert await stored(store) == ["msg_2"]
    async with store._writer.transaction() as sql:
        row = await sql.row(text("PRAGMA synchronous"))
        assert row is not None and row["synchronous"] == 2, "opened like the first"


async def test_a_connection_that_cannot_be_opened_is_tried_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    await store._writer.close()
    with monkeypatch.context() as patched:
        patched.setattr(sqlite3, "Connection", _Refusing)
        with pytest.raises(Unavailable):
            await write(store, 1)
    await write(store, 2)
    assert await stored(store) == ["msg_2"]


class _Refusing(sqlite3.Connection):
    """Opens, and fails at the first setting."""

    def cursor(self, *_arguments: object, **_options: object) -> Any:
        raise sqlite3.OperationalError("disk I/O error")


async def test_a_transaction_that_has_ended_takes_no_statements(store: Store) -> None:
    async with store.write() as tx:
        await put(tx, 1)
    with pytest.raises(RuntimeError, match="ended"):
        await put(tx, 2)
    async with store.write():
        with pytest.raises(RuntimeError, match="ended"):
            await put(tx, 3)
    assert await stored(store) == ["msg_1"]


async def test_nothing_runs_beside_a_change_in_bulk(store: Store) -> None:
    async with store.write() as tx:
        await put(tx, 1)
        pruning = asyncio.ensure_future(tx.acks.prune(NOW - timedelta(days=1)))
        await asyncio.sleep(0)
        with pytest.raises(RuntimeError, match="bulk"):
            await put(tx, 2)
        assert await pruning == 0
        await put(tx, 3)
    assert await stored(store) == ["msg_1", "msg_3"]


async def test_a_change_in_bulk_left_running_is_waited_for(store: Store) -> None:
    async with store.write() as tx:
        await put(tx, 1)
        pruning = asyncio.ensure_future(tx.acks.prune(NOW - timedelta(days=1)))
        await asyncio.sleep(0)
    assert pruning.done()
    with pytest.raises(RuntimeError, match="ended"):
        await put(tx, 2)
    assert await stored(store) == ["msg_1"]


async def test_a_long_transaction_lets_others_run(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_module, "LONGEST_RUN_SECONDS", 0.0)
    turns, running = 0, True

    async def count() -> None:
        nonlocal turns
        while running:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    async with store.write() as tx:
        begun = turns
        for number in range(20):
            await tx.acks.find("par_1", f"command-{number}")
        assert turns - begun >= 20
    running = False
    await counting


async def test_writers_that_come_and_go_at_once(store: Store) -> None:
    async def one(number: int) -> None:
        async with store.write() as tx:
            await put(tx, number)
            if number % 5 == 0:
                raise RuntimeError("mid-way")

    tasks = [asyncio.create_task(one(number)) for number in range(60)]
    await asyncio.wait(tasks[:10])
    for task in tasks[13::3]:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    kept = [f"msg_{number}" for number, result in enumerate(results) if result is None]
    assert len(kept) >= 20
    assert set(kept) <= set(await stored(store))
    await write(store, 100)


async def test_close_waits_for_the_transaction_that_runs(store: Store) -> None:
    gate = Gate()

    async def slow() -> None:
        async with store.write() as tx:
            await put(tx, 1)
            await gate.passed()
            await put(tx, 2)

    task = asyncio.create_task(slow())
    await gate.reached.wait()
    impatient = asyncio.create_task(store.close())
    await asyncio.sleep(0)
    impatient.cancel()
    await end_cancelled(impatient)
    closing = asyncio.create_task(store.close())
    await asyncio.sleep(0)
    assert not closing.done()
    with pytest.raises(Unavailable):
        await write(store, 3)
    gate.opened.set()
    await asyncio.wait_for(asyncio.gather(closing, task), DEADLINE)
    again = await Store.open(store.path)
    assert await stored(again) == ["msg_1", "msg_2"]
    await again.close()


async def test_closing_leaves_no_thread(store: Store) -> None:
    before = set(threading.enumerate())
    again = await Store.open(store.path.with_name("second.db"))
    await write(again, 1)
    await stored(again)
    await again.close()
    left = [thread for thread in set(threading.enumerate()) - before if not thread.name.startswith("asyncio_")]
    for thread in left:
        await asyncio.to_thread(thread.join, DEADLINE)
    assert not [thread for thread in left if thread.is_alive()]
