"""Answers about patients as the OpenAPI document describes them (protocol section 1.4)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from telemed.care.patients.words import CarerScope, ChannelKind, Need, Relation
from telemed.care.roles import Role
from telemed.care.states import Outcome, SessionKind, SessionState
from telemed.web.response_models import Answer, IdentityConfirmed, Time

Day = Annotated[str, Field(description="ISO 8601 calendar date", examples=["1956-03-12"])]


class FoundPatient(Answer):
    """One line of a search; `open`: the reader may open the record."""

    id: str
    name: str
    birth_date: Day | None
    open: bool


class FoundPatients(Answer):
    """`POST /patients/search`."""

    patients: list[FoundPatient]
    more: bool


class Patient(FoundPatient):
    """A record."""

    language: str
    needs: list[Need]
    interpreter_language: str
    revision: int
    created_at: Time
    updated_at: Time


class Channel(Answer):
    """A way to reach the patient, or the carer named; `shown` is the value as people read it."""

    id: str
    kind: ChannelKind
    value: str
    shown: str
    carer_id: str | None
    verified_at: Time | None


class Carer(Answer):
    """Somebody who acts for the patient."""

    id: str
    name: str
    relation: Relation
    scope: list[CarerScope]
    ends_at: Time | None
    active: bool


class Member(Answer):
    """Somebody in the care team."""

    id: str
    user_id: str
    name: str
    role: Role | None
    since: Time


class Merge(Answer):
    """A record joined into this one."""

    id: str
    merged_id: str
    name: str
    at: Time


class PatientParts(Answer):
    """A record with what hangs on it."""

    patient: Patient | None
    channels: list[Channel] | None = None
    carers: list[Carer] | None = None
    team: list[Member] | None = None
    merges: list[Merge] | None = None


class PatientDetail(PatientParts):
    """`GET /patients/{patient_id}`."""

    can: list[str]


class PatientCreated(PatientParts):
    """`POST /patients`: the record made, or none and who it may be."""

    duplicates: list[FoundPatient]


class PatientAnswer(Answer):
    """`PATCH /patients/{patient_id}`."""

    patient: Patient


class Colleague(Answer):
    """A member of staff who cares for patients."""

    id: str
    name: str
    role: Role


class Door(Answer):
    """`GET /patients/{patient_id}/door`: what search shows, and whom to ask."""

    patient: FoundPatient
    team: list[dict[str, str]]


class Visit(Answer):
    """One consultation of a timeline; `with` is who made it, `reason` for those who care for the person only."""

    id: str
    kind: SessionKind
    state: SessionState
    created_at: Time
    started_at: Time | None
    ended_at: Time | None
    outcome: Outcome | None
    can_detach: bool
    identity: IdentityConfirmed | None = None
    reason: str | None = None


class Timeline(Answer):
    """`GET /patients/{patient_id}/timeline`."""

    sessions: list[Visit]
    next: str | None


class Change(Answer):
    """A line of the history; `change`: field -> [before, after]."""

    id: str
    at: Time
    kind: str
    by: str
    role: str
    change: dict[str, list[Any]]


class History(Answer):
    """`GET /patients/{patient_id}/history`."""

    changes: list[Change]
    next: str | None


class ChannelAnswer(Answer):
    """`POST /patients/{patient_id}/channels`."""

    channel: Channel


class CarerAnswer(Answer):
    """A carer as it is now."""

    carer: Carer


class Colleagues(Answer):
    """`GET /patients/{patient_id}/colleagues`."""

    colleagues: list[Colleague]


class MemberAnswer(Answer):
    """`POST /patients/{patient_id}/team`."""

    member: Member


class Merged(PatientParts):
    """`POST /patients/{patient_id}/merge`."""

    merge: dict[str, str]


class Parted(PatientParts):
    """`POST /patients/{patient_id}/merges/{merge_id}/undo`."""

    restored_id: str
