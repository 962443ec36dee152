"""What may be asked of the store about codes, logins of patients and carers, and their visits."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from telemed.care.identity import Person
from telemed.care.persons.records import ChannelCodeRecord, CodePurpose, PersonLoginRecord
from telemed.care.records import SessionRecord


class ChannelCodes(Protocol):
    """Codes."""

    async def create(self, code: ChannelCodeRecord) -> None: ...
    async def count_attempt(self, code_id: str) -> ChannelCodeRecord | None:
        """Count one attempt and return the row with it; None when there is none. The same statements either way."""
        ...

    async def use(self, code_id: str, at: datetime) -> bool:
        """Spend it; False when it was spent before."""
        ...

    async def newest(self, channel_id: str, purpose: CodePurpose) -> ChannelCodeRecord | None: ...
    async def sent_to(self, kind: str, value: str, since: datetime) -> list[datetime]:
        """When codes went to this number or address, whoever's channel it is."""
        ...

    async def delete_expired(self, before: datetime) -> int:
        """Forget codes that expired before; the number forgotten."""
        ...


class PersonLogins(Protocol):
    """Signed-in browsers."""

    async def create(self, login: PersonLoginRecord) -> None: ...
    async def by_token_hash(self, token_hash: str) -> PersonLoginRecord | None:
        """Ended ones too."""
        ...

    async def of_person(self, person: Person, now: datetime) -> list[PersonLoginRecord]:
        """Those of a patient, or of one carer of it, neither revoked nor expired, seen last first."""
        ...

    async def touch(self, login_id: str, at: datetime) -> None: ...
    async def revoke(self, login_id: str, at: datetime) -> bool:
        """End one; False when it had ended."""
        ...

    async def revoke_all(self, patient_id: str, carer_id: str | None, at: datetime) -> int:
        """End all of a patient's own (None), or of a carer; the number ended."""
        ...

    async def delete_expired(self, before: datetime) -> int:
        """Forget logins that expired before; the number forgotten."""
        ...


class PersonVisits(Protocol):
    """Visits attached to a record, as the person itself may see them."""

    async def ahead(self, patient_id: str) -> list[SessionRecord]:
        """Those that can still become or be a call, earliest first."""
        ...

    async def past(self, patient_id: str, limit: int) -> list[SessionRecord]:
        """Those that are over, newest first."""
        ...


class PersonTransaction(Protocol):
    """The repositories of this module, as a transaction has them."""

    @property
    def channel_codes(self) -> ChannelCodes: ...
    @property
    def person_logins(self) -> PersonLogins: ...
    @property
    def person_visits(self) -> PersonVisits: ...
