"""Rows of the patient tables as values. Change one with `dataclasses.replace` and save it; times are aware UTC datetimes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from telemed.care.identity import ActorRef
from telemed.care.patients.words import CarerScope, ChannelKind, Need, Relation


@dataclass(frozen=True, slots=True)
class PatientRecord:
    """One person who is cared for. `revision` counts changes from 1: an edit names the one it was made on."""

    id: str
    organisation_id: str
    name: str  # as the person writes it
    folded_name: str  # as search compares it, `names.fold`
    created_by: str  # user id
    created_at: datetime
    updated_at: datetime
    site_id: str | None = None  # None: of the whole organisation
    birth_date: date | None = None
    language: str = ""  # BCP 47, "" when unknown
    needs: tuple[Need, ...] = ()
    interpreter_language: str = ""  # BCP 47, with the need `interpreter`
    revision: int = 1
    merged_into: str | None = None  # the record kept in a merge


@dataclass(frozen=True, slots=True)
class PatientStanding:
    """What a reader is to a patient. `carer_scope` is None for everybody but a carer whose access has not ended."""

    in_team: bool = False
    leads_session: bool = False  # made, or holds a seat in, a session attached to the record; over: it took place
    broke_glass: bool = False  # an open emergency access of the reader's own
    carer_scope: frozenset[str] | None = None

    @property
    def cares(self) -> bool:
        """Whether a care role has a reason to read the record."""
        return self.in_team or self.leads_session or self.broke_glass

    @property
    def lasts(self) -> bool:
        """Whether that reason outlives an emergency access, which opens a record for an hour and must not open it for good."""
        return self.in_team or self.leads_session


STRANGER = PatientStanding()


@dataclass(frozen=True, slots=True)
class ChannelRecord:
    """One way to reach a patient, or a carer when `carer_id` is set. `value` is normalised (`channels.normalise`)."""

    id: str
    patient_id: str
    kind: ChannelKind
    value: str
    created_at: datetime
    carer_id: str | None = None
    verified_at: datetime | None = None  # a code sent there came back
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CarerRecord:
    """Somebody who acts for one patient, within `scope`, until `ends_at` or `revoked_at`."""

    id: str
    patient_id: str
    name: str
    relation: Relation
    scope: tuple[CarerScope, ...]
    created_by: str  # user id
    created_at: datetime
    ends_at: datetime | None = None
    revoked_at: datetime | None = None

    def is_active(self, now: datetime) -> bool:
        """Whether the carer may still act."""
        return self.revoked_at is None and (self.ends_at is None or now < self.ends_at)

    def may_join(self, now: datetime) -> bool:
        """Whether the carer may be in visits."""
        return self.is_active(now) and CarerScope.JOIN_VISITS in self.scope


@dataclass(frozen=True, slots=True)
class TeamMemberRecord:
    """A member of staff in the agreed care team of a patient; at most one row without `until` per person."""

    id: str
    patient_id: str
    user_id: str
    added_by: str  # user id
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class ChangeRecord:
    """One line of a record's history: `change` maps a field to [before, after]."""

    id: str
    patient_id: str
    revision: int
    kind: str  # one of `words.ChangeKind`
    change: dict[str, list[Any]]
    actor: ActorRef
    at: datetime


@dataclass(frozen=True, slots=True)
class MergeRecord:
    """Two records of one person joined: `moved` says which rows went over, so that undoing brings back exactly these."""

    id: str
    kept_id: str
    merged_id: str
    moved: dict[str, list[str]]
    merged_by: str  # user id
    at: datetime
    undone_by: str | None = None
    undone_at: datetime | None = None
