"""What the rights need to know of the store, inside one transaction: to whom things belong, and broken glasses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from telemed.care.break_glass import BreakGlassRecord, GlassFilter
from telemed.care.identity import Staff


@dataclass(frozen=True, slots=True)
class Place:
    """To whom something belongs. `site_id` None: to the whole organisation."""

    organisation_id: str
    site_id: str | None


class Places(Protocol):
    """To whom things belong."""

    async def of(self, parameter: str, object_id: str) -> Place | None:
        """The place of what a path names by this parameter (`reach.GUARDED`); None when there is no such thing."""
        ...


class BreakGlasses(Protocol):
    """Emergency accesses."""

    async def get(self, access_id: str) -> BreakGlassRecord | None: ...
    async def create(self, access: BreakGlassRecord) -> None: ...
    async def save(self, access: BreakGlassRecord) -> None: ...
    async def open_of(self, user_id: str, patient_id: str, now: datetime) -> BreakGlassRecord | None:
        """The access this person has to this record now."""
        ...

    async def of_patient(self, patient_id: str) -> list[BreakGlassRecord]:
        """Every access to a record, newest first, at most 500: what the patient is shown."""
        ...

    async def page(
        self, officer: Staff, wanted: GlassFilter, now: datetime, after: str | None, limit: int
    ) -> list[BreakGlassRecord]:
        """Accesses to records of the officer's organisation and site, newest first, those older than the access `after`."""
        ...


class RightsTransaction(Protocol):
    """The repositories of this module, as a transaction has them."""

    @property
    def places(self) -> Places: ...
    @property
    def break_glasses(self) -> BreakGlasses: ...
