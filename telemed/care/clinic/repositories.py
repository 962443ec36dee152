"""What may be asked of the store about a clinic's settings, inside one transaction (see `care.repositories`)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Protocol

from telemed.care.clinic.records import DayUsage, PolicyRecord, SettingChange, SiteRecord
from telemed.care.notify.records import OutboxMessage


class Policies(Protocol):
    """What a clinic has decided."""

    async def get(self, organisation_id: str, name: str) -> PolicyRecord | None: ...
    async def values(self, organisation_id: str) -> Mapping[str, Any]:
        """Name -> value of all that are set."""
        ...

    async def put(self, policy: PolicyRecord) -> None:
        """Add or replace it."""
        ...

    async def remove(self, organisation_id: str, name: str) -> None:
        """Back to the default."""
        ...


class SettingChanges(Protocol):
    """The history of settings."""

    async def get(self, change_id: str) -> SettingChange | None: ...
    async def create(self, change: SettingChange) -> None: ...
    async def page(self, organisation_id: str, after: str | None, limit: int) -> list[SettingChange]:
        """Newest first, those older than the change `after`."""
        ...

    async def latest(self, organisation_id: str, subject: str) -> SettingChange | None:
        """The last change of one setting."""
        ...

    async def changed_after(self, change: SettingChange, subjects: Collection[str]) -> Collection[str]:
        """Those of these settings that were changed after `change`."""
        ...


class Sites(Protocol):
    """The places of a clinic."""

    async def get(self, site_id: str) -> SiteRecord | None: ...
    async def create(self, site: SiteRecord) -> None: ...
    async def save(self, site: SiteRecord) -> None: ...
    async def of_organisation(self, organisation_id: str) -> list[SiteRecord]:
        """Open ones first, by name; at most 1000."""
        ...

    async def staff_counts(self, organisation_id: str) -> Mapping[str, int]:
        """Site id -> active accounts that work there alone."""
        ...


class Usage(Protocol):
    """Counts over visits. Nothing here reads a name, a reason, a message or a note."""

    async def days(self, organisation_id: str, since: datetime, until: datetime) -> list[DayUsage]:
        """One row for each day on which a visit was made, in order."""
        ...

    async def factors(self, organisation_id: str) -> Mapping[str, int]:
        """How active accounts can prove who they are: `accounts`, `totp`, `passkeys`, `password_only`."""
        ...

    async def messages(self, organisation_id: str, after: str | None, limit: int) -> list[OutboxMessage]:
        """Messages on their way and gone, newest first, those older than the message `after`."""
        ...


class ClinicTransaction(Protocol):
    """The repositories of a clinic's settings."""

    @property
    def policies(self) -> Policies: ...
    @property
    def setting_changes(self) -> SettingChanges: ...
    @property
    def sites(self) -> Sites: ...
    @property
    def usage(self) -> Usage: ...
