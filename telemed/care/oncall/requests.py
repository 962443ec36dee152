"""What is asked for when somebody is paged or something was measured."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from telemed.care.oncall.words import VitalKind


@dataclass(frozen=True, slots=True)
class NewPage:
    """Whom to call; without a session an urgent one is made."""

    speciality_id: str
    session_id: str | None
    brief: str = field(repr=False)
    command_id: str


@dataclass(frozen=True, slots=True)
class NewVital:
    """What was measured; without a time: now."""

    kind: VitalKind
    value: float
    second: float | None
    at: datetime | None
