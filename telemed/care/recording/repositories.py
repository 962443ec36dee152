"""What may be asked of the store about recordings, inside one transaction (see `care.repositories`)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from telemed.care.identity import Person, Staff
from telemed.care.recording.records import (
    Bystander,
    ConsentEvent,
    EraseRequest,
    Marker,
    RecordingRecord,
    RecordingStanding,
    RecordingView,
    SpeakingSpan,
    UnrecordedReason,
)
from telemed.care.recording.words import RecordingState, ReviewStatus
from telemed.care.states import SessionKind


@dataclass(frozen=True, slots=True)
class RecordingQuery:
    """Which recordings a list shows, newest first. None and empty: any."""

    text: str = ""  # in the patient's name, the name or reason of the visit, or a tag
    patient_id: str | None = None
    clinician_id: str | None = None  # user id: made the visit or had a seat in it
    kind: SessionKind | None = None
    since: datetime | None = None
    until: datetime | None = None
    tag: str = ""
    status: ReviewStatus | None = None
    unread: bool = False  # not watched by the reader
    undecided: bool = False  # an emergency nobody has decided on
    held: bool = False  # a legal hold is on it
    after: str | None = None  # id of the last recording of the page before
    limit: int = 50


@dataclass(frozen=True, slots=True)
class PersonInVisit:
    """A name on a recording in a list."""

    participant_id: str
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class RecordingFigures:
    """What a list shows of one recording besides its row."""

    title: str  # the patient's name, or the name the visit has
    people: tuple[PersonInVisit, ...]
    tags: tuple[str, ...]
    markers: int  # that the reader may see
    unread: bool
    patient_id: str | None


@dataclass(frozen=True, slots=True)
class RecordingSums:
    """How many recordings an organisation has, and how large they are. No names: for administrators."""

    recordings: int
    size_bytes: int
    open: int  # in a call now
    finalising: int
    failed: int
    held: int
    undecided: int


class Recordings(Protocol):
    """Recordings."""

    async def get(self, recording_id: str) -> RecordingRecord | None: ...
    async def create(self, recording: RecordingRecord) -> None: ...
    async def save(self, recording: RecordingRecord) -> None: ...
    async def page(self, after: str, limit: int) -> list[RecordingRecord]:
        """Of every organisation and state, by id, those behind `after`: for who runs the server."""
        ...

    async def of_session(self, session_id: str) -> list[RecordingRecord]:
        """Every recording of a visit, oldest first."""
        ...

    async def in_states(self, states: Collection[RecordingState]) -> list[RecordingRecord]:
        """Longest in their state first, at most 1000. For start-up, timers and the finaliser."""
        ...

    async def search(self, reader: Staff, query: RecordingQuery, now: datetime) -> list[RecordingRecord]:
        """Those the reader may see (`Action.LIST_RECORDINGS`), newest first. Only what was begun and is not erased."""
        ...

    async def figures(self, reader: Staff, recordings: Collection[RecordingRecord]) -> Mapping[str, RecordingFigures]:
        """Id -> what a list shows besides the row."""
        ...

    async def standing(self, staff: Staff, recording: RecordingRecord, now: datetime) -> RecordingStanding: ...
    async def of_person(self, person: Person, limit: int = 200) -> list[RecordingRecord]:
        """Recordings of the visits of a patient's record, newest first; erased ones too."""
        ...

    async def due_to_expire(self, now: datetime, limit: int = 100) -> list[RecordingRecord]:
        """Those whose retention is over and that no hold keeps, oldest first."""
        ...

    async def due_to_decide(self, now: datetime, limit: int = 100) -> list[RecordingRecord]:
        """Emergencies whose deadline passed without a decision and that no hold keeps, oldest first."""
        ...

    async def sums(self, organisation_id: str) -> RecordingSums: ...
    async def last_erased_at(self) -> datetime | None:
        """When a recording of the installation, or somebody's part of one, was erased last; None: never."""
        ...

    async def tags_of(self, recording_id: str) -> list[str]: ...
    async def set_tags(self, recording: RecordingRecord, tags: Collection[str]) -> None:
        """Exactly these from now on."""
        ...


class Consents(Protocol):
    """Acts of consent, bystanders, and visits that went on unrecorded."""

    async def append(self, event: ConsentEvent) -> ConsentEvent:
        """Store under the next sequence of the visit (the one given is ignored)."""
        ...

    async def of_session(self, session_id: str) -> list[ConsentEvent]:
        """In order, at most 5000."""
        ...

    async def add_bystander(self, bystander: Bystander) -> None: ...
    async def save_bystander(self, bystander: Bystander) -> None: ...
    async def bystanders(self, session_id: str) -> list[Bystander]:
        """Oldest first, those who have left too."""
        ...

    async def add_unrecorded(self, reason: UnrecordedReason) -> None: ...
    async def unrecorded(self, session_id: str) -> list[UnrecordedReason]:
        """Oldest first."""
        ...


class Markers(Protocol):
    """Markers. Every revision is kept."""

    async def get(self, marker_id: str) -> Marker | None:
        """The latest revision, a removed one too."""
        ...

    async def write(self, marker: Marker) -> Marker:
        """Store as the revision after `marker.revision` (0: a new marker). Raise Conflict(code="marker_changed") when that is not
        the latest, NotFound when there is no such marker or it was removed."""
        ...

    async def of_recording(self, recording_id: str) -> list[Marker]:
        """The latest revisions in order of time, without removed ones; at most 2000."""
        ...


class RecordingViews(Protocol):
    """Who watched what."""

    async def append(self, view: RecordingView) -> None: ...
    async def of_recording(self, recording_id: str) -> list[RecordingView]:
        """Newest first, at most 1000."""
        ...

    async def of_recordings(self, recording_ids: Collection[str]) -> Mapping[str, list[RecordingView]]:
        """Recording -> its views, newest first, at most 200 of each: what a patient is shown."""
        ...


class Speaking(Protocol):
    """Who spoke when."""

    async def add(self, spans: Collection[SpeakingSpan]) -> None:
        """A span with the beginning of one there replaces it: it has grown."""
        ...

    async def remove(self, recording_id: str, participant_id: str) -> None:
        """Forget when this person spoke: the part was destroyed."""
        ...

    async def of_recording(self, recording_id: str) -> list[SpeakingSpan]:
        """In order of time, at most 20,000."""
        ...


class EraseRequests(Protocol):
    """Wishes to erase."""

    async def create(self, request: EraseRequest) -> None:
        """Raise Conflict(code="erase_asked") when one is open."""
        ...

    async def save(self, request: EraseRequest) -> None: ...
    async def open_of(self, recording_id: str) -> EraseRequest | None: ...


class RecordingTransaction(Protocol):
    """The repositories of this module, as a transaction has them."""

    @property
    def recordings(self) -> Recordings: ...
    @property
    def consents(self) -> Consents: ...
    @property
    def markers(self) -> Markers: ...
    @property
    def recording_views(self) -> RecordingViews: ...
    @property
    def speaking(self) -> Speaking: ...
    @property
    def erase_requests(self) -> EraseRequests: ...
