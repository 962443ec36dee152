"""Bodies of requests about incidents (protocol section 1.2)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, StringConstraints
from pydantic import Field as Limits

from telemed.care.incidents.frames import MAX_BYTES, MAX_SIDE
from telemed.care.incidents.words import Allowed
from telemed.web.request_models import ONE_LINE, Body, CommandId, Device, Identifier, LinkToken, Name

MAX_ENCODED = 4 * (MAX_BYTES + 2) // 3 + 4

Number = Annotated[str, StringConstraints(strip_whitespace=True, max_length=40, pattern=ONE_LINE)]
CallerName = Annotated[str, StringConstraints(strip_whitespace=True, max_length=80, pattern=ONE_LINE)]
Why = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=ONE_LINE)]
Remark = Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$")]
Version = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,40}$")]


def _within(low: float, high: float) -> object:
    return Limits(ge=low, le=high, allow_inf_nan=False)


def _in_utc(at: datetime) -> datetime:
    """A device's clock may be years off. At the ends of the calendar some zones leave it."""
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise ValueError("beyond the calendar") from None


class CreateIncidentBody(Body):
    """`POST /incidents`."""

    phone: Number | None = None
    reason: Why
    kinds: Annotated[list[Allowed], Limits(min_length=1, max_length=3)]
    language: Literal["en", "de"]
    script_version: Version
    caller_agreed: bool
    silent: bool = False
    command_id: CommandId


class IncidentCommandBody(Body):
    """`POST /incidents/{incident_id}/links/{link_id}/revoke` and `.../code`."""

    command_id: CommandId


class ResendBody(Body):
    """`POST /incidents/{incident_id}/resend`: the first caller's link unless another's is named."""

    link_id: Identifier | None = None
    command_id: CommandId


class NewCallerBody(Body):
    """`POST /incidents/{incident_id}/callers`."""

    phone: Number | None = None
    name: CallerName = ""
    silent: bool | None = None
    command_id: CommandId


class IncidentStateBody(Body):
    """`POST /incidents/{incident_id}/state`."""

    event: Literal["hand_over", "take_back", "close", "false_alarm", "unreachable", "reopen"]
    note: Remark | None = None
    command_id: CommandId


class SilentBody(Body):
    """`POST /incidents/{incident_id}/silent`: at the first caller unless another one is named."""

    participant_id: Identifier | None = None
    silent: bool
    command_id: CommandId


class CrewBody(Body):
    """`POST /incidents/{incident_id}/crews`."""

    name: Name
    command_id: CommandId


class CallerBody(Body):
    """`POST /callers/open`."""

    token: LinkToken
    device: Device


class CrewOpenBody(CallerBody):
    """`POST /crews/open`."""

    pin: Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]


class FrameBody(Body):
    """`POST /sessions/{id}/frames`. `jpeg` is base64 (RFC 4648 section 4)."""

    participant_id: Identifier
    jpeg: Annotated[str, StringConstraints(min_length=8, max_length=MAX_ENCODED, pattern=r"^[A-Za-z0-9+/]+={0,2}$")]
    width: Annotated[int, Limits(ge=1, le=MAX_SIDE)]
    height: Annotated[int, Limits(ge=1, le=MAX_SIDE)]
    command_id: CommandId


class LocationBody(Body):
    """`POST /sessions/{id}/location`: metres, degrees, metres a second."""

    lat: Annotated[float, _within(-90, 90)]
    lon: Annotated[float, _within(-180, 180)]
    accuracy: Annotated[float, _within(0, 1_000_000)]
    altitude: Annotated[float, _within(-1000, 100_000)] | None = None
    heading: Annotated[float, _within(0, 360)] | None = None
    speed: Annotated[float, _within(0, 1000)] | None = None
    taken_at: Annotated[AwareDatetime, AfterValidator(_in_utc)]


class PlaceBody(Body):
    """`POST /sessions/{id}/place`."""

    text: Why
