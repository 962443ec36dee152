"""Rows of the waiting rooms as values. Change one with `dataclasses.replace` and save it; times are aware UTC datetimes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from telemed.care.queues.words import EntryState, Priority, QuestionKind


@dataclass(frozen=True, slots=True)
class Opening:
    """One span of a week: `day` 0 is Monday; `begins` and `ends` in minutes of that day, `ends` up to 1440."""

    day: int
    begins: int
    ends: int


@dataclass(frozen=True, slots=True)
class Question:
    """One intake question. `choices` only for that kind."""

    id: str
    kind: QuestionKind
    text: str
    choices: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True, slots=True)
class QueueRecord:
    """A waiting room. `revision` counts changes from 1: an edit names the one it was made on."""

    id: str
    organisation_id: str
    name: str
    created_by: str  # user id
    created_at: datetime
    site_id: str | None = None  # None: of the whole organisation
    revision: int = 1
    phone: str = ""  # "": the clinic's
    notice: str = ""
    time_zone: str = "Europe/Berlin"
    hours: tuple[Opening, ...] = ()  # none: always open
    closed_days: tuple[date, ...] = ()
    reasons: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    max_waiting: int = 50
    closed: bool = False  # for good, until somebody opens it again
    late_minutes: int = 0
    late_at: datetime | None = None
    alerted_at: datetime | None = None  # when members without an open page were sent a message last


@dataclass(frozen=True, slots=True)
class QueueMember:
    """A member of staff who works in a waiting room. `alerts`: wants a message when nobody has a page open."""

    queue_id: str
    user_id: str
    alerts: bool = False


@dataclass(frozen=True, slots=True)
class WalkInLink:
    """A public way into a waiting room: many people may use it. Its token is shown once and stored hashed."""

    id: str
    queue_id: str
    token_hash: str
    created_by: str  # user id
    created_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class EntryRecord:
    """One visit to a waiting room: a session and the person's seat in it, with what was said at the door.

    `origin_id` is the waiting room of the link, `queue_id` where the entry is now. `joined_at` is what the order goes by, and it
    outlives a transfer. `phone` is where the person wants to be told that its turn comes.
    """

    id: str
    queue_id: str
    origin_id: str
    session_id: str
    participant_id: str
    device_hash: str
    state: EntryState
    state_since: datetime
    joined_at: datetime
    reason: str = ""
    birth_date: date | None = None
    answers: tuple[tuple[str, str], ...] = ()  # question, answer
    interpreter_language: str = ""
    language: str = ""
    priority: Priority = Priority.NORMAL
    taken_by: str | None = None  # user id
    for_user: str | None = None  # user id: handed to this person
    answered_at: datetime | None = None
    called_at: datetime | None = None  # answered while the page was away
    held_until: datetime | None = None  # how long the place is held for somebody who was called
    ended_at: datetime | None = None
    closed_at: datetime | None = None  # from then on nobody comes back to it
    acknowledged_by: str | None = None  # user id
    acknowledged_at: datetime | None = None
    read_sequence: int = 0  # the newest line of chat that staff have read
    phone: str = field(default="", repr=False)
    place_command: str = ""  # of `keep_place`: the link in the message is made from it
    told_soon_at: datetime | None = None
    transferred_from: str | None = None  # queue id
    transfer_note: str = ""
    removed_reason: str = ""
    into_session_id: str | None = None  # pulled into another call
    into_participant_id: str | None = None
    forgotten_at: datetime | None = None  # when what was said at the door was deleted
