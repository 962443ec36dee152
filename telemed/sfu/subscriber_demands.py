"""What a subscriber could be sent, as the allocator asks for it: sources, their layers and costs, whose camera comes first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telemed.congestion.demands import Demand, Layer, Mode, SourceKind
from telemed.media.control import Source
from telemed.media.simulcast_source import TILE_SHARE
from telemed.sfu.source_rate import USUAL_FRAME_RATE

if TYPE_CHECKING:
    from telemed.sfu.flows import EgressFlow
    from telemed.sfu.peer import Peer
    from telemed.sfu.streams import InboundStream

UNKNOWN_RATE = 150_000.0  # bit/s taken for video nobody has measured yet: a browser's smallest layer
LEAST_SOUND = 6_000.0  # bit/s of a silent microphone: comfort noise and headers
CHOSEN_RANK = -1  # before every other source of its kind
ANY_HEIGHT = 1 << 16  # pixels: a tile nobody has told the size of deserves everything


def pictures_of(peer: Peer) -> list[EgressFlow]:
    """The flows of a subscriber whose sources are there to be chosen from."""
    flows = (flow for flow in peer.flows.values() if flow.is_video)
    return [flow for flow in flows if flow.track.stream is not None or flow.track.layers is not None]


def main_camera(peer: Peer, flows: list[EgressFlow]) -> EgressFlow | None:
    """Return the camera of whom this subscriber talks with: the one they chose, else whoever spoke last, else the first."""
    cameras = [flow for flow in flows if source_of(flow) is Source.CAMERA]
    chosen = next((flow for flow in cameras if _is_chosen(flow)), None)
    return chosen or next((flow for flow in cameras if _speaks(flow)), None) or next(iter(cameras), None)


def demand_of(flow: EgressFlow, main: EgressFlow | None) -> Demand:
    """What this flow's source offers, and how large its tile is. A source without layers has one.

    Of several who sign, whom the subscriber chose comes first, and whoever speaks last: the others are understood by their
    picture alone.
    """
    kind = _kind_of(flow, flow is main)
    rank = CHOSEN_RANK if _is_chosen(flow) else int(kind is SourceKind.SIGNER and _speaks(flow))
    wish = ANY_HEIGHT if flow.tile_height is None else int(flow.tile_height * TILE_SHARE)
    layered = flow.track.layers
    if layered is not None:
        parts = zip(layered.rates, layered.heights, layered.lanes, strict=True)
        layers = tuple(Layer(float(rate.bitrate), height, _frame_rate(lane.stream)) for rate, height, lane in parts)
    else:
        stream = flow.track.stream
        layers = (Layer((stream.rate.bitrate if stream is not None else 0.0) or UNKNOWN_RATE, 0, _frame_rate(stream)),)
    return Demand(flow.ssrc, kind, layers, wish, rank)


def peak_of(flow: EgressFlow) -> float:
    """The most its source ever sent, bit/s: it may be asked for less now, and would send that again if the path carried it."""
    stream = flow.track.stream
    return stream.rate.peak if stream is not None and flow.tile_height != 0 else 0.0


def sound_of(peer: Peer) -> float:
    """Bitrate of all sound under the subscriber's transport-wide numbers, with headers and what is repeated in it."""
    flows = [flow for flow in peer.flows.values() if not flow.is_video and flow.control is not None]
    streams = [flow.track.stream for flow in flows]
    repeated = sum(flow.redundancy.rate.bitrate for flow in flows if flow.redundancy is not None and flow.repeats)
    return repeated + sum(max(stream.rate.bitrate, LEAST_SOUND) for stream in streams if stream is not None)


def source_of(flow: EgressFlow) -> Source:
    """What the flow's source captures."""
    track = flow.track
    line = track.stream.published.line if track.stream is not None else track.layers.lanes[0].line if track.layers else None
    return line.source if line is not None else Source.CAMERA


def _kind_of(flow: EgressFlow, is_main: bool) -> SourceKind:
    """A camera of a publisher who signs is read, whoever looks at it."""
    if source_of(flow) is Source.SCREEN:
        return SourceKind.SCREEN
    publisher = flow.track.publisher
    if publisher is not None and publisher.mode is Mode.SIGN:
        return SourceKind.SIGNER
    return SourceKind.MAIN if is_main else SourceKind.CAMERA


def _is_chosen(flow: EgressFlow) -> bool:
    """Whether its subscriber's person pinned it."""
    return bool(flow.subscriber.first) and flow.subscriber.first == flow.track.track_id


def _speaks(flow: EgressFlow) -> bool:
    """Whether its publisher is who spoke last."""
    publisher = flow.track.publisher
    return publisher is not None and publisher.peer_id == publisher.room.speaker.current


def _frame_rate(stream: InboundStream | None) -> float:
    return stream.frame_rate.value if stream is not None else USUAL_FRAME_RATE
