"""Answers about the audit trail as the OpenAPI document describes them (protocol section 1.9)."""

from __future__ import annotations

from telemed.care.audit_access import Act
from telemed.care.audit_actions import AuditOutcome
from telemed.care.audit_state import Warned, Way
from telemed.web.response_models import Answer, Time


class AuditPerson(Answer):
    """A member of staff, former ones included."""

    id: str
    name: str
    role: str


class AuditRowAnswer(Answer):
    """One row. `actor` and `object_id` are ids; names of staff stand in `people`."""

    sequence: int
    at: Time
    actor: str
    role: str
    action: str
    object_id: str
    outcome: AuditOutcome


class AuditRows(Answer):
    """`POST /audit/search` and `/audit/mine`; `next` is the `before` of the following page."""

    rows: list[AuditRowAnswer]
    people: list[AuditPerson]
    next: int | None


class AuditExport(Answer):
    """`POST /audit/export`: the newest rows as CSV (RFC 4180); `more`: older ones were left out."""

    csv: str
    rows: int
    more: bool


class AuditPeople(Answer):
    """`GET /audit/people`: whom a search can be about, and the groups of acts."""

    people: list[AuditPerson]
    groups: list[str]


class DeliveryAnswer(Answer):
    """One configured way off this machine; `delivered_at` is when the last head that it took was signed."""

    way: Way
    delivered_at: Time | None
    outcome: str
    late: bool


class TrailStateAnswer(Answer):
    """`GET /audit/state`."""

    rows: int
    complete_up_to: Time | None
    checked_at: Time | None
    fault_at: int | None
    fault: str
    checkpoint_day: str | None
    checkpoint_sequence: int | None
    deliveries: list[DeliveryAnswer]
    warnings: list[Warned]


class AccessLine(Answer):
    """What one person did on one day; `name` is empty for people without an account."""

    person_id: str
    name: str
    role: str
    day: str
    act: Act
    times: int
    first_at: Time
    last_at: Time
    in_emergency: bool


class Accesses(Answer):
    """`POST /patients/{patient_id}/access`; `next` is the `before` of the following page."""

    accesses: list[AccessLine]
    next: int | None
