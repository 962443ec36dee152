"""One signed head a day, delivered by every configured way; warnings while that does not work."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from telemed.care.audit_checkpoint import from_bytes, is_signed
from telemed.care.audit_state import Warned, Way
from telemed.care.notify.records import DeliveryState
from telemed.operation.audit_key import key_path, read_key
from tests.adapters.audit.conftest import NOON, Trail


async def test_one_head_a_day_however_often_it_is_looked(trail: Trail) -> None:
    keeper = trail.keeper()
    await trail.write(3)
    for _ in range(3):
        await keeper.look()
    await trail.keeper().look()  # a restart on the same day
    trail.later(hours=12)
    await keeper.look()
    async with trail.store.read() as tx:
        records = await tx.checkpoints.newest(10)
    assert [record.day for record in records] == ["2026-11-23", "2026-11-22"]
    assert [record.sequence for record in records] == [5, 4]  # the clinic, three, and the head of the first day
    assert all(is_signed(record.checkpoint, read_key(trail.layout).public_key()) for record in records)
    assert (await trail.store.verify_audit([head for record in records for head in record.checkpoint.heads])).complete


async def test_the_key_is_private_and_stays(trail: Trail) -> None:
    trail.keeper()
    path = key_path(trail.layout)
    first = path.read_bytes()
    trail.keeper()
    assert path.read_bytes() == first
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


async def test_files_are_dropped_once_and_never_overwritten(trail: Trail, tmp_path: Path) -> None:
    drop = tmp_path / "drop"
    keeper = trail.keeper(checkpoint_directory=str(drop))
    await keeper.look()
    assert not drop.exists()  # a share that is not mounted is not made
    assert [d.outcome for d in (await keeper.state()).deliveries] == ["not_there"]
    drop.mkdir()
    trail.later(minutes=11)
    await keeper.look()
    (path,) = drop.iterdir()
    assert is_signed(from_bytes(path.read_bytes()), read_key(trail.layout).public_key())
    assert (path.name.endswith("-2026-11-22.json"), path.stat().st_mode & 0o777) == (True, 0o600)
    state = await keeper.state()
    assert (state.deliveries[0].delivered_at, state.warnings(trail.clock.now)) == (NOON, ())
    async with trail.store.read() as tx:
        assert (await tx.checkpoints.newest())[0].delivered_at == trail.clock.now
    trail.later(days=1)
    theirs = drop / path.name.replace("2026-11-22", "2026-11-23")
    theirs.write_text("another")
    await keeper.look()
    assert theirs.read_text() == "another"
    assert (await keeper.state()).deliveries[0].outcome == "differs"


async def test_days_that_could_not_be_delivered_follow(trail: Trail, tmp_path: Path) -> None:
    drop = tmp_path / "drop"
    drop.mkdir()
    keeper = trail.keeper(checkpoint_directory=str(drop))
    await keeper.look()
    drop.rename(tmp_path / "away")
    for _ in range(3):
        trail.later(days=1)
        await keeper.look()
    assert Warned.LATE in (await keeper.state()).warnings(trail.clock.now)
    (tmp_path / "away").rename(drop)
    trail.later(minutes=11)
    await keeper.look()
    assert len(list(drop.iterdir())) == 4
    assert (await keeper.state()).warnings(trail.clock.now) == ()


async def test_the_mail_goes_through_the_outbox_once(trail: Trail) -> None:
    keeper = trail.keeper(checkpoint_mail="audit@example.org")
    await keeper.look()
    await keeper.look()
    async with trail.store.write() as tx:
        (message,) = await tx.outbox.take(trail.clock.now, 10)
        assert (message.template, message.recipient) == ("audit_head", "audit@example.org")
        assert json.loads(message.details["checkpoint"])["day"] == message.details["day"] == "2026-11-22"
    trail.later(minutes=2)
    await keeper.look()
    state = (await keeper.state()).deliveries[0]
    assert (state.way, state.outcome, state.delivered_at) == (Way.MAIL, "waiting", None)
    async with trail.store.write() as tx:
        sent = replace(message, state=DeliveryState.SENT, lease_until=None, finished_at=trail.clock.now)
        await tx.outbox.settle(sent)
    trail.later(minutes=2)
    await keeper.look()
    assert (await keeper.state()).deliveries[0].outcome == "done"
    async with trail.store.read() as tx:
        assert len(await tx.outbox.about((await tx.checkpoints.newest())[0].id)) == 1


async def test_without_a_way_there_is_a_warning(trail: Trail) -> None:
    keeper = trail.keeper()
    await keeper.look()
    state = await keeper.state()
    assert state.warnings(trail.clock.now) == (Warned.NO_WAY,)
    assert (state.rows, state.checked_at, state.fault_at) == (2, NOON, None)


async def test_new_rows_are_checked_as_they_come(trail: Trail) -> None:
    keeper = trail.keeper()
    await keeper.look()
    await trail.write(250)
    trail.later(minutes=1)
    await keeper.look()
    state = await keeper.state()
    assert (state.rows, state.fault_at) == (252, None)
    assert state.complete_up_to.startswith("2026-11-22T12:00:00")


async def test_late_is_late_after_two_days(trail: Trail, tmp_path: Path) -> None:
    keeper = trail.keeper(checkpoint_directory=str(tmp_path / "nowhere"))
    await keeper.look()
    state = await keeper.state()
    assert state.warnings(NOON + timedelta(days=2)) == ()
    assert state.warnings(NOON + timedelta(days=2, seconds=1)) == (Warned.LATE,)
