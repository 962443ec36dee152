"""Lists of recordings: newest first, page by page. Whoever may see all walks an index in that order; for the others, and for one
patient or clinician, the visits are found first, which are few, and their recordings sorted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, literal, literal_column, or_, select, tuple_

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
    reads_all = reads_all_recordings(reader, Action.LIST_RECORDINGS)
    is_narrow = not reads_all or bool(query.patient_id or query.clinician_id or query.held or query.undecided)
    # Not as a column: else SQLite would walk through all recordings of the organisation instead of looking up the few.
    owner = _c.organisation_id + "" if is_narrow else _c.organisation_id
    where = [owner == reader.organisation_id, *_reach(reader), *_conditions(reader, query)]
    if not reads_all:
        where.append(_c.session_id.in_(open_visits(reader, now)))
    joined, order = select(recordings.recording), (_c.started_at, _c.id)
    if query.tag and is_narrow:
        where.append(exists().where(_tag.recording_id == _c.id, _tag.tag == query.tag))
    elif query.tag:  # the index of tags has the order too
        joined, order = joined.join(recordings.recording_tag, _tag.recording_id == _c.id), (_tag.started_at, _tag.recording_id)
        where += [_tag.organisation_id == reader.organisation_id, _tag.tag == query.tag]
    if after is not None:
        where.append(tuple_(*order) < tuple_(literal(after.started_at, order[0].type), literal(after.id)))
    return joined.where(*where).order_by(order[0].desc(), order[1].desc()).limit(query.limit)


def _reach(reader: Staff) -> list[ColumnElement[bool]]:
    """What was begun and is not erased, of the own site or of none."""
    where: list[ColumnElement[bool]] = [_c.started_at.is_not(None), _c.state.not_in(_HIDDEN)]
    if reader.site_id is not None:
        where.append(or_(_c.site_id.is_(None), _c.site_id == reader.site_id))
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
        where.append(as_it_stands(recordings.UNDECIDED_WHERE))
    if query.held:
        where.append(as_it_stands(recordings.HELD_WHERE))
    if query.unread:
        where += [~seen_by(reader), _c.state == RecordingState.READY]  # what cannot be watched waits for nobody
    words = query.text.split()[:MAX_WORDS]
    return [*where, _named(words, reader)] if words else where


def seen_by(reader: Staff) -> ColumnElement[bool]:
    """Whether the reader has watched the recording."""
    view = recordings.recording_view.c
    return exists().where(view.recording_id == _c.id, view.user_id == reader.user_id, view.what.in_(_SEEN))


def as_it_stands(condition: str) -> ColumnElement[bool]:
    """The condition of a partial index, letter by letter: else SQLite would not take the index."""
    return literal_column(f"({condition})")


def _named(words: list[str], reader: Staff) -> ColumnElement[bool]:
    """Each word in the names or the reason of the visit, or all of them the beginning of a tag."""
    visits = select(_visit.id).where(_visit.organisation_id == reader.organisation_id, *(_in_visit(word) for word in words))
    begins = _tag.tag.startswith(" ".join(words).lower(), autoescape=True)
    tagged = select(_tag.recording_id).where(_tag.organisation_id == reader.organisation_id, begins)
    return or_(_c.session_id.in_(visits), _c.id.in_(tagged))


def _in_visit(word: str) -> ColumnElement[bool]:
    """Accents and case count for nothing in names of records."""
    patient, texts = people.patient.c, (_visit.patient_name, _visit.reason)
    named = select(patient.id).where(patient.folded_name.contains(fold(word) or word, autoescape=True))
    shown = or_(*(column.contains(form, autoescape=True) for column in texts for form in _forms(word)))
    return or_(shown, and_(_visit.patient_id.is_not(None), _visit.patient_id.in_(named)))


def _forms(word: str) -> set[str]:
    """SQLite compares without case among A to Z only; of other letters the usual spellings are tried."""
    return {word} if word.isascii() else {word, word.lower(), word.upper(), word.capitalize()}
