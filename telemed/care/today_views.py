"""What staff see of the day: pure projection to the JSON of docs/protocol.md sections 1.2 and 2.5. Never for a guest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from telemed.care.records import LinkRecord, OrganisationRecord, ParticipantRecord, SessionRecord
from telemed.care.states import IN_CALL, IN_WAITING
from telemed.care.times import iso_or_none, iso_utc
from telemed.care.views import Json, clinic_view, device_view, needs_view

OUTCOME_DUE = "outcome"  # an ended session whose outcome nobody has given
LINK_WANTED = "link_wanted"  # somebody with a dead link asks for a new one


def waiting_row(seat: ParticipantRecord, session: SessionRecord) -> Json:
    """Return one person who waits."""
    return {
        "participant_id": seat.id,
        "session_id": session.id,
        "name": seat.name,
        "reason": session.reason,
        "state": seat.state.value,
        "since": iso_utc(seat.since),
        "device": device_view(seat.device),
        "needs": needs_view(seat),
        "acknowledged": seat.acknowledged_at is not None,
    }


def session_row(session: SessionRecord, seats: Iterable[ParticipantRecord], user_id: str, begun: Json | None = None) -> Json:
    """Return one session as Today lists it; `mine` when the reader made it or has a seat in it, `begun`: at a scene."""
    all_seats = list(seats)
    return {
        "id": session.id,
        "kind": session.kind.value,
        "state": session.state.value,
        "patient_name": session.patient_name,
        "patient_id": session.patient_id,
        "begun": begun,
        "reason": session.reason,
        "created_at": iso_utc(session.created_at),
        "started_at": iso_or_none(session.started_at),
        "people": sum(seat.state in IN_CALL for seat in all_seats),
        "mine": session.created_by == user_id or any(seat.user_id == user_id for seat in all_seats),
    }


def task_row(kind: str, session: SessionRecord, since: datetime, begun: Json | None = None) -> Json:
    """Return one thing that waits for staff: OUTCOME_DUE or LINK_WANTED; `begun` when its session began at a scene."""
    named = {"patient_name": session.patient_name, "begun": begun}
    return {"kind": kind, "session_id": session.id, **named, "since": iso_utc(since)}


def staff_state(clinic: OrganisationRecord, rows: Mapping[str, Any]) -> Json:
    """Return the whole state of `/staff`: the clinic, and the lists and counts of `rows` as they are named there."""
    return {"clinic": clinic_view(clinic), **rows}


def is_waiting(seat: ParticipantRecord) -> bool:
    """Whether a seat stands on the waiting list."""
    return seat.state in IN_WAITING


def link_row(link: LinkRecord) -> Json:
    """Return a link without its token, which was shown once."""
    return {
        "id": link.id,
        "participant_id": link.participant_id,
        "role": link.role.value,
        "created_at": iso_utc(link.created_at),
        "expires_at": iso_utc(link.expires_at),
        "opened_at": iso_or_none(link.opened_at),
        "revoked_at": iso_or_none(link.revoked_at),
    }
