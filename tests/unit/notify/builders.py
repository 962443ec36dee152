"""Messages and a clinic as most tests need them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from telemed.care.notify.catalogue import Template
from telemed.care.notify.compose import Wanted, compose
from telemed.care.notify.records import Medium, OutboxMessage
from telemed.care.records import OrganisationRecord

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
CLINIC = OrganisationRecord("org_1", "Klinik Möwe", "+49 30 1234567", "112", is_demo=False, created_at=NOW)
LINK = "https://care.example.org/j#0123456789abcdefghijkl"


def wanted(number: int = 1, **changes: Any) -> Wanted:
    """A visit link by mail unless told otherwise."""
    values: dict[str, Any] = {
        "id": f"out_{number}",
        "organisation_id": "org_1",
        "medium": Medium.MAIL,
        "recipient": "pat.doe@example.org",
        "template": Template.VISIT_LINK,
        "language": "en",
        "about_id": "lnk_1",
        "dedupe_key": f"visit_link:{number}",
        "expires_at": NOW + timedelta(days=1),
        "details": {"link": LINK},
    }
    return Wanted(**(values | changes))


def message(number: int = 1, **changes: Any) -> OutboxMessage:
    """The row of `wanted`."""
    return compose(wanted(number, **changes), NOW)
