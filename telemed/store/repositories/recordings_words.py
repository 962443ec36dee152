"""What people said and noted about recordings: acts of consent, bystanders, markers, views, speech, wishes to erase."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, select

from telemed.care.identity import ActorRef
from telemed.care.recording.records import (
    Bystander,
    ConsentEvent,
    EraseRequest,
    Marker,
    RecordingView,
    SpeakingSpan,
    UnrecordedReason,
)
from telemed.errors import Conflict, NotFound
from telemed.store import schema_recording as schema
from telemed.store.connection import SqlConnection
from telemed.store.record_table import RecordTable, inserting

MAX_EVENTS = 5000  # of one visit
MAX_BYSTANDERS = 200  # of one visit
MAX_MARKERS = 2000  # shown of one recording
MAX_VIEWS = 1000  # of one recording
MAX_VIEWS_OF_EACH = 200  # of one recording in a list
MAX_SPANS = 20_000  # of one recording: a turn each second of five hours


class ConsentRows:
    """Fulfils `care.recording.repositories.Consents`."""

    def __init__(self, sql: SqlConnection) -> None:
        self._sql = sql
        self._bystanders = RecordTable(sql, schema.bystander, Bystander)
        self._unrecorded = RecordTable(sql, schema.unrecorded_reason, UnrecordedReason)

    async def append(self, event: ConsentEvent) -> ConsentEvent:
        """Add an act as the next of its visit."""
        c = schema.consent_event.c
        last = select(func.max(c.sequence).label("sequence")).where(c.session_id == event.session_id)
        row = await self._sql.row(last)
        stored = replace(event, sequence=(row["sequence"] or 0 if row is not None else 0) + 1)
        values = asdict(stored)
        by = values.pop("by")
        await self._sql.change(inserting(schema.consent_event), {**values, "by_id": by["id"], "by_role": by["role"]})
        return stored

    async def of_session(self, session_id: str) -> list[ConsentEvent]:
        """Return the acts of a visit in order."""
        c = schema.consent_event.c
        statement = select(schema.consent_event).where(c.session_id == session_id).order_by(c.sequence).limit(MAX_EVENTS)
        return [_event(dict(row)) for row in await self._sql.rows(statement)]

    async def add_bystander(self, bystander: Bystander) -> None:
        """Add somebody in a participant's room."""
        await self._bystanders.insert(bystander)

    async def save_bystander(self, bystander: Bystander) -> None:
        """Write it back."""
        await self._bystanders.save(bystander)

    async def bystanders(self, session_id: str) -> list[Bystander]:
        """Return everybody listed for a visit, oldest first."""
        c = self._bystanders.c
        statement = self._bystanders.select(c.session_id == session_id).order_by(c.created_at, c.id)
        return await self._bystanders.all(statement.limit(MAX_BYSTANDERS))

    async def add_unrecorded(self, reason: UnrecordedReason) -> None:
        """Note why a visit went on without a recording."""
        await self._unrecorded.insert(reason)

    async def unrecorded(self, session_id: str) -> list[UnrecordedReason]:
        """Return the reasons noted, oldest first."""
        c = self._unrecorded.c
        statement = self._unrecorded.select(c.session_id == session_id).order_by(c.at, c.id)
        return await self._unrecorded.all(statement.limit(MAX_BYSTANDERS))


class MarkerRows:
    """Fulfils `care.recording.repositories.Markers`."""

    def __init__(self, sql: SqlConnection) -> None:
        self._rows = RecordTable(sql, schema.recording_marker, Marker)

    async def get(self, marker_id: str) -> Marker | None:
        """Return the latest revision."""
        c = self._rows.c
        return await self._rows.first(self._rows.select(c.id == marker_id).order_by(c.revision.desc()).limit(1))

    async def write(self, marker: Marker) -> Marker:
        """Add the next revision. Nothing else writes in this transaction, so looking first is safe."""
        latest = await self.get(marker.id)
        if marker.revision > 0 and (latest is None or latest.removed or latest.recording_id != marker.recording_id):
            raise NotFound()
        if marker.revision != (latest.revision if latest is not None else 0):
            raise Conflict("Somebody changed this marker in the meantime.", code="marker_changed")
        stored = replace(marker, revision=marker.revision + 1)
        await self._rows.insert(stored)
        return stored

    async def of_recording(self, recording_id: str) -> list[Marker]:
        """Return the markers as they are now."""
        c, later = self._rows.c, schema.recording_marker.alias("later").c
        is_latest = ~exists().where(later.id == c.id, later.revision > c.revision)
        statement = self._rows.select(c.recording_id == recording_id, ~c.removed, is_latest)
        return await self._rows.all(statement.order_by(c.start_ms, c.at, c.id).limit(MAX_MARKERS))


