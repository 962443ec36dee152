"""Answers of the API as the OpenAPI document describes them (protocol sections 1.2, 2.4, 2.5 and 3)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from telemed.care.identity_check import IdentityHow
from telemed.care.quality_views import Heard, Seen
from telemed.care.roles import Role
from telemed.care.states import Outcome, ParticipantState, SessionKind, SessionState
from telemed.congestion.demands import Mode

Time = Annotated[str, Field(description="UTC, ISO 8601 with Z", examples=["2026-01-31T09:30:00Z"])]


class Answer(BaseModel):
    """Root of all answers. More fields than described may come with a later version."""

    model_config = ConfigDict(extra="allow")


class ErrorContent(Answer):
    """What went wrong."""

    code: str
    message: str
    field: str | None = None
    next_attempt: int | None = None


class ErrorAnswer(Answer):
    """The body of every answer with a status of 400 and above."""

    error: ErrorContent


class Nothing(Answer):
    """Done; nothing to tell."""


class Document(Answer):
    """This document."""

    openapi: str


class Version(Answer):
    """The server's version and the version of the protocol it speaks."""

    version: str
    protocol: int


class Clinic(Answer):
    """The clinic as every page names it."""

    name: str
    phone: str
    emergency_number: str
    demo: bool


class ClinicDetail(Clinic):
    """`GET /clinic`."""

    languages: list[str]
    version: str


class User(Answer):
    """A member of staff."""

    id: str
    name: str
    email: str
    role: Role
    is_privacy_officer: bool


class LoginAnswer(Answer):
    """`POST /auth/login`; `token` for clients that are no browser."""

    user: User
    token: str | None = None


class Me(Answer):
    """`GET /me`."""

    user: User
    clinic: Clinic


class Session(Answer):
    """A consultation call."""

    id: str
    kind: SessionKind
    state: SessionState
    started_at: Time | None = None
    patient_name: str | None = None
    patient_id: str | None = None
    reason: str | None = None
    ended_at: Time | None = None
    outcome: Outcome | None = None


class IdentityConfirmed(Answer):
    """That somebody of the staff made sure who a person is; `by` is a name."""

    by: str
    at: Time
    how: IdentityHow


class Participant(Answer):
    """A seat."""

    id: str
    name: str
    role: Role
    state: ParticipantState
    since: Time
    identity: IdentityConfirmed | None = None


class Link(Answer):
    """A link as it is shown once; in lists without `url` and `qr`."""

    id: str
    participant_id: str
    role: Role
    url: str | None = None
    qr: list[str] | None = None


class SessionCreated(Answer):
    """`POST /sessions`."""

    session: Session
    participant: Participant
    link: Link


class SessionDetail(Answer):
    """`GET /sessions/{id}`."""

    session: Session
    participants: list[Participant]
    links: list[Link]


class QualityMinute(Answer):
    """How one participant had the call in one minute. Shares and losses 0 to 1, rates bit/s; null: not measured."""

    at: Time
    heard: Heard
    seen: Seen
    up_loss: float | None
    down_loss: float | None
    rtt_ms: int | None
    up_jitter_ms: int | None
    down_jitter_ms: int | None
    up_rate: int | None
    down_rate: int | None
    height: int | None
    layer: int | None
    concealed: float | None
    frozen: float | None
    paused: float | None
    no_picture: float | None
    way: Literal["udp", "tcp", "relay", ""]


class ParticipantQuality(Answer):
    """The minutes of one participant."""

    id: str
    name: str
    role: Role
    minutes: list[QualityMinute]


class SessionQuality(Answer):
    """`GET /sessions/{id}/quality`."""

    participants: list[ParticipantQuality]
    more: bool


class SessionAnswer(Answer):
    """`PATCH /sessions/{id}` and `POST /sessions/{id}/complete`."""

    session: Session


class SeatAnswer(Answer):
    """`POST /sessions/{id}/seat`."""

    participant: Participant


class LinkAnswer(Answer):
    """`POST /sessions/{id}/links`."""

    link: Link


class NoteSaved(Answer):
    """`PUT /sessions/{id}/note`."""

    revision: int
    updated_at: Time | None


class Note(NoteSaved):
    """`GET /sessions/{id}/note`."""

    body: str


class LinkOpenedAnswer(Answer):
    """`POST /links/open`: a seat, or the word that staff must agree to the move first."""

    status: Literal["seat", "approval_needed"]
    clinic: Clinic
    session_id: str | None = None
    participant_id: str | None = None
    name: str | None = None
    state: ParticipantState | None = None
    token: str | None = None


class MoveAsked(Answer):
    """`POST /links/move`."""

    status: Literal["asked"]


class Ticket(Answer):
    """`POST /staff/ticket`; `expires_in` in seconds."""

    ticket: str
    expires_in: int


class IceServer(Answer):
    """One way to the relay, as RTCPeerConnection takes it."""

    urls: list[str]
    username: str
    credential: str


class IceServers(Answer):
    """`POST /sessions/{id}/ice`; `expires_in` in seconds."""

    servers: list[IceServer]
    expires_in: int


class SeatTicket(Ticket):
    """`POST /sessions/{id}/ticket`; `ice` only where there is a relay."""

    ice: IceServers | None = None


class Today(Answer):
    """`GET /today`."""

    clinic: Clinic
    waiting: list[dict[str, Any]]
    sessions: list[dict[str, Any]]
    tasks: list[dict[str, Any]]
    incidents: list[dict[str, Any]]
    queues: list[dict[str, Any]]
    entries: list[dict[str, Any]]


class PublishedLine(Answer):
    """A sending line and the id its track got."""

    mid: str
    track_id: str


class RefusedLine(Answer):
    """A receiving line that was not granted."""

    mid: str
    track_id: str
    code: str


class OfferAnswer(Answer):
    """`POST /sessions/{id}/offer`."""

    attempt: int
    offer: int
    sdp: str
    publish: list[PublishedLine]
    refused: list[RefusedLine]
    mode: Mode


class Ways(Answer):
    """`GET /check`: where the relay can be asked whether it is there. No credential: strangers get none."""

    relay: list[str]


class ProbeAnswer(Answer):
    """`POST /sessions/{id}/probe` and `POST /check/probe`."""

    sdp: str
