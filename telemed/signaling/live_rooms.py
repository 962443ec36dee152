"""The calls of this moment for admins: how many people, for how long, over which ways and how well. Nobody's name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from telemed.care.identity import Staff
from telemed.care.ports import Json, MediaPlane
from telemed.care.states import IN_CALL, SessionState
from telemed.care.times import iso_or_none
from telemed.signaling.live import LiveVisits
from telemed.signaling.media_placement import Placement
from telemed.signaling.quality_keeper import Now, QualityKeeper
from telemed.signaling.quality_views import quality_bars
from telemed.signaling.visit import LiveVisit

SHOWN = frozenset({SessionState.ACTIVE, SessionState.EMPTY})  # a call is or was there a moment ago
SHORT_ID = 6  # last characters of the session's id: enough to speak about it, nothing to open it with
MAX_ROOMS = 500  # of one answer; the rest is counted


class LiveRooms:
    """Reads the visits in memory, the placement and what workers told; changes nothing. Fulfils `care.clinic.ports.Rooms`."""

    def __init__(
        self, live: LiveVisits, placement: Placement, quality: QualityKeeper, planes: Sequence[MediaPlane]
    ) -> None:
        self._live = live
        self._placement = placement
        self._quality = quality
        self._planes = list(planes)

    def rooms(self, admin: Staff) -> Json:
        """-> {rooms, count} of the admin's organisation and site, longest first."""
        visits = [visit for visit in self._live if visit.session.state in SHOWN and _in_reach(admin, visit)]
        visits.sort(key=lambda visit: visit.session.started_at or visit.session.created_at)
        told: dict[str, list[Now]] = {}
        for (session_id, _participant), now in self._quality.fresh():
            told.setdefault(session_id, []).append(now)
        rows = [self._row(visit, told.get(visit.session.id, [])) for visit in visits[:MAX_ROOMS]]
        return {"rooms": rows, "count": len(visits)}

    def _row(self, visit: LiveVisit, told: Sequence[Now]) -> Json:
        samples = [now.sample for now in told]
        room = self._placement.find(visit.session.id)
        bars = [quality_bars(max(sample.up_loss, sample.down_loss), sample.rtt) for sample in samples]
        return {
            "room": visit.session.id[-SHORT_ID:],
            "kind": visit.session.kind.value,
            "state": visit.session.state.value,
            "started_at": iso_or_none(visit.session.started_at),
            "people": sum(seat.state in IN_CALL for seat in visit.seats.values()),
            "worker": self._planes.index(room.plane) if room is not None else None,
            "ways": dict(Counter(now.way for now in told if now.way)),
            "bars": min(bars, default=None),
            "up_loss": max((sample.up_loss for sample in samples), default=None),
            "down_loss": max((sample.down_loss for sample in samples), default=None),
            "rtt_ms": round(max(sample.rtt for sample in samples) * 1000) if samples else None,
            "up_rate": sum(sample.up_rate for sample in samples),
            "down_rate": sum(sample.down_rate for sample in samples),
            "paused": sum(sample.video_paused for sample in samples),
        }


def _in_reach(admin: Staff, visit: LiveVisit) -> bool:
    return visit.session.organisation_id == admin.organisation_id and admin.works_at(visit.session.site_id)
