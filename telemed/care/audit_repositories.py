"""What the rest of the server may ask of the store about the audit trail beyond adding to it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Protocol

from telemed.care.audit_checkpoint import CheckpointRecord
from telemed.care.audit_search import AuditQuery, PersonName
from telemed.care.audit_state import JobRecord
from telemed.care.records import AuditRow


class AuditSearch(Protocol):
    """Reading the trail."""

    async def find(self, query: AuditQuery, organisation_id: str) -> list[AuditRow]:
        """Rows of an organisation, newest first."""
        ...

    async def about_patient(self, patient_id: str, before: int | None, limit: int) -> list[AuditRow]:
        """Rows about a record, its visits and their seats and links, newest first."""
        ...

    async def people(self, ids: Collection[str], organisation_id: str) -> dict[str, PersonName]:
        """Those of the ids that are staff of the organisation, former staff included."""
        ...

    async def colleagues(self, organisation_id: str, limit: int) -> list[PersonName]:
        """Staff of the organisation by name, former staff included."""
        ...


class Checkpoints(Protocol):
    """Signed heads."""

    async def of_day(self, day: str) -> CheckpointRecord | None: ...
    async def newest(self, limit: int = 1) -> list[CheckpointRecord]: ...
    async def page(self, after_day: str, limit: int) -> list[CheckpointRecord]:
        """In order of days."""
        ...

    async def add(self, record: CheckpointRecord) -> None: ...
    async def save(self, record: CheckpointRecord) -> None: ...


class Jobs(Protocol):
    """Recurring jobs with leases."""

    async def get(self, name: str) -> JobRecord | None: ...
    async def take(self, name: str, now: datetime, lease: timedelta) -> JobRecord | None:
        """The job with a lease, when it is due and nobody has it; one that is new is due at once."""
        ...

    async def put(self, job: JobRecord) -> None:
        """Add or replace."""
        ...

    async def remove(self, name: str) -> None:
        """A job that comes once is done; one that is not there is fine."""
        ...


class AuditTransaction(Protocol):
    """The repositories of this file."""

    @property
    def audit_search(self) -> AuditSearch: ...
    @property
    def checkpoints(self) -> Checkpoints: ...
    @property
    def jobs(self) -> Jobs: ...
