"""Answers about incidents (protocol section 1.2). The shapes of rows are those of protocol section 2.7."""

from __future__ import annotations

from typing import Any, Literal

from telemed.care.states import ParticipantState
from telemed.web.response_models import Answer, Clinic, Link, Time


class IncidentAnswer(Answer):
    """The incident as the reader sees it now; of one that was opened again with its new link."""

    incident: dict[str, Any]
    link: Link | None = None


class IncidentMade(Answer):
    """`POST /incidents`, `POST /incidents/{incident_id}/callers`, and `POST /incidents/{incident_id}/links/{link_id}/code`."""

    incident: dict[str, Any]
    link: Link


class CrewMade(IncidentMade):
    """`POST /incidents/{incident_id}/crews`. `pin` is told by voice."""

    pin: str


class IncidentDetail(Answer):
    """`GET /incidents/{incident_id}`."""

    incident: dict[str, Any]
    timeline: list[dict[str, Any]]
    summary: dict[str, Any] | None


class Track(Answer):
    """`GET /incidents/{incident_id}/positions`."""

    positions: list[dict[str, Any]]
    place: str
    kept_until: Time | None


class FrameAnswer(Answer):
    """`POST /sessions/{id}/frames`."""

    frame: dict[str, Any]


class Guidance(Answer):
    """`GET /guidance`."""

    version: str
    approver: str
    notice: str
    cards: list[dict[str, Any]]


class CameInAnswer(Answer):
    """`POST /callers/open` and `POST /crews/open`."""

    status: Literal["seat", "approval_needed"]
    clinic: Clinic
    session_id: str | None = None
    participant_id: str | None = None
    state: ParticipantState | None = None
    caller: dict[str, Any] | None = None
    token: str | None = None
