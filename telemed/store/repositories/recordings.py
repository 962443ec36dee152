"""Recordings: one at a time, in their states, when they are due, and their tags. Lists are in `recordings_search`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, func, select

from telemed.care.actions import Action
from telemed.care.identity import Person, Staff
from telemed.care.recording.records import RecordingRecord, RecordingStanding
from telemed.care.recording.repositories import RecordingFigures, RecordingQuery, RecordingSums
from telemed.care.recording.rights import reads_all_recordings, reads_some_recordings
from telemed.care.recording.words import OPEN, ConsentAct, RecordingState
from telemed.store import schema
from telemed.store import schema_recording as recordings
from telemed.store.connection import SqlConnection
from telemed.store.record_table import RecordTable, inserting
from telemed.store.repositories.recordings_figures import figures_of
from telemed.store.repositories.recordings_search import as_it_stands, found
from telemed.store.repositories.recordings_standing import standing_of

MAX_UNFINISHED = 1000  # of one list over all states; a clinic has some dozens
MAX_OF_SESSION = 200  # takes of one visit

_c = recordings.recording.c
_FINISHED = (RecordingState.READY, RecordingState.FAILED)


class RecordingRows:
    """Fulfils `care.recording.repositories.Recordings`."""

    def __init__(self, sql: SqlConnection) -> None:
        self._sql = sql
        self._rows = RecordTable(sql, recordings.recording, RecordingRecord)

    async def get(self, recording_id: str) -> RecordingRecord | None:
        """Look up by id."""
        return await self._rows.by(id=recording_id)

    async def create(self, recording: RecordingRecord) -> None:
        """Add it."""
        await self._rows.insert(recording)

    async def save(self, recording: RecordingRecord) -> None:
        """Write it back."""
        await self._rows.save(recording)

    async def page(self, after: str, limit: int) -> list[RecordingRecord]:
        """Return those behind an id, by id."""
        return await self._rows.all(self._rows.select(_c.id > after).order_by(_c.id).limit(limit))

    async def of_session(self, session_id: str) -> list[RecordingRecord]:
        """Return the takes of a visit, oldest first."""
        statement = self._rows.select(_c.session_id == session_id).order_by(_c.asked_at, _c.id)
        return await self._rows.all(statement.limit(MAX_OF_SESSION))

    async def in_states(self, states: Collection[RecordingState]) -> list[RecordingRecord]:
        """Return those in one of the states, longest in it first."""
        wanted: ColumnElement[bool] = _c.state.in_(sorted(states))
        if set(states) <= recordings.UNFINISHED:
            wanted = and_(
                as_it_stands(recordings.UNFINISHED_WHERE), wanted
            )  # SQLite takes a partial index if its condition is repeated
        return await self._rows.all(self._rows.select(wanted).order_by(_c.state_since, _c.id).limit(MAX_UNFINISHED))

    async def search(self, reader: Staff, query: RecordingQuery, now: datetime) -> list[RecordingRecord]:
        """Return what the reader may see of what the query asks for, newest first."""
        if not any(reads(reader, Action.LIST_RECORDINGS) for reads in (reads_all_recordings, reads_some_recordings)):
            return []
        after = await self.get(query.after) if query.after is not None else None
        return await self._rows.all(found(reader, query, after, now))

    async def figures(self, reader: Staff, recordings: Collection[RecordingRecord]) -> Mapping[str, RecordingFigures]:
        """Return what a list shows besides the rows."""
        return await figures_of(self._sql, reader, recordings)

    async def standing(self, staff: Staff, recording: RecordingRecord, now: datetime) -> RecordingStanding:
        """Return what a member of staff is to a recording."""
        return await standing_of(self._sql, staff, recording, now)

    async def of_person(self, person: Person, limit: int = 200) -> list[RecordingRecord]:
        """Return recordings of the visits of one record, newest first."""
        visit = schema.session.c
        visits = select(visit.id).where(visit.patient_id == person.patient_id)
        statement = self._rows.select(_c.session_id.in_(visits), _c.started_at.is_not(None))
        return await self._rows.all(statement.order_by(_c.started_at.desc(), _c.id.desc()).limit(limit))

    async def due_to_expire(self, now: datetime, limit: int = 100) -> list[RecordingRecord]:
        """Return those whose time is over, oldest first."""
        due = (_c.expires_at <= now, _c.hold.is_(False), _c.state.in_(_FINISHED))
        statement = self._rows.select(as_it_stands(recordings.EXPIRING_WHERE), *due)
        return await self._rows.all(statement.order_by(_c.expires_at, _c.id).limit(limit))

    async def due_to_decide(self, now: datetime, limit: int = 100) -> list[RecordingRecord]:
        """Return emergencies nobody has decided on in time, oldest first."""
        due = (_c.decide_by <= now, _c.hold.is_(False), _c.state.in_((*_FINISHED, RecordingState.FINALISING)))
        statement = self._rows.select(as_it_stands(recordings.UNDECIDED_WHERE), *due)
        return await self._rows.all(statement.order_by(_c.decide_by, _c.id).limit(limit))

    async def sums(self, organisation_id: str) -> RecordingSums:
        """Count the recordings of an organisation that are not erased."""
        kept = (_c.organisation_id == organisation_id, _c.state.not_in((RecordingState.ERASED, RecordingState.CANCELLED)))
        sizes = select(_c.state, func.count().label("number"), func.sum(_c.size_bytes).label("size")).where(*kept)
        rows = {row["state"]: row for row in await self._sql.rows(sizes.group_by(_c.state))}
        numbers = {state: int(row["number"]) for state, row in rows.items()}
        return RecordingSums(
            recordings=sum(numbers.values()),
            size_bytes=sum(int(row["size"]) for row in rows.values()),
            open=sum(numbers.get(state, 0) for state in OPEN),
            finalising=numbers.get(RecordingState.FINALISING, 0),
            failed=numbers.get(RecordingState.FAILED, 0),
            held=await self._number(recordings.HELD_WHERE, organisation_id),
            undecided=await self._number(recordings.UNDECIDED_WHERE, organisation_id),
        )

    async def last_erased_at(self) -> datetime | None:
        """Return when one, or a part of one, was erased last. Reads the whole table: for the night."""
        statement = self._rows.select(_c.erased_at.is_not(None)).order_by(_c.erased_at.desc()).limit(1)
        whole = await self._rows.first(statement)
        event = recordings.consent_event.c
        wished = select(event.recording_id).where(
            event.act == ConsentAct.DESTROY_EARLIER,
            event.recording_id == _c.id,
            event.at > _c.stopped_at,
            event.at <= _c.ready_at,
        )
        statement = self._rows.select(wished.exists()).order_by(_c.ready_at.desc()).limit(1)
        part = await self._rows.first(statement)
        times = (whole.erased_at if whole is not None else None, part.ready_at if part is not None else None)
        return max((at for at in times if at is not None), default=None)

    async def _number(self, condition: str, organisation_id: str) -> int:
        """How many of the few rows of a partial index an organisation has."""
        statement = select(func.count().label("number")).where(
            as_it_stands(condition), _c.organisation_id + "" == organisation_id
        )
        row = await self._sql.row(statement.select_from(recordings.recording))
        return 0 if row is None else int(row["number"])

    async def tags_of(self, recording_id: str) -> list[str]:
        """Return its tags in order of the alphabet."""
        c = recordings.recording_tag.c
        rows = await self._sql.rows(select(c.tag).where(c.recording_id == recording_id).order_by(c.tag))
        return [row["tag"] for row in rows]

    async def set_tags(self, recording: RecordingRecord, tags: Collection[str]) -> None:
        """Replace its tags."""
        table = recordings.recording_tag
        await self._sql.change(delete(table).where(table.c.recording_id == recording.id))
        common = {
            "recording_id": recording.id,
            "organisation_id": recording.organisation_id,
            "started_at": recording.started_at or recording.asked_at,
        }
        for tag in sorted(set(tags)):
            await self._sql.change(inserting(table), {**common, "tag": tag})
