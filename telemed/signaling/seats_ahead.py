"""Seats of an urgent session whose ids are known before anybody takes them.

Whoever comes to help in an emergency comes in the middle of it: a doctor who was paged, a specialist to whom it is handed over.
Everybody in an urgent session therefore asks for the sound and the camera of the next few members of staff with the first offer;
when they come there is nothing left to negotiate, and the media of whoever is in need go on untouched. A line on which nothing is
sent costs nothing. The ids follow from the session's, so they need no row and are the same after a restart.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Collection

from telemed.care import views
from telemed.care.records import ParticipantRecord, SessionRecord
from telemed.care.states import SessionKind
from telemed.media.control import Kind, Source
from telemed.signaling.media_room import track_id

SEATS = 4  # who asks, the dispatcher, the doctor, a specialist
_HASH_BYTES = 12  # 96 bits, as every id of ours
_SOURCES = ((Source.MICROPHONE, Kind.AUDIO), (Source.CAMERA, Kind.VIDEO))


def seat_ids(session: SessionRecord) -> tuple[str, ...]:
    """The seats, in the order they are taken. None but in urgent sessions."""
    if session.kind is not SessionKind.URGENT:
        return ()
    return tuple(_seat_id(session.id, number) for number in range(SEATS))


def next_free(session: SessionRecord, taken: Collection[str]) -> str | None:
    """The next seat that nobody took; None when a fresh id does."""
    return next((seat_id for seat_id in seat_ids(session) if seat_id not in taken), None)


def tracks_for(session: SessionRecord, viewer: ParticipantRecord) -> dict[str, tuple[str, str]]:
    """Track id -> (seat, kind) of what a seat asks for ahead: all but its own, as far as it may receive it of staff."""
    return {
        track_id(seat_id, source): (seat_id, kind.value)
        for seat_id in seat_ids(session)
        if seat_id != viewer.id
        for source, kind in _SOURCES
        if views.receives_of_staff(viewer, kind.value)
    }


def _seat_id(session_id: str, number: int) -> str:
    digest = hashlib.sha256(f"{session_id}|staff|{number}".encode()).digest()[:_HASH_BYTES]
    return "par_" + base64.urlsafe_b64encode(digest).decode("ascii")
