"""Answers to an admin as the OpenAPI document describes them (protocol section 1.2)."""

from __future__ import annotations

from typing import Any

from telemed.care.states import SessionKind, SessionState
from telemed.web.response_models import Answer, Time


class ClinicDetails(Answer):
    """What stands on every page."""

    name: str
    phone: str
    emergency_number: str
    demo: bool


class ClinicSettings(Answer):
    """`GET /admin/clinic`; `may_change` is false for an admin of one site."""

    clinic: ClinicDetails
    may_change: bool


class Changed(Answer):
    """The id of the change, which can be taken back; null when nothing differed."""

    change_id: str | None


class Site(Answer):
    """A place of the clinic. `people`: active accounts that work there alone."""

    id: str
    name: str
    phone: str
    closed_at: Time | None
    people: int


class Sites(Answer):
    """`GET /admin/sites`."""

    sites: list[Site]


class SiteCreated(Answer):
    """`POST /admin/sites`."""

    id: str
    change_id: str


class PolicyRow(Answer):
    """One policy: its value now, its default, and what it may be."""

    name: str
    value: str | int
    default: str | int
    is_set: bool
    choices: list[str]
    low: int
    high: int
    may_be_off: bool
    updated_at: Time | None
    updated_by: str


class Policies(Answer):
    """`GET /admin/policies`."""

    policies: list[PolicyRow]


class TemplateRow(Answer):
    """One wording: the clinic's own or ours."""

    name: str
    language: str
    medium: str
    subject: str
    body: str
    is_own: bool
    updated_at: Time | None
    placeholders: list[str]
    required: list[str]


class Templates(Answer):
    """`GET /admin/templates`."""

    templates: list[TemplateRow]
    limits: dict[str, int]


class Preview(Answer):
    """What would be sent, with example values; `parts`: how many SMS it takes."""

    subject: str
    text: str
    parts: int


class ChangeRow(Answer):
    """One change of a setting."""

    id: str
    kind: str
    key: str
    site_name: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    changed_by: str
    at: Time
    reverts: str | None
    can_revert: bool


class Changes(Answer):
    """`GET /admin/changes`."""

    changes: list[ChangeRow]
    next: str | None


class HealthAnswer(Answer):
    """`GET /admin/health`."""

    health: dict[str, Any]
    ways: dict[str, bool]
    at: Time


class RoomRow(Answer):
    """A call of this moment; `room`: the end of its id. Losses and round trip are those of whoever has it worst."""

    room: str
    kind: SessionKind
    state: SessionState
    started_at: Time | None
    people: int
    worker: int | None
    ways: dict[str, int]
    bars: int | None
    up_loss: float | None
    down_loss: float | None
    rtt_ms: int | None
    up_rate: int
    down_rate: int
    paused: int


class RoomsAnswer(Answer):
    """`GET /admin/rooms`; `count`: of all, also those beyond the first 500."""

    rooms: list[RoomRow]
    count: int
    at: Time


class UsageDay(Answer):
    """One day (UTC). Waits in seconds, null when nobody waited."""

    day: str
    sessions: int
    held: int
    failed: int
    minutes: int
    participants: int
    wait_median: float | None
    wait_slow: float | None


class UsageAnswer(Answer):
    """`GET /admin/usage/{days}`."""

    days: list[UsageDay]
    totals: dict[str, float | None]


class MessageRow(Answer):
    """A message on its way or gone; its recipient is masked."""

    id: str
    medium: str
    template: str
    recipient: str
    state: str
    error: str
    attempts: int
    created_at: Time
    due_at: Time
    finished_at: Time | None
    can_repeat: bool


class Outbox(Answer):
    """`GET /admin/outbox`."""

    messages: list[MessageRow]
    next: str | None


class SentAgain(Answer):
    """`POST /admin/outbox/{message_id}/again`."""

    message: MessageRow


class SignInFacts(Answer):
    """`GET /admin/sign-in`."""

    staff: dict[str, int]
