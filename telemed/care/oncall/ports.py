"""What HTTP asks about paging, handover and vital signs: one method per endpoint, results ready for JSON.

Implementations check permissions themselves: NotAllowed, NotFound, Conflict, Gone, Unavailable.
"""

from __future__ import annotations

from typing import Any, Protocol

from telemed.care.identity import Staff
from telemed.care.oncall.requests import NewPage, NewVital

Json = dict[str, Any]


class Paging(Protocol):
    """Calling somebody on duty."""

    async def choices(self, actor: Staff) -> Json:
        """-> {specialities}."""
        ...

    async def begin(self, actor: Staff, wanted: NewPage) -> Json:
        """-> {page, session_id, participant_id}."""
        ...

    async def read(self, actor: Staff, page_id: str) -> Json:
        """-> {page}."""
        ...

    async def accept(self, actor: Staff, page_id: str, command_id: str) -> Json:
        """-> {page, session_id, participant_id}."""
        ...

    async def decline(self, actor: Staff, page_id: str, command_id: str) -> Json:
        """-> {page}."""
        ...

    async def cancel(self, actor: Staff, page_id: str, command_id: str) -> Json:
        """-> {page}."""
        ...


class HandoverPort(Protocol):
    """Handing a session over."""

    async def colleagues(self, actor: Staff, session_id: str) -> Json:
        """-> {colleagues}."""
        ...

    async def offer(self, actor: Staff, session_id: str, to_user: str, brief: str, command_id: str) -> Json:
        """-> {handover}."""
        ...

    async def accept(self, actor: Staff, handover_id: str, command_id: str) -> Json:
        """-> {handover, session_id, participant_id}."""
        ...

    async def decline(self, actor: Staff, handover_id: str, command_id: str) -> Json:
        """-> {handover}."""
        ...

    async def withdraw(self, actor: Staff, handover_id: str, command_id: str) -> Json:
        """-> {handover}."""
        ...

    async def release(self, actor: Staff, handover_id: str, command_id: str) -> Json:
        """-> {handover}."""
        ...


class VitalsPort(Protocol):
    """Vital signs."""

    async def note(self, actor: Staff, session_id: str, wanted: NewVital, command_id: str) -> Json:
        """-> {vital}."""
        ...

    async def remove(self, actor: Staff, session_id: str, vital_id: str, command_id: str) -> Json:
        """-> {}."""
        ...

    async def read(self, actor: Staff, session_id: str) -> Json:
        """-> {vitals}."""
        ...


class OnCall(Protocol):
    """All of it."""

    @property
    def paging(self) -> Paging: ...
    @property
    def handovers(self) -> HandoverPort: ...
    @property
    def vitals(self) -> VitalsPort: ...
