"""One still as the database keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from telemed.care.stills.words import StillState


@dataclass(frozen=True, slots=True)
class StillRecord:
    """A still of one visit. Sizes in bytes and pixels; `taken_at` by the clock of who took it, all other times by ours."""

    id: str
    session_id: str
    participant_id: str  # who takes it
    number: int  # within the session, from 1: names the file people download
    state: StillState
    state_since: datetime
    created_at: datetime
    asked_by: str = ""  # participant id; empty: nobody asked
    command_id: str | None = None  # of the upload
    length: int = 0  # announced
    taken_at: datetime | None = None
    kept_at: datetime | None = None
    mime: str = ""
    size: int = 0  # of what is kept
    width: int = 0
    height: int = 0
    sha256: str = ""  # of what is kept, in hex
    has_thumbnail: bool = False
    fault: str = ""  # why it was refused
    erased_at: datetime | None = None
    erase_reason: str = ""


@dataclass(frozen=True, slots=True)
class NewStill:
    """What an upload says of itself before anything of it comes."""

    command_id: str
    mime: str
    length: int
    taken_at: datetime | None = None
    still_id: str | None = None  # of what was asked for


@dataclass(frozen=True, slots=True)
class KeptPicture:
    """What the vault made of an upload."""

    mime: str
    size: int
    width: int
    height: int
    sha256: str
