"""What is known of the trail at a moment, and of the ways its heads leave this machine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

LATE = timedelta(days=2)  # without a delivery: somebody must look


class Way(StrEnum):
    """How a signed head leaves this machine."""

    DIRECTORY = "directory"
    MAIL = "mail"
    TIMESTAMP = "timestamp"


class Warned(StrEnum):
    """What somebody must look at."""

    NO_WAY = "no_way"  # none is configured: a rewritten database would not be found
    LATE = "late"  # nothing was delivered by one way for two days
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class JobRecord:
    """A recurring job. `finished_at`: when it last succeeded; `outcome`: a word of its last run."""

    name: str
    due_at: datetime
    lease_until: datetime | None = None
    finished_at: datetime | None = None
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One configured way. `since`: when it last took a head, or began to be tried."""

    way: Way
    delivered_at: datetime | None
    outcome: str
    since: datetime

    def is_late(self, now: datetime) -> bool:
        """Whether nothing was delivered for two days."""
        return now - self.since > LATE


@dataclass(frozen=True, slots=True)
class TrailState:
    """The trail as checked in the background: the whole of it at each start and once a day, new rows as they come."""

    rows: int = 0
    complete_up_to: str = ""  # time of the last checked row
    checked_at: datetime | None = None  # None: the first check is not through yet
    fault_at: int | None = None
    fault: str = ""
    checkpoint_day: str = ""
    checkpoint_sequence: int = 0
    deliveries: tuple[Delivery, ...] = ()

    def warnings(self, now: datetime) -> tuple[Warned, ...]:
        """What to tell operators and privacy officers."""
        found = [Warned.DAMAGED] if self.fault_at is not None else []
        if not self.deliveries:
            found.append(Warned.NO_WAY)
        if any(delivery.is_late(now) for delivery in self.deliveries):
            found.append(Warned.LATE)
        return tuple(found)


class TrailWatch(Protocol):
    """Who looks after the trail."""

    async def state(self) -> TrailState:
        """What is known now."""
        ...


class NobodyWatches:
    """Stand-in for a server without it."""

    async def state(self) -> TrailState:
        """Nothing is known."""
        return TrailState()
