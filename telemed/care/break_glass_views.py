"""What is shown of emergency accesses: pure projection to the JSON of docs/protocol.md section 1.5."""

from __future__ import annotations

from datetime import datetime

from telemed.care.break_glass import BreakGlassRecord
from telemed.care.patients.records import PatientRecord
from telemed.care.records import UserRecord
from telemed.care.times import iso_or_none, iso_utc
from telemed.care.views import Json


def own_access_view(access: BreakGlassRecord) -> Json:
    """Return an access as the one who opened it sees it."""
    return {
        "id": access.id,
        "patient_id": access.patient_id,
        "opened_at": iso_utc(access.opened_at),
        "ends_at": iso_utc(access.ends_at),
    }


def access_view(
    access: BreakGlassRecord, user: UserRecord | None, patient: PatientRecord | None, officer: UserRecord | None, now: datetime
) -> Json:
    """Return an access as a privacy officer sees it."""
    return {
        **own_access_view(access),
        "reason": access.reason,
        "open": access.is_open(now),
        "closed_at": iso_or_none(access.closed_at),
        "user": {"id": access.user_id, "name": user.name if user else "", "role": user.role.value if user else None},
        "patient_name": patient.name if patient else "",
        "reviewed_at": iso_or_none(access.reviewed_at),
        "reviewed_by": officer.name if officer else None,
    }
