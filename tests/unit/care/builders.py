"""Records to decide on, with sensible values where a test does not care."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from telemed.care.identity import Seat, Staff
from telemed.care.records import LinkRecord, OrganisationRecord, ParticipantRecord, SeatTokenRecord, SessionRecord
from telemed.care.roles import CARE_ROLES, Role
from telemed.care.states import ParticipantState, SessionKind, SessionState

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
CLINIC = OrganisationRecord("org_1", "Clinic", "+49 30 1", "112", is_demo=False, created_at=NOW)


def a_session(state: SessionState = SessionState.OPEN, **changes: object) -> SessionRecord:
    values: dict[str, object] = {
        "id": "ses_1",
        "organisation_id": "org_1",
        "kind": SessionKind.SCHEDULED,
        "state": state,
        "state_since": NOW,
        "created_by": "usr_maker",
        "created_at": NOW,
    }
    return SessionRecord(**(values | changes))  # type: ignore[arg-type]


def a_seat(role: Role = Role.PATIENT, state: ParticipantState = ParticipantState.WAITING, **changes: object) -> ParticipantRecord:
    values: dict[str, object] = {
        "id": f"par_{role.value}",
        "session_id": "ses_1",
        "role": role,
        "name": f"Name of {role.value}",
        "state": state,
        "since": NOW,
        "created_at": NOW,
    }
    return ParticipantRecord(**(values | changes))  # type: ignore[arg-type]


def a_staff_seat(
    role: Role = Role.CLINICIAN, state: ParticipantState = ParticipantState.CONNECTED, **changes: object
) -> ParticipantRecord:
    assert role in CARE_ROLES
    return a_seat(role, state, **({"user_id": f"usr_{role.value}"} | changes))


def staff(role: Role = Role.CLINICIAN, organisation_id: str = "org_1") -> Staff:
    return Staff(f"usr_{role.value}", organisation_id, role, "Somebody")


def holder(seat: ParticipantRecord) -> Seat:
    return Seat(seat.id, seat.session_id)


def a_link(**changes: object) -> LinkRecord:
    values: dict[str, object] = {
        "id": "lnk_1",
        "session_id": "ses_1",
        "participant_id": "par_patient",
        "role": Role.PATIENT,
        "token_hash": "a" * 64,
        "created_by": "usr_maker",
        "created_at": NOW,
        "expires_at": NOW + timedelta(days=1),
    }
    return LinkRecord(**(values | changes))  # type: ignore[arg-type]


def a_token(device_hash: str) -> SeatTokenRecord:
    return SeatTokenRecord("tok_1", "par_patient", "ses_1", "b" * 64, device_hash, NOW, NOW + timedelta(days=1))
