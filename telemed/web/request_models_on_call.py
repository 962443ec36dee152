"""Bodies of requests about on-call duty, paging, handover and vital signs (protocol section 1.17). Unknown fields are refused."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AwareDatetime, StringConstraints
from pydantic import Field as Limits

from telemed.care.oncall import handovers, paging
from telemed.care.oncall.roster import MAX_LEVEL, MAX_SHIFTS, minutes_of
from telemed.care.oncall.words import RingMode, VitalKind
from telemed.web.request_models import ONE_LINE, Body, CommandId
from telemed.web.request_models_admin import Phone
from telemed.web.request_models_people import Revision, UserId

MAX_STEPS = 5
SHORTEST, LONGEST = 5, 600  # seconds of a step

SessionId = Annotated[str, StringConstraints(pattern=r"^ses_[A-Za-z0-9_-]{1,36}$")]
SpecialityId = Annotated[str, StringConstraints(pattern=r"^spc_[A-Za-z0-9_-]{1,36}$")]
SpecialityName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60, pattern=ONE_LINE)]
Zone = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_+/-]{1,40}$")]
Seconds = Annotated[int, Limits(ge=SHORTEST, le=LONGEST)]
Steps = Annotated[list[Seconds], Limits(min_length=1, max_length=MAX_STEPS)]
ClockTime = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Mobile = Annotated[str, StringConstraints(pattern=r"^(\+[1-9][0-9]{6,14})?$")]
PageBrief = Annotated[str, StringConstraints(strip_whitespace=True, max_length=paging.MAX_BRIEF, pattern=ONE_LINE)]
HandoverBrief = Annotated[str, StringConstraints(strip_whitespace=True, max_length=handovers.MAX_BRIEF, pattern=ONE_LINE)]
Measured = Annotated[float, Limits(ge=-1000, le=10_000, allow_inf_nan=False)]


class CreateSpecialityBody(Body):
    """`POST /admin/specialities`."""

    name: SpecialityName
    mode: RingMode
    phone: Phone
    time_zone: Zone
    steps: Steps
    command_id: CommandId


class EditSpecialityBody(Body):
    """`PATCH /admin/specialities/{speciality_id}`: what is absent stays."""

    revision: Revision
    name: SpecialityName | None = None
    mode: RingMode | None = None
    phone: Phone | None = None
    time_zone: Zone | None = None
    steps: Steps | None = None
    closed: bool | None = None

    @property
    def values(self) -> dict[str, Any]:
        """What is to be changed, as the record has it."""
        return stored(self.model_dump(exclude={"revision"}, exclude_none=True))


class WeeklyPart(Body):
    """Each week, in the time zone of the speciality; an end that is not after the start is on the next day."""

    weekday: Annotated[int, Limits(ge=0, le=6)]
    start: ClockTime
    end: ClockTime


class DatedPart(Body):
    """Once."""

    starts_at: Annotated[AwareDatetime, Limits(strict=False)]
    ends_at: Annotated[AwareDatetime, Limits(strict=False)]


class ShiftPart(Body):
    """One shift: `weekly` or `dated`."""

    user_id: UserId
    level: Annotated[int, Limits(ge=1, le=MAX_LEVEL)]
    phone: Mobile = ""
    weekly: WeeklyPart | None = None
    dated: DatedPart | None = None

    @property
    def values(self) -> dict[str, Any]:
        """As the record has it."""
        values: dict[str, Any] = {"user_id": self.user_id, "level": self.level, "phone": self.phone}
        if self.weekly is not None:
            ends = {"from_minute": minutes_of(self.weekly.start), "to_minute": minutes_of(self.weekly.end)}
            values |= {"weekday": self.weekly.weekday, **ends}
        if self.dated is not None:
            values |= {"starts_at": self.dated.starts_at, "ends_at": self.dated.ends_at}
        return values


class ShiftsBody(Body):
    """`PUT /admin/specialities/{speciality_id}/shifts`: the whole roster."""

    revision: Revision
    shifts: Annotated[list[ShiftPart], Limits(max_length=MAX_SHIFTS)]


class PageBody(Body):
    """`POST /pages`."""

    speciality_id: SpecialityId
    session_id: SessionId | None = None
    brief: PageBrief = ""
    command_id: CommandId


class OnlyCommand(Body):
    """Answering and calling off."""

    command_id: CommandId


class VitalBody(Body):
    """`POST /sessions/{id}/vitals`."""

    kind: VitalKind
    value: Measured
    second: Measured | None = None
    at: Annotated[AwareDatetime | None, Limits(strict=False)] = None
    command_id: CommandId


class HandoverBody(Body):
    """`POST /sessions/{id}/handovers`."""

    to_user_id: UserId
    brief: HandoverBrief = ""
    command_id: CommandId


def stored(values: dict[str, Any]) -> dict[str, Any]:
    """The steps of a speciality in their stored form."""
    if "steps" in values:
        values["timeouts"] = ",".join(str(seconds) for seconds in values.pop("steps"))
    return values
