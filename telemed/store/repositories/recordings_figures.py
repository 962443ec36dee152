"""What a list shows of recordings besides their rows: read for a page at once, not recording by recording."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from sqlalchemy import exists, func, or_, select

from telemed.care.identity import Staff
from telemed.care.recording.records import RecordingRecord
from telemed.care.recording.repositories import PersonInVisit, RecordingFigures
from telemed.care.recording.words import Visibility
from telemed.store import schema
from telemed.store import schema_people as people
from telemed.store import schema_recording as recordings
from telemed.store.connection import SqlConnection
from telemed.store.repositories.recordings_search import seen_by

_visit, _seat = schema.session.c, schema.participant.c


async def figures_of(sql: SqlConnection, reader: Staff, page: Collection[RecordingRecord]) -> Mapping[str, RecordingFigures]:
    """Return them by id."""
    if not page:
        return {}
    ids, visit_ids = sorted({row.id for row in page}), sorted({row.session_id for row in page})
    titles = await _titles(sql, visit_ids)
    names = await _people(sql, visit_ids)
    tags = await _tags(sql, ids)
    markers = await _markers(sql, ids, reader)
    read = await _read(sql, ids, reader)
    made = {}
    for row in page:
        title, patient_id = titles.get(row.session_id, ("", None))
        persons = tuple(names[row.session_id])
        made[row.id] = RecordingFigures(
            title, persons, tuple(tags[row.id]), markers.get(row.id, 0), row.id not in read, patient_id
        )
    return made


async def _titles(sql: SqlConnection, visit_ids: list[str]) -> dict[str, tuple[str, str | None]]:
    """Of each visit the name of its patient, else what the visit is called, and the patient's id."""
    patient = people.patient.c
    joined = schema.session.outerjoin(people.patient, patient.id == _visit.patient_id)
    columns = (_visit.id, _visit.patient_name, _visit.reason, _visit.patient_id, patient.name)
    rows = await sql.rows(select(*columns).select_from(joined).where(_visit.id.in_(visit_ids)))
    return {row["id"]: (row["name"] or row["patient_name"] or row["reason"], row["patient_id"]) for row in rows}


async def _people(sql: SqlConnection, visit_ids: list[str]) -> defaultdict[str, list[PersonInVisit]]:
    """Who was let into each visit."""
    let_in = or_(_seat.admitted_at.is_not(None), _seat.user_id.is_not(None))
    statement = select(_seat.id, _seat.session_id, _seat.name, _seat.role).where(_seat.session_id.in_(visit_ids), let_in)
    found: defaultdict[str, list[PersonInVisit]] = defaultdict(list)
    for row in await sql.rows(statement.order_by(_seat.created_at, _seat.id)):
        found[row["session_id"]].append(PersonInVisit(row["id"], row["name"], row["role"].value))
    return found


async def _tags(sql: SqlConnection, ids: list[str]) -> defaultdict[str, list[str]]:
    c = recordings.recording_tag.c
    found: defaultdict[str, list[str]] = defaultdict(list)
    for row in await sql.rows(select(c.recording_id, c.tag).where(c.recording_id.in_(ids)).order_by(c.tag)):
        found[row["recording_id"]].append(row["tag"])
    return found


async def _markers(sql: SqlConnection, ids: list[str], reader: Staff) -> dict[str, int]:
    """How many markers the reader may see of each."""
    c, later = recordings.recording_marker.c, recordings.recording_marker.alias("later").c
    newest = ~exists().where(later.id == c.id, later.revision > c.revision)
    mine = or_(c.visibility == Visibility.TEAM, c.author_id == reader.user_id)
    statement = select(c.recording_id, func.count().label("markers")).where(c.recording_id.in_(ids), ~c.removed, mine, newest)
    return {row["recording_id"]: row["markers"] for row in await sql.rows(statement.group_by(c.recording_id))}


async def _read(sql: SqlConnection, ids: list[str], reader: Staff) -> frozenset[str]:
    """Which of them the reader has watched."""
    c = recordings.recording.c
    return frozenset(row["id"] for row in await sql.rows(select(c.id).where(c.id.in_(ids), seen_by(reader))))
