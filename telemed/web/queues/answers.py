"""Answers about waiting rooms, as the OpenAPI document describes them."""

from __future__ import annotations

from typing import Any, Literal

from telemed.care.queues.words import QuestionKind
from telemed.care.roles import Role
from telemed.web.response_models import Answer, Clinic, Time


class OpeningAnswer(Answer):
    """One span of a week."""

    day: int
    to: str


class QuestionAnswer(Answer):
    """One intake question."""

    id: str
    kind: QuestionKind
    text: str
    choices: list[str]
    required: bool


class WalkInAnswer(Answer):
    """A walk-in link without its token."""

    id: str
    created_at: Time
    revoked_at: Time | None


class QueueMemberAnswer(Answer):
    """Somebody who works in a waiting room."""

    user_id: str
    name: str
    alerts: bool


class QueueDetail(Answer):
    """A waiting room as admins set it."""

    id: str
    revision: int
    closed: bool
    created_at: Time
    name: str
    phone: str
    notice: str
    time_zone: str
    hours: list[OpeningAnswer]
    closed_days: list[str]
    members: list[QueueMemberAnswer]
    reasons: list[str]
    questions: list[QuestionAnswer]
    max_waiting: int
    links: list[WalkInAnswer]


class PossibleMember(Answer):
    """Who may work in a waiting room."""

    id: str
    name: str
    role: Role


class QueueList(Answer):
    """`GET /admin/queues`."""

    queues: list[QueueDetail]
    staff: list[PossibleMember]
    default_time_zone: str


class QueueSaved(Answer):
    """A waiting room that was made or changed."""

    queue: QueueDetail


class WalkInMade(Answer):
    """A walk-in link, shown once."""

    id: str
    url: str
    qr: list[str]
    created_at: Time


class WalkInMadeAnswer(Answer):
    """`POST /admin/queues/{queue_id}/links`."""

    link: WalkInMade


class WalkInDoor(Answer):
    """A waiting room as a stranger with the link sees it."""

    name: str
    phone: str
    notice: str
    open: bool
    next_opening: Time | None
    closes_at: Time | None
    full: bool
    reasons: list[str]
    questions: list[QuestionAnswer]
    waiting: int
    expected_wait: int | None


class WalkInOpened(Answer):
    """`POST /walk-ins/open`."""

    clinic: Clinic
    queue: WalkInDoor
    entry: dict[str, Any] | None


class WalkInEntered(Answer):
    """`POST /walk-ins/enter`."""

    status: Literal["seat"]
    session_id: str
    participant_id: str
    entry_id: str
    name: str
    state: str
    clinic: Clinic
    token: str | None = None


class Followed(Answer):
    """`POST /sessions/{id}/follow`."""

    status: Literal["seat"]
    session_id: str
    participant_id: str
    name: str
    state: str
    clinic: Clinic
    token: str | None = None
