"""The outbox: once per key, one holder at a time, taken again after a crash, forgotten in time."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from telemed.care.notify import delivery
from telemed.care.notify.delivery import KEEP, LEASE
from telemed.care.notify.records import DeliveryState, Fault, Medium, OutboxMessage, Outcome, TemplateRecord, Verdict
from telemed.care.notify.reports import REPORT_LIFE, DeliveryReport, Effect
from telemed.store import Store
from tests.unit.notify.builders import CLINIC, LINK, NOW, message

S = DeliveryState
SECOND = timedelta(seconds=1)
ACCEPTED = Outcome(Verdict.ACCEPTED)
PHONE = {"medium": Medium.SMS, "recipient": "+49301234567"}
KEY, OTHER_KEY = b"k" * 32, b"o" * 32


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


async def report(store: Store, word: str, reference: str = "", gateway_id: str = "", at=NOW) -> Effect:  # type: ignore[no-untyped-def]
    async with store.write() as tx:
        return await tx.outbox.report(DeliveryReport(reference, gateway_id, word), at)


async def sent_as(store: Store, number: int, gateway_id: str | None) -> None:
    await put(store, message(number, **PHONE))
    (taken,) = await take(store)
    await settle(store, delivery.settle(taken, Outcome(Verdict.ACCEPTED, gateway_id=gateway_id), NOW, 0.5))


async def test_a_report_before_the_note_wins(outbox: Store) -> None:
    await put(outbox, message(**PHONE))
    (taken,) = await take(outbox)
    assert await report(outbox, "delivered", "out_1", "gw-1") is Effect.NOTED
    assert await report(outbox, "failed", "out_1") is Effect.LATE
    assert await report(outbox, "delivered", "", "gw-1") is Effect.REPEATED, "the id that came along is kept"
    assert await report(outbox, "delivered", "out_none") is Effect.NO_MESSAGE
    assert not await settle(outbox, delivery.settle(taken, ACCEPTED, NOW, 0.5))
    assert (await get(outbox)).state is S.DELIVERED
    assert await take(outbox, NOW + 2 * LEASE) == []


async def test_a_report_finds_its_message_by_the_gateways_id(outbox: Store) -> None:
    for number, gateway_id in enumerate(("gw-1", "gw-2", "same", "same", None)):
        await sent_as(outbox, number, gateway_id)
    assert await report(outbox, "undelivered", "", "gw-2") is Effect.NOTED
    assert await report(outbox, "accepted", "", "gw-1") is Effect.ON_THE_WAY
    assert await report(outbox, "delivered", "out_none", "gw-1") is Effect.NOTED, "a reference of nobody's does not hide the id"
    assert await report(outbox, "delivered", "", "same") is Effect.NO_MESSAGE, "of two at once"
    assert await report(outbox, "delivered", "", "") is Effect.NO_MESSAGE
    assert await report(outbox, "unknown", "out_4") is Effect.NOTED
    states = [(await get(outbox, number)).state for number in range(5)]
    assert states == [S.DELIVERED, S.FAILED, S.SENT, S.SENT, S.UNKNOWN]
    assert (await get(outbox, 1)).error is Fault.UNDELIVERABLE and (await get(outbox, 1)).finished_at == NOW
    late = NOW + REPORT_LIFE + SECOND
    assert await report(outbox, "delivered", "", "gw-2", late) is Effect.NO_MESSAGE
    assert await report(outbox, "delivered", "out_1", at=late) is Effect.NOTED, "our own id is found as long as the row lasts"


async def test_a_gateway_of_sms_says_nothing_about_mail(outbox: Store) -> None:
    await put(outbox, message())
    (taken,) = await take(outbox)
    await settle(outbox, delivery.settle(taken, Outcome(Verdict.ACCEPTED, gateway_id="gw-1"), NOW, 0.5))
    assert await report(outbox, "failed", "out_1", "gw-1") is Effect.NO_MESSAGE
    assert await report(outbox, "failed", "", "gw-1") is Effect.NO_MESSAGE
    assert (await get(outbox)).state is S.SENT


def everything_in(database: Path) -> bytes:
    """The database and its log."""
    return b"".join(path.read_bytes() for path in database.parent.iterdir() if path.name.startswith(database.name))


async def test_nothing_that_opens_anything_can_be_read_in_the_file(database: Path) -> None:
    values = {"actor_id": "usr_canary", "command_id": "canary-command"}
    store = await Store.open(database, KEY)
    try:
        async with store.write() as tx:
            await tx.organisations.create(CLINIC)
        unknown = replace(message(3), state=S.UNKNOWN, finished_at=NOW)
        queued = [message(1), message(2, details=values), unknown]
        assert await put(store, *queued) == queued
        (first, second) = await take(store)
        assert (first.details, second.details) == ({"link": LINK}, values)
        await settle(store, delivery.settle(first, Outcome(Verdict.RETRY, Fault.BUSY), NOW, 0.5))
        assert (await get(store, 1)).details == {"link": LINK}, "a retry has its values"
        async with store.read() as tx:
            assert len(await tx.outbox.about("lnk_1")) == 3
            assert all(set(row.details) == {"sealed"} for row in await tx.usage.messages("org_1", None, 10))
        await settle(store, delivery.settle(second, ACCEPTED, NOW, 0.5))
        assert (await get(store, 2)).details == {}
        raw = everything_in(database)
        assert all(word not in raw for word in (LINK.encode(), LINK[-12:].encode(), b"usr_canary", b"canary-command"))
    finally:
        await store.close()
    rows = sqlite3.connect(database).execute("SELECT id, details FROM outbox ORDER BY id").fetchall()
    assert [list(json.loads(details)) for _, details in rows] == [["sealed"], [], ["sealed"]]


async def test_another_key_or_another_row_opens_nothing(database: Path) -> None:
    store = await Store.open(database, KEY)
    async with store.write() as tx:
        await tx.organisations.create(CLINIC)
    await put(store, message(1), message(2))
    await store.close()
    with sqlite3.connect(database) as raw:
        raw.execute("UPDATE outbox SET details = (SELECT details FROM outbox WHERE id = 'out_1') WHERE id = 'out_2'")
    raw.close()
    for key, opened in ((KEY, [{"link": LINK}, {}]), (OTHER_KEY, [{}, {}]), (None, [{}, {}])):
        store = await Store.open(database, key)
        assert [(await get(store, number)).details for number in (1, 2)] == opened
        await store.close()
    with sqlite3.connect(database) as raw:
        for broken in ('{"sealed": "?"}', '{"sealed": ""}', '{"sealed": "é"}'):
            raw.execute("UPDATE outbox SET details = ?", (broken,))
            raw.commit()
            store = await Store.open(database, KEY)
            assert (await get(store, 1)).details == {}
            await store.close()
    raw.close()


async def test_values_outlast_a_start_with_the_wrong_key(database: Path) -> None:
    store = await Store.open(database, KEY)
    async with store.write() as tx:
        await tx.organisations.create(CLINIC)
    await put(store, message(1))
    await store.close()
    store = await Store.open(database, OTHER_KEY)
    (taken,) = await take(store)
    assert await settle(store, delivery.settle(taken, Outcome(Verdict.REFUSED, Fault.SEALED), NOW, 0.5))
    await store.close()
    store = await Store.open(database, KEY)
    kept = await get(store)
    await store.close()
    assert (kept.state, kept.error, kept.details) == (S.FAILED, Fault.SEALED, {"link": LINK})


async def test_rows_of_an_earlier_version_are_read_and_then_sealed(outbox: Store, database: Path) -> None:
    unknown = replace(message(2), state=S.UNKNOWN, finished_at=NOW)
    await put(outbox, message(1), unknown, message(3))
    with sqlite3.connect(database) as raw:
        raw.execute("UPDATE outbox SET details = ? WHERE id != 'out_3'", (json.dumps({"link": LINK}),))
    raw.close()
    assert (await get(outbox, 1)).details == {"link": LINK}
    (taken, _) = await take(outbox)
    assert taken.details == {"link": LINK}
    async with outbox.write() as tx:
        assert await tx.outbox.wipe(NOW) == 0
    with sqlite3.connect(database) as raw:
        kept = [json.loads(details) for (details,) in raw.execute("SELECT details FROM outbox ORDER BY id")]
    raw.close()
    assert [list(values) for values in kept] == [["sealed"]] * 3
    assert [(await get(outbox, number)).details for number in (1, 2, 3)] == [{"link": LINK}] * 3


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
