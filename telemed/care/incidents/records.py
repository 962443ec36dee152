"""Rows of incidents as values. All times are aware UTC datetimes; numbers, places and texts are kept out of every `repr`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from telemed.care.incidents.words import Allowed, IncidentEvent, IncidentState, InstructionKind, Part, SendState
from telemed.care.notify.records import Route


@dataclass(frozen=True, slots=True)
class IncidentRecord:
    """An emergency. `session_id` is its present visit: a reopened one has another."""

    id: str
    organisation_id: str
    site_id: str | None
    session_id: str
    state: IncidentState
    state_since: datetime
    created_by: str  # user id
    created_by_name: str
    created_at: datetime
    code: str  # four digits that the dispatcher says and the caller's page shows
    kinds: tuple[Allowed, ...]
    language: str
    script_version: str
    caller_agreed: bool
    reason: str = field(repr=False, default="")
    note: str = field(repr=False, default="")
    ended_at: datetime | None = None
    forgotten_at: datetime | None = None  # when callers' names, numbers, places and facts were deleted
    forgotten_positions: int = 0  # how many fixes there had been: their number alone stays
    texts_forgotten_at: datetime | None = None  # when reason and note were deleted

    @property
    def allows_video(self) -> bool:
        """Whether the caller may send picture and sound."""
        return Allowed.VIDEO in self.kinds


@dataclass(frozen=True, slots=True)
class AccessRecord:
    """Somebody's way into an incident by a link: the caller's or a crew's. `id` is that of the link."""

    id: str
    incident_id: str
    session_id: str
    participant_id: str
    part: Part
    created_at: datetime
    pin_hash: str = field(repr=False, default="")  # of crews
    wrong_pins: int = 0
    locked_at: datetime | None = None
    opened_at: datetime | None = None
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CallerRecord:
    """One caller: the message with its link, and what it tells of itself. `id` is that of its link, and of its `AccessRecord`.

    `made_by` and `made_with` are the user and the command that made the link: from them and a key outside the database the link
    is made when it is sent. `message_id` is the latest message in the outbox; `repeats_id` the one which that repeats by itself
    over the second route: something may still be heard of both.
    """

    id: str
    incident_id: str
    session_id: str
    participant_id: str
    made_by: str  # user id
    made_with: str  # command id
    phone: str = field(repr=False, default="")  # E.164; "" without one, and once forgotten
    send_state: SendState = SendState.NONE
    send_since: datetime | None = None
    sends: int = 0
    route: Route = Route.FIRST  # of the latest message
    message_id: str | None = None
    repeats_id: str | None = None
    second_route_at: datetime | None = None  # when a message went over the second route by itself: once for each link
    place: str = field(repr=False, default="")  # as the caller typed it
    call_back: str | None = field(repr=False, default=None)  # the caller wants to be called; "" at the number we have
    left_quickly: bool = False
    facts: Mapping[str, Any] = field(repr=False, default_factory=dict)  # what the caller's device tells


@dataclass(frozen=True, slots=True)
class PositionRecord:
    """One fix of a caller's device. `taken_at` is by its clock, `received_at` by ours: neither is corrected by the other."""

    incident_id: str
    participant_id: str
    sequence: int
    lat: float = field(repr=False)
    lon: float = field(repr=False)
    accuracy: float
    altitude: float | None
    heading: float | None
    speed: float | None
    taken_at: datetime
    received_at: datetime


@dataclass(frozen=True, slots=True)
class InstructionRecord:
    """Something a caller was asked to do, or a card it was shown."""

    id: str
    incident_id: str
    session_id: str
    participant_id: str
    kind: InstructionKind
    value: str
    card_id: str
    card_version: str
    given_by: str  # user id
    given_by_name: str
    given_at: datetime
    shown_at: datetime | None = None
    cleared_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """Something drawn: a line, an arrow from its first point to its second, a circle around its first through its second."""

    id: str
    kind: str  # pen, arrow, circle
    points: tuple[tuple[float, float], ...]  # 0 to 1 of the picture's width and height


@dataclass(frozen=True, slots=True)
class FrameRecord:
    """A caller's picture, or a responder's at a scene, frozen to be drawn on, with its lines. Its bytes lie where stills do."""

    id: str
    incident_id: str | None  # None: a scene to which a responder called
    session_id: str
    participant_id: str
    shown_by: str  # user id
    by_name: str
    shown_at: datetime
    shapes: int = 0  # the most that stood on it at once
    ended_at: datetime | None = None  # None: it stands there, or did until a server of before ended
    width: int = 0  # pixels
    height: int = 0
    lines: tuple[Shape, ...] = field(default=(), repr=False)  # as they stand, and in the end stood, on it
    size: int = 0  # bytes of the picture that is kept; 0: none
    erased_at: datetime | None = None
    erase_reason: str = ""


@dataclass(frozen=True, slots=True)
class IncidentEventRecord:
    """One step of an incident, for its summary. `by_name` is empty for the caller and the server."""

    id: str
    incident_id: str
    event: IncidentEvent
    state: IncidentState  # it led to
    by_name: str
    at: datetime
