"""What HTTP asks of the call logic about incidents: one method per endpoint of docs/protocol.md section 1.2."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from telemed.care.identity import Identity, Staff
from telemed.care.incidents.words import Allowed, IncidentEvent

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class IncidentOrder:
    """Body of POST /incidents, sizes and types checked."""

    phone: str | None = field(repr=False)
    reason: str = field(repr=False)
    kinds: tuple[Allowed, ...]
    language: str
    script_version: str
    caller_agreed: bool
    silent: bool
    command_id: str


@dataclass(frozen=True, slots=True)
class NewCaller:
    """Body of POST /incidents/{incident_id}/callers."""

    phone: str | None = field(repr=False)
    name: str = field(repr=False)
    silent: bool | None  # None: as at the callers who are there
    command_id: str


@dataclass(frozen=True, slots=True)
class Silence:
    """Body of POST /incidents/{incident_id}/silent."""

    participant_id: str | None  # None: the first caller
    silent: bool
    command_id: str


@dataclass(frozen=True, slots=True)
class Fix:
    """Body of POST /sessions/{id}/location, bounds checked."""

    lat: float = field(repr=False)
    lon: float = field(repr=False)
    accuracy: float
    altitude: float | None
    heading: float | None
    speed: float | None
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class NewFrame:
    """Body of POST /sessions/{id}/frames, decoded."""

    participant_id: str
    jpeg: bytes = field(repr=False)
    width: int
    height: int
    command_id: str


@dataclass(frozen=True, slots=True)
class WayIn:
    """What a caller or crew gives to come in. `seat_token`: the cookie it holds already."""

    token: str = field(repr=False)
    device: str = field(repr=False)
    seat_token: str | None = field(repr=False)
    pin: str = field(repr=False, default="")


@dataclass(frozen=True, slots=True)
class CameIn:
    """The answer, and the new cookie's value for its session, if there is one."""

    content: Json
    session_id: str | None = None
    seat_token: str | None = field(repr=False, default=None)


class IncidentVisits(Protocol):
    """Implementations check permissions themselves: NotAllowed, NotFound, Conflict, Gone, InvalidInput, Unavailable."""

    async def create(self, actor: Staff, order: IncidentOrder) -> Json:
        """-> {incident, link}."""
        ...

    async def detail(self, actor: Staff, incident_id: str) -> Json:
        """-> {incident, timeline, summary}."""
        ...

    async def positions(self, actor: Staff, incident_id: str) -> Json:
        """-> {positions, place, kept_until}."""
        ...

    async def resend(self, actor: Staff, incident_id: str, link_id: str | None, command_id: str) -> Json:
        """-> {incident}. Without a link the first caller's."""
        ...

    async def add_caller(self, actor: Staff, incident_id: str, wanted: NewCaller) -> Json:
        """-> {incident, link}."""
        ...

    async def show_code(self, actor: Staff, incident_id: str, link_id: str, command_id: str) -> Json:
        """-> {incident, link}."""
        ...

    async def change_state(self, actor: Staff, incident_id: str, event: IncidentEvent, note: str | None, command_id: str) -> Json:
        """-> {incident}; with a reopened one {incident, link}."""
        ...

    async def silence(self, actor: Staff, incident_id: str, wanted: Silence) -> Json:
        """-> {incident}."""
        ...

    async def share(self, actor: Staff, incident_id: str, name: str, command_id: str) -> Json:
        """-> {incident, link, pin}."""
        ...

    async def revoke(self, actor: Staff, incident_id: str, link_id: str, command_id: str) -> Json:
        """-> {incident}."""
        ...

    async def open_caller(self, way: WayIn) -> CameIn:
        """Take the caller's seat. Errors as opening any link."""
        ...

    async def open_crew(self, way: WayIn) -> CameIn:
        """Take a crew's seat. Besides NotAllowed `wrong_pin`, Gone `pin_locked`."""
        ...

    async def freeze(self, actor: Staff, session_id: str, wanted: NewFrame) -> Json:
        """-> {frame}."""
        ...

    async def picture(self, identity: Identity, session_id: str, frame_id: str) -> bytes:
        """The JPEG of a frame."""
        ...

    async def erase_frame(self, actor: Staff, session_id: str, frame_id: str, reason: str) -> None:
        """Destroy a frozen picture with what was drawn on it."""
        ...

    async def tell_location(self, identity: Identity, session_id: str, fix: Fix) -> None: ...
    async def tell_place(self, identity: Identity, session_id: str, text: str) -> None: ...
