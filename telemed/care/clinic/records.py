"""Rows of a clinic's settings as values. All times are aware UTC datetimes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class SiteRecord:
    """A place of the clinic with people of its own. A closed one keeps its visits and records."""

    id: str
    organisation_id: str
    name: str
    phone: str
    created_at: datetime
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PolicyRecord:
    """One policy the clinic has decided. `value` is a JSON value; `revision` counts its changes from 1."""

    organisation_id: str
    name: str
    value: Any
    revision: int
    updated_at: datetime
    updated_by: str | None


@dataclass(frozen=True, slots=True)
class SettingChange:
    """One change of a setting: `subject` says of which, `before` and `after` are the whole setting (None: there was none)."""

    id: str
    organisation_id: str
    subject: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    changed_by: str | None
    at: datetime
    reverts: str | None = None  # the change this one took back


@dataclass(frozen=True, slots=True)
class DayUsage:
    """How much was done on one day (UTC). Counts and times only."""

    day: str  # 2026-11-22
    sessions: int = 0  # created
    held: int = 0  # of these, those that became a call
    failed: int = 0  # of these, those that could not be brought about
    minutes: float = 0.0  # of all calls together
    participants: int = 0  # seats whose holder came into the call
    waits: tuple[float, ...] = ()  # seconds from the waiting room to being let in
