"""Signed heads of the audit trail, and recurring jobs."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from telemed.care.audit_checkpoint import CheckpointRecord
from telemed.care.audit_state import JobRecord
from telemed.store import schema_operation as schema
from telemed.store.connection import SqlConnection
from telemed.store.record_table import RecordTable


class CheckpointRows:
    """Fulfils `care.audit_repositories.Checkpoints`."""

    def __init__(self, sql: SqlConnection) -> None:
        self._rows = RecordTable(sql, schema.audit_checkpoint, CheckpointRecord)

    async def of_day(self, day: str) -> CheckpointRecord | None:
        """Look up by day."""
        return await self._rows.by(day=day)

    async def newest(self, limit: int = 1) -> list[CheckpointRecord]:
        """Return the last ones, newest first."""
        return await self._rows.all(self._rows.select().order_by(self._rows.c.day.desc()).limit(limit))

    async def page(self, after_day: str, limit: int) -> list[CheckpointRecord]:
        """Return those of later days, in order."""
        c = self._rows.c
        return await self._rows.all(self._rows.select(c.day > after_day).order_by(c.day).limit(limit))

    async def add(self, record: CheckpointRecord) -> None:
        """Add it; a second one of a day raises IntegrityError, which the store reports as Conflict."""
        await self._rows.insert(record)

    async def save(self, record: CheckpointRecord) -> None:
        """Write it back."""
        await self._rows.save(record)


class JobRows:
    """Fulfils `care.audit_repositories.Jobs`."""

    def __init__(self, sql: SqlConnection) -> None:
        self._rows = RecordTable(sql, schema.job, JobRecord)

    async def get(self, name: str) -> JobRecord | None:
        """Look up by name."""
        return await self._rows.by(name=name)

    async def take(self, name: str, now: datetime, lease: timedelta) -> JobRecord | None:
        """Return the job with a lease, when it is due and nobody has it. Nothing else writes in this transaction."""
        job = await self.get(name) or JobRecord(name, now)
        if job.due_at > now or (job.lease_until is not None and job.lease_until > now):
            return None
        leased = replace(job, lease_until=now + lease)
        await self.put(leased)
        return leased

    async def put(self, job: JobRecord) -> None:
        """Add or replace."""
        values = {
            "due_at": job.due_at,
            "lease_until": job.lease_until,
            "finished_at": job.finished_at,
            "outcome": job.outcome,
        }
        if not await self._rows.set(values, self._rows.c.name == job.name):
            await self._rows.insert(job)

    async def remove(self, name: str) -> None:
        """Remove it, if it is there."""
        await self._rows.delete(self._rows.c.name == name)
