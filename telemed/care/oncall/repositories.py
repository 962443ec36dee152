"""What may be asked of the store about on-call duty, inside one transaction (see `care.repositories`)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from telemed.care.oncall.records import Handover, PageRecord, PageRing, PageStep, Shift, Speciality, Vital


class Rosters(Protocol):
    """Specialities and who is on duty."""

    async def get(self, speciality_id: str) -> Speciality | None: ...
    async def of_organisation(self, organisation_id: str) -> list[Speciality]:
        """By name, closed ones too."""
        ...

    async def create(self, speciality: Speciality) -> None:
        """Raise Conflict(code="speciality_there") when the name is taken."""
        ...

    async def save(self, speciality: Speciality) -> None:
        """Raise Conflict(code="speciality_there") when the name is taken."""
        ...

    async def shifts(self, speciality_ids: Collection[str]) -> list[Shift]:
        """By level, then in the order of the week."""
        ...

    async def set_shifts(self, speciality_id: str, shifts: Collection[Shift]) -> None:
        """Exactly these from now on."""
        ...


class Pages(Protocol):
    """Calls for somebody on duty."""

    async def get(self, page_id: str) -> PageRecord | None: ...
    async def create(self, page: PageRecord) -> None: ...
    async def save(self, page: PageRecord) -> None: ...
    async def of_session(self, session_id: str) -> list[PageRecord]:
        """Oldest first."""
        ...

    async def ringing(self, organisation_id: str) -> int:
        """How many ring now."""
        ...

    async def with_due_step(self) -> list[PageRecord]:
        """Those whose step runs, the first that is over first."""
        ...

    async def rings(self, page_ids: Collection[str]) -> list[PageRing]:
        """In the order they began."""
        ...

    async def add_ring(self, ring: PageRing) -> None: ...
    async def save_ring(self, ring: PageRing) -> None: ...
    async def steps(self, page_id: str) -> list[PageStep]:
        """In order."""
        ...

    async def add_step(self, step: PageStep) -> None: ...
    async def save_step(self, step: PageStep) -> None: ...


class Handovers(Protocol):
    """Sessions on their way from one to another."""

    async def get(self, handover_id: str) -> Handover | None: ...
    async def create(self, handover: Handover) -> None: ...
    async def save(self, handover: Handover) -> None: ...
    async def of_session(self, session_id: str) -> list[Handover]:
        """Oldest first."""
        ...


class Vitals(Protocol):
    """Measurements of sessions."""

    async def get(self, vital_id: str) -> Vital | None: ...
    async def create(self, vital: Vital) -> None: ...
    async def save(self, vital: Vital) -> None: ...
    async def of_session(self, session_id: str) -> list[Vital]:
        """By time of measurement, without removed ones."""
        ...


class OnCallTransaction(Protocol):
    """The repositories of this file."""

    @property
    def rosters(self) -> Rosters: ...
    @property
    def pages(self) -> Pages: ...
    @property
    def handovers(self) -> Handovers: ...
    @property
    def vitals(self) -> Vitals: ...
