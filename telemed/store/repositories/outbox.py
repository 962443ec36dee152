"""Messages on their way out, and the clinic's own wordings."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, bindparam, cast, func, or_, select, true, update

from telemed.care.notify import delivery
from telemed.care.notify.lanes import OF_TEMPLATES, Lane
from telemed.care.notify.records import DeliveryState, Fault, Medium, OutboxMessage, Route, TemplateRecord
from telemed.care.notify.reports import REPORT_LIFE, STATES, DeliveryReport, Effect
from telemed.store import schema_operation as schema
from telemed.store.columns import UtcTime
from telemed.store.connection import SqlConnection
from telemed.store.record_table import RecordTable
from telemed.store.sealed_values import SEALED, SealedValues

MAX_ABOUT = 50  # messages about one thing; more is a fault somewhere else
SEAL_AT_ONCE = 200  # rows of an earlier version sealed in one transaction; the rest an hour later

_c = schema.outbox.c


def _due() -> ColumnElement[bool]:
    """`delivery.is_due` in SQL, `now` as parameter."""
    now = bindparam("now", type_=UtcTime())
    queued = and_(_c.state == DeliveryState.QUEUED, or_(_c.due_at <= now, _c.expires_at <= now))
    return or_(queued, and_(_c.state == DeliveryState.SENDING, _c.lease_until <= now))


def _in_lane(lane: Lane | None) -> ColumnElement[bool]:
    """`lanes.lane_of` in SQL."""
    if lane is None:
        return true()
    if lane is Lane.SECOND:
        return _c.route == Route.SECOND
    template = OF_TEMPLATES.get(lane)
    others = [one.value for one in OF_TEMPLATES.values()]
    own = _c.template == template.value if template is not None else _c.template.not_in(others)
    return and_(_c.route == Route.FIRST, own)


# Statements are made once: making one takes longer than running it.
_LANES = (None, *Lane)
_HAS_DUE = {lane: select(schema.outbox.c.id).where(_due(), _in_lane(lane)).limit(1) for lane in _LANES}
_IN_ORDER = select(schema.outbox).order_by(_c.due_at, _c.id).limit(bindparam("wanted"))
_DUE = {lane: _IN_ORDER.where(_due(), _in_lane(lane)) for lane in _LANES}
_COUNTS = select(_c.state, func.count().label("messages")).group_by(_c.state)


class OutboxRows:
    """Fulfils `care.notify.repositories.Outbox`."""

    def __init__(self, sql: SqlConnection, sealed: SealedValues) -> None:
        self._sql = sql
        self._sealed = sealed
        self._rows = RecordTable(sql, schema.outbox, OutboxMessage)

    async def put(self, message: OutboxMessage) -> OutboxMessage:
        """Add it, or return the one with its dedupe key. Nothing else writes in this transaction, so looking first is safe."""
        there = await self._rows.by(dedupe_key=message.dedupe_key)
        if there is not None:
            return self._opened(there)
        await self._rows.insert(replace(message, details=self._sealed.closed(message.details, message.id)))
        return message

    async def get(self, message_id: str) -> OutboxMessage | None:
        """Look up by id."""
        found = await self._rows.by(id=message_id)
        return found and self._opened(found)

    async def about(self, about_id: str) -> list[OutboxMessage]:
        """Return the newest messages about one thing, newest first."""
        statement = self._rows.select(_c.about_id == about_id).order_by(_c.created_at.desc(), _c.id)
        return [self._opened(message) for message in await self._rows.all(statement.limit(MAX_ABOUT))]

    async def count_to(self, recipient: str, template: str, organisation_id: str, since: datetime) -> int:
        """Count what an organisation sent somebody of one kind."""
        late = (_c.organisation_id == organisation_id, _c.created_at >= since)
        same = (_c.recipient == recipient, _c.template == template)
        row = await self._sql.row(select(func.count().label("count")).select_from(schema.outbox).where(*late, *same))
        return int(row["count"]) if row is not None else 0

    async def has_due(self, now: datetime, lane: Lane | None = None) -> bool:
        """Whether there is something to take."""
        return await self._sql.row(_HAS_DUE[lane], {"now": now}) is not None

    async def take(self, now: datetime, limit: int, lane: Lane | None = None) -> list[OutboxMessage]:
        """Lease due messages; those too late for an attempt are ended on the way and not returned."""
        taken = []
        for message in await self._rows.all(_DUE[lane], {"now": now, "wanted": limit}):
            leased = delivery.take(self._opened(message), now)
            await self._rows.set(_changes(leased), _c.id == leased.id)
            if leased.state is DeliveryState.SENDING:
                taken.append(leased)
        return taken

    async def settle(self, message: OutboxMessage) -> bool:
        """Write the end of an attempt, unless the lease has gone to another or a report came first."""
        mine = (_c.id == message.id, _c.state == DeliveryState.SENDING, _c.attempts == message.attempts)
        return await self._rows.set(_changes(message), *mine) == 1

    async def report(self, report: DeliveryReport, now: datetime) -> Effect:
        """Note what the gateway says became of it."""
        said = report.said
        if said is None:
            return Effect.ON_THE_WAY
        message = await self._meant(report, now)
        if message is None:
            return Effect.NO_MESSAGE
        after = delivery.report(message, said, now)
        if after is None:
            return Effect.REPEATED if message.state is STATES[said] else Effect.LATE
        known = replace(after, gateway_id=message.gateway_id or report.gateway_id or None)
        await self._rows.set(_changes(known), _c.id == message.id)
        return Effect.NOTED

    async def _meant(self, report: DeliveryReport, now: datetime) -> OutboxMessage | None:
        """The SMS a report is about; by the gateway's id only when no other has it, for not every gateway numbers well."""
        named = await self.get(report.reference) if report.reference else None
        if named is not None:
            return named if named.medium is Medium.SMS and named.route in report.routes else None
        if not report.gateway_id:
            return None
        recent = (_c.state.in_(list(DeliveryState)), _c.due_at >= now - REPORT_LIFE)  # what the index of due messages finds
        same = (_c.gateway_id == report.gateway_id, _c.medium == Medium.SMS, _c.route.in_(sorted(report.routes)))
        found = await self._rows.all(self._rows.select(*recent, *same).limit(2))
        return self._opened(found[0]) if len(found) == 1 else None

    async def wipe(self, now: datetime) -> int:
        """Forget values that have expired and recipients of messages that ended long ago; seal what lies here unsealed."""
        await self._seal_the_rest()
        finished = _c.state.in_(delivery.FINISHED)
        over = or_(_c.expires_at <= now, _c.finished_at <= now - delivery.KEEP)
        values = update(schema.outbox).where(finished, over, cast(_c.details, Text()) != "{}").values(details={})
        wiped = await self._sql.change(values, bulk=True)
        old = (finished, _c.finished_at <= now - delivery.KEEP, _c.recipient != "")
        return wiped + await self._sql.change(update(schema.outbox).where(*old).values(recipient=""), bulk=True)

    async def _seal_the_rest(self) -> None:
        """Rows of an earlier version hold their values in clear until they are sent: not a day longer than needed."""
        clear = (cast(_c.details, Text()) != "{}", _c.details[SEALED].as_string().is_(None))
        for message in await self._rows.all(self._rows.select(*clear).limit(SEAL_AT_ONCE)):
            await self._rows.set({"details": self._sealed.closed(message.details, message.id)}, _c.id == message.id)

    def _opened(self, message: OutboxMessage) -> OutboxMessage:
        return replace(message, details=self._sealed.opened(message.details, message.id))

    async def counts(self) -> dict[DeliveryState, int]:
        """Messages per state."""
        return {row["state"]: row["messages"] for row in await self._sql.rows(_COUNTS)}


def _changes(message: OutboxMessage) -> dict[str, Any]:
    """The columns that change after a message was put. Its values stay as they were sealed, or go when it has ended.

    Values that could not be opened stay: the right installation key may be back tomorrow, and an admin sends again.
    """
    values = {
        "state": message.state,
        "attempts": message.attempts,
        "error": message.error,
        "gateway_id": message.gateway_id,
        "due_at": message.due_at,
        "lease_until": message.lease_until,
        "finished_at": message.finished_at,
    }
    done_with = not message.details and message.finished_at is not None and message.error is not Fault.SEALED
    return {**values, "details": {}} if done_with else values


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
