"""Rows of the recording tables as values. Change one with `dataclasses.replace` and save it; times are aware UTC datetimes.

Places within a recording are whole milliseconds on its own clock: 0 is when it began.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from telemed.care.identity import ActorRef
from telemed.care.patients.records import PatientStanding
from telemed.care.recording.words import (
    Basis,
    Bleed,
    BystanderLabel,
    ConsentAct,
    DecidedBy,
    RecordingFault,
    RecordingState,
    ReviewStatus,
    ViewKind,
    Visibility,
)
from telemed.care.states import SessionKind


@dataclass(frozen=True, slots=True)
class RecordingRecord:
    """One take within a visit, from start to stop. `state_since` feeds the time-outs of `states.py`."""

    id: str
    session_id: str
    organisation_id: str
    kind: SessionKind
    state: RecordingState
    state_since: datetime
    started_by: str  # user id: who asked for it
    asked_at: datetime
    basis: Basis = Basis.CONSENT
    reason: str = field(default="", repr=False)  # of an emergency
    site_id: str | None = None  # the visit's
    bleed: Bleed = Bleed.NONE  # what who records chose; `consent.bleed` says what holds
    started_at: datetime | None = None
    stopped_at: datetime | None = None
    ready_at: datetime | None = None
    duration_ms: int = 0
    size_bytes: int = 0
    manifest_hash: str = ""  # hex SHA-256 of the signed manifest
    chain_head: str = ""  # the last link of the chain of its segments
    review_status: ReviewStatus = ReviewStatus.UNREVIEWED
    reviewed_by: str | None = None  # user id
    reviewed_at: datetime | None = None
    hold: bool = False  # a legal hold: neither retention nor anybody erases it
    hold_reason: str = field(default="", repr=False)
    held_by: str | None = None  # user id
    expires_at: datetime | None = None  # None: kept until somebody erases it
    decide_by: datetime | None = None  # of an emergency nobody has decided on: destroyed then
    erased_at: datetime | None = None
    fault: RecordingFault = RecordingFault.NONE


@dataclass(frozen=True, slots=True)
class ConsentEvent:
    """One act of one person, or for one bystander. Never changed. The store gives `sequence`, which counts within the visit."""

    id: str
    session_id: str
    act: ConsentAct
    by: ActorRef
    text_version: str
    language: str
    at: datetime
    recording_id: str | None = None  # None: said before there was a recording; it holds for the whole visit either way
    participant_id: str | None = None
    bystander_id: str | None = None
    reason: str = field(default="", repr=False)
    sequence: int = 0

    @property
    def person_id(self) -> str:
        """The participant or bystander it is about."""
        return self.participant_id or self.bystander_id or ""


@dataclass(frozen=True, slots=True)
class Bystander:
    """Somebody in a participant's room who is no participant: seen or heard, but not in the call."""

    id: str
    session_id: str
    label: BystanderLabel
    created_by: str  # participant id of who listed the person
    created_at: datetime
    decided_by: DecidedBy
    agreed: bool
    by_name: str = field(default="", repr=False)  # who decided, when it was not the person
    reason: str = field(default="", repr=False)  # why the person could not be asked
    gone_at: datetime | None = None  # has left the room: no longer within earshot


@dataclass(frozen=True, slots=True)
class UnrecordedReason:
    """Why a visit whose policy requires recording went on without one."""

    id: str
    session_id: str
    user_id: str
    reason: str = field(repr=False)
    at: datetime


@dataclass(frozen=True, slots=True)
class Marker:
    """A point, or a span when `end_ms` is set, that somebody noted. Each change is a new row with the next revision."""

    id: str
    recording_id: str
    start_ms: int
    category: str
    author_id: str  # user id
    author_name: str  # as it was when the marker was made
    visibility: Visibility
    at: datetime
    end_ms: int | None = None
    text: str = field(default="", repr=False)
    revision: int = 1
    removed: bool = False


@dataclass(frozen=True, slots=True)
class RecordingTag:
    """A word under which a recording is found."""

    recording_id: str
    tag: str


@dataclass(frozen=True, slots=True)
class RecordingView:
    """Somebody watched, downloaded, exported or verified a recording. The patient may see these; never changed."""

    id: str
    recording_id: str
    user_id: str | None  # None: not a member of staff
    name: str
    role: str
    at: datetime
    what: ViewKind
    reason: str = field(default="", repr=False)  # of a download


@dataclass(frozen=True, slots=True)
class SpeakingSpan:
    """When a participant spoke."""

    recording_id: str
    participant_id: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class EraseRequest:
    """Somebody with the right wants a recording erased. At most one is open per recording."""

    id: str
    recording_id: str
    asked_by: str  # user id
    reason: str = field(repr=False)
    at: datetime
    confirm_after: datetime | None = None  # set: the organisation has one officer only, who confirms alone after this
    confirmed_by: str | None = None
    confirmed_at: datetime | None = None
    cancelled_by: str | None = None
    cancelled_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether it waits for its confirmation."""
        return self.confirmed_at is None and self.cancelled_at is None


@dataclass(frozen=True, slots=True)
class RecordingStanding:
    """What a member of staff is to one recording."""

    led: bool = False  # made its visit or had a seat in it, and the visit took place
    patient: PatientStanding | None = None  # to the visit's patient; None: the visit is attached to no record


NO_STANDING = RecordingStanding()
