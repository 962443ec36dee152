"""The recordings a clinic has after some years: one of each visit, some watched, tagged, marked, held."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import fields
from datetime import timedelta
from typing import Any

from telemed.care.recording.records import Marker, RecordingRecord, RecordingView
from telemed.care.recording.words import RecordingState, ReviewStatus, ViewKind, Visibility
from telemed.care.records import SessionRecord
from telemed.care.roles import Role
from telemed.care.states import ParticipantEvent, ParticipantState

TAGS = ("teaching", "claim", "stroke", "wound", "follow up")
A_YEAR = timedelta(days=365)
MEGABYTE = 10**6


def recordings(visits: list[SessionRecord], chance: random.Random) -> Iterator[RecordingRecord]:
    """One of each visit, most of them not yet looked at by a reviewer."""
    for visit in visits:
        at, end = visit.created_at, visit.ended_at
        assert end is not None
        yield RecordingRecord(
            f"rec_{visit.id[4:]}",
            visit.id,
            visit.organisation_id,
            visit.kind,
            RecordingState.READY,
            end,
            visit.created_by,
            at,
            started_at=at,
            stopped_at=end,
            ready_at=end,
            duration_ms=240_000,
            size_bytes=30 * MEGABYTE,
            review_status=chance.choices(list(ReviewStatus), (90, 1, 9))[0],
            hold=chance.random() < 0.001,
            expires_at=end + A_YEAR,
        )


def rows(records: Iterator[Any] | list[Any]) -> Iterator[dict[str, Any]]:
    """The fields of records."""
    for record in records:
        yield {field.name: getattr(record, field.name) for field in fields(record)}


def tags(taken: list[RecordingRecord], chance: random.Random) -> Iterator[dict[str, Any]]:
    """A tenth has one."""
    for recording in taken:
        if chance.random() < 0.1:
            row = {"recording_id": recording.id, "organisation_id": recording.organisation_id}
            yield {**row, "tag": chance.choice(TAGS), "started_at": recording.started_at}


def views(taken: list[RecordingRecord], chance: random.Random) -> Iterator[dict[str, Any]]:
    """Half were watched by whoever made them."""
    for recording in taken:
        if chance.random() < 0.5:
            number, at = recording.id[4:], recording.state_since
            view = RecordingView(f"viw_{number}", recording.id, recording.started_by, "Dr.", "clinician", at, ViewKind.WATCHED)
            yield from rows([view])


def markers(taken: list[RecordingRecord], chance: random.Random) -> Iterator[dict[str, Any]]:
    """A fifth has one."""
    for recording in taken:
        if chance.random() < 0.2:
            at, by = recording.state_since, recording.started_by
            name = f"mrk_{recording.id[4:]}"
            yield from rows([Marker(name, recording.id, 60_000, "finding", by, "Dr.", Visibility.TEAM, at)])


def connected(visits: list[SessionRecord]) -> Iterator[dict[str, Any]]:
    """Whoever made a visit was in it: by that its recording is open to the person."""
    for visit in visits:
        number = visit.id[4:]
        yield {
            "id": f"evt_{number}",
            "session_id": visit.id,
            "participant_id": f"par_{number}d",
            "event": ParticipantEvent.MEDIA_CONNECTED,
            "from_state": ParticipantState.ADMITTED,
            "to_state": ParticipantState.CONNECTED,
            "cause_id": visit.created_by,
            "cause_role": Role.CLINICIAN.value,
            "at": visit.created_at,
        }
