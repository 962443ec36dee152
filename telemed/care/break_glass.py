"""Emergency access: a care role opens a record it has no part in, for a reason, for an hour, and everybody concerned is told.

The rules of 45 CFR 164.312(a)(2)(ii) (emergency access procedure), with the safeguards around it: a written reason, an end, a
notice to the privacy officers and to the person's care team, a review, and a line in what the patient sees.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from telemed.care.identity import Staff
from telemed.care.notify import compose
from telemed.care.notify.catalogue import Template
from telemed.care.notify.compose import Wanted
from telemed.care.notify.records import Medium
from telemed.care.patients.records import PatientRecord, PatientStanding
from telemed.care.records import UserRecord
from telemed.care.roles import Role
from telemed.errors import Conflict, InvalidInput, NotAllowed

MIN_REASON, MAX_REASON = 10, 500  # characters: long enough to say something, short enough to be read by the privacy officer
OPEN_FOR = timedelta(minutes=60)
NOTICE_LIFE = timedelta(days=7)  # a notice that waited longer for the mail server says nothing new


@dataclass(frozen=True, slots=True)
class BreakGlassRecord:
    """One emergency access of one person to one record."""

    id: str
    user_id: str
    patient_id: str
    reason: str = field(repr=False)
    opened_at: datetime
    ends_at: datetime
    closed_at: datetime | None = None  # given back before its end
    reviewed_at: datetime | None = None
    reviewed_by: str | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether the record can be read through it."""
        return self.closed_at is None and now < self.ends_at


class GlassFilter(StrEnum):
    """Which accesses a privacy officer lists."""

    ALL = "all"
    OPEN = "open"
    UNREVIEWED = "unreviewed"


def clean_reason(text: str) -> str:
    """The reason without the space around and inside it. Raises InvalidInput when it is too short or too long."""
    reason = " ".join(text.split())
    if not MIN_REASON <= len(reason) <= MAX_REASON:
        raise InvalidInput(f"Give a reason of {MIN_REASON} to {MAX_REASON} characters.", field="reason")
    return reason


def broken(access_id: str, staff: Staff, patient: PatientRecord, reason: str, now: datetime) -> BreakGlassRecord:
    """A new access, from now on. Raises InvalidInput for the reason."""
    return BreakGlassRecord(access_id, staff.user_id, patient.id, clean_reason(reason), now, now + OPEN_FOR)


def check_need(standing: PatientStanding, current: BreakGlassRecord | None, reason: str) -> None:
    """Raise Conflict when there is nothing to break: `record_open` for who cares for the person anyway, `reason_repeated` for who
    has an access open and gives the reason it has already (an hour is prolonged by a new reason only)."""
    if standing.in_team or standing.leads_session:
        raise Conflict("This record is open to you.", code="record_open")
    if current is not None and current.reason.casefold() == clean_reason(reason).casefold():
        raise Conflict("Say why you need more time.", code="reason_repeated")


def closed(access: BreakGlassRecord, now: datetime) -> BreakGlassRecord:
    """The access given back; one that is over stays as it is."""
    return replace(access, closed_at=now) if access.is_open(now) else access


def check_closer(access: BreakGlassRecord, staff: Staff) -> None:
    """Raise NotAllowed unless it is one's own, or one is a privacy officer who may review it."""
    if staff.user_id != access.user_id and not may_review(staff.role, staff.is_privacy_officer):
        raise NotAllowed()


def reviewed(access: BreakGlassRecord, officer: Staff, now: datetime) -> BreakGlassRecord:
    """The access looked at by a privacy officer; a second time changes nothing. Raises Conflict `own_access`, `still_open`."""
    if access.user_id == officer.user_id:
        raise Conflict("Somebody else reviews your own access.", code="own_access")
    if access.is_open(now):
        raise Conflict("This access is still open.", code="still_open")
    if access.reviewed_at is not None:
        return access
    return replace(access, reviewed_at=now, reviewed_by=officer.user_id)


def may_review(role: Role, is_privacy_officer: bool) -> bool:
    """Whether somebody reviews accesses: an admin, who could make itself an officer, sees no names and no reasons."""
    return is_privacy_officer and role is not Role.ADMIN


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody who is told of an access, and what the link leads to."""

    user: UserRecord
    link: str


def whom_to_tell(
    access: BreakGlassRecord, patient: PatientRecord, staff: Iterable[UserRecord], team: frozenset[str], base_url: str
) -> list[Told]:
    """The privacy officers of the record's site and its care team, each once, but never who broke the glass."""
    told = []
    for user in staff:
        if not user.is_active or user.id == access.user_id or not user.staff.works_at(patient.site_id):
            continue
        if may_review(user.role, user.is_privacy_officer):
            told.append(Told(user, f"{base_url}/privacy"))
        elif user.id in team:
            told.append(Told(user, f"{base_url}/patients/{patient.id}"))
    return told


def notice(access: BreakGlassRecord, told: Told, message_id: str, now: datetime) -> Wanted | None:
    """The message to one of them, without name or reason. None when the address cannot be written to: the emergency goes on."""
    user = told.user
    try:
        compose.check_recipient(Medium.MAIL, user.email)
    except InvalidInput:
        return None
    return Wanted(
        id=message_id,
        organisation_id=user.organisation_id,
        medium=Medium.MAIL,
        recipient=user.email,
        template=Template.BREAK_GLASS_NOTICE,
        language=user.language or "en",
        about_id=access.id,
        dedupe_key=f"break_glass:{access.id}:{user.id}",
        expires_at=now + NOTICE_LIFE,
        details={"link": told.link},
    )
