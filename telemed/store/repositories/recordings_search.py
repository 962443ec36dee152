"""Lists of recordings: newest first, page by page, each condition on an index that ends in the order of the list."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, literal, or_, select, tuple_

from telemed.care.actions import Action
from telemed.care.identity import Staff
from telemed.care.patients.names import fold
from telemed.care.recording.records import RecordingRecord
from telemed.care.recording.repositories import RecordingQuery
from telemed.care.recording.rights import reads_all_recordings
from telemed.care.recording.words import RecordingState, ViewKind
from telemed.store import schema
from telemed.store import schema_people as people
from telemed.store import schema_recording as recordings
from telemed.store.repositories.recordings_standing import open_visits, visits_with

MAX_WORDS = 6  # of a text searched for
_SEEN = (ViewKind.WATCHED, ViewKind.DOWNLOADED)
_HIDDEN = (RecordingState.ASKING, RecordingState.CANCELLED, RecordingState.ERASED)

_c, _tag, _visit = recordings.recording.c, recordings.recording_tag.c, schema.session.c


def found(reader: Staff, query: RecordingQuery, after: RecordingRecord | None, now: datetime) -> Select[Any]:
    """The statement of one page. `after` is the last recording of the page before."""
    where = [*_reach(reader, now), *_conditions(reader, query)]
    if query.tag:
        # The index of tags has the order too: walked from its newest end, it needs no sort.
        joined = select(recordings.recording).join(recordings.recording_tag, _tag.recording_id == _c.id)
        where += [_tag.organisation_id == reader.organisation_id, _tag.tag == query.tag]
        order = (_tag.started_at, _tag.recording_id)
    else:
        joined = select(recordings.recording)
        order = (_c.started_at, _c.id)
    if after is not None:
        where.append(tuple_(*order) < tuple_(literal(after.started_at, order[0].type), literal(after.id)))
    return joined.where(*where).order_by(order[0].desc(), order[1].desc()).limit(query.limit)


def _reach(reader: Staff, now: datetime) -> list[ColumnElement[bool]]:
    """Of the own organisation and site; for whom the table does not open all of them, of visits that are open to that person."""
    where: list[ColumnElement[bool]] = [
        _c.organisation_id == reader.organisation_id,
        _c.started_at.is_not(None),
        _c.state.not_in(_HIDDEN),
    ]
    if reader.site_id is not None:
        where.append(or_(_c.site_id.is_(None), _c.site_id == reader.site_id))
    if not reads_all_recordings(reader, Action.LIST_RECORDINGS):
        where.append(_c.session_id.in_(open_visits(reader, now)))
    return where


def _conditions(reader: Staff, query: RecordingQuery) -> list[ColumnElement[bool]]:
    """What is searched for."""
    where: list[ColumnElement[bool]] = []
    if query.kind is not None:
        where.append(_c.kind == query.kind)
    if query.status is not None:
        where.append(_c.review_status == query.status)
    if query.since is not None:
        where.append(_c.started_at >= query.since)
    if query.until is not None:
        where.append(_c.started_at < query.until)
    if query.patient_id is not None:
        where.append(_c.session_id.in_(select(_visit.id).where(_visit.patient_id == query.patient_id)))
    if query.clinician_id is not None:
        where.append(_c.session_id.in_(visits_with(query.clinician_id)))
    if query.undecided:
        where.append(_c.decide_by.is_not(None))
    if query.held:
        where.append(_c.hold)
    if query.unread:
        where.append(~seen_by(reader))
    return where + [_named(word) for word in query.text.split()[:MAX_WORDS]]


def seen_by(reader: Staff) -> ColumnElement[bool]:
    """Whether the reader has watched the recording."""
    view = recordings.recording_view.c
    return exists().where(view.recording_id == _c.id, view.user_id == reader.user_id, view.what.in_(_SEEN))


def _named(word: str) -> ColumnElement[bool]:
    """A word of the names, the reason or the tags. Accents and case count for nothing in names of records."""
    patient = people.patient.c
    folded = fold(word) or word
    shown = or_(
        *(column.contains(form, autoescape=True) for column in (_visit.patient_name, _visit.reason) for form in _forms(word))
    )
    record = exists().where(patient.id == _visit.patient_id, patient.folded_name.contains(folded, autoescape=True))
    of_visit = exists().where(_visit.id == _c.session_id, or_(shown, record))
    tagged = exists().where(and_(_tag.recording_id == _c.id, _tag.tag.startswith(word.lower(), autoescape=True)))
    return or_(of_visit, tagged)


def _forms(word: str) -> set[str]:
    """SQLite compares without case among A to Z only; of other letters the usual spellings are tried."""
    return {word} if word.isascii() else {word, word.lower(), word.upper(), word.capitalize()}
