"""A clinic with a clinician, a session and a patient's seat, as most tests need them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from telemed.care.records import (
    LinkRecord,
    MessageRecord,
    OrganisationRecord,
    ParticipantRecord,
    SeatTokenRecord,
    SessionRecord,
    UserRecord,
)
from telemed.care.roles import Role
from telemed.care.states import ParticipantState, SessionKind, SessionState
from telemed.store import Store

NOW = datetime(2026, 11, 22, 9, 30, 0, 123456, tzinfo=UTC)
CLINIC = OrganisationRecord("org_1", "Clinic", "+49 30 1", "112", is_demo=False, created_at=NOW)
USER = UserRecord("usr_1", "org_1", Role.CLINICIAN, "Dr. A", "a@clinic.example", "$argon2id$x", NOW)
SESSION = SessionRecord("ses_1", "org_1", SessionKind.SCHEDULED, SessionState.OPEN, NOW, "usr_1", NOW)
SEAT = ParticipantRecord("par_1", "ses_1", Role.PATIENT, "Pat", ParticipantState.INVITED, NOW, NOW)
LINK = LinkRecord("lnk_1", "ses_1", "par_1", Role.PATIENT, "a" * 64, "usr_1", NOW, NOW + timedelta(days=1))
TOKEN = SeatTokenRecord("tok_1", "par_1", "ses_1", "b" * 64, "c" * 64, NOW, NOW + timedelta(days=1))


def a_message(number: int, command_id: str = "") -> MessageRecord:
    return MessageRecord(f"msg_{number}", "ses_1", 0, "par_1", "Pat", f"line {number}", NOW, command_id or f"command-{number}")


async def fill(store: Store) -> None:
    """Put CLINIC, USER, SESSION and SEAT in."""
    async with store.write() as tx:
        await tx.organisations.create(CLINIC)
        await tx.users.create(USER)
        await tx.sessions.create(SESSION)
        await tx.participants.create(SEAT)
