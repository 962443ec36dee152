"""Looks after the audit trail: signs its head once a day (UTC), sends it off this machine, checks the trail in the background."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.audit_chain import Verdict
from telemed.care.audit_checkpoint import Checkpoint, CheckpointRecord, Statement, is_signed, key_id, sign, stamp
from telemed.care.audit_state import Delivery, JobRecord, TrailState, Way
from telemed.care.identity import SYSTEM
from telemed.clock import Clock
from telemed.errors import TelemedError
from telemed.ids import new_id
from telemed.operation.audit_scan import TrailScan, heads_of, kept_checkpoints
from telemed.operation.audit_ways import Result, WayOut
from telemed.store import Store
from telemed.store.transaction import StoreTransaction

LOOK_SECONDS = 60.0
LEASE = timedelta(minutes=5)  # longer than all ways' time-outs together
AGAIN = timedelta(minutes=10)  # after a failure
SOON = timedelta(minutes=1)  # while a mail is on its way
SCAN_EVERY = timedelta(days=1)  # the whole trail, from its first row
MOST_AT_ONCE = 40  # heads that wait for one way
PAGE_DAYS = 500
JOB = "audit_head"
FORGED = "forged head"  # a row of `audit_checkpoint` that names our key and is not signed by it
log = logging.getLogger(__name__)


class AuditKeeper:
    """Owns its task. `ways` are the configured ones; `directory` is the checkpoint directory, whose files are compared, too."""

    def __init__(
        self, store: Store, clock: Clock, key: Ed25519PrivateKey, ways: Mapping[Way, WayOut], directory: Path | None = None
    ) -> None:
        self._store = store
        self._clock = clock
        self._key = key
        self._public = key.public_key()
        self._ways = ways
        self._directory = directory
        self._task: asyncio.Task[None] | None = None
        self._scan: TrailScan | None = None
        self._scan_began = datetime.min.replace(tzinfo=UTC)
        self._forged: int | None = None
        self._verdict: Verdict | None = None
        self._checked_at: datetime | None = None

    def start(self) -> None:
        """Look now and every minute."""
        self._task = asyncio.get_running_loop().create_task(self._run(), name="audit-keeper")

    async def close(self) -> None:
        """Stop looking."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def look(self) -> None:
        """Sign when a new day has begun, deliver what waits, check what is new."""
        await self._sign()
        for way, out in self._ways.items():
            await self._deliver(way, out)
        await self._note_delivered()
        await self._check()

    async def state(self) -> TrailState:
        """What is known now."""
        async with self._store.read() as tx:
            newest = await tx.checkpoints.newest()
            jobs = {way: await tx.jobs.get(_job(way)) for way in self._ways}
        begun = newest[0].created_at if newest else self._clock.utcnow()
        verdict = self._verdict or Verdict(0, "")
        return TrailState(
            rows=verdict.rows,
            complete_up_to=verdict.last_at,
            checked_at=self._checked_at,
            fault_at=verdict.fault_at,
            fault=verdict.fault,
            checkpoint_day=newest[0].day if newest else "",
            checkpoint_sequence=newest[0].sequence if newest else 0,
            deliveries=tuple(_delivery(way, job, begun) for way, job in jobs.items()),
        )

    async def _run(self) -> None:
        while True:
            try:
                await self.look()
            except (TelemedError, OSError):
                log.exception("looking after the audit trail failed")
            await asyncio.sleep(LOOK_SECONDS)

    async def _sign(self) -> None:
        """At most one head a day: the day is unique, and job and head are written together."""
        now = self._clock.utcnow()
        day = now.astimezone(UTC).date()
        async with self._store.write() as tx:
            job = await tx.jobs.take(JOB, now, LEASE)
            if job is None:
                return
            if await tx.checkpoints.of_day(day.isoformat()) is None:
                await self._add(tx, day.isoformat(), now)
            midnight = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
            await tx.jobs.put(replace(job, due_at=midnight, lease_until=None, finished_at=now, outcome=Result.DONE.value))

    async def _add(self, tx: StoreTransaction, day: str, now: datetime) -> None:
        """The head of this moment; the row that says so comes after it."""
        first, last = await tx.audit.page(limit=1), await tx.audit.last()
        if last is None:
            return
        head = Statement(day, first[0].hash, last.sequence, last.hash, last.at, key_id(self._public), stamp(now))
        signed = sign(head, self._key)
        record = CheckpointRecord(
            new_id("chk"), day, head.origin, head.sequence, head.hash, head.row_at, signed.signature, head.key_id, now
        )
        await tx.checkpoints.add(record)
        await tx.audit.append(SYSTEM, AuditAction.AUDIT_HEAD_SIGNED, record.id, AuditOutcome.DONE, now)

    async def _deliver(self, way: Way, out: WayOut) -> None:
        """Hand over what waits for this way, oldest first; stop at the first that does not go."""
        now = self._clock.utcnow()
        async with self._store.write() as tx:
            job = await tx.jobs.get(_job(way))
            records = _waiting(job, await tx.checkpoints.newest(MOST_AT_ONCE))
            job = await tx.jobs.take(_job(way), now, LEASE) if records else None
        if job is None:
            return
        for record in records:
            result = await out.deliver(record, now)
            done = result is Result.DONE
            job = replace(job, finished_at=record.created_at if done else job.finished_at, outcome=result.value)
            if not done:
                log.log(logging.INFO if result is Result.WAITING else logging.WARNING, "audit head %s way=%s", result, way)
                break
        due = now + {Result.DONE.value: timedelta(0), Result.WAITING.value: SOON}.get(job.outcome, AGAIN)
        async with self._store.write() as tx:
            await tx.jobs.put(replace(job, due_at=due, lease_until=None))

    async def _note_delivered(self) -> None:
        """Mark the heads that every way has taken."""
        if not self._ways:
            return
        now = self._clock.utcnow()
        async with self._store.read() as tx:
            jobs = [await tx.jobs.get(_job(way)) for way in self._ways]
            open_ones = [record for record in await tx.checkpoints.newest(MOST_AT_ONCE) if record.delivered_at is None]
        taken = [job.finished_at for job in jobs if job is not None and job.finished_at is not None]
        if len(taken) < len(jobs):
            return
        done = [record for record in open_ones if record.created_at <= min(taken)]
        if done:
            async with self._store.write() as tx:
                for record in done:
                    await tx.checkpoints.save(replace(record, delivered_at=now))

    async def _check(self) -> None:
        now = self._clock.utcnow()
        if self._scan is None or now - self._scan_began >= SCAN_EVERY:
            signed, forged = await self._own_checkpoints()
            self._scan, self._scan_began = TrailScan(self._store, heads_of(signed, self._public)), now
            self._forged = forged
        verdict = await self._scan.run()
        if verdict.complete and self._forged is not None:
            verdict = replace(verdict, fault_at=self._forged, fault=FORGED)
        if not verdict.complete and (self._verdict is None or self._verdict.complete):
            log.error("the audit trail is damaged row=%s fault=%s", verdict.fault_at, verdict.fault)
        self._verdict, self._checked_at = verdict, now

    async def _own_checkpoints(self) -> tuple[list[Checkpoint], int | None]:
        """Heads of the database and of the checkpoint directory; the row of one that was tampered with."""
        records: list[CheckpointRecord] = []
        while True:
            async with self._store.read() as tx:
                page = await tx.checkpoints.page(records[-1].day if records else "", PAGE_DAYS)
            records += page
            if len(page) < PAGE_DAYS:
                break
        found = [record.checkpoint for record in records]
        mine = key_id(self._public)
        forged = [one for one in found if one.statement.key_id == mine and not is_signed(one, self._public)]
        if self._directory is not None:
            found += await asyncio.to_thread(kept_checkpoints, self._directory)
        return found, forged[0].statement.sequence if forged else None


def _job(way: Way) -> str:
    return f"{JOB}_{way.value}"


def _waiting(job: JobRecord | None, newest: list[CheckpointRecord]) -> list[CheckpointRecord]:
    """Heads this way has not taken, oldest first. A new way gets the newest only: it speaks for all before."""
    if job is None or job.finished_at is None:
        return newest[:1]
    return [record for record in reversed(newest) if record.created_at > job.finished_at]


def _delivery(way: Way, job: JobRecord | None, begun: datetime) -> Delivery:
    delivered_at = job.finished_at if job is not None else None
    return Delivery(way, delivered_at, job.outcome if job is not None else "", delivered_at or begun)
