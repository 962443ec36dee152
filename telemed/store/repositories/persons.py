"""Codes sent to channels, logins of patients and carers, and the visits these people see."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from telemed.care.identity import Person
from telemed.care.persons.records import ChannelCodeRecord, CodePurpose, PersonLoginRecord
from telemed.care.records import SessionRecord
from telemed.care.states import LIVE_SESSIONS
from telemed.store import schema
from telemed.store import schema_people as people
from telemed.store.connection import SqlConnection
from telemed.store.record_table import RecordTable

MAX_LOGINS = 100  # of one person
MAX_AHEAD = 50  # visits before one; more is a fault somewhere else
MAX_SENT = 200  # codes of one number in a day, counted


class ChannelCodeRows:
    """Fulfils `care.persons.repositories.ChannelCodes`."""

    def __init__(self, sql: SqlConnection) -> None:
        self._sql = sql
        self._rows = RecordTable(sql, people.channel_code, ChannelCodeRecord)

    async def create(self, code: ChannelCodeRecord) -> None:
        """Add it."""
        await self._rows.insert(code)

    async def count_attempt(self, code_id: str) -> ChannelCodeRecord | None:
        """Count one attempt; the row with it."""
        c = self._rows.c
        await self._rows.set({"attempts": c.attempts + 1}, c.id == code_id)
        return _read(await self._rows.by(id=code_id))

    async def use(self, code_id: str, at: datetime) -> bool:
        """Spend it."""
        c = self._rows.c
        return await self._rows.set({"used_at": at}, c.id == code_id, c.used_at.is_(None)) > 0

    async def newest(self, channel_id: str, purpose: CodePurpose) -> ChannelCodeRecord | None:
        """Return the latest code of a channel, spent or not."""
        c = self._rows.c
        statement = self._rows.select(c.channel_id == channel_id, c.purpose == purpose.value)
        return _read(await self._rows.first(statement.order_by(c.created_at.desc(), c.id).limit(1)))

    async def sent_to(self, kind: str, value: str, since: datetime) -> list[datetime]:
        """Return when codes went to a number or address."""
        c, channel = self._rows.c, people.contact_channel.c
        same = select(channel.id).where(channel.kind == kind, channel.value == value)
        sent = (c.channel_id.in_(same), c.purpose != CodePurpose.CHOOSE.value, c.created_at > since)
        rows = await self._sql.rows(select(c.created_at).where(*sent).order_by(c.created_at.desc()).limit(MAX_SENT))
        return [row["created_at"] for row in rows]

    async def delete_expired(self, before: datetime) -> int:
        """Forget old ones."""
        return await self._rows.delete(self._rows.c.expires_at < before)


class PersonLoginRows:
    """Fulfils `care.persons.repositories.PersonLogins`."""

    def __init__(self, sql: SqlConnection) -> None:
        self._rows = RecordTable(sql, people.patient_login, PersonLoginRecord)

    async def create(self, login: PersonLoginRecord) -> None:
        """Add it."""
        await self._rows.insert(login)

    async def by_token_hash(self, token_hash: str) -> PersonLoginRecord | None:
        """Look up by token; ended ones too."""
        return await self._rows.by(token_hash=token_hash)

    async def of_person(self, person: Person, now: datetime) -> list[PersonLoginRecord]:
        """Return those in use, seen last first."""
        c = self._rows.c
        mine = (c.patient_id.in_(_records_of(person.patient_id)), c.carer_id.is_not_distinct_from(person.carer_id))
        statement = self._rows.select(*mine, c.revoked_at.is_(None), c.expires_at > now)
        return await self._rows.all(statement.order_by(c.last_seen_at.desc(), c.id).limit(MAX_LOGINS))

    async def touch(self, login_id: str, at: datetime) -> None:
        """Set `last_seen_at`."""
        await self._rows.set({"last_seen_at": at}, self._rows.c.id == login_id)

    async def revoke(self, login_id: str, at: datetime) -> bool:
        """End one; the first end counts."""
        c = self._rows.c
        return await self._rows.set({"revoked_at": at}, c.id == login_id, c.revoked_at.is_(None)) > 0

    async def revoke_all(self, patient_id: str, carer_id: str | None, at: datetime) -> int:
        """End all of a patient's own, or of a carer."""
        c = self._rows.c
        mine = (c.patient_id.in_(_records_of(patient_id)), c.carer_id.is_not_distinct_from(carer_id))
        return await self._rows.set({"revoked_at": at}, *mine, c.revoked_at.is_(None))

    async def delete_expired(self, before: datetime) -> int:
        """Forget old ones."""
        return await self._rows.delete(self._rows.c.expires_at < before)


class PersonVisitRows:
    """Fulfils `care.persons.repositories.PersonVisits`."""

    def __init__(self, sql: SqlConnection) -> None:
        self._rows = RecordTable(sql, schema.session, SessionRecord)

    async def ahead(self, patient_id: str) -> list[SessionRecord]:
        """Return visits that are not over, earliest first."""
        c = self._rows.c
        mine = self._rows.select(c.patient_id == patient_id, c.state.in_(sorted(LIVE_SESSIONS)))
        return await self._rows.all(mine.order_by(func.coalesce(c.starts_at, c.created_at), c.id).limit(MAX_AHEAD))

    async def past(self, patient_id: str, limit: int) -> list[SessionRecord]:
        """Return visits that are over, newest first."""
        c = self._rows.c
        over = self._rows.select(c.patient_id == patient_id, c.state.not_in(sorted(LIVE_SESSIONS)))
        return await self._rows.all(over.order_by(c.created_at.desc(), c.id).limit(limit))


def _records_of(patient_id: str) -> Select[Any]:
    """The record and those merged into it: a login keeps the id it was made with."""
    c = people.patient.c
    return select(c.id).where((c.id == patient_id) | (c.merged_into == patient_id))


def _read(record: ChannelCodeRecord | None) -> ChannelCodeRecord | None:
    """The purpose is kept as plain text; rules compare words of the list."""
    if record is None:
        return None
    return ChannelCodeRecord(
        record.id,
        record.channel_id,
        CodePurpose(record.purpose),
        record.code_hash,
        record.attempts,
        record.created_at,
        record.expires_at,
        record.used_at,
    )
