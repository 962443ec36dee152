"""One line of the list of acts of a recording: all fields are always there, empty where they say nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from telemed.care.ports import Json
from telemed.web.recordings.timeline_view import Clock

# What every line has; `what` and the rest by `kind`, see docs/protocol.md section 1.15.
_BLANK: Json = {
    "participant_id": None,
    "name": "",
    "to": "",
    "value": None,
    "second": None,
    "unit": "",
    "words": {},
    "pictogram": "",
    "seen": False,
    "text": "",
    "still": None,
    "drawing": None,
}


def line_of(clock: Clock, act_id: str, kind: str, what: str, at: datetime, **more: Any) -> Json:
    """A line. `lasts`: it has an end, or holds until the visit's; taken off where it is placed."""
    return {**_BLANK, "id": act_id, "kind": kind, "what": what, "at_ms": clock.at(at), "end_ms": None, "lasts": False, **more}


def end_of(clock: Clock, at: datetime | None) -> int | None:
    """Its end on the recording's clock, if it has one."""
    return None if at is None else clock.at(at)
