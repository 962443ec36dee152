"""Bodies of requests about patients (protocol section 1.4). Unknown fields are refused; every text has a length."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field as Limits
from pydantic import StringConstraints

from telemed.care.patients.words import CarerScope, ChannelKind, Need, Relation
from telemed.web.request_models import ONE_LINE, Body, CommandId, Name

Language = Annotated[str, StringConstraints(pattern=r"^([a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3})?$", max_length=35)]
PatientId = Annotated[str, StringConstraints(pattern=r"^pat_[A-Za-z0-9_-]{1,36}$")]
CarerId = Annotated[str, StringConstraints(pattern=r"^car_[A-Za-z0-9_-]{1,36}$")]
UserId = Annotated[str, StringConstraints(pattern=r"^usr_[A-Za-z0-9_-]{1,36}$")]
Needs = Annotated[list[Need], Limits(max_length=len(Need))]
Scope = Annotated[list[CarerScope], Limits(min_length=1, max_length=len(CarerScope))]
Revision = Annotated[int, Limits(ge=1, le=2**31 - 1)]


class SearchPatientsBody(Body):
    """`POST /patients/search`."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120, pattern=ONE_LINE)]
    limit: Annotated[int, Limits(ge=1, le=100)] = 20


class CreatePatientBody(Body):
    """`POST /patients`."""

    name: Name
    birth_date: date | None = None
    language: Language = ""
    needs: Needs = Limits(default_factory=list)
    interpreter_language: Language = ""
    confirmed: bool = False
    command_id: CommandId


class EditPatientBody(Body):
    """`PATCH /patients/{patient_id}`: what is absent stays; a null birth date takes it away."""

    revision: Revision
    name: Name | None = None
    birth_date: date | None = None
    language: Language | None = None
    needs: Needs | None = None
    interpreter_language: Language | None = None


class AddChannelBody(Body):
    """`POST /patients/{patient_id}/channels`."""

    kind: ChannelKind
    value: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=254, pattern=ONE_LINE)]
    carer_id: CarerId | None = None


class AddCarerBody(Body):
    """`POST /patients/{patient_id}/carers`."""

    name: Name
    relation: Relation
    scope: Scope
    ends_on: date | None = None


class EditCarerBody(Body):
    """`PATCH /patients/{patient_id}/carers/{carer_id}`: what is absent stays; a null last day takes it away."""

    name: Name | None = None
    relation: Relation | None = None
    scope: Scope | None = None
    ends_on: date | None = None


class AddMemberBody(Body):
    """`POST /patients/{patient_id}/team`."""

    user_id: UserId


class MergeBody(Body):
    """`POST /patients/{patient_id}/merge`."""

    merged_id: PatientId
    revision: Revision


class AttachBody(Body):
    """`POST /sessions/{id}/patient`."""

    patient_id: PatientId
