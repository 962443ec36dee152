"""What the allocator is asked and what it answers: values only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

SIGN_FRAME_RATE = 20.0  # frames/s below which signing cannot be read
AS_FLUENT = 0.9  # of the most fluent layer's frames/s: a camera of 20 counts 19 in one second and 21 in the next
PAUSED = -1  # the layer of a source that is not sent


class Mode(StrEnum):
    """What a person needs most from the call; decides what is given up last."""

    SPEECH = "speech"
    SIGN = "sign"
    TEXT = "text"


class SourceKind(StrEnum):
    """What a video source shows, most important first. `SIGNER`: a camera that is read, of one who signs; `MAIN`: the camera of
    whom this person talks with; `CAMERA`: everybody else's."""

    SIGNER = "signer"
    MAIN = "main"
    SCREEN = "screen"
    CAMERA = "camera"


class Reason(StrEnum):
    """Why a source is sent as it is; shown to people."""

    WISHED = "wished"  # as large as its tile deserves
    LINK = "link"  # smaller: the path carries no more, or has not proved it yet
    KEEP_SOUND = "keep_sound"  # video paused to keep the sound
    HIDDEN = "hidden"  # nobody looks at it
    AUDIO_ONLY = "audio_only"  # the person asked for sound only


@dataclass(frozen=True, slots=True)
class Layer:
    """One encoding of a source: measured `bitrate` in bit/s (0: the publisher does not send it now), picture height, frames/s."""

    bitrate: float
    height: int
    frame_rate: float = 30.0


@dataclass(frozen=True, slots=True)
class Demand:
    """A video source a subscriber is connected to. `layers` ascend; `wish_height` in pixels of its tile, 0 when hidden.

    `rank` orders sources of one kind, the least first: -1 as the one the person chose, 0 as the latest to have spoken.
    """

    source: int
    kind: SourceKind
    layers: tuple[Layer, ...]
    wish_height: int
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Choice:
    """Send `layer` (index into the demand's layers, or PAUSED) of `source`."""

    source: int
    layer: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Allocation:
    """What to send of every video source. `desired` and `used` in bit/s, sound included: give `desired` to the controller.

    `paused_for_sound`: at least one source that somebody wants to see is paused; the person is told.
    """

    choices: tuple[Choice, ...]
    used: float
    desired: float
    paused_for_sound: bool


def suited_layers(demand: Demand) -> tuple[int, ...]:
    """Return the layers worth sending, ascending: those running, up to the first at least as high as the tile.

    For the camera of one who signs, layers below 20 frames/s are left out where more fluent ones exist: resolution falls first.
    """
    if demand.wish_height <= 0:
        return ()
    running = [index for index, layer in enumerate(demand.layers) if layer.bitrate > 0]
    if demand.kind is SourceKind.SIGNER:
        best = max((demand.layers[index].frame_rate for index in running), default=0.0)
        least = min(SIGN_FRAME_RATE, best * AS_FLUENT)
        running = [index for index in running if demand.layers[index].frame_rate >= least]
    for count, index in enumerate(running, 1):
        if demand.layers[index].height >= demand.wish_height:
            return tuple(running[:count])
    return tuple(running)


def in_order(demands: tuple[Demand, ...]) -> list[Demand]:
    """Return the demands, most important first: who signs, whom one talks with, the screen, the others."""
    kinds = list(SourceKind)
    return sorted(demands, key=lambda demand: (kinds.index(demand.kind), demand.rank, demand.source))
