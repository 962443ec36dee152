"""What the allocator is asked and what it answers: values only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

SIGN_FRAME_RATE = 20.0  # frames/s below which signing cannot be read
PAUSED = -1  # the layer of a source that is not sent


class Mode(StrEnum):
    """What a person needs most from the call; decides what is given up last."""

    SPEECH = "speech"
    SIGN = "sign"
    TEXT = "text"


class SourceKind(StrEnum):
    """What a video source shows. `MAIN`: the camera of whom this person talks with; `CAMERA`: everybody else's.

    In a call of mode SIGN the main camera is the signer's.
    """

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

    `rank` orders sources of one kind: 0 first, as the latest to have spoken.
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


def suited_layers(demand: Demand, mode: Mode) -> tuple[int, ...]:
    """Return the layers worth sending, ascending: those running, up to the first at least as high as the tile.

    For the camera of one who signs, layers below 20 frames/s are left out where others exist: resolution falls first.
    """
    if demand.wish_height <= 0:
        return ()
    running = [index for index, layer in enumerate(demand.layers) if layer.bitrate > 0]
    if mode is Mode.SIGN and demand.kind is SourceKind.MAIN:
        fluent = [index for index in running if demand.layers[index].frame_rate >= SIGN_FRAME_RATE]
        running = fluent or running
    for count, index in enumerate(running, 1):
        if demand.layers[index].height >= demand.wish_height:
            return tuple(running[:count])
    return tuple(running)


def in_order(demands: tuple[Demand, ...]) -> list[Demand]:
    """Return the demands, most important first: whom one talks with, the screen, the others."""
    kinds = list(SourceKind)
    return sorted(demands, key=lambda demand: (kinds.index(demand.kind), demand.rank, demand.source))
