"""The trail: written at once by many, changed by nobody, and a changed one is named."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.identity import SYSTEM, ActorRef
from telemed.store import Store
from tests.adapters.store.rows import NOW

ROWS = 12


async def append(store: Store, number: int) -> None:
    async with store.write() as tx:
        await tx.audit.append(ActorRef(f"usr_{number}", "clinician"), AuditAction.SESSION_READ, "ses_1", AuditOutcome.DONE, NOW)


async def test_fifty_tasks_at_once(store: Store) -> None:
    await asyncio.gather(*(append(store, number) for number in range(50)))
    verdict = await store.verify_audit()
    assert (verdict.complete, verdict.rows) == (True, 50)
    async with store.read() as tx:
        rows = await tx.audit.page()
        assert [row.sequence for row in rows] == list(range(1, 51))
        assert {row.actor for row in rows} == {f"usr_{number}" for number in range(50)}
        assert [row.sequence for row in await tx.audit.page(after=48)] == [49, 50]


async def test_the_newest_of_some_acts_about_some_objects_in_order(store: Store) -> None:
    silence = (AuditAction.INCIDENT_SILENCED, AuditAction.INCIDENT_UNSILENCED)
    async with store.write() as tx:
        for number, action in enumerate((*silence, AuditAction.SESSION_READ) * 2):
            await tx.audit.append(SYSTEM, action, f"par_{number % 2}", AuditOutcome.DONE, NOW)
    async with store.read() as tx:
        assert [row.sequence for row in await tx.audit.about(["par_0", "par_1"], silence, 3)] == [2, 4, 5]
        assert [row.sequence for row in await tx.audit.about(["par_1"], silence, 9)] == [2, 4]
        assert await tx.audit.about([], silence, 9) == []


async def test_rows_take_no_free_text(store: Store) -> None:
    with pytest.raises(ValueError, match="ids and words"):
        async with store.write() as tx:
            await tx.audit.append(ActorRef("Jane Doe", "clinician"), AuditAction.SESSION_READ, "ses_1", AuditOutcome.DONE, NOW)
    with pytest.raises(ValueError, match="not a valid AuditAction"):
        async with store.write() as tx:
            await tx.audit.append(SYSTEM, "cough", "ses_1", AuditOutcome.DONE, NOW)  # type: ignore[arg-type]
    assert (await store.verify_audit()).rows == 0


@pytest.mark.parametrize("sql", ["UPDATE audit SET actor = 'usr_x' WHERE sequence = 1", "DELETE FROM audit"])
async def test_triggers_refuse_changes(store: Store, sql: str) -> None:
    await append(store, 1)
    with pytest.raises(IntegrityError, match="append-only"):
        async with store._writer.transaction() as connection:
            await connection.change(text(sql))
    assert (await store.verify_audit()).rows == 1


async def test_a_row_undone_with_its_transaction_leaves_no_gap(store: Store) -> None:
    await append(store, 1)
    with pytest.raises(RuntimeError):
        async with store.write() as tx:
            await tx.audit.append(SYSTEM, AuditAction.CHAT_SENT, "msg_1", AuditOutcome.DONE, NOW)
            raise RuntimeError
    await append(store, 2)
    assert (await store.verify_audit()).rows == 2


TAMPERINGS = [
    ("edited", "UPDATE audit SET object_id = 'ses_2' WHERE sequence = 5", 5, "edited"),
    ("time edited", "UPDATE audit SET at = '2026-11-22T09:31:00.000000Z' WHERE sequence = 7", 7, "edited"),
    ("deleted", "DELETE FROM audit WHERE sequence = 5", 5, "missing"),
    ("first deleted", "DELETE FROM audit WHERE sequence = 1", 1, "missing"),
    ("end cut off", "DELETE FROM audit WHERE sequence > 9", 10, "missing"),
    ("all deleted", "DELETE FROM audit", 1, "missing"),
    ("deleted and renumbered", "DELETE FROM audit WHERE sequence = 5; "
     "UPDATE audit SET sequence = sequence - 1 WHERE sequence > 5", 5, "edited"),
    ("exchanged", "UPDATE audit SET sequence = 100 WHERE sequence = 3; UPDATE audit SET sequence = 3 WHERE sequence = 4; "
     "UPDATE audit SET sequence = 4 WHERE sequence = 100", 3, "edited"),
    ("head moved back", "UPDATE audit_head SET sequence = 10", 13, "edited"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "script", "fault_at", "fault"), TAMPERINGS, ids=[case[0] for case in TAMPERINGS])
async def test_a_changed_trail_is_named(database: Path, what: str, script: str, fault_at: int, fault: str) -> None:
    store = await Store.open(database)
    for number in range(ROWS):
        await append(store, number)
    assert (await store.verify_audit()).complete
    await store.close()
    with closing(sqlite3.connect(database)) as intruder:
        intruder.executescript(f"DROP TRIGGER audit_no_UPDATE; DROP TRIGGER audit_no_DELETE; {script};")
    store = await Store.open(database)
    verdict = await store.verify_audit()
    await store.close()
    assert (verdict.complete, verdict.fault_at, verdict.fault) == (False, fault_at, fault)
