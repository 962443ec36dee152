"""The outbox: once per key, one holder at a time, taken again after a crash, forgotten in time."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from telemed.care.notify import delivery
from telemed.care.notify.delivery import KEEP, LEASE
from telemed.care.notify.records import DeliveryState, Fault, Medium, OutboxMessage, Outcome, TemplateRecord, Verdict
from telemed.store import Store
from tests.unit.notify.builders import CLINIC, NOW, message

S = DeliveryState
SECOND = timedelta(seconds=1)
ACCEPTED = Outcome(Verdict.ACCEPTED)


@pytest.fixture
async def outbox(store: Store) -> Store:
    async with store.write() as tx:
        await tx.organisations.create(CLINIC)
    return store


async def put(store: Store, *messages: OutboxMessage) -> list[OutboxMessage]:
    async with store.write() as tx:
        return [await tx.outbox.put(entry) for entry in messages]


async def take(store: Store, now=NOW, limit: int = 10) -> list[OutboxMessage]:  # type: ignore[no-untyped-def]
    async with store.write() as tx:
        return await tx.outbox.take(now, limit)


async def get(store: Store, number: int = 1) -> OutboxMessage:
    async with store.read() as tx:
        found = await tx.outbox.get(f"out_{number}")
    assert found is not None
    return found


async def settle(store: Store, entry: OutboxMessage) -> bool:
    async with store.write() as tx:
        return await tx.outbox.settle(entry)


async def test_a_row_comes_back_as_it_was_put(outbox: Store) -> None:
    queued = message(details={"actor_id": "usr_1", "command_id": "cmd"})
    assert await put(outbox, queued) == [queued]
    assert await get(outbox) == queued


async def test_the_same_key_is_the_same_message(outbox: Store) -> None:
    first = message(1, dedupe_key="visit_link:x")
    second = message(2, dedupe_key="visit_link:x", recipient="other@example.org")
    assert await put(outbox, first, second) == [first, first]
    assert await put(outbox, second) == [first]
    async with outbox.read() as tx:
        assert await tx.outbox.about("lnk_1") == [first]
        assert await tx.outbox.counts() == {S.QUEUED: 1}


async def test_a_cause_that_is_rolled_back_sends_nothing(outbox: Store) -> None:
    with pytest.raises(ZeroDivisionError):
        async with outbox.write() as tx:
            await tx.outbox.put(message())
            raise ZeroDivisionError
    assert await take(outbox) == []


async def test_two_workers_never_hold_the_same_message(outbox: Store) -> None:
    await put(outbox, *(message(number) for number in range(40)))
    rounds = await asyncio.gather(*(take(outbox, limit=3) for _ in range(20)))
    held = [entry.id for taken in rounds for entry in taken]
    assert len(held) == len(set(held)) == 40
    assert await take(outbox, NOW + LEASE - SECOND) == []


async def test_a_crash_between_sending_and_noting_it_sends_again_with_the_same_key(outbox: Store, database: Path) -> None:
    await put(outbox, message())
    (taken,) = await take(outbox)
    await outbox.close()  # the process died here: nothing of the attempt was written
    reopened = await Store.open(database)
    try:
        assert await take(reopened, NOW + LEASE - SECOND) == []
        (again,) = await take(reopened, NOW + LEASE)
        assert (again.id, again.dedupe_key, again.attempts) == (taken.id, taken.dedupe_key, 2)
        assert not await settle(reopened, delivery.settle(taken, ACCEPTED, NOW, 0.5)), "the dead one's lease is over"
        assert (await get(reopened)).state is S.SENDING
        assert await settle(reopened, delivery.settle(again, ACCEPTED, NOW, 0.5))
        assert (await get(reopened)).state is S.SENT
        assert await take(reopened, NOW + 2 * LEASE) == []
    finally:
        await reopened.close()


async def test_what_is_due_in_sql_is_what_is_due_in_the_rules(outbox: Store) -> None:
    entries = []
    for number, state in enumerate(S):
        for step, offset in enumerate((-SECOND, timedelta(0), SECOND)):
            entry = message(10 * number + step)
            lease = NOW + offset if state is S.SENDING else None
            entries.append(replace(entry, state=state, due_at=NOW + offset, lease_until=lease))
    entries.append(replace(message(99), due_at=NOW + SECOND, expires_at=NOW))
    await put(outbox, *entries)
    due = {entry.id for entry in entries if delivery.is_due(entry, NOW)}
    async with outbox.read() as tx:
        assert await tx.outbox.has_due(NOW)
    taken = {entry.id for entry in await take(outbox, limit=100)}
    assert taken == due - {"out_99"} and len(due) == 5
    assert (await get(outbox, 99)).state is S.EXPIRED
    async with outbox.read() as tx:
        assert not await tx.outbox.has_due(NOW)


async def test_a_report_before_the_note_wins(outbox: Store) -> None:
    await put(outbox, message())
    (taken,) = await take(outbox)
    async with outbox.write() as tx:
        assert await tx.outbox.report("out_1", True, NOW)
        assert not await tx.outbox.report("out_1", False, NOW)
        assert not await tx.outbox.report("out_none", True, NOW)
    assert not await settle(outbox, delivery.settle(taken, ACCEPTED, NOW, 0.5))
    assert (await get(outbox)).state is S.DELIVERED


async def test_values_go_when_they_expire_and_recipients_after_a_week(outbox: Store) -> None:
    await put(outbox, message(1), message(2), message(3))
    sent, unknown, waiting = await take(outbox)
    await settle(outbox, delivery.settle(sent, ACCEPTED, NOW, 0.5))
    await settle(outbox, delivery.settle(unknown, Outcome(Verdict.UNSURE, Fault.NO_ANSWER), NOW, 0.5))

    async def wipe(at) -> int:  # type: ignore[no-untyped-def]
        async with outbox.write() as tx:
            return await tx.outbox.wipe(at)

    assert (await get(outbox, 1)).details == {} and (await get(outbox, 1)).recipient
    assert await wipe(NOW + SECOND) == 0
    assert (await get(outbox, 2)).details
    assert await wipe(unknown.expires_at) == 1
    assert (await get(outbox, 2)).details == {} and (await get(outbox, 2)).recipient
    assert await wipe(NOW + KEEP) == 2
    assert [(await get(outbox, n)).recipient for n in (1, 2)] == ["", ""]
    assert (await get(outbox, 3)).recipient == waiting.recipient, "not finished"
    assert await wipe(NOW + KEEP) == 0


async def test_own_wordings_are_kept_replaced_and_removed(outbox: Store) -> None:
    own = TemplateRecord("org_1", "visit_link", "de", Medium.SMS, "", "{link}", NOW)
    async with outbox.write() as tx:
        await tx.templates.put(own)
        await tx.templates.put(replace(own, body="Neu: {link}"))
    async with outbox.read() as tx:
        assert await tx.templates.all("org_1") == [replace(own, body="Neu: {link}")]
        assert await tx.templates.get("org_1", "visit_link", "de", Medium.MAIL) is None
    async with outbox.write() as tx:
        assert await tx.templates.remove("org_1", "visit_link", "de", Medium.SMS)
        assert not await tx.templates.remove("org_1", "visit_link", "de", Medium.SMS)
        assert await tx.templates.all("org_1") == []
