"""Bodies of requests (protocol section 1.2). Unknown fields are refused; every text has a length."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints
from pydantic import Field as Limits

from telemed.care.states import Outcome, SessionKind
from telemed.media.control import Source

# One line of text: no control characters and none that turn the reading direction (they can forge a name).
ONE_LINE = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]*$"
# Text of several lines: no control characters but tab and line ends.
TEXT = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80, pattern=ONE_LINE)]
OptionalName = Annotated[str, StringConstraints(strip_whitespace=True, max_length=80, pattern=ONE_LINE)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500, pattern=ONE_LINE)]
Note = Annotated[str, StringConstraints(max_length=20_000, pattern=TEXT)]
CommandId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{8,64}$")]
Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z]{3}_[A-Za-z0-9_-]{1,36}$")]
LinkToken = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{22}$")]
Device = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{16,64}$")]
Mid = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`{|}~-]{1,32}$")]  # RFC 5888 token
As = Literal["staff", "seat"]

MAX_SDP = 96 * 1024  # characters; the body limit holds anyway
MAX_LINES = 48  # m-lines of one offer
MAX_ATTEMPT = 2**53 - 1  # the largest integer a browser counts exactly


class Body(BaseModel):
    """Root of all request bodies."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Empty(Body):
    """A request without fields."""


class LoginBody(Body):
    """`POST /auth/login`."""

    email: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=254, pattern=ONE_LINE)]
    password: Annotated[str, StringConstraints(min_length=1, max_length=256)]


class CreateSessionBody(Body):
    """`POST /sessions`."""

    kind: SessionKind
    patient_name: OptionalName = ""
    reason: Reason = ""
    patient_id: Annotated[str | None, StringConstraints(pattern=r"^pat_[A-Za-z0-9_-]{1,36}$")] = None
    command_id: CommandId


class EditSessionBody(Body):
    """`PATCH /sessions/{id}`: what is absent stays."""

    patient_name: OptionalName | None = None
    reason: Reason | None = None


class CreateLinkBody(Body):
    """`POST /sessions/{id}/links`."""

    role: Literal["patient", "guest", "interpreter", "external_clinician", "observer"]
    name: OptionalName = ""
    participant_id: Identifier | None = None
    command_id: CommandId


class WriteNoteBody(Body):
    """`PUT /sessions/{id}/note`."""

    body: Note
    revision: Annotated[int, Limits(ge=0, le=MAX_ATTEMPT)]


class CompleteBody(Body):
    """`POST /sessions/{id}/complete`."""

    outcome: Outcome
    note: Note | None = None
    command_id: CommandId


class LinkBody(Body):
    """`POST /links/open` and `POST /links/move`."""

    token: LinkToken
    device: Device


class RecoverBody(Body):
    """`POST /links/recover`."""

    token: LinkToken


class AsBody(Body):
    """`POST /sessions/{id}/ticket` and `POST /sessions/{id}/ice`."""

    as_: Annotated[As | None, Limits(alias="as")] = None


class PublishLineBody(Body):
    """One sending m-line of an offer."""

    mid: Mid
    source: Source


class SubscribeLineBody(Body):
    """One m-line on which a track is wanted."""

    mid: Mid
    track_id: Identifier


class OfferBody(AsBody):
    """`POST /sessions/{id}/offer` (protocol section 3)."""

    attempt: Annotated[int, Limits(ge=0, le=MAX_ATTEMPT)]
    offer: Annotated[int, Limits(ge=0, le=MAX_ATTEMPT)]
    sdp: Annotated[str, StringConstraints(min_length=1, max_length=MAX_SDP)]
    publish: Annotated[list[PublishLineBody], Limits(max_length=MAX_LINES)] = Limits(default_factory=list)
    subscribe: Annotated[list[SubscribeLineBody], Limits(max_length=MAX_LINES)] = Limits(default_factory=list)


class CheckBody(Body):
    """`POST /check/probe`."""

    sdp: Annotated[str, StringConstraints(min_length=1, max_length=MAX_SDP)]


class ProbeBody(AsBody):
    """`POST /sessions/{id}/probe`."""

    sdp: Annotated[str, StringConstraints(min_length=1, max_length=MAX_SDP)]
