"""How much a clinic is used: counts and times over visits and messages. No column here holds a name, a reason or a text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, case, exists, func, or_, select, tuple_

from telemed.care.clinic.records import DayUsage
from telemed.care.notify.records import OutboxMessage
from telemed.care.states import ParticipantState, SessionState
from telemed.store import schema
from telemed.store import schema_identity as identity
from telemed.store import schema_operation as operation
from telemed.store.columns import UtcTime
from telemed.store.connection import SqlConnection
from telemed.store.record_table import RecordTable

MAX_VISITS = 50_000  # of one period: a hospital's quarter; more would be cut at the newest end
MAX_SEATS = 200_000

_session = schema.session.c
_event = schema.participant_event.c
_IN_PERIOD = (
    _session.organisation_id == bindparam("organisation_id"),
    _session.created_at >= bindparam("since", type_=UtcTime()),
    _session.created_at < bindparam("until", type_=UtcTime()),
)
_VISITS = (
    select(_session.created_at, _session.state, _session.started_at, _session.ended_at)
    .where(*_IN_PERIOD)
    .order_by(_session.created_at)
    .limit(MAX_VISITS)
)


def _first(state: ParticipantState) -> Any:
    """The time at which a seat came into a state first."""
    return func.min(case((_event.to_state == state, _event.at)), type_=UtcTime()).label(state.value)


_STEPS = (ParticipantState.WAITING, ParticipantState.ADMITTED, ParticipantState.CONNECTED)
_SEATS: Select[Any] = (
    select(_session.created_at, *(_first(state) for state in _STEPS))
    .join_from(schema.session, schema.participant_event, _event.session_id == _session.id)
    .where(*_IN_PERIOD, _event.to_state.in_(_STEPS))
    .group_by(_event.participant_id, _session.created_at)
    .limit(MAX_SEATS)
)

_user = schema.user.c
_HAS_TOTP = exists().where(identity.totp.c.user_id == _user.id, identity.totp.c.confirmed_at.is_not(None))
_HAS_PASSKEY = exists().where(identity.passkey.c.user_id == _user.id, identity.passkey.c.revoked_at.is_(None))
_FACTOR_NAMES = ("accounts", "totp", "passkeys", "either")
_FACTORS = select(
    func.count().label("accounts"),
    func.sum(case((_HAS_TOTP, 1), else_=0)).label("totp"),
    func.sum(case((_HAS_PASSKEY, 1), else_=0)).label("passkeys"),
    func.sum(case((or_(_HAS_TOTP, _HAS_PASSKEY), 1), else_=0)).label("either"),
).where(_user.organisation_id == bindparam("organisation_id"), _user.is_active.is_(True))


class UsageRows:
    """Fulfils `care.clinic.repositories.Usage`."""

    def __init__(self, sql: SqlConnection) -> None:
        self._sql = sql
        self._messages = RecordTable(sql, operation.outbox, OutboxMessage)

    async def days(self, organisation_id: str, since: datetime, until: datetime) -> list[DayUsage]:
        """Return one row for each day (UTC) on which a visit was made, in order."""
        period = {"organisation_id": organisation_id, "since": since, "until": until}
        days = _with_visits(await self._sql.rows(_VISITS, period))
        return _with_seats(days, await self._sql.rows(_SEATS, period))

    async def factors(self, organisation_id: str) -> dict[str, int]:
        """Return how active accounts can prove who they are."""
        row = await self._sql.row(_FACTORS, {"organisation_id": organisation_id})
        accounts, totp, passkeys, either = (int(row[name] or 0) for name in _FACTOR_NAMES) if row else (0, 0, 0, 0)
        return {"accounts": accounts, "totp": totp, "passkeys": passkeys, "password_only": accounts - either}

    async def messages(self, organisation_id: str, after: str | None, limit: int) -> list[OutboxMessage]:
        """Return messages, newest first, those older than the message `after`."""
        c = self._messages.c
        where = [c.organisation_id == organisation_id]
        mark = await self._messages.by(id=after) if after is not None else None
        if after is not None and mark is None:
            return []
        if mark is not None:
            where.append(tuple_(c.created_at, c.id) < (mark.created_at, mark.id))
        statement = self._messages.select(*where).order_by(c.created_at.desc(), c.id.desc())
        return await self._messages.all(statement.limit(limit))


def _day(at: datetime) -> str:
    return at.date().isoformat()


def _with_visits(rows: Iterable[Any]) -> dict[str, DayUsage]:
    days: dict[str, DayUsage] = {}
    for row in rows:
        day = _day(row["created_at"])
        so_far = days.get(day) or DayUsage(day)
        begun, ended = row["started_at"], row["ended_at"]
        days[day] = replace(
            so_far,
            sessions=so_far.sessions + 1,
            held=so_far.held + (begun is not None),
            failed=so_far.failed + (row["state"] is SessionState.FAILED),
            minutes=so_far.minutes + ((ended - begun).total_seconds() / 60 if begun and ended else 0.0),
        )
    return days


def _with_seats(days: dict[str, DayUsage], rows: Iterable[Any]) -> list[DayUsage]:
    waits: defaultdict[str, list[float]] = defaultdict(list)
    came: defaultdict[str, int] = defaultdict(int)
    for row in rows:
        day = _day(row["created_at"])
        came[day] += row["connected"] is not None
        if row["waiting"] is not None and row["admitted"] is not None and row["admitted"] >= row["waiting"]:
            waits[day].append((row["admitted"] - row["waiting"]).total_seconds())
    return [replace(usage, participants=came[day], waits=tuple(waits[day])) for day, usage in sorted(days.items())]
