"""Reading a message behind its link: who told a date of birth at the door is asked for it, a few times. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from telemed.care.aftercare.records import VisitMessage
from telemed.care.audit_actions import AuditOutcome


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of it: the row as it is then, and DONE (read), REFUSED (a wrong answer), None (the answer is awaited)."""

    message: VisitMessage
    outcome: AuditOutcome | None


def reading(message: VisitMessage, birth_date: date | None, now: datetime) -> Reading:
    """Decide whether somebody reads it. A link may go to a number with one digit wrong: its holder does not know the date."""
    if message.birth_date is None or birth_date == message.birth_date:
        return Reading(replace(message, opened_at=message.opened_at or now), AuditOutcome.DONE)
    if birth_date is None:
        return Reading(message, None)
    return Reading(replace(message, tries=message.tries + 1), AuditOutcome.REFUSED)
