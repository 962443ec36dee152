"""What HTTP asks about the time after a visit; implemented by the call logic, wired in `app.py`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from telemed.care.aftercare.words import FollowUpState, MessageWay
from telemed.care.identity import Staff
from telemed.care.ports import Json
from telemed.errors import NotFound


@dataclass(frozen=True, slots=True)
class Letter:
    """What somebody writes to the patient of a visit."""

    body: str = field(repr=False)
    way: MessageWay
    command_id: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done, and when. None leaves a field."""

    due_on: date | None = None
    text: str | None = field(default=None, repr=False)


class Aftercare(Protocol):
    """One method per endpoint of docs/protocol.md section 1.19; results ready for JSON."""

    async def read(self, actor: Staff, session_id: str) -> Json:
        """-> {session, ways, messages, follow_ups}."""
        ...

    async def write(self, actor: Staff, session_id: str, letter: Letter) -> Json:
        """-> {message}."""
        ...

    async def plan(self, actor: Staff, session_id: str, plan: Plan, command_id: str) -> Json:
        """-> {follow_up}."""
        ...

    async def edit(self, actor: Staff, follow_up_id: str, plan: Plan, revision: int) -> Json:
        """-> {follow_up}."""
        ...

    async def move(self, actor: Staff, follow_up_id: str, to: FollowUpState, command_id: str) -> Json:
        """-> {follow_up}."""
        ...

    async def take(self, actor: Staff, follow_up_id: str, command_id: str) -> Json:
        """-> {follow_up}."""
        ...

    async def open(self, token: str, birth_date: date | None) -> Json:
        """-> {clinic, asks, tries_left, message}."""
        ...


class NoAftercare:
    """Stand-in for a server without calls."""

    async def read(self, actor: Staff, session_id: str) -> Json:
        """Raises NotFound."""
        raise NotFound()

    async def write(self, actor: Staff, session_id: str, letter: Letter) -> Json:
        """Raises NotFound."""
        raise NotFound()

    async def plan(self, actor: Staff, session_id: str, plan: Plan, command_id: str) -> Json:
        """Raises NotFound."""
        raise NotFound()

    async def edit(self, actor: Staff, follow_up_id: str, plan: Plan, revision: int) -> Json:
        """Raises NotFound."""
        raise NotFound()

    async def move(self, actor: Staff, follow_up_id: str, to: FollowUpState, command_id: str) -> Json:
        """Raises NotFound."""
        raise NotFound()

    async def take(self, actor: Staff, follow_up_id: str, command_id: str) -> Json:
        """Raises NotFound."""
        raise NotFound()

    async def open(self, token: str, birth_date: date | None) -> Json:
        """Raises NotFound."""
        raise NotFound("This link is not known.", code="message_unknown")
