"""How patients and carers are reached, who acts for patients, and their care teams."""

from __future__ import annotations

from datetime import datetime

from telemed.care.patients.records import CarerRecord, ChannelRecord, TeamMemberRecord
from telemed.errors import Conflict
from telemed.store import schema_people as schema
from telemed.store.connection import SqlConnection
from telemed.store.record_table import RecordTable

MAX_ROWS = 500  # of one patient
MAX_SAME = 50  # records with the same number or address: a household, or a ward's telephone


class ChannelRows:
    """Contact channels."""

    def __init__(self, sql: SqlConnection) -> None:
        self._rows = RecordTable(sql, schema.contact_channel, ChannelRecord)

    async def get(self, channel_id: str) -> ChannelRecord | None:
        """Look up by id; revoked ones too."""
        return await self._rows.by(id=channel_id)

    async def create(self, channel: ChannelRecord) -> None:
        """Add it. Raises Conflict `channel_exists`."""
        c = self._rows.c
        same = (c.patient_id == channel.patient_id, c.kind == channel.kind, c.value == channel.value, c.revoked_at.is_(None))
        if await self._rows.one(*same, c.carer_id.is_not_distinct_from(channel.carer_id)) is not None:
            raise Conflict("This contact is there already.", code="channel_exists", field="value")
        await self._rows.insert(channel)

    async def save(self, channel: ChannelRecord) -> None:
        """Write it back."""
        await self._rows.save(channel)

    async def mark_verified(self, channel_id: str, at: datetime) -> bool:
        """Note that a code sent there came back; False when the channel is unknown or revoked."""
        c = self._rows.c
        return await self._rows.set({"verified_at": at}, c.id == channel_id, c.revoked_at.is_(None)) > 0

    async def of_patient(self, patient_id: str) -> list[ChannelRecord]:
        """Return own and carers' channels, oldest first, at most MAX_ROWS."""
        c = self._rows.c
        return await self._rows.all(self._rows.select(c.patient_id == patient_id).order_by(c.created_at, c.id).limit(MAX_ROWS))

    async def by_value(self, kind: str, value: str) -> list[ChannelRecord]:
        """Return channels in use with this value, verified first, at most MAX_SAME."""
        c = self._rows.c
        found = self._rows.select(c.kind == kind, c.value == value, c.revoked_at.is_(None))
        return await self._rows.all(found.order_by(c.verified_at.is_(None), c.created_at, c.id).limit(MAX_SAME))


class CarerRows:
    """Carers."""

    def __init__(self, sql: SqlConnection) -> None:
        self._rows = RecordTable(sql, schema.carer, CarerRecord)

    async def get(self, carer_id: str) -> CarerRecord | None:
        """Look up by id."""
        return await self._rows.by(id=carer_id)

    async def create(self, carer: CarerRecord) -> None:
        """Add one."""
        await self._rows.insert(carer)

    async def save(self, carer: CarerRecord) -> None:
        """Write it back."""
        await self._rows.save(carer)

    async def of_patient(self, patient_id: str) -> list[CarerRecord]:
        """Return all, oldest first, at most MAX_ROWS."""
        c = self._rows.c
        return await self._rows.all(self._rows.select(c.patient_id == patient_id).order_by(c.created_at, c.id).limit(MAX_ROWS))


class CareTeamRows:
    """Who is in the agreed team of a patient."""

    def __init__(self, sql: SqlConnection) -> None:
        self._rows = RecordTable(sql, schema.care_team_member, TeamMemberRecord)

    async def get(self, member_id: str) -> TeamMemberRecord | None:
        """Look up by id; former members too."""
        return await self._rows.by(id=member_id)

    async def add(self, member: TeamMemberRecord) -> TeamMemberRecord:
        """Add somebody, or return the present row when there is one."""
        c = self._rows.c
        present = await self._rows.one(c.patient_id == member.patient_id, c.user_id == member.user_id, c.until.is_(None))
        if present is not None:
            return present
        await self._rows.insert(member)
        return member

    async def save(self, member: TeamMemberRecord) -> None:
        """Write it back."""
        await self._rows.save(member)

    async def of_patient(self, patient_id: str) -> list[TeamMemberRecord]:
        """Return present members, longest first, at most MAX_ROWS."""
        c = self._rows.c
        present = self._rows.select(c.patient_id == patient_id, c.until.is_(None))
        return await self._rows.all(present.order_by(c.since, c.id).limit(MAX_ROWS))
