"""What HTTP asks of the waiting rooms; implemented by the call logic, wired in `app.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from telemed.care.identity import Seat, Staff
from telemed.care.patients.words import Need
from telemed.care.ports import Json, LinkOpened
from telemed.care.queues.records import QueueMember
from telemed.errors import NotFound


@dataclass(frozen=True, slots=True)
class Arrival:
    """What somebody said at the door of a waiting room."""

    token: str = field(repr=False)
    device: str = field(repr=False)
    name: str = field(repr=False)
    reason: str = field(repr=False)
    birth_date: date | None = field(repr=False, default=None)
    answers: Mapping[str, str | bool] = field(repr=False, default_factory=dict)
    needs: tuple[Need, ...] = ()
    interpreter_language: str = ""
    language: str = ""
    anew: bool = False  # somebody else than who left the line with this device
    source: str = field(repr=False, default="")  # the address it comes from, as limits count it


@dataclass(frozen=True, slots=True)
class QueueChange:
    """What an admin wants of a waiting room: fields of its record, and its members where they change."""

    fields: Mapping[str, Any]
    members: tuple[QueueMember, ...] | None = None  # their queue_id is not looked at


@dataclass(frozen=True, slots=True)
class Entered:
    """A seat in a waiting room, and the entry it belongs to."""

    opened: LinkOpened
    entry_id: str


class WaitingRooms(Protocol):
    """One method per endpoint of docs/protocol.md "Waiting rooms"; results ready for JSON."""

    async def list(self, admin: Staff) -> Json:
        """-> {queues, staff, default_time_zone}."""
        ...

    async def create(self, admin: Staff, change: QueueChange, command_id: str) -> Json:
        """-> {queue}."""
        ...

    async def edit(self, admin: Staff, queue_id: str, change: QueueChange, revision: int) -> Json:
        """-> {queue}."""
        ...

    async def create_link(self, admin: Staff, queue_id: str, command_id: str) -> Json:
        """-> {link}."""
        ...

    async def revoke_link(self, admin: Staff, queue_id: str, link_id: str) -> None: ...
    async def set_alerts(self, staff: Staff, queue_id: str, on: bool) -> None: ...
    async def look_in(self, token: str, device: str) -> Json:
        """-> {clinic, queue, entry}."""
        ...

    async def enter(self, arrival: Arrival) -> Entered:
        """A place in line, or the one this device has already."""
        ...

    async def follow(self, seat: Seat, device: str) -> LinkOpened:
        """The seat in the call that somebody was pulled into."""
        ...


class NoWaitingRooms:
    """Stand-in for a server without any."""

    async def list(self, admin: Staff) -> Json:
        """None are there."""
        return {"queues": [], "staff": [], "default_time_zone": "Europe/Berlin"}

    async def create(self, admin: Staff, change: QueueChange, command_id: str) -> Json:
        """Raises NotFound."""
        raise NotFound()

    async def edit(self, admin: Staff, queue_id: str, change: QueueChange, revision: int) -> Json:
        """Raises NotFound."""
        raise NotFound()

    async def create_link(self, admin: Staff, queue_id: str, command_id: str) -> Json:
        """Raises NotFound."""
        raise NotFound()

    async def revoke_link(self, admin: Staff, queue_id: str, link_id: str) -> None:
        """Raises NotFound."""
        raise NotFound()

    async def set_alerts(self, staff: Staff, queue_id: str, on: bool) -> None:
        """Raises NotFound."""
        raise NotFound()

    async def look_in(self, token: str, device: str) -> Json:
        """Raises NotFound."""
        raise NotFound("This link is not known.", code="walk_in_unknown")

    async def enter(self, arrival: Arrival) -> Entered:
        """Raises NotFound."""
        raise NotFound("This link is not known.", code="walk_in_unknown")

    async def follow(self, seat: Seat, device: str) -> LinkOpened:
        """Raises NotFound."""
        raise NotFound()
