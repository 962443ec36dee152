"""Messages on their way and the clinic's own wording, as rows; what a gateway is given and what it answers.

Recipients, values and texts are kept out of every `repr`: a record in an exception or a log line shows none of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Medium(StrEnum):
    """How a message travels."""

    MAIL = "mail"
    SMS = "sms"


class Route(StrEnum):
    """Which of the gateways of a medium takes a message."""

    FIRST = "first"
    SECOND = "second"  # of SMS, where a second provider is configured


class DeliveryState(StrEnum):
    """Where a message is. `delivery` has the table of what leads to what."""

    QUEUED = "queued"  # waits for its first or next attempt
    SENDING = "sending"  # a worker holds it until its lease ends
    SENT = "sent"  # the gateway took it; nobody has said that it arrived
    DELIVERED = "delivered"  # the gateway reported that it arrived
    FAILED = "failed"  # refused for good
    UNKNOWN = "unknown"  # handed over without an answer: it may have gone out. A person decides whether to send it again
    EXPIRED = "expired"  # what it says is no longer true (a code, a link): never sent


class Fault(StrEnum):
    """Why an attempt or a message failed. A closed list: what gateways write is never kept."""

    NONE = ""
    NOT_CONFIGURED = "not_configured"
    UNREACHABLE = "unreachable"
    TLS = "tls"
    LOGIN = "login"
    BUSY = "busy"
    RECIPIENT = "recipient_refused"
    REFUSED = "refused"
    NO_ANSWER = "no_answer"
    CUT_OFF = "cut_off"
    INTERRUPTED = "interrupted"
    TEMPLATE = "template"
    INTERNAL = "internal"
    ATTEMPTS = "too_many_attempts"
    UNDELIVERABLE = "undeliverable"
    SEALED = "sealed"  # its values cannot be read any more: the installation key is another one


class Verdict(StrEnum):
    """What one attempt came to."""

    ACCEPTED = "accepted"
    RETRY = "retry"  # not taken, and a later attempt may succeed
    REFUSED = "refused"  # not taken, and never will be
    UNSURE = "unsure"  # handed over, no answer


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer of a gateway. `retry_after`: seconds it asked us to wait. `gateway_id`: its own id of the message."""

    verdict: Verdict
    fault: Fault = Fault.NONE
    gateway_id: str | None = None
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """One message. Its id is the idempotency key of all its attempts; `attempts` tells one holder of the lease from the next."""

    id: str
    organisation_id: str
    medium: Medium
    recipient: str = field(repr=False)  # "" once wiped
    template: str
    language: str
    details: Mapping[str, str] = field(repr=False)  # values of placeholders; empty once wiped. The store keeps them sealed
    about_id: str
    state: DeliveryState
    attempts: int
    error: Fault
    gateway_id: str | None
    dedupe_key: str
    created_at: datetime
    due_at: datetime
    expires_at: datetime
    lease_until: datetime | None = None
    finished_at: datetime | None = None
    route: Route = Route.FIRST


@dataclass(frozen=True, slots=True)
class TemplateRecord:
    """The clinic's own wording of one template in one language for one medium. `subject` is empty for SMS."""

    organisation_id: str
    name: str
    language: str
    medium: Medium
    subject: str
    body: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Letter:
    """What a gateway is given: rendered, checked, one recipient. `id` is the idempotency key."""

    id: str
    template: str
    recipient: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    sender_name: str = field(repr=False, default="")
    route: Route = Route.FIRST
