"""Settings of the clinic in the store, and one good request per route about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from telemed.care.clinic.records import SettingChange, SiteRecord
from telemed.care.notify.catalogue import Template
from telemed.care.notify.compose import Wanted, compose
from telemed.care.notify.records import DeliveryState, Fault, Medium
from telemed.care.records import OrganisationRecord, UserRecord
from telemed.care.repositories import Transaction
from telemed.care.roles import Role
from tests.adapters.web.fakes import START

SITE_ID = "sit_NorthNorth"
CHANGE_ID = "chg_AbCdEfGh"
MESSAGE_ID = "out_AbCdEfGh"
RECIPIENT = "canary.recipient@mail.example"
CLINIC_IDS = {"site_id": SITE_ID, "change_id": CHANGE_ID, "message_id": MESSAGE_ID, "days": "30"}
WORDING = {"name": "test", "language": "en", "medium": "mail", "subject": "Hello from {clinic}", "body": "A test of {clinic}."}
CLINIC_BODIES: dict[str, dict[str, Any]] = {
    "PATCH /admin/clinic": {"phone": "+49 30 5550199"},
    "POST /admin/sites": {"name": "South", "command_id": "command-1"},
    "PATCH /admin/sites/{site_id}": {"phone": "+49 30 5550198"},
    "PUT /admin/policies": {"name": "login_hours", "value": 8},
    "PUT /admin/templates": WORDING,
    "POST /admin/templates/reset": {"name": "test", "language": "en", "medium": "mail"},
    "POST /admin/templates/preview": WORDING,
    "POST /admin/changes/{change_id}/revert": {},
    "POST /admin/outbox/{message_id}/again": {},
}


async def settle_clinic(tx: Transaction, clinic: OrganisationRecord, users: Mapping[Role, UserRecord]) -> None:
    """A site, a change that can be taken back, and a message that failed."""
    site = SiteRecord(SITE_ID, clinic.id, "North", "", START)
    await tx.sites.create(site)
    # Another site than the one that requests change, so that it is still as this change left it.
    moved = replace(site, id="sit_WestWest", name="West")
    await tx.sites.create(moved)
    before, after = ({"name": name, "phone": "", "closed": False} for name in ("East", "West"))
    by = users[Role.ADMIN].id
    await tx.setting_changes.create(SettingChange(CHANGE_ID, clinic.id, f"site:{moved.id}", before, after, by, START))
    wanted = Wanted(
        MESSAGE_ID, clinic.id, Medium.MAIL, RECIPIENT, Template.TEST, "en", clinic.id, "test:1", START + timedelta(days=7)
    )
    failed = replace(compose(wanted, START), state=DeliveryState.FAILED, error=Fault.RECIPIENT, finished_at=START, attempts=1)
    await tx.outbox.put(failed)
