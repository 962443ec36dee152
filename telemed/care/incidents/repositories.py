"""What may be asked of the store about incidents, inside one transaction (see `care.repositories`)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from telemed.care.incidents.records import (
    AccessRecord,
    CallerRecord,
    FrameRecord,
    IncidentEventRecord,
    IncidentRecord,
    InstructionRecord,
    PositionRecord,
)
from telemed.care.times import Mark


class Incidents(Protocol):
    """Incidents and all that belongs to them."""

    async def get(self, incident_id: str) -> IncidentRecord | None: ...
    async def of_session(self, session_id: str) -> IncidentRecord | None:
        """The incident whose present visit this is."""
        ...

    async def create(self, incident: IncidentRecord) -> None: ...
    async def save(self, incident: IncidentRecord) -> None: ...
    async def add_access(self, access: AccessRecord) -> None: ...
    async def save_access(self, access: AccessRecord) -> None: ...
    async def access(self, link_id: str) -> AccessRecord | None: ...
    async def accesses(self, incident_id: str) -> list[AccessRecord]:
        """All ways in, oldest first."""
        ...

    async def add_caller(self, caller: CallerRecord) -> None: ...
    async def save_caller(self, caller: CallerRecord) -> None: ...
    async def callers(self, incident_id: str) -> list[CallerRecord]:
        """All callers of all its visits, oldest first."""
        ...

    async def add_position(self, position: PositionRecord) -> PositionRecord | None:
        """Store it as the next of its participant; None when this participant's fix of this time is there already."""
        ...

    async def positions(self, incident_id: str, limit: int) -> list[PositionRecord]:
        """The newest `limit`, oldest first."""
        ...

    async def newest_positions(self, participant_ids: Sequence[str], limit: int) -> list[PositionRecord]:
        """The newest `limit` of each of these, oldest first."""
        ...

    async def count_positions(self, incident_id: str) -> int: ...
    async def add_instruction(self, instruction: InstructionRecord) -> None: ...
    async def save_instruction(self, instruction: InstructionRecord) -> None: ...
    async def instructions(self, incident_id: str, limit: int) -> list[InstructionRecord]:
        """The newest `limit`, oldest first."""
        ...

    async def instructions_in_session(self, session_id: str, limit: int) -> list[InstructionRecord]:
        """Those of one visit of an incident, the newest `limit`, oldest first."""
        ...

    async def frame(self, frame_id: str) -> FrameRecord | None: ...
    async def add_frame(self, frame: FrameRecord) -> int:
        """Add it; the number of older ones that went for it (`frames.MOST_UNKEPT`)."""
        ...

    async def save_frame(self, frame: FrameRecord) -> None: ...
    async def open_frames(self, session_id: str) -> list[FrameRecord]:
        """Those not put away, newest first."""
        ...

    async def kept_frames(self, session_id: str) -> int:
        """How many have their picture."""
        ...

    async def last_erased_frame_at(self) -> datetime | None: ...
    async def frames(self, session_id: str) -> list[FrameRecord]:
        """The frozen pictures of a visit, the newest 500, oldest first."""
        ...

    async def add_event(self, event: IncidentEventRecord) -> None: ...
    async def events(self, incident_id: str) -> list[IncidentEventRecord]:
        """All, oldest first."""
        ...

    async def due_to_forget(self, before: datetime, after: Mark | None, limit: int) -> list[IncidentRecord]:
        """Incidents over since before then whose callers are still known, oldest first; those that come after `after`."""
        ...

    async def texts_due(self, before: datetime, after: Mark | None, limit: int) -> list[IncidentRecord]:
        """The same for those whose reason and note are still kept."""
        ...

    async def forget_crews(self, incident_id: str, name: str) -> None:
        """Call all crews of all visits `name`: the links were given the names of people, or of their vehicles."""
        ...

    async def forget_callers(self, incident_id: str, name: str, usual: Collection[str]) -> None:
        """Delete numbers, places, wishes and facts of all callers of all visits, and call those `name` whose name is not among
        `usual`, also where they wrote."""
        ...

    async def forget_reasons(self, incident_id: str) -> None:
        """Delete the reason that its visits have from it."""
        ...

    async def forget_places(self, incident_id: str) -> int:
        """Delete every fix; the number deleted."""
        ...


class IncidentTransaction(Protocol):
    """The repositories of this module, as a transaction has them."""

    @property
    def incidents(self) -> Incidents: ...
