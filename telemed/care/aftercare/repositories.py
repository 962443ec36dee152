"""What is asked of the store about messages after a visit and follow-ups."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from telemed.care.aftercare.records import FollowUp, VisitMessage


class VisitMessages(Protocol):
    """Messages to patients, written after visits."""

    async def create(self, message: VisitMessage) -> None: ...
    async def save(self, message: VisitMessage) -> None: ...
    async def get(self, message_id: str) -> VisitMessage | None: ...
    async def by_token_hash(self, token_hash: str) -> VisitMessage | None: ...
    async def in_session(self, session_id: str) -> list[VisitMessage]:
        """All of a visit, oldest first."""
        ...

    async def of_patient(self, patient_id: str, limit: int = 50) -> list[VisitMessage]:
        """Those of the visits attached to a record, newest first."""
        ...


class FollowUps(Protocol):
    """What is to be done on a later day."""

    async def get(self, follow_up_id: str) -> FollowUp | None: ...
    async def create(self, follow_up: FollowUp) -> None: ...
    async def save(self, follow_up: FollowUp) -> None: ...
    async def in_session(self, session_id: str) -> list[FollowUp]:
        """All of a visit, by day."""
        ...

    async def of_patient(self, patient_id: str, limit: int = 100) -> list[FollowUp]:
        """Those of the visits attached to a record, the latest day first."""
        ...

    async def open_of(self, user_id: str) -> list[FollowUp]:
        """Open ones of a member of staff, by day."""
        ...

    async def open(self, organisation_id: str, after: str = "") -> list[FollowUp]:
        """Open ones of an organisation, by id beyond `after`, at most 500."""
        ...

    async def close_to(self, session_ids: Collection[str]) -> dict[str, frozenset[str]]:
        """Of each visit the staff who were in it and the team of its waiting room (user ids); one statement for 500 visits."""
        ...


class AftercareTransaction(Protocol):
    """The part of a transaction that holds them."""

    @property
    def visit_messages(self) -> VisitMessages: ...
    @property
    def follow_ups(self) -> FollowUps: ...
