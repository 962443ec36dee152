"""How many messages with a caller's link may go out: a stolen account must not become a cannon against anybody's telephone."""

from __future__ import annotations

from datetime import datetime, timedelta

from telemed.care.audit_actions import AuditAction
from telemed.care.identity import SYSTEM
from telemed.care.notify.catalogue import Template
from telemed.errors import TooMany
from telemed.signaling.step import VisitStep

WITHIN = timedelta(hours=1)
TO_ONE_NUMBER = 20  # of all incidents together: four whole incidents with every repeat
BY_ONE_PERSON = 100  # more than one every forty seconds the hour through: nobody speaks with so many callers


async def check_limits(step: VisitStep, phone: str) -> None:
    """Raise TooMany when this number got, or who asks sent, too many of late. Rows are counted: a restart forgets none."""
    since = step.now - WITHIN
    organisation_id = step.session.organisation_id
    sent = await step.tx.outbox.count_to(phone, Template.EMERGENCY_LINK.value, organisation_id, since)
    if sent >= TO_ONE_NUMBER:
        raise TooMany(retry_after=WITHIN.total_seconds() / TO_ONE_NUMBER)
    if step.actor == SYSTEM:
        return
    row = await step.tx.audit.back(step.actor.id, AuditAction.INCIDENT_MESSAGE, BY_ONE_PERSON)
    if row is not None and datetime.fromisoformat(row.at) > since:
        raise TooMany(retry_after=WITHIN.total_seconds() / BY_ONE_PERSON)
