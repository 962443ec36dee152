"""One source that comes in several layers (RFC 8853): which of them are alive, which one fits a wish, whom to ask for key frames.

Layer 0 is the smallest. What is kept here is shared by all subscribers; `LayerForwarder` holds what each has of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from telemed.media.clockfit import PublisherClock, SourceClock
from telemed.media.control import MAX_LAYERS
from telemed.media.keyframes import KeyframeRequests
from telemed.media.simulcast import NEVER, NO_LAYER, LayerForwarder

PROOF = 1.2  # seconds that a layer must come again which its publisher's own link had ended: on a thin one it does not last that
RELAPSE = 20.0  # seconds within which a layer that was taken again has ended again: next it has to last three times as long
MAX_PROOF = 12.0
LAYER_GONE = 0.5  # seconds a layer is silent while another one comes: its encoder has stopped, it is not the network
LAYER_GONE_SOON = 0.2  # likewise of a fluent picture: whoever watches sees it stand still for as long
FRAMES_GONE = 4  # frames in a row that are no accident any more
TILE_SHARE = 0.75  # of a tile's height that a picture must have to look sharp in it


class LayerTaker(Protocol):
    """Who gets one layer at a time: a subscriber's `LayerForwarder`, or a recorder."""

    wish: int  # the layer it should get, NO_LAYER: none

    @property
    def current(self) -> int:
        """The layer it gets."""

    @property
    def waiting_for(self) -> int:
        """The layer whose key frame it waits for, NO_LAYER when none is."""

    def aim(self, wanted: int, current_gone: bool) -> None:
        """Say which layer it is to get now."""


class SimulcastSource:
    """The layers of one published source. `on_packet` runs per packet, all else on timers and changes."""

    __slots__ = ("_ended", "_live", "_proof", "_publisher", "_trusted_from", "clocks", "gone_after", "requests", "seen_at")

    def __init__(self, layers: int, clock_rate: int, publisher: PublisherClock | None = None) -> None:
        """`layers` 1..3; `clock_rate` in Hz; `publisher`: its one clock, so that its sources stay in sync."""
        if not 1 <= layers <= MAX_LAYERS:
            raise ValueError("a source has one to three layers")
        self._publisher = publisher or PublisherClock()
        self.clocks = [SourceClock(clock_rate, self._publisher) for _ in range(layers)]
        self.requests = [KeyframeRequests() for _ in range(layers)]
        self.seen_at = [NEVER] * layers
        self.gone_after = LAYER_GONE
        self._live = [False] * layers
        self._ended = [False] * layers  # by itself, although it was wanted
        self._proof = [PROOF] * layers
        self._trusted_from = [NEVER] * layers

    def on_packet(self, layer: int, now: float) -> None:
        """A packet of `layer` with a payload came."""
        self.seen_at[layer] = now

    def is_live(self, layer: int) -> bool:
        """Whether the layer is being sent. When nothing at all comes the last ones remain: that is the network's silence."""
        return self.seen_at[layer] > NEVER and max(self.seen_at) - self.seen_at[layer] <= self.gone_after

    def on_frame_rate(self, frames: float) -> None:
        """The picture has so many frames/s."""
        self.gone_after = min(max(FRAMES_GONE / max(frames, 1.0), LAYER_GONE_SOON), LAYER_GONE)

    def watch(self, layer: int, wanted: bool, now: float) -> None:
        """Every 100 ms: note whether the layer came or went. `wanted`: its publisher was told to send it; if it ends all the same
        there was no room for it, and when it comes again it has to show that there is."""
        live = self.is_live(layer)
        if live and not self._live[layer]:
            self._trusted_from[layer] = now + self._proof[layer] if self._ended[layer] else NEVER
        elif self._live[layer] and not live:
            self._ended[layer] = wanted
            lasted = self.seen_at[layer] - self._trusted_from[layer]
            if lasted >= RELAPSE:
                self._proof[layer] = PROOF
            elif lasted >= 0:  # it was taken, and should not have been
                self._proof[layer] = min(self._proof[layer] * 3, MAX_PROOF)
        self._live[layer] = live

    def restart(self, layer: int, forwarders: Iterable[LayerForwarder]) -> None:
        """Another SSRC now carries the layer: nothing of the old one's numbers and clock holds any more."""
        for forwarder in forwarders:
            forwarder.restart(layer)
        self.clocks[layer] = SourceClock(self.clocks[layer].clock_rate, self._publisher)
        self.seen_at[layer] = NEVER

    def choose(self, wish: int, now: float = float("inf")) -> int:
        """Return the best live layer up to `wish`, else the smallest live one above it; NO_LAYER without any or for that wish.
        One that is on trial comes last; a smaller one that is silent for a moment is no reason for a larger one."""
        if wish < 0:
            return NO_LAYER
        live = [layer for layer in range(len(self.seen_at)) if self.is_live(layer)]
        live = [layer for layer in live if self._trusted_from[layer] <= now] or live
        below = [layer for layer in live if layer <= wish]
        below = below or [layer for layer in range(wish + 1) if max(self.seen_at) - self.seen_at[layer] <= LAYER_GONE]
        if below:
            return below[-1]
        return live[0] if live else NO_LAYER

    def aim(self, takers: Iterable[LayerTaker], now: float) -> tuple[int, ...]:
        """Point everybody at the layer that fits its wish; return the layers to send a PLI for now.

        Call every 100 ms and after a change of a wish. However many subscribers ask, and however often one changes its mind, a
        layer is asked as rarely as `KeyframeRequests` allows.
        """
        waiting = urgent = 0
        for taker in takers:
            current = taker.current
            taker.aim(self.choose(taker.wish, now), current >= 0 and not self.is_live(current))
            if taker.waiting_for >= 0:
                waiting |= 1 << taker.waiting_for
                urgent |= (taker.current < 0) << taker.waiting_for
        return tuple(layer for layer in range(len(self.requests)) if self._asks(layer, waiting, urgent, now))

    def _asks(self, layer: int, waiting: int, urgent: int, now: float) -> bool:
        """Whether this layer is to be asked for a key frame now. `waiting`, `urgent`: a bit for each layer."""
        requests = self.requests[layer]
        if waiting >> layer & 1 and not requests.waiting:
            return requests.wanted(now, bool(urgent >> layer & 1))
        if requests.waiting and not self.is_live(layer):
            requests.cancel()  # nobody is there to answer
        return requests.due(now)


def wish_for(tile_height: int, heights: tuple[int, ...]) -> int:
    """Return the smallest layer whose picture is sharp in a tile of `tile_height` device pixels; NO_LAYER for a hidden tile.

    `heights` in pixels, ascending; unknown ones 0, which never suffice.
    """
    if tile_height <= 0:
        return NO_LAYER
    return next((layer for layer, height in enumerate(heights) if height >= tile_height * TILE_SHARE), len(heights) - 1)
