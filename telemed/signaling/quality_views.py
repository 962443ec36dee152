"""How a connection is: bars for the person and for everybody who receives it, figures for staff."""

from __future__ import annotations

from telemed.care.ports import Json
from telemed.media.control import PeerQuality

GOOD_LOSS, GOOD_RTT = 0.02, 0.3  # three bars: nobody notices anything
FAIR_LOSS, FAIR_RTT = 0.06, 0.5  # two bars: sound is whole, pictures may stutter
POOR_LOSS, POOR_RTT = 0.15, 1.0  # one bar: sound is concealed here and there; beyond it none


def quality_bars(loss: float, rtt: float) -> int:
    """Connection bars 0-3 from the worse loss (0..1) and the round trip (s)."""
    for bars, limit_loss, limit_rtt in ((3, GOOD_LOSS, GOOD_RTT), (2, FAIR_LOSS, FAIR_RTT), (1, POOR_LOSS, POOR_RTT)):
        if loss <= limit_loss and rtt <= limit_rtt:
            return bars
    return 0


def quality_view(event: PeerQuality) -> Json:
    """What all who may receive the person are told."""
    return {
        "participant_id": event.peer_id,
        "bars": quality_bars(max(event.up_loss, event.down_loss), event.rtt),
        "up_loss": round(event.up_loss, 3),
        "down_loss": round(event.down_loss, 3),
        "rtt_ms": round(event.rtt * 1000),
        "held": event.held,
    }


def quality_figures(event: PeerQuality, way: str) -> Json:
    """What staff are told besides; `way`: udp, tcp, relay, or empty while nobody knows."""
    return {
        "up_rate": event.up_rate,
        "down_rate": event.down_rate,
        "up_jitter_ms": round(event.up_jitter * 1000),
        "down_jitter_ms": round(event.down_jitter * 1000),
        "way": way,
        "layer": event.layer,
        "video_paused": event.video_paused,
    }
