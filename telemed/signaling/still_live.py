"""The stills of one visit as they are now, and how far each upload is: that lives in memory alone and is told once a second."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from telemed.care.ports import Json
from telemed.care.records import ParticipantRecord, SessionRecord
from telemed.care.stills.estimate import UplinkEstimate
from telemed.care.stills.records import StillRecord
from telemed.care.stills.views import newest_first, sees_still, still_view
from telemed.care.stills.words import SHOWN
from telemed.signaling.chat_audience import ChatAudience

PROGRESS_SECONDS = 1.0


class LiveStills:
    """Rows of the last commit, and what each seat's link was seen to take."""

    def __init__(self) -> None:
        self._rows: dict[str, StillRecord] = {}
        self._told: dict[str, float] = {}  # still -> monotonic: when its progress was told last
        self._came: dict[str, int] = {}  # participant -> bytes of stills since the last sample
        self._links: dict[str, tuple[UplinkEstimate, float]] = {}  # participant -> estimate, and when it was asked last

    def take(self, stills: Iterable[StillRecord]) -> None:
        """What was committed."""
        for still in stills:
            if still.state in SHOWN:
                self._rows[still.id] = still
            else:
                self._rows.pop(still.id, None)
                self._told.pop(still.id, None)

    def view(
        self,
        session: SessionRecord,
        seats: Mapping[str, ParticipantRecord],
        viewer: ParticipantRecord,
        audience: ChatAudience,
    ) -> list[Json]:
        """What a seat is told of them, newest first."""
        names = {seat.id: seat.name for seat in seats.values()}
        return [
            still_view(still, names)
            for still in newest_first(self._rows.values())
            if sees_still(session, viewer, still, audience.was_there(viewer, still.kept_at or still.created_at))
        ]

    def received(self, still: StillRecord, octets: int, now: float) -> bool:
        """Note that a piece came; whether progress is to be told again."""
        self._came[still.participant_id] = self._came.get(still.participant_id, 0) + octets
        if now - self._told.get(still.id, float("-inf")) < PROGRESS_SECONDS:
            return False
        self._told[still.id] = now
        return True

    def link(self, participant_id: str, now: float) -> tuple[UplinkEstimate, float]:
        """What a seat's link is believed to take, and bit/s of stills that came since this was asked last."""
        estimate, asked = self._links.get(participant_id, (None, now))
        octets = self._came.pop(participant_id, 0)
        known = estimate or UplinkEstimate()
        self._links[participant_id] = known, now
        return known, octets * 8 / max(now - asked, 1.0)
