"""Which messages wait for which: an emergency's for no others, and one provider's never for another that is silent."""

from __future__ import annotations

from enum import StrEnum

from telemed.care.notify.catalogue import Template
from telemed.care.notify.records import OutboxMessage, Route


class Lane(StrEnum):
    """Each has attempts of its own; the order is that in which they are looked at."""

    EMERGENCY = "emergency"
    SECOND = "second"  # by the second route, which nothing but emergencies takes
    PAGE = "page"
    USUAL = "usual"


OF_TEMPLATES = {Lane.EMERGENCY: Template.EMERGENCY_LINK, Lane.PAGE: Template.ON_CALL_PAGE}
_LANES = {template.value: lane for lane, template in OF_TEMPLATES.items()}


def lane_of(message: OutboxMessage) -> Lane:
    """Where it waits."""
    return Lane.SECOND if message.route is Route.SECOND else _LANES.get(message.template, Lane.USUAL)
