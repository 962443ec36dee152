"""What stills ask of the store."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from telemed.care.stills.records import StillRecord
from telemed.care.stills.words import StillState


class StillRepository(Protocol):
    """Rows of stills."""

    async def get(self, still_id: str) -> StillRecord | None: ...
    async def create(self, still: StillRecord) -> StillRecord:
        """Store under the session's next number; returns it with that number."""
        ...

    async def save(self, still: StillRecord) -> None: ...
    async def in_session(self, session_id: str) -> list[StillRecord]:
        """Every one of a visit, oldest first."""
        ...

    async def shown(self, session_id: str) -> list[StillRecord]:
        """Those of a visit that count (`words.SHOWN`), oldest first: none is left out for those that were called off."""
        ...

    async def by_command(self, participant_id: str, command_id: str) -> StillRecord | None: ...
    async def in_states(self, states: Collection[StillState]) -> list[StillRecord]:
        """Those in one of the states, longest in it first, at most 1000."""
        ...

    async def of_patient(self, patient_id: str, limit: int = 100) -> list[StillRecord]:
        """Kept ones of the visits attached to a record, newest first."""
        ...

    async def last_erased_at(self) -> datetime | None: ...


class StillTransaction(Protocol):
    """The part of a transaction that holds them."""

    @property
    def stills(self) -> StillRepository: ...
