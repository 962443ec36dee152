"""The pictures of an incident that are kept, and what was drawn: part of its summary."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from telemed.care.incidents.records import FrameRecord
from telemed.care.records import ParticipantRecord
from telemed.care.stills.records import StillRecord
from telemed.care.stills.views import still_view
from telemed.care.stills.words import StillState
from telemed.care.times import iso_utc

Json = dict[str, Any]


def kept(
    stills: Sequence[StillRecord], frames: Sequence[FrameRecord], people: Sequence[ParticipantRecord], may_erase: bool
) -> Json:
    """`stills` and `drawings` as pages show them."""
    names = {seat.id: seat.name for seat in people}
    return {
        "stills": [
            {**still_view(one, names), "session_id": one.session_id, "name": names.get(one.participant_id, "")}
            for one in stills
            if one.state is StillState.KEPT
        ],
        "drawings": [
            {
                "id": one.id,
                "session_id": one.session_id,
                "at": iso_utc(one.shown_at),
                "by": one.by_name,
                "shapes": one.shapes,
                "erased": one.erased_at is not None,
                "may_erase": may_erase and one.size > 0,
            }
            for one in frames
        ],
    }
