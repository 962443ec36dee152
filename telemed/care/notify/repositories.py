"""What may be asked of the outbox and of the clinic's wordings, inside a transaction of the store."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from telemed.care.notify.lanes import Lane
from telemed.care.notify.records import DeliveryState, Medium, OutboxMessage, TemplateRecord
from telemed.care.notify.reports import DeliveryReport, Effect


class Outbox(Protocol):
    """Messages on their way. `put` in the transaction of the cause: both happen, or neither.

    Values are sealed in the database; what `put`, `get`, `about` and `take` return holds them opened, or none where the key does
    not open them.
    """

    async def put(self, message: OutboxMessage) -> OutboxMessage:
        """Add it, unless there is one with its dedupe key: then return that one, unchanged."""
        ...

    async def get(self, message_id: str) -> OutboxMessage | None: ...
    async def about(self, about_id: str) -> list[OutboxMessage]:
        """What was sent about an invitation, link, channel ...: newest first, at most 50."""
        ...

    async def count_to(self, recipient: str, template: str, organisation_id: str, since: datetime) -> int:
        """How many messages of one kind an organisation has put on their way to somebody since then."""
        ...

    async def has_due(self, now: datetime, lane: Lane | None = None) -> bool:
        """Whether `take` would return or end something."""
        ...

    async def take(self, now: datetime, limit: int, lane: Lane | None = None) -> list[OutboxMessage]:
        """Lease up to `limit` due messages of a lane (None: of all) for one attempt each, those due longest first.

        Those that are too late are ended.
        """
        ...

    async def settle(self, message: OutboxMessage) -> bool:
        """Write back a message this holder of the lease has settled; False, and nothing written, when another holds it by now."""
        ...

    async def report(self, report: DeliveryReport, now: datetime) -> Effect:
        """Note a delivery report about an SMS: found by our id, else by the gateway's."""
        ...

    async def wipe(self, now: datetime) -> int:
        """Remove values and recipients whose time is over (see `delivery`); the number of rows.

        Values that an earlier version left in clear are sealed besides.
        """
        ...

    async def counts(self) -> Mapping[DeliveryState, int]:
        """How many messages are in each state."""
        ...


class Templates(Protocol):
    """The clinic's own wordings. Check one with `wording.check_wording` before it is put."""

    async def get(self, organisation_id: str, name: str, language: str, medium: Medium) -> TemplateRecord | None: ...
    async def all(self, organisation_id: str) -> list[TemplateRecord]: ...
    async def put(self, template: TemplateRecord) -> None:
        """Add or replace it."""
        ...

    async def remove(self, organisation_id: str, name: str, language: str, medium: Medium) -> bool:
        """Back to our wording; False when the clinic had none."""
        ...
