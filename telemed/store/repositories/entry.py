"""Ways in: links, wishes for new ones, seat cookies and moves to a second device."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, select

from telemed.care.records import LinkRecord, LinkRequest, MoveRequest, SeatTokenRecord
from telemed.store import schema
from telemed.store.connection import SqlConnection
from telemed.store.record_table import RecordTable

MAX_OPEN_REQUESTS = 200

_move = schema.move_request.c
_UNDECIDED = (
    select(schema.move_request)
    .where(_move.session_id == bindparam("session_id"), _move.approved.is_(None))
    .order_by(_move.at, _move.id)
    .limit(MAX_OPEN_REQUESTS)
)


class LinkRows:
    """Invitations."""

    def __init__(self, sql: SqlConnection) -> None:
        self._rows = RecordTable(sql, schema.link, LinkRecord)

    async def get(self, link_id: str) -> LinkRecord | None:
        """Look up by id."""
        return await self._rows.by(id=link_id)

    async def by_token_hash(self, token_hash: str) -> LinkRecord | None:
        """Look up by token."""
        return await self._rows.by(token_hash=token_hash)

    async def create(self, link: LinkRecord) -> None:
        """Add it."""
        await self._rows.insert(link)

    async def save(self, link: LinkRecord) -> None:
        """Write it back."""
        await self._rows.save(link)

    async def in_session(self, session_id: str) -> list[LinkRecord]:
        """Return all links of a session, oldest first."""
        c = self._rows.c
        return await self._rows.all(self._rows.select(c.session_id == session_id).order_by(c.created_at, c.id))

    async def revoke_of_participant(self, participant_id: str, at: datetime) -> int:
        """Revoke every link to a seat; the number revoked."""
        c = self._rows.c
        return await self._rows.set({"revoked_at": at}, c.participant_id == participant_id, c.revoked_at.is_(None))


class LinkRequestRows:
    """Wishes for a new link; one open wish per seat."""

    def __init__(self, sql: SqlConnection) -> None:
        self._rows = RecordTable(sql, schema.link_request, LinkRequest)

    async def ask(self, request: LinkRequest) -> bool:
        """Record it unless one is open; True when it is new."""
        c = self._rows.c
        if await self._rows.one(c.participant_id == request.participant_id, c.handled_at.is_(None)) is not None:
            return False
        await self._rows.insert(request)
        return True

    async def open(self, organisation_id: str) -> list[LinkRequest]:
        """Return what staff have not answered, oldest first, at most MAX_OPEN_REQUESTS."""
        c, session = self._rows.c, schema.session.c
        mine = select(session.id).where(session.id == c.session_id, session.organisation_id == organisation_id)
        statement = self._rows.select(c.handled_at.is_(None), mine.exists()).order_by(c.at, c.id)
        return await self._rows.all(statement.limit(MAX_OPEN_REQUESTS))

    async def handle(self, participant_id: str, user_id: str, at: datetime) -> int:
        """Close the open wishes of a seat; the number closed."""
        c = self._rows.c
        values = {"handled_at": at, "handled_by": user_id}
        return await self._rows.set(values, c.participant_id == participant_id, c.handled_at.is_(None))


class SeatTokenRows:
    """Seat cookies."""

    def __init__(self, sql: SqlConnection) -> None:
        self._rows = RecordTable(sql, schema.seat_token, SeatTokenRecord)

    async def get(self, token_id: str) -> SeatTokenRecord | None:
        """Look up by id; revoked and expired ones too."""
        return await self._rows.by(id=token_id)

    async def create(self, seat: SeatTokenRecord) -> None:
        """Add it."""
        await self._rows.insert(seat)

    async def by_token_hash(self, token_hash: str) -> SeatTokenRecord | None:
        """Look up by token; revoked and expired ones too."""
        return await self._rows.by(token_hash=token_hash)

    async def live(self, participant_id: str, now: datetime) -> list[SeatTokenRecord]:
        """Return the tokens that work now, newest first."""
        c = self._rows.c
        where = (c.participant_id == participant_id, c.revoked_at.is_(None), c.expires_at > now)
        return await self._rows.all(self._rows.select(*where).order_by(c.created_at.desc(), c.id))

    async def revoke_of_participant(self, participant_id: str, at: datetime, keep: str | None = None) -> int:
        """Revoke the tokens of a seat but `keep`; the number revoked."""
        c = self._rows.c
        where = [c.participant_id == participant_id, c.revoked_at.is_(None)]
        if keep is not None:
            where.append(c.id != keep)
        return await self._rows.set({"revoked_at": at}, *where)


class MoveRows:
    """Requests of second devices; one undecided per seat and device."""

    def __init__(self, sql: SqlConnection) -> None:
        self._rows = RecordTable(sql, schema.move_request, MoveRequest)

    async def get(self, request_id: str) -> MoveRequest | None:
        """Look up by id."""
        return await self._rows.by(id=request_id)

    async def ask(self, request: MoveRequest) -> MoveRequest:
        """Record it, or return the undecided one of the same seat and device."""
        c = self._rows.c
        same = (c.participant_id == request.participant_id, c.device_hash == request.device_hash, c.approved.is_(None))
        asked = await self._rows.one(*same)
        if asked is not None:
            return asked
        await self._rows.insert(request)
        return request

    async def save(self, request: MoveRequest) -> None:
        """Write it back."""
        await self._rows.save(request)

    async def latest(self, participant_id: str, device_hash: str) -> MoveRequest | None:
        """Return the newest request of a device for a seat."""
        c = self._rows.c
        statement = self._rows.select(c.participant_id == participant_id, c.device_hash == device_hash)
        return await self._rows.first(statement.order_by(c.at.desc(), c.id).limit(1))

    async def undecided(self, session_id: str) -> list[MoveRequest]:
        """Return what staff have not decided, oldest first."""
        return await self._rows.all(_UNDECIDED, {"session_id": session_id})
