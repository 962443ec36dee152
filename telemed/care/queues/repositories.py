"""What may be asked of the store about waiting rooms, inside one transaction (see `care.repositories`)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from telemed.care.queues.records import EntryRecord, QueueMember, QueueRecord, WalkInLink
from telemed.care.times import Mark


class Queues(Protocol):
    """Waiting rooms."""

    async def get(self, queue_id: str) -> QueueRecord | None: ...
    async def create(self, queue: QueueRecord) -> None:
        """Raise Conflict when the name is taken."""
        ...

    async def save(self, queue: QueueRecord) -> None: ...
    async def named(self, organisation_id: str, name: str) -> QueueRecord | None: ...
    async def of_organisation(self, organisation_id: str) -> list[QueueRecord]:
        """By name, at most 200."""
        ...


class QueueMembers(Protocol):
    """Who works in a waiting room."""

    async def of_queue(self, queue_id: str) -> list[QueueMember]: ...
    async def get(self, queue_id: str, user_id: str) -> QueueMember | None: ...
    async def replace(self, queue_id: str, members: Collection[QueueMember]) -> None:
        """These and no others."""
        ...

    async def set_alerts(self, member: QueueMember) -> None: ...


class WalkInLinks(Protocol):
    """Public ways in. `by_token_hash` finds revoked ones too."""

    async def get(self, link_id: str) -> WalkInLink | None: ...
    async def by_token_hash(self, token_hash: str) -> WalkInLink | None: ...
    async def of_queue(self, queue_id: str) -> list[WalkInLink]:
        """Newest first, at most 200."""
        ...

    async def create(self, link: WalkInLink) -> None: ...
    async def save(self, link: WalkInLink) -> None: ...


class QueueEntries(Protocol):
    """Visits to waiting rooms."""

    async def get(self, entry_id: str) -> EntryRecord | None: ...
    async def of_session(self, session_id: str) -> EntryRecord | None: ...
    async def of_device(self, origin_id: str, device_hash: str) -> EntryRecord | None:
        """The one that this device can come back to; there is at most one."""
        ...

    async def create(self, entry: EntryRecord) -> None: ...
    async def save(self, entry: EntryRecord) -> None: ...
    async def due_to_forget(self, before: datetime, after: Mark | None, limit: int) -> list[EntryRecord]:
        """Those closed before then of which what was said at the door is still kept, oldest first; after `after`."""
        ...

    async def waiting(self, queue_id: str) -> int:
        """How many stand in line."""
        ...

    async def services(self, queue_id: str, since: datetime, limit: int) -> list[float]:
        """Seconds from answer to end of the services that ended last."""
        ...


class QueueTransaction(Protocol):
    """The repositories of waiting rooms."""

    @property
    def queues(self) -> Queues: ...
    @property
    def queue_members(self) -> QueueMembers: ...
    @property
    def walk_in_links(self) -> WalkInLinks: ...
    @property
    def queue_entries(self) -> QueueEntries: ...
