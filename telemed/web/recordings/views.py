"""Recordings as staff and patients see them in answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from telemed.care.ports import Json
from telemed.care.recording.ports import RecordingContents, SegmentInfo, VerifyResult
from telemed.care.recording.records import EraseRequest, Marker, RecordingRecord, RecordingView
from telemed.care.recording.repositories import RecordingFigures
from telemed.care.recording.words import OwnPart, RecordingState
from telemed.care.records import ParticipantRecord
from telemed.care.times import iso_or_none, iso_utc


def recording_view(recording: RecordingRecord, figures: RecordingFigures) -> Json:
    """A line of the list."""
    return {
        "id": recording.id,
        "session_id": recording.session_id,
        "patient_id": figures.patient_id,
        "kind": recording.kind.value,
        "state": recording.state.value,
        "basis": recording.basis.value,
        "started_at": iso_or_none(recording.started_at),
        "duration_ms": recording.duration_ms,
        "size_bytes": recording.size_bytes,
        "title": figures.title,
        "people": [{"name": person.name, "role": person.role} for person in figures.people],
        "tags": list(figures.tags),
        "review_status": recording.review_status.value,
        "unread": figures.unread and recording.state is RecordingState.READY,
        "hold": recording.hold,
        "markers": figures.markers,
        "expires_at": iso_or_none(recording.expires_at),
        "decide_by": iso_or_none(recording.decide_by),
    }


def detail_parts(
    recording: RecordingRecord,
    contents: RecordingContents | None,
    people: Iterable[ParticipantRecord],
    parts: Mapping[str, OwnPart],
) -> Json:
    """What the page of one recording has beyond its line. `contents` None: nothing can be played."""
    return {
        "segments": [segment_view(segment) for segment in contents.segments] if contents is not None else [],
        "participants": [{"id": seat.id, "name": seat.name, "role": seat.role.value, "part": parts[seat.id]} for seat in people],
        "fault": recording.fault.value,
        "reason": recording.reason,
        "hold_reason": recording.hold_reason,
        "reviewed_at": iso_or_none(recording.reviewed_at),
    }


def segment_view(segment: SegmentInfo) -> Json:
    """A file to play."""
    return {
        "id": segment.id,
        "participant_id": segment.participant_id,
        "group": segment.group,
        "mime": segment.mime,
        "codecs": segment.codecs,
        "start_ms": segment.start_us // 1000,
        "end_ms": segment.end_us // 1000,
        "bytes": segment.size,
    }


def marker_view(marker: Marker, reader_id: str) -> Json:
    """A marker."""
    return {
        "id": marker.id,
        "start_ms": marker.start_ms,
        "end_ms": marker.end_ms,
        "category": marker.category,
        "text": marker.text,
        "author": marker.author_name,
        "visibility": marker.visibility.value,
        "at": iso_utc(marker.at),
        "revision": marker.revision,
        "mine": marker.author_id == reader_id,
    }


def viewer_view(view: RecordingView) -> Json:
    """Somebody who watched, and when. The reason of an export stays in the database: the same line is shown to patients."""
    return {"name": view.name, "role": view.role, "at": iso_utc(view.at), "what": view.what.value}


def erase_view(request: EraseRequest | None, asked_by: str, reader_id: str) -> Json | None:
    """An open wish to erase. `asked_by`: a name."""
    if request is None:
        return None
    return {
        "asked_by": asked_by,
        "at": iso_utc(request.at),
        "reason": request.reason,
        "confirm_after": iso_or_none(request.confirm_after),
        "mine": request.asked_by == reader_id,
    }


def verify_view(result: VerifyResult) -> Json:
    """What a verification found."""
    broken = [{"segment_id": found.segment_id or None, "what": found.what, "block": found.block} for found in result.broken]
    return {
        "result": "complete" if result.complete else "broken",
        "checked_at": iso_utc(result.checked_at),
        "up_to": iso_or_none(result.up_to),
        "broken": broken,
        "destroyed": [{"participant_id": one.participant_id, "at": iso_utc(one.at)} for one in result.destroyed],
    }


def own_view(recording: RecordingRecord, views: Iterable[RecordingView], part: OwnPart) -> Json:
    """A recording as the patient sees it: that it is there, who watched it, and what there is of the person in it."""
    return {
        "id": recording.id,
        "started_at": iso_or_none(recording.started_at),
        "duration_ms": recording.duration_ms,
        "erased": recording.state is RecordingState.ERASED,
        "part": part.value,
        "viewers": [viewer_view(view) for view in views],
    }


def length_ms(recording: RecordingRecord, now: datetime) -> int:
    """How long it is; of one that is not finished, how long it has become."""
    if recording.duration_ms or recording.started_at is None:
        return recording.duration_ms
    return max(0, int(((recording.stopped_at or now) - recording.started_at).total_seconds() * 1000))
