"""How large, how many, and of what kind: checked before anything is taken."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from telemed.care.stills.records import NewStill, StillRecord
from telemed.care.stills.words import OPEN, StillState
from telemed.errors import Conflict, InvalidInput, TooLarge
from telemed.media.pictures.faults import HeicPicture, NotAPicture

MEBIBYTE = 1024**2
MOST_BYTES = 25 * MEBIBYTE  # of one still as it comes
MOST_PIXELS = 40_000_000
MOST_OF_SESSION = 40
MOST_BYTES_OF_SESSION = 200 * MEBIBYTE
MOST_SENDING = 2  # of one seat: one under way, and one that a reload left behind
PIECE_BYTES = 16 * 1024  # the most one request carries
THUMBNAIL_BYTES = 12 * 1024
THUMBNAIL_SIDE = 320  # pixels
KINDS = frozenset({"image/jpeg", "image/png", "image/webp"})
HEIC_KINDS = frozenset({"image/heic", "image/heif", "image/heic-sequence", "image/heif-sequence"})
CLOCK_SKEW = timedelta(days=1)  # a camera's clock that is further off tells nothing
_COUNTED = OPEN | {StillState.KEPT}


def check_new(wanted: NewStill) -> None:
    """Raise TooLarge `still_too_large`, HeicPicture, NotAPicture, InvalidInput."""
    if wanted.length > MOST_BYTES:
        raise TooLarge("This picture is larger than 25 MB.", code="still_too_large")
    if wanted.length < 1:
        raise InvalidInput("An empty file is no picture.", field="Upload-Length")
    if wanted.mime in HEIC_KINDS:
        raise HeicPicture
    if wanted.mime not in KINDS:
        raise NotAPicture


def check_quota(stills: Collection[StillRecord], participant_id: str, length: int, still_id: str | None) -> None:
    """Raise Conflict `too_many_stills` when the visit, or the seat, has as many as it may. `still_id`: of what was asked for,
    which counts already."""
    others = [still for still in stills if still.state in _COUNTED and still.id != still_id]
    weight = sum(still.size or still.length for still in others) + length
    sending = sum(still.state is StillState.SENDING and still.participant_id == participant_id for still in others)
    if len(others) >= MOST_OF_SESSION or weight > MOST_BYTES_OF_SESSION or sending >= MOST_SENDING:
        raise Conflict("This visit has as many pictures as it can hold.", code="too_many_stills")


def check_ask(stills: Collection[StillRecord], participant_id: str) -> None:
    """Raise Conflict `still_asked` while an answer of this person is awaited, `too_many_stills` for a full visit."""
    if any(still.state is StillState.ASKED and still.participant_id == participant_id for still in stills):
        raise Conflict("This person has been asked already.", code="still_asked")
    if sum(still.state in _COUNTED for still in stills) >= MOST_OF_SESSION:
        raise Conflict("This visit has as many pictures as it can hold.", code="too_many_stills")


def credible(taken_at: datetime | None, now_utc: datetime) -> datetime | None:
    """The client's time, unless its clock is far off."""
    if taken_at is None or abs(taken_at - now_utc) > CLOCK_SKEW:
        return None
    return taken_at
