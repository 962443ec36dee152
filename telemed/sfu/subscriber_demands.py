"""What a subscriber could be sent, as the allocator asks for it: sources, their layers and costs, whose camera comes first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telemed.congestion.demands import Demand, Layer, Mode, SourceKind
from telemed.media.control import Source
from telemed.media.simulcast_source import TILE_SHARE

if TYPE_CHECKING:
    from telemed.sfu.flows import EgressFlow
    from telemed.sfu.peer import Peer

UNKNOWN_RATE = 150_000.0  # bit/s taken for video nobody has measured yet: a browser's smallest layer
LEAST_SOUND = 6_000.0  # bit/s of a silent microphone: comfort noise and headers
ANY_HEIGHT = 1 << 16  # pixels: a tile nobody has told the size of deserves everything


def pictures_of(peer: Peer) -> list[EgressFlow]:
    """The flows of a subscriber whose sources are there to be chosen from."""
    flows = (flow for flow in peer.flows.values() if flow.is_video)
    return [flow for flow in flows if flow.track.stream is not None or flow.track.layers is not None]


def mode_and_main(peer: Peer, flows: list[EgressFlow]) -> tuple[Mode, EgressFlow | None]:
    """Return what this subscriber needs most, and the camera of whom it talks with.

    Who signs is watched by everybody: their camera comes first. Else it is whoever spoke last, or the first of the others.
    """
    cameras = [flow for flow in flows if source_of(flow) is Source.CAMERA]
    signing = next((flow for flow in cameras if _publisher_mode(flow) is Mode.SIGN), None)
    if signing is not None:
        return Mode.SIGN, signing
    speaker = peer.room.speaker.current
    spoke = next((flow for flow in cameras if flow.track.publisher is not None and flow.track.publisher.peer_id == speaker), None)
    return peer.mode, spoke or next(iter(cameras), None)


def demand_of(flow: EgressFlow, main: EgressFlow | None) -> Demand:
    """What this flow's source offers, and how large its tile is. A source without layers has one."""
    kind = SourceKind.SCREEN if source_of(flow) is Source.SCREEN else SourceKind.MAIN if flow is main else SourceKind.CAMERA
    wish = ANY_HEIGHT if flow.tile_height is None else int(flow.tile_height * TILE_SHARE)
    layered = flow.track.layers
    if layered is not None:
        layers = tuple(Layer(float(rate.bitrate), height) for rate, height in zip(layered.rates, layered.heights, strict=True))
    else:
        stream = flow.track.stream
        layers = (Layer((stream.rate.bitrate if stream is not None else 0.0) or UNKNOWN_RATE, 0),)
    return Demand(flow.ssrc, kind, layers, wish)


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


def _publisher_mode(flow: EgressFlow) -> Mode:
    publisher = flow.track.publisher
    return publisher.mode if publisher is not None else Mode.SPEECH
