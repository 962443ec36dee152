"""Rows of on-call duty, paging, handover and vital signs. Names are kept as they were: a row outlives a changed account."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from telemed.care.oncall.words import HandoverState, PageState, RingMode, RingState, StepEnd, VitalKind


@dataclass(frozen=True, slots=True)
class Speciality:
    """Something one can call a doctor of. `timeouts`: seconds of each step, as "30,45"."""

    id: str
    organisation_id: str
    name: str
    mode: RingMode
    phone: str  # of the last resort
    time_zone: str  # of the weekly pattern, an IANA name
    timeouts: str
    created_at: datetime
    revision: int = 1
    closed_at: datetime | None = None

    @property
    def steps(self) -> tuple[int, ...]:
        """Seconds of each step."""
        return seconds_of(self.timeouts)


@dataclass(frozen=True, slots=True)
class Shift:
    """Somebody's duty at one level: each week (`weekday` 0 is Monday, minutes of the local day) or once (`starts_at`)."""

    id: str
    speciality_id: str
    user_id: str
    level: int  # 1 is called first
    phone: str = field(default="", repr=False)  # for an SMS when no page is open
    weekday: int | None = None
    from_minute: int | None = None
    to_minute: int | None = None  # not after `from_minute`: it ends on the next day
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Duty:
    """Somebody on call now."""

    user_id: str
    level: int
    phone: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class PageRecord:
    """A call for somebody on duty, for one session. How it escalates is kept as it was when it began."""

    id: str
    organisation_id: str
    session_id: str
    speciality_id: str
    speciality: str
    phone: str
    mode: RingMode
    timeouts: str
    brief: str = field(repr=False)
    asked_by: str
    asked_name: str
    asked_role: str
    state: PageState
    state_since: datetime
    created_at: datetime
    step: int = 0
    step_started_at: datetime | None = None
    due_at: datetime | None = None  # when the step is over; None while none runs
    taken_by: str | None = None
    taken_name: str = ""

    @property
    def steps(self) -> tuple[int, ...]:
        """Seconds of each step."""
        return seconds_of(self.timeouts)


@dataclass(frozen=True, slots=True)
class PageStep:
    """One step of a page, with the times by which it is judged."""

    id: str
    page_id: str
    number: int
    started_at: datetime
    due_at: datetime
    end: StepEnd = StepEnd.RUNNING
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PageRing:
    """One person called. `reached`: a page of that person was open when the step began."""

    id: str
    page_id: str
    user_id: str
    name: str
    level: int
    step: int
    state: RingState
    reached: bool
    started_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Handover:
    """A session on its way from one who leads to another."""

    id: str
    session_id: str
    from_user: str
    from_name: str
    from_role: str
    to_user: str
    to_name: str
    to_role: str
    brief: str = field(repr=False)
    state: HandoverState
    offered_at: datetime
    answered_at: datetime | None = None
    released_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Vital:
    """One measurement. `value` and `second` in tenths of the unit, so that 36.8 stays what was typed."""

    id: str
    session_id: str
    participant_id: str
    user_id: str
    name: str
    kind: VitalKind
    value: int
    second: int | None
    at: datetime  # measured
    entered_at: datetime
    removed_at: datetime | None = None
    removed_by: str | None = None


def seconds_of(timeouts: str) -> tuple[int, ...]:
    """The seconds of each step from their stored form."""
    return tuple(int(part) for part in timeouts.split(","))
