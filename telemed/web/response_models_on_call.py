"""Answers about on-call duty, paging, handover and vital signs as the OpenAPI document describes them (protocol section 1.17)."""

from __future__ import annotations

from pydantic import Field

from telemed.care.oncall.words import HandoverState, PageState, RingMode, RingState, VitalKind
from telemed.care.roles import Role
from telemed.web.response_models import Answer, Time


class Weekly(Answer):
    """Each week."""

    weekday: int
    start: str
    end: str


class Dated(Answer):
    """Once."""

    starts_at: Time
    ends_at: Time


class ShiftRow(Answer):
    """One shift."""

    id: str
    user_id: str
    name: str
    level: int
    phone: str
    weekly: Weekly | None
    dated: Dated | None


class OnDuty(Answer):
    """Somebody on call now."""

    user_id: str
    name: str
    level: int


class SpecialityRow(Answer):
    """A speciality with its roster."""

    id: str
    revision: int
    name: str
    mode: RingMode
    phone: str
    time_zone: str
    steps: list[int]
    closed: bool
    shifts: list[ShiftRow]
    on_call: list[OnDuty]


class DutyPerson(Answer):
    """Somebody who may be on call."""

    id: str
    name: str
    role: Role


class Rosters(Answer):
    """`GET /admin/on-call`."""

    specialities: list[SpecialityRow]
    staff: list[DutyPerson]


class SpecialityAnswer(Answer):
    """A speciality as it is now."""

    speciality: SpecialityRow


class ChoiceDuty(Answer):
    """Somebody on call now."""

    name: str
    level: int


class Choice(Answer):
    """A speciality one can call."""

    id: str
    name: str
    phone: str
    on_call: list[ChoiceDuty]
    mine: bool


class Choices(Answer):
    """`GET /on-call`."""

    specialities: list[Choice]


class NamedPerson(Answer):
    """Somebody by name."""

    user_id: str
    name: str


class NamedStaff(NamedPerson):
    """Somebody by name and role."""

    role: Role


class Ring(Answer):
    """One person who was called."""

    user_id: str
    name: str
    level: int
    step: int
    state: RingState
    reached: bool
    started_at: Time
    ended_at: Time | None


class Page(Answer):
    """A call for somebody on duty."""

    id: str
    session_id: str
    speciality_id: str
    speciality: str
    brief: str
    asked_by: NamedStaff
    state: PageState
    step: int
    steps: int
    created_at: Time
    step_started_at: Time | None
    due_at: Time | None
    phone: str
    taken_by: NamedPerson | None
    ended_at: Time | None
    rings: list[Ring]


class PageAnswer(Answer):
    """A page as it is now."""

    page: Page


class PageSeat(PageAnswer):
    """A page, and the own seat in its session."""

    session_id: str
    participant_id: str


class VitalBy(Answer):
    """Who noted it."""

    participant_id: str
    name: str


class VitalRow(Answer):
    """A measurement."""

    id: str
    kind: VitalKind
    value: float
    second: float | None
    unit: str
    at: Time
    by: VitalBy


class VitalAnswer(Answer):
    """`POST /sessions/{id}/vitals`."""

    vital: VitalRow


class VitalsAnswer(Answer):
    """`GET /sessions/{id}/vitals`."""

    vitals: list[VitalRow]


class HandoverColleague(Answer):
    """Somebody who could take a session over."""

    user_id: str
    name: str
    role: Role
    online: bool
    in_call: bool


class HandoverColleagues(Answer):
    """`GET /sessions/{id}/colleagues`."""

    colleagues: list[HandoverColleague]


class HandoverRow(Answer):
    """A handover."""

    id: str
    session_id: str
    from_: NamedStaff = Field(alias="from")
    to: NamedStaff
    brief: str
    state: HandoverState
    offered_at: Time
    answered_at: Time | None
    released_at: Time | None


class HandoverAnswer(Answer):
    """A handover as it is now."""

    handover: HandoverRow


class HandoverSeat(HandoverAnswer):
    """A handover, and the own seat in its session."""

    session_id: str
    participant_id: str
