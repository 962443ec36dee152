"""Minutes of a call in words: what a participant could hear and see, for people who read the visit's record."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from telemed.care.records import ParticipantRecord, QualityMinute
from telemed.care.times import iso_utc

GOOD_CONCEALED, FAIR_CONCEALED = 0.02, 0.10  # share of sound made up: nobody notices; words get lost
GOOD_LOSS, FAIR_LOSS = 0.05, 0.20  # of packets, where nobody says what was made up: forward error correction hides some
MOSTLY = 0.5  # of a minute
FROZEN = 0.05  # of a minute: three seconds of a standing picture are remembered


class Heard(StrEnum):
    """How the sound was that reached a participant."""

    GOOD = "good"
    GAPS = "gaps"
    POOR = "poor"
    UNKNOWN = "unknown"


class Seen(StrEnum):
    """How the pictures were that reached a participant."""

    GOOD = "good"
    UNSTEADY = "unsteady"
    PAUSED = "paused"  # kept back to keep the sound
    NONE = "none"  # nobody sent one, or the person wanted sound alone
    UNKNOWN = "unknown"


def heard(minute: QualityMinute) -> Heard:
    """By what the client made up, else by what was lost on the way to it."""
    share, limits = minute.concealed, (GOOD_CONCEALED, FAIR_CONCEALED)
    if share is None:
        share, limits = minute.down_loss, (GOOD_LOSS, FAIR_LOSS)
    if share is None:
        return Heard.UNKNOWN
    return Heard.GOOD if share <= limits[0] else Heard.GAPS if share <= limits[1] else Heard.POOR


def seen(minute: QualityMinute) -> Seen:
    """The state most of the minute was in; a picture that paused or froze for a part of it was unsteady."""
    paused, without = minute.paused, minute.no_picture
    if paused is None or without is None:
        return Seen.UNKNOWN
    if paused >= MOSTLY:
        return Seen.PAUSED
    if without >= MOSTLY:
        return Seen.NONE
    steady = minute.frozen <= FROZEN if minute.frozen is not None else (minute.down_loss or 0.0) <= GOOD_LOSS
    return Seen.GOOD if steady and paused == 0 else Seen.UNSTEADY


def connection_view(seats: Sequence[ParticipantRecord], minutes: Sequence[QualityMinute], limit: int) -> dict[str, Any]:
    """-> {participants, more}: those who were in the call, each with its minutes. `more`: the last ones are left out."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for minute in minutes[:limit]:
        rows.setdefault(minute.participant_id, []).append(_minute(minute))
    people = [
        {"id": seat.id, "name": seat.name, "role": seat.role.value, "minutes": rows[seat.id]} for seat in seats if seat.id in rows
    ]
    return {"participants": people, "more": len(minutes) > limit}


def _minute(minute: QualityMinute) -> dict[str, Any]:
    figures = ("up_loss", "down_loss", "rtt_ms", "up_jitter_ms", "down_jitter_ms", "up_rate", "down_rate", "height", "layer")
    shares = ("concealed", "frozen", "paused", "no_picture")
    return {
        "at": iso_utc(minute.minute),
        "heard": heard(minute).value,
        "seen": seen(minute).value,
        **{name: getattr(minute, name) for name in (*figures, *shares)},
        "way": minute.way,
    }
