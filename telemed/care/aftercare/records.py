"""Rows of what comes after a visit as values, changed by `dataclasses.replace`; times are aware UTC datetimes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from telemed.care.aftercare.words import FollowUpState, MessageWay


@dataclass(frozen=True, slots=True)
class VisitMessage:
    """A message to the patient, written after a visit. What it says never leaves in an SMS or a mail: those say it is there.

    `token_hash` is of the link, None without one; `birth_date` what its reader is asked for, if it was told at the door.
    `tries` are wrong answers to that.
    """

    id: str
    session_id: str
    way: MessageWay
    author_id: str  # user id
    author_name: str  # as it was then
    body: str = field(repr=False)
    created_at: datetime
    token_hash: str | None = field(default=None, repr=False)
    birth_date: date | None = field(default=None, repr=False)
    expires_at: datetime | None = None  # of the link
    tries: int = 0
    opened_at: datetime | None = None  # first time


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Something to be done on a later day, a task of one member of staff. `revision` counts changes of its words from 1."""

    id: str
    organisation_id: str
    session_id: str
    user_id: str  # whose task it is
    due_on: date
    text: str = field(repr=False)
    state: FollowUpState
    state_since: datetime
    created_at: datetime
    revision: int = 1
