"""Who sees a still, and what of it: pure projection, as `care.views` does for everything else of a call."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from telemed.care.records import ParticipantRecord, SessionRecord
from telemed.care.states import IN_CALL, SessionKind
from telemed.care.stills.records import StillRecord
from telemed.care.stills.words import SHOWN, StillState
from telemed.care.times import iso_or_none, iso_utc
from telemed.care.views import is_staff

Json = dict[str, Any]
_SUFFIXES = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


def sees_still(session: SessionRecord, viewer: ParticipantRecord, still: StillRecord, was_there: bool) -> bool:
    """Whether `viewer` is told of it and may open what is kept. `was_there`: in the call when it was kept.

    Staff see all, the taker the own ones. Others see what is kept while they are in the call: they saw the same through the
    camera. Somebody who came to an urgent visit by a link sees nothing but the own ones: callers are strangers to each other.
    """
    if still.state not in SHOWN or still.session_id != viewer.session_id:
        return False
    if is_staff(viewer) or still.participant_id == viewer.id:
        return True
    if session.kind is SessionKind.URGENT and viewer.user_id is None:
        return False
    return still.state is StillState.KEPT and viewer.state in IN_CALL and was_there


def still_view(still: StillRecord, names: Mapping[str, str]) -> Json:
    """One still as pages show it; `names` of participants."""
    return {
        "id": still.id,
        "participant_id": still.participant_id,
        "number": still.number,
        "state": still.state.value,
        "asked_by": names.get(still.asked_by) if still.asked_by else None,
        "at": iso_utc(still.created_at),
        "taken_at": iso_or_none(still.taken_at),
        "kept_at": iso_or_none(still.kept_at),
        "mime": still.mime or None,
        "size": still.size or still.length or None,
        "width": still.width or None,
        "height": still.height or None,
        "sha256": still.sha256 or None,
        "thumbnail": still.has_thumbnail,
        "fault": still.fault,
    }


def newest_first(stills: Collection[StillRecord]) -> list[StillRecord]:
    """As lists show them."""
    return sorted(stills, key=lambda still: (still.kept_at or still.created_at, still.id), reverse=True)


def file_name(still: StillRecord) -> str:
    """What a saved file is called: nothing of whose it is."""
    return f"still-{still.number}.{_SUFFIXES.get(still.mime, 'bin')}"
