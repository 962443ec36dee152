"""The clinic's policies and sites, and the history of every setting."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import func, select, tuple_

from telemed.care.clinic.records import PolicyRecord, SettingChange, SiteRecord
from telemed.store import schema
from telemed.store import schema_operation as operation
from telemed.store import schema_people as people
from telemed.store.connection import SqlConnection
from telemed.store.record_table import RecordTable

MAX_POLICIES = 100  # of one clinic; there are a dozen names
MAX_SITES = 1000  # of one clinic


class PolicyRows:
    """Fulfils `care.clinic.repositories.Policies`."""

    def __init__(self, sql: SqlConnection) -> None:
        self._rows = RecordTable(sql, operation.policy, PolicyRecord)

    async def get(self, organisation_id: str, name: str) -> PolicyRecord | None:
        """Look up one."""
        return await self._rows.by(organisation_id=organisation_id, name=name)

    async def values(self, organisation_id: str) -> dict[str, Any]:
        """Return name -> value of all that are set."""
        statement = self._rows.select(self._rows.c.organisation_id == organisation_id).limit(MAX_POLICIES)
        return {policy.name: policy.value for policy in await self._rows.all(statement)}

    async def put(self, policy: PolicyRecord) -> None:
        """Add or replace it."""
        values = {name: getattr(policy, name) for name in ("value", "revision", "updated_at", "updated_by")}
        c = self._rows.c
        if not await self._rows.set(values, c.organisation_id == policy.organisation_id, c.name == policy.name):
            await self._rows.insert(policy)

    async def remove(self, organisation_id: str, name: str) -> None:
        """Delete it."""
        await self._rows.delete(self._rows.c.organisation_id == organisation_id, self._rows.c.name == name)


class SettingChangeRows:
    """Fulfils `care.clinic.repositories.SettingChanges`."""

    def __init__(self, sql: SqlConnection) -> None:
        self._sql = sql
        self._rows = RecordTable(sql, operation.setting_change, SettingChange)

    async def get(self, change_id: str) -> SettingChange | None:
        """Look up by id."""
        return await self._rows.by(id=change_id)

    async def create(self, change: SettingChange) -> None:
        """Add it."""
        await self._rows.insert(change)

    async def page(self, organisation_id: str, after: str | None, limit: int) -> list[SettingChange]:
        """Return changes, newest first, those older than the change `after`."""
        c = self._rows.c
        where = [c.organisation_id == organisation_id]
        mark = await self.get(after) if after is not None else None
        if after is not None and mark is None:
            return []
        if mark is not None:
            where.append(tuple_(c.at, c.id) < (mark.at, mark.id))
        return await self._rows.all(self._rows.select(*where).order_by(c.at.desc(), c.id.desc()).limit(limit))

    async def changed_after(self, change: SettingChange, subjects: Collection[str]) -> set[str]:
        """Return those of these settings that were changed after `change`."""
        c = self._rows.c
        later = tuple_(c.at, c.id) > (change.at, change.id)
        where = (c.organisation_id == change.organisation_id, later, c.subject.in_(list(subjects)))
        return {row["subject"] for row in await self._sql.rows(select(c.subject).where(*where).distinct())}

    async def latest(self, organisation_id: str, subject: str) -> SettingChange | None:
        """Return the last change of one setting."""
        c = self._rows.c
        statement = self._rows.select(c.organisation_id == organisation_id, c.subject == subject)
        return await self._rows.first(statement.order_by(c.at.desc(), c.id.desc()).limit(1))


class SiteRows:
    """Fulfils `care.clinic.repositories.Sites`."""

    def __init__(self, sql: SqlConnection) -> None:
        self._sql = sql
        self._rows = RecordTable(sql, people.site, SiteRecord)

    async def get(self, site_id: str) -> SiteRecord | None:
        """Look up by id; closed ones too."""
        return await self._rows.by(id=site_id)

    async def create(self, site: SiteRecord) -> None:
        """Add it."""
        await self._rows.insert(site)

    async def save(self, site: SiteRecord) -> None:
        """Write it back."""
        await self._rows.save(site)

    async def of_organisation(self, organisation_id: str) -> list[SiteRecord]:
        """Return open ones first, by name."""
        c = self._rows.c
        statement = self._rows.select(c.organisation_id == organisation_id)
        return await self._rows.all(statement.order_by(c.closed_at.is_not(None), c.name, c.id).limit(MAX_SITES))

    async def staff_counts(self, organisation_id: str) -> dict[str, int]:
        """Return site id -> active accounts that work there alone."""
        c = schema.user.c
        where = (c.organisation_id == organisation_id, c.is_active.is_(True), c.site_id.is_not(None))
        statement = select(c.site_id, func.count().label("people")).where(*where).group_by(c.site_id)
        return {row["site_id"]: row["people"] for row in await self._sql.rows(statement)}
