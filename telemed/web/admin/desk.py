"""The three parts of the admin's pages, wired together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from telemed.care.clinic.live_settings import LiveSettings
from telemed.care.records import OrganisationRecord
from telemed.web.admin.lists import SettingLists
from telemed.web.admin.reports import Reports
from telemed.web.admin.settings_desk import SettingsDesk
from telemed.web.deps import WebDeps


@dataclass(frozen=True, slots=True)
class AdminDesk:
    """What the handlers of routes_admin.py use."""

    settings: SettingsDesk
    lists: SettingLists
    reports: Reports

    @classmethod
    def of(cls, deps: WebDeps) -> AdminDesk:
        """Wire the parts; without live settings in `deps` the clinic is what its settings say until somebody changes it."""
        live = deps.live or _as_configured(deps)
        store, clock = deps.store, deps.clock
        reports = Reports(store, clock, deps.health, deps.notifier, deps.rooms)
        return cls(SettingsDesk(store, clock, live), SettingLists(store, live), reports)


def _as_configured(deps: WebDeps) -> LiveSettings:
    words = deps.settings
    clinic = OrganisationRecord(
        "", words.clinic_name, words.clinic_phone, words.emergency_number, words.demo, datetime.min.replace(tzinfo=UTC)
    )
    live = LiveSettings(clinic)
    live.on_clinic = lambda now: words.set_clinic(now.name, now.phone, now.emergency_number)
    return live