class RecordingViewRows:
    """Fulfils `care.recording.repositories.RecordingViews`."""

    def __init__(self, sql: SqlConnection) -> None:
        self._rows = RecordTable(sql, schema.recording_view, RecordingView)

    async def append(self, view: RecordingView) -> None:
        """Add it."""
        await self._rows.insert(view)

    async def of_recording(self, recording_id: str) -> list[RecordingView]:
        """Return who watched one, newest first."""
        c = self._rows.c
        found = await self._newest(c.recording_id == recording_id, MAX_VIEWS)
        return found[recording_id]

    async def of_recordings(self, recording_ids: Collection[str]) -> Mapping[str, list[RecordingView]]:
        """Return who watched several, each newest first."""
        return await self._newest(self._rows.c.recording_id.in_(sorted(recording_ids)), MAX_VIEWS_OF_EACH)

    async def _newest(self, which: ColumnElement[bool], most: int) -> defaultdict[str, list[RecordingView]]:
        """Up to `most` of each recording, newest first. Where there are more, the newest of each person and kind go before the
        second newest of anybody: nobody pushes others out by doing something over and over."""
        c = self._rows.c
        newest = (c.at.desc(), c.id)
        turn = func.row_number().over(partition_by=(c.recording_id, c.user_id, c.what), order_by=newest).label("turn")
        turns = select(schema.recording_view, turn).where(which).subquery()
        t = turns.c
        place = func.row_number().over(partition_by=t.recording_id, order_by=(t.turn, t.at.desc(), t.id)).label("place")
        places = select(turns, place).subquery()
        p = places.c
        statement = select(*(p[column.name] for column in c)).where(p.place <= most).order_by(p.at.desc(), p.id)
        found: defaultdict[str, list[RecordingView]] = defaultdict(list)
        for view in await self._rows.all(statement):
            found[view.recording_id].append(view)
        return found


class SpeakingRows:
    """Fulfils `care.recording.repositories.Speaking`."""

    def __init__(self, sql: SqlConnection) -> None:
        self._sql = sql
        self._rows = RecordTable(sql, schema.speaking_span, SpeakingSpan)

    async def add(self, spans: Collection[SpeakingSpan]) -> None:
        """Add spans, or let those there grow."""
        c = self._rows.c
        for span in spans:
            same = (c.recording_id == span.recording_id, c.participant_id == span.participant_id, c.start_ms == span.start_ms)
            await self._sql.change(delete(schema.speaking_span).where(*same))
            await self._rows.insert(span)

    async def remove(self, recording_id: str, participant_id: str) -> None:
        """Remove what is there of one person."""
        c = self._rows.c
        await self._sql.change(
            delete(schema.speaking_span).where(c.recording_id == recording_id, c.participant_id == participant_id)
        )

    async def of_recording(self, recording_id: str) -> list[SpeakingSpan]:
        """Return who spoke when."""
        c = self._rows.c
        statement = self._rows.select(c.recording_id == recording_id).order_by(c.start_ms, c.participant_id)
        return await self._rows.all(statement.limit(MAX_SPANS))


class EraseRequestRows:
    """Fulfils `care.recording.repositories.EraseRequests`."""

    def __init__(self, sql: SqlConnection) -> None:
        self._rows = RecordTable(sql, schema.erase_request, EraseRequest)

    async def create(self, request: EraseRequest) -> None:
        """Add it. Nothing else writes in this transaction, so looking first is safe."""
        if await self.open_of(request.recording_id) is not None:
            raise Conflict("Somebody has asked for this already.", code="erase_asked")
        await self._rows.insert(request)

    async def save(self, request: EraseRequest) -> None:
        """Write it back."""
        await self._rows.save(request)

    async def open_of(self, recording_id: str) -> EraseRequest | None:
        """Return the one that waits for its confirmation."""
        c = self._rows.c
        return await self._rows.one(c.recording_id == recording_id, c.confirmed_at.is_(None), c.cancelled_at.is_(None))


def _event(row: dict[str, Any]) -> ConsentEvent:
    by = ActorRef(row.pop("by_id"), row.pop("by_role"))
    return ConsentEvent(**row, by=by)
