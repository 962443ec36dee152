"""Answers to patients and carers as the OpenAPI document describes them (protocol section 1.5)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from telemed.care.audit_access import Act
from telemed.care.patients.words import CarerScope, ChannelKind, Need, Relation
from telemed.care.roles import Role
from telemed.care.states import SessionState
from telemed.web.response_models import Answer, Time
from telemed.web.response_models_aftercare import OwnMessage
from telemed.web.response_models_identity import Passkey
from telemed.web.response_models_people import Day


class CodeAsked(Answer):
    """`POST /person/code`: the same for everybody."""

    step: str
    minutes: int


class DemoCode(Answer):
    """`POST /demo/code`."""

    code: str | None


class Choice(Answer):
    """One of several people a channel belongs to; `name` is the patient's, for a carer of whom it acts for."""

    id: str
    role: Role
    name: str


class PersonConfirmed(Answer):
    """Signed in, or whom to choose from; `token` for programs that are no browser."""

    signed_in: bool
    step: str | None = None
    choices: list[Choice] | None = None
    token: str | None = None


class PersonSignedIn(Answer):
    """`POST /person/passkey`; `token` for programs that are no browser."""

    signed_in: bool
    token: str | None = None


class PersonPasskeyAdded(Answer):
    """`POST /home/passkeys`."""

    passkey: Passkey


class PersonSelf(Answer):
    """Who is signed in; `scope` and `ends_at` of a carer."""

    role: Role
    name: str
    patient_name: str
    scope: list[CarerScope] | None
    ends_at: Time | None


class OwnVisit(Answer):
    """A visit."""

    id: str
    state: SessionState
    starts_at: Time | None
    opens_at: Time | None
    created_at: Time
    started_at: Time | None
    ended_at: Time | None
    with_: Annotated[str, Field(alias="with", description="The clinician's name")]
    can_join: bool


class OwnDetails(Answer):
    """What the clinic keeps about the person."""

    name: str
    birth_date: Day | None
    language: str
    needs: list[Need]
    interpreter_language: str


class OwnContact(Answer):
    """A number or address of one's own."""

    id: str
    kind: ChannelKind
    shown: str
    verified: bool


class OwnCarer(Answer):
    """Somebody who acts for the person."""

    name: str
    relation: Relation
    scope: list[CarerScope]
    ends_at: Time | None


class OwnDevice(Answer):
    """A signed-in browser."""

    id: str
    device: str
    created_at: Time
    last_seen_at: Time
    current: bool


class Home(Answer):
    """`GET /home`; null: the scope agreed with a carer does not name it."""

    person: PersonSelf
    visits: list[OwnVisit] | None
    past: list[OwnVisit] | None
    messages: list[OwnMessage] | None
    details: OwnDetails | None
    contacts: list[OwnContact]
    carers: list[OwnCarer] | None
    devices: list[OwnDevice]
    passkeys: list[Passkey]
    access: bool


class AccessLine(Answer):
    """What one person did on one day."""

    name: str
    role: str
    day: Day
    act: Act
    times: int
    first_at: Time
    last_at: Time
    emergency: bool


class AccessLines(Answer):
    """`GET /home/access`."""

    lines: list[AccessLine]
    next: str | None


class JoinPath(Answer):
    """`POST /home/visits/{id}/join`: where to go; it holds the link's token in the fragment."""

    path: str
