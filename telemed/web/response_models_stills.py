"""Answers about stills."""

from __future__ import annotations

from typing import Literal

from telemed.web.response_models import Answer, Time


class Still(Answer):
    """One still. `sha256`: of the bytes that are kept, in hex."""

    id: str
    participant_id: str
    number: int
    state: Literal["asked", "sending", "kept", "declined", "refused"]
    asked_by: str | None
    at: Time
    taken_at: Time | None
    kept_at: Time | None
    mime: str | None
    size: int | None
    width: int | None
    height: int | None
    sha256: str | None
    thumbnail: bool
    fault: str


class StillAnswer(Answer):
    """`POST /sessions/{id}/stills`."""

    still: Still


class PatientStill(Still):
    """With the visit it belongs to."""

    session_id: str
    session_at: Time


class PatientStills(Answer):
    """`GET /patients/{patient_id}/stills`."""

    stills: list[PatientStill]
