"""How a peer's connection is, both ways, from the counters that are there anyway. Nothing here is touched by the packet path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from telemed.media.control import PeerQuality, Way

if TYPE_CHECKING:
    from telemed.sfu.flows import EgressFlow
    from telemed.sfu.peer import Peer
    from telemed.sfu.streams import InboundStream

FRACTION_UNIT = 256  # RFC 3550 section 6.4.1: fractions lost are eight bits
MAX_SHARE = 0.99  # of packets lost that is believed: what came through is divided by the rest
MIN_SECONDS = 0.1  # between two events, to divide by
FIRST_SECONDS = 2.0  # before the first event of a peer
MAX_JITTER = 10.0  # seconds; more is a client's fault or invention


@dataclass(slots=True)
class _Tally:
    """Running counts of one direction at the last event."""

    packets: dict[int, int] = field(default_factory=dict)  # by SSRC
    octets: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Line:
    """Counters of one source now."""

    ssrc: int
    packets: int
    octets: int
    fraction: int  # lost, of the latest report, 1/256
    is_video: bool


@dataclass(frozen=True, slots=True)
class _Interval:
    """What happened in one direction since the last event: loss 0..1 weighted by packets, rates in bit/s."""

    loss: float
    rate: int
    video_rate: int


class QualityMeter:
    """Compares a peer's counters from event to event."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer
        self._up = _Tally()
        self._down = _Tally()
        self._at = 0.0

    def measure(
        self, streams: Sequence[InboundStream], fractions: Mapping[int, int], round_trip: float, now: float
    ) -> PeerQuality:
        """What to tell control. `fractions`: lost of each inbound SSRC as reported last, 1/256; `round_trip` in s, 0: unknown."""
        peer = self._peer
        elapsed = max(now - self._at, MIN_SECONDS) if self._at else FIRST_SECONDS
        self._at = now
        flows = list(peer.flows.values())
        came = [_Line(s.ssrc, s.stats.packets, s.stats.octets, fractions.get(s.ssrc, 0), s.is_video) for s in streams]
        went = [_Line(f.ssrc, f.packets_sent, f.octets_sent, f.loss, f.is_video) for f in flows]
        up = _interval(self._up, came, elapsed, arrived=True)
        down = _interval(self._down, went, elapsed, arrived=False)
        pictures = [flow for flow in flows if flow.is_video and flow.has_source]
        return PeerQuality(
            peer.room.room_id,
            peer.peer_id,
            up.loss,
            max(down.loss, _lost_at_first(peer)),
            round(round_trip, 4),
            up.rate,
            down.rate,
            up_jitter=_worst(stream.stats.jitter for stream in streams),
            down_jitter=_worst(flow.jitter for flow in flows),
            way=_way(peer),
            layer=_layer(pictures),
            video_rate=down.video_rate,
            video_paused=bool(pictures) and all(flow.paused for flow in pictures),
            held=peer.uplink.held,
            up_wait=round(min(max(peer.uplink.waits, 0.0), MAX_JITTER), 3),
            up_video_rate=up.video_rate,
        )


def _lost_at_first(peer: Peer) -> float:
    """Share of what was sent that did not arrive the first time, where transport-wide reports tell. In receiver reports what was
    asked for and came, however late, counts as received; who listens must know what gets lost, to wait for it."""
    control = peer.control
    return round(min(control.estimate.loss, MAX_SHARE), 4) if control is not None and control.in_charge else 0.0


def _worst(jitters: Iterable[float]) -> float:
    return round(min(max(jitters, default=0.0), MAX_JITTER), 4)


def _way(peer: Peer) -> Way:
    """Of the selected path."""
    if peer.path is None:
        return Way.UNKNOWN
    return Way.UDP if peer.path.connection is None else Way.TCP


def _layer(pictures: Sequence[EgressFlow]) -> int | None:
    """The largest layer that is sent now. A picture without layers has one, the smallest."""
    sent = (flow.layer_sent for flow in pictures if flow.ready)
    return max((layer for layer in sent if layer is not None), default=None)


def _interval(tally: _Tally, lines: Sequence[_Line], elapsed: float, arrived: bool) -> _Interval:
    """Count since the last call. `arrived`: the packets are those that came through, so what was sent is more."""
    lost = sent = octets = pictures = 0.0
    for line in lines:
        recent = max(line.packets - tally.packets.get(line.ssrc, 0), 0)
        size = max(line.octets - tally.octets.get(line.ssrc, 0), 0)
        octets += size
        pictures += size if line.is_video else 0
        share = min(line.fraction / FRACTION_UNIT, MAX_SHARE)
        total = recent / (1 - share) if arrived else recent
        sent += total
        lost += total * share
    tally.packets = {line.ssrc: line.packets for line in lines}
    tally.octets = {line.ssrc: line.octets for line in lines}
    return _Interval(round(lost / sent, 4) if sent else 0.0, round(octets * 8 / elapsed), round(pictures * 8 / elapsed))
