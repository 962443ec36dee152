"""What may be asked of the store about incidents, inside one transaction (see `care.repositories`)."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from telemed.care.incidents.records import (
    AccessRecord,
    IncidentEventRecord,
    IncidentRecord,
    InstructionRecord,
    PositionRecord,
)


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

    async def add_position(self, position: PositionRecord) -> PositionRecord | None:
        """Store it as the next of its participant; None when this participant's fix of this time is there already."""
        ...

    async def positions(self, incident_id: str, limit: int) -> list[PositionRecord]:
        """The newest `limit`, oldest first."""
        ...

    async def count_positions(self, incident_id: str) -> int: ...
    async def add_instruction(self, instruction: InstructionRecord) -> None: ...
    async def save_instruction(self, instruction: InstructionRecord) -> None: ...
    async def instructions(self, incident_id: str, limit: int) -> list[InstructionRecord]:
        """The newest `limit`, oldest first."""
        ...

    async def add_event(self, event: IncidentEventRecord) -> None: ...
    async def events(self, incident_id: str) -> list[IncidentEventRecord]:
        """All, oldest first."""
        ...

    async def due_to_forget(self, before: datetime, limit: int) -> list[IncidentRecord]:
        """Incidents over since before then whose number and places are still kept, oldest first."""
        ...

    async def forget_places(self, incident_id: str) -> int:
        """Delete every fix; the number deleted."""
        ...


class IncidentTransaction(Protocol):
    """The repositories of this module, as a transaction has them."""

    @property
    def incidents(self) -> Incidents: ...
