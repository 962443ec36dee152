"""Recordings and what belongs to them, as most tests need them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from telemed.care.identity import ActorRef
from telemed.care.recording.records import Bystander, ConsentEvent, EraseRequest, Marker, RecordingRecord, RecordingView
from telemed.care.recording.words import (
    BystanderLabel,
    ConsentAct,
    DecidedBy,
    RecordingState,
    ViewKind,
    Visibility,
)
from telemed.care.states import SessionKind

NOW = datetime(2026, 11, 22, 9, 30, 0, 123456, tzinfo=UTC)
PATIENT = ActorRef("par_1", "patient")


def a_recording(**changes: Any) -> RecordingRecord:
    """A recording under way, begun NOW."""
    values: dict[str, Any] = {
        "id": "rec_1",
        "session_id": "ses_1",
        "organisation_id": "org_1",
        "kind": SessionKind.URGENT,
        "state": RecordingState.RECORDING,
        "state_since": NOW,
        "started_by": "usr_1",
        "asked_at": NOW,
        "started_at": NOW,
    }
    return RecordingRecord(**(values | changes))


def an_act(act: ConsentAct, person: str = "par_1", number: int = 1, **changes: Any) -> ConsentEvent:
    """An act of a participant, or of a bystander when the id says so."""
    who = {"bystander_id": person} if person.startswith("bys_") else {"participant_id": person}
    values: dict[str, Any] = {
        "id": f"con_{number}",
        "session_id": "ses_1",
        "act": act,
        "by": ActorRef(person, "patient"),
        "text_version": "2026-11",
        "language": "en",
        "at": NOW + timedelta(seconds=number),
        "sequence": number,
    }
    return ConsentEvent(**(values | who | changes))


def a_bystander(agreed: bool = True, **changes: Any) -> Bystander:
    values: dict[str, Any] = {
        "id": "bys_1",
        "session_id": "ses_1",
        "label": BystanderLabel.CHILD,
        "created_by": "par_1",
        "created_at": NOW,
        "decided_by": DecidedBy.SELF,
        "agreed": agreed,
    }
    return Bystander(**(values | changes))


def a_marker(**changes: Any) -> Marker:
    """A new marker, to be written as its first revision."""
    values: dict[str, Any] = {
        "id": "mrk_1",
        "recording_id": "rec_1",
        "start_ms": 1000,
        "category": "finding",
        "author_id": "usr_1",
        "author_name": "Dr. A",
        "visibility": Visibility.TEAM,
        "at": NOW,
        "revision": 0,
    }
    return Marker(**(values | changes))


def a_view(number: int = 1, **changes: Any) -> RecordingView:
    values: dict[str, Any] = {
        "id": f"viw_{number}",
        "recording_id": "rec_1",
        "user_id": "usr_1",
        "name": "Dr. A",
        "role": "clinician",
        "at": NOW + timedelta(seconds=number),
        "what": ViewKind.WATCHED,
    }
    return RecordingView(**(values | changes))


def a_request(**changes: Any) -> EraseRequest:
    values: dict[str, Any] = {
        "id": "ers_1",
        "recording_id": "rec_1",
        "asked_by": "usr_1",
        "reason": "The patient asked for it.",
        "at": NOW,
    }
    return EraseRequest(**(values | changes))
