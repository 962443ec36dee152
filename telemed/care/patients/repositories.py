"""What the rest of the server may ask of the store about patients: Protocols inside one transaction, as `care.repositories`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from telemed.care.identity import Person, Staff
from telemed.care.patients.records import (
    CarerRecord,
    ChangeRecord,
    ChannelRecord,
    MergeRecord,
    PatientRecord,
    PatientStanding,
    TeamMemberRecord,
)
from telemed.care.patients.search_dates import BirthDates
from telemed.care.records import SessionRecord


@dataclass(frozen=True, slots=True)
class SearchArea:
    """Whose records a search may find."""

    organisation_id: str
    site_id: str | None  # None: of every site

    @classmethod
    def of(cls, staff: Staff) -> SearchArea:
        """What a member of staff may find."""
        return cls(staff.organisation_id, staff.site_id)


class Patients(Protocol):
    """Records of people who are cared for."""

    async def get(self, patient_id: str) -> PatientRecord | None:
        """The very record, a merged one too."""
        ...

    async def kept(self, patient_id: str) -> PatientRecord | None:
        """The record, or the one it was merged into."""
        ...

    async def create(self, patient: PatientRecord) -> None: ...
    async def save(self, patient: PatientRecord) -> None:
        """Write it back, and under what search finds it when the name changed."""
        ...

    async def candidates(self, area: SearchArea, pieces: Collection[str], born: BirthDates) -> list[PatientRecord]:
        """Records that share the most pieces or have the birth date, merged ones too; a few hundred at most."""
        ...

    async def names(self, patient_ids: Collection[str]) -> dict[str, str]:
        """Names of some records."""
        ...


class PatientStandings(Protocol):
    """What somebody is to a patient."""

    async def of_staff(self, staff: Staff, patient_id: str, now: datetime) -> PatientStanding: ...
    async def open_to(self, staff: Staff, patient_ids: Collection[str], now: datetime) -> frozenset[str]:
        """Those of the records that the person cares for."""
        ...

    async def of_person(self, person: Person, now: datetime) -> PatientStanding: ...


class ContactChannels(Protocol):
    """Ways to reach patients and carers."""

    async def get(self, channel_id: str) -> ChannelRecord | None: ...
    async def create(self, channel: ChannelRecord) -> None:
        """Raise Conflict(code="channel_exists") when this patient or carer has it already."""
        ...

    async def save(self, channel: ChannelRecord) -> None: ...
    async def mark_verified(self, channel_id: str, at: datetime) -> bool:
        """A code sent there came back; False when the channel is unknown or revoked."""
        ...

    async def of_patient(self, patient_id: str) -> list[ChannelRecord]:
        """Own and carers' channels, oldest first, revoked ones too."""
        ...

    async def by_value(self, kind: str, value: str) -> list[ChannelRecord]:
        """Channels in use with this normalised value, verified first."""
        ...


class Carers(Protocol):
    """Who acts for patients."""

    async def get(self, carer_id: str) -> CarerRecord | None: ...
    async def create(self, carer: CarerRecord) -> None: ...
    async def save(self, carer: CarerRecord) -> None: ...
    async def of_patient(self, patient_id: str) -> list[CarerRecord]:
        """Oldest first, ended ones too."""
        ...


class CareTeams(Protocol):
    """The agreed team of each patient."""

    async def get(self, member_id: str) -> TeamMemberRecord | None: ...
    async def add(self, member: TeamMemberRecord) -> TeamMemberRecord:
        """Add somebody, or return the present row when there is one."""
        ...

    async def save(self, member: TeamMemberRecord) -> None: ...
    async def of_patient(self, patient_id: str) -> list[TeamMemberRecord]:
        """Present members, longest first."""
        ...


class PatientHistory(Protocol):
    """Changes and merges."""

    async def append(self, change: ChangeRecord) -> None: ...
    async def of_patient(self, patient_id: str, before: str | None, limit: int) -> list[ChangeRecord]:
        """Newest first; `before` is the id of the last change of the page before."""
        ...


class PatientMerges(Protocol):
    """Joined records."""

    async def get(self, merge_id: str) -> MergeRecord | None: ...
    async def create(self, merge: MergeRecord) -> None: ...
    async def save(self, merge: MergeRecord) -> None: ...
    async def of_kept(self, patient_id: str) -> list[MergeRecord]:
        """Merges into this record not undone, newest first."""
        ...

    async def move_rows(self, merged_id: str, kept_id: str) -> dict[str, list[str]]:
        """Hand everything of one record to another; which rows went, by table. A team member both have stays."""
        ...

    async def return_rows(self, moved: dict[str, list[str]], merged_id: str, kept_id: str) -> None:
        """Hand back what went over and is still there."""
        ...


class PatientSessions(Protocol):
    """Visits attached to records."""

    async def timeline(
        self, patient_id: str, staff: Staff, before: tuple[datetime, str] | None, limit: int
    ) -> list[SessionRecord]:
        """Newest first, of sites the reader works at; `before` is (created_at, id) of the last one of the page before."""
        ...


class PatientTransaction(Protocol):
    """The repositories of this module, as a transaction has them."""

    @property
    def patients(self) -> Patients: ...
    @property
    def standings(self) -> PatientStandings: ...
    @property
    def channels(self) -> ContactChannels: ...
    @property
    def carers(self) -> Carers: ...
    @property
    def care_teams(self) -> CareTeams: ...
    @property
    def patient_history(self) -> PatientHistory: ...
    @property
    def patient_merges(self) -> PatientMerges: ...
    @property
    def patient_sessions(self) -> PatientSessions: ...
