"""Messages on their way out, and the clinic's own wordings."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Text, and_, bindparam, cast, func, or_, select, update

from telemed.care.notify import delivery
from telemed.care.notify.records import DeliveryState, Medium, OutboxMessage, TemplateRecord
from telemed.store import schema_operation as schema
from telemed.store.columns import UtcTime
from telemed.store.connection import SqlConnection
from telemed.store.record_table import RecordTable

MAX_ABOUT = 50  # messages about one thing; more is a fault somewhere else

_c = schema.outbox.c


def _due() -> ColumnElement[bool]:
    """`delivery.is_due` in SQL, `now` as parameter."""
    now = bindparam("now", type_=UtcTime())
    queued = and_(_c.state == DeliveryState.QUEUED, or_(_c.due_at <= now, _c.expires_at <= now))
    return or_(queued, and_(_c.state == DeliveryState.SENDING, _c.lease_until <= now))


_HAS_DUE = select(schema.outbox.c.id).where(_due()).limit(1)
_DUE = select(schema.outbox).where(_due()).order_by(_c.due_at, _c.id).limit(bindparam("wanted"))
_COUNTS = select(_c.state, func.count().label("messages")).group_by(_c.state)


class OutboxRows:
    """Fulfils `care.notify.repositories.Outbox`."""

    def __init__(self, sql: SqlConnection) -> None:
        self._sql = sql
        self._rows = RecordTable(sql, schema.outbox, OutboxMessage)

    async def put(self, message: OutboxMessage) -> OutboxMessage:
        """Add it, or return the one with its dedupe key. Nothing else writes in this transaction, so looking first is safe."""
        there = await self._rows.by(dedupe_key=message.dedupe_key)
        if there is not None:
            return there
        await self._rows.insert(message)
        return message

    async def get(self, message_id: str) -> OutboxMessage | None:
        """Look up by id."""
        return await self._rows.by(id=message_id)

    async def about(self, about_id: str) -> list[OutboxMessage]:
        """Return the newest messages about one thing, newest first."""
        statement = self._rows.select(_c.about_id == about_id).order_by(_c.created_at.desc(), _c.id)
        return await self._rows.all(statement.limit(MAX_ABOUT))

    async def has_due(self, now: datetime) -> bool:
        """Whether there is something to take."""
        return await self._sql.row(_HAS_DUE, {"now": now}) is not None

    async def take(self, now: datetime, limit: int) -> list[OutboxMessage]:
        """Lease due messages; those too late for an attempt are ended on the way and not returned."""
        taken = []
        for message in await self._rows.all(_DUE, {"now": now, "wanted": limit}):
            leased = delivery.take(message, now)
            await self._rows.save(leased)
            if leased.state is DeliveryState.SENDING:
                taken.append(leased)
        return taken

    async def settle(self, message: OutboxMessage) -> bool:
        """Write the end of an attempt, unless the lease has gone to another or a report came first."""
        values = {
            "state": message.state,
            "error": message.error,
            "details": dict(message.details),
            "gateway_id": message.gateway_id,
            "due_at": message.due_at,
            "lease_until": message.lease_until,
            "finished_at": message.finished_at,
        }
        mine = (_c.id == message.id, _c.state == DeliveryState.SENDING, _c.attempts == message.attempts)
        return await self._sql.change(update(schema.outbox).where(*mine).values(values)) == 1

    async def report(self, message_id: str, arrived: bool, now: datetime) -> bool:
        """Note what the gateway says became of it."""
        message = await self.get(message_id)
        reported = message and delivery.report(message, arrived, now)
        if not reported:
            return False
        await self._rows.save(reported)
        return True

    async def wipe(self, now: datetime) -> int:
        """Forget values that have expired and recipients of messages that ended long ago."""
        finished = _c.state.in_(delivery.FINISHED)
        over = or_(_c.expires_at <= now, _c.finished_at <= now - delivery.KEEP)
        values = update(schema.outbox).where(finished, over, cast(_c.details, Text()) != "{}").values(details={})
        wiped = await self._sql.change(values, bulk=True)
        old = (finished, _c.finished_at <= now - delivery.KEEP, _c.recipient != "")
        return wiped + await self._sql.change(update(schema.outbox).where(*old).values(recipient=""), bulk=True)

    async def counts(self) -> dict[DeliveryState, int]:
        """Messages per state."""
        return {row["state"]: row["messages"] for row in await self._sql.rows(_COUNTS)}


class TemplateRows:
    """Fulfils `care.notify.repositories.Templates`."""

    def __init__(self, sql: SqlConnection) -> None:
        self._sql = sql
        self._rows = RecordTable(sql, schema.template, TemplateRecord)

    async def get(self, organisation_id: str, name: str, language: str, medium: Medium) -> TemplateRecord | None:
        """Look up one wording."""
        return await self._rows.by(organisation_id=organisation_id, name=name, language=language, medium=medium)

    async def all(self, organisation_id: str) -> list[TemplateRecord]:
        """Return all wordings of the clinic's own; there are at most as many as templates, languages and media."""
        c = self._rows.c
        statement = self._rows.select(c.organisation_id == organisation_id)
        return await self._rows.all(statement.order_by(c.name, c.language, c.medium))

    async def put(self, template: TemplateRecord) -> None:
        """Add or replace it."""
        texts = {"subject": template.subject, "body": template.body, "updated_at": template.updated_at}
        if not await self._rows.set(
            texts, *self._key(template.organisation_id, template.name, template.language, template.medium)
        ):
            await self._rows.insert(template)

    async def remove(self, organisation_id: str, name: str, language: str, medium: Medium) -> bool:
        """Delete it."""
        return await self._rows.delete(*self._key(organisation_id, name, language, medium)) == 1

    def _key(self, organisation_id: str, name: str, language: str, medium: Medium) -> tuple[ColumnElement[bool], ...]:
        c = self._rows.c
        return (c.organisation_id == organisation_id, c.name == name, c.language == language, c.medium == medium)
