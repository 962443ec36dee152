"""What a person hears of the own connection, and what of it a still may take."""

from __future__ import annotations

from telemed.care.ports import Json
from telemed.care.stills.estimate import Uplink
from telemed.care.views import is_staff
from telemed.media.control import PeerQuality
from telemed.signaling.quality_views import quality_view
from telemed.signaling.visit import LiveVisit


def tell_itself(visit: LiveVisit, event: PeerQuality, figures: Json, now: float) -> None:
    """Send the seat its own quality. `figures`: what staff are told besides; `now`: monotonic seconds."""
    channel = visit.channel(event.peer_id)
    if channel is None:
        return
    estimate, still_rate = visit.stills.link(event.peer_id, now)
    pace = estimate.add(Uplink(event.up_rate, still_rate, event.up_loss, event.up_wait, event.held, event.up_video_rate))
    own = {**quality_view(event), "upload": {"estimate": pace.estimate, "go": pace.go}}
    channel.live("quality", own | figures if is_staff(visit.seats[event.peer_id]) else own)
