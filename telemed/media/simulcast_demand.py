"""Which layers a publisher need not send: what nobody has wanted for a while goes off at its encoder, and on again at once."""

from __future__ import annotations

from collections.abc import Iterable

from telemed.media.simulcast_source import LayerTaker

OFF_AFTER = 5.0  # seconds nobody has wanted a layer: shorter, and a flick through a gallery would cost a key frame each time


class LayerDemand:
    """The layers of one source that are wanted, as told to its publisher. All of them at first: nobody knows who will come."""

    __slots__ = ("_unwanted_since", "active")

    def __init__(self, layers: int) -> None:
        self.active = (True,) * layers  # as last told
        self._unwanted_since: list[float | None] = [None] * layers

    def update(self, takers: Iterable[LayerTaker], now: float) -> tuple[bool, ...] | None:
        """Return what to tell the publisher when that has changed, else None. Call once a second and after a change of a wish.

        A layer counts as wanted while somebody wishes for it, or gets it because the one wished for does not come.
        """
        wanted = 0
        for taker in takers:
            for layer in (taker.wish, taker.current):
                if layer >= 0:
                    wanted |= 1 << layer
        active = tuple(self._stays_on(layer, bool(wanted >> layer & 1), now) for layer in range(len(self.active)))
        if active == self.active:
            return None
        self.active = active
        return active

    def _stays_on(self, layer: int, wanted: bool, now: float) -> bool:
        if wanted:
            self._unwanted_since[layer] = None
            return True
        since = self._unwanted_since[layer]
        if since is None:
            self._unwanted_since[layer] = since = now
        return self.active[layer] and now - since < OFF_AFTER
