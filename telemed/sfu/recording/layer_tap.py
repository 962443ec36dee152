"""A recorder of a picture that comes in layers: it takes the largest live one, from a key frame on.

To `LayeredSource` and `media.simulcast_source` it is one more who takes a layer. Its numbers are never rewritten: what it takes
goes into the journal as it came, under the number of its layer.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from telemed.media.simulcast_runs import NO_LAYER
from telemed.rtp.header import parse_header
from telemed.rtp.sequence import seq_delta
from telemed.sfu.recording.guarded_journal import LATE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from telemed.sfu.layers import LayeredSource
    from telemed.sfu.recording.guarded_journal import GuardedJournal
    from telemed.sfu.streams import InboundStream

MICROSECONDS = 1e-6
UNENDING = float("inf")  # seconds: the last switch is long over


class LayerTap:
    """Taps one layer at a time. `wish` is the layer to record, `wanted` what fits it now, `current` what is recorded.

    While another layer is wanted than recorded, only that one's stream is looked at, for its next key frame; the old one goes on.
    """

    __slots__ = ("_begin", "_journal", "_layers", "_restart", "_switched_at", "_tapped", "current", "wanted", "wish")

    def __init__(
        self, layers: LayeredSource, begin: Callable[[float], GuardedJournal | None], restart: Callable[[float], None]
    ) -> None:
        """`begin` returns the journal to write to, None: not now; `restart` closes it, as its numbers are over. Both get the time
        in monotonic seconds."""
        self.wish = len(layers.lanes) - 1
        self.wanted = self.current = NO_LAYER
        self._layers = layers
        self._begin = begin
        self._restart = restart
        self._journal: GuardedJournal | None = None
        self._switched_at = UNENDING
        self._tapped: dict[int, InboundStream] = {}  # by layer: what has a tap of ours

    @property
    def waiting_for(self) -> int:
        """The layer whose key frame is waited for, NO_LAYER when none is."""
        return self.wanted if self.wanted != self.current else NO_LAYER

    @property
    def is_lost(self) -> bool:
        """Whether a tap of ours is gone, as it raised."""
        return any(stream.tap is None for stream in self._tapped.values())

    def aim(self, wanted: int, current_gone: bool) -> None:  # noqa: ARG002 - what has gone is waited for no longer than the next
        """Say which layer is to be recorded now; NO_LAYER: none that is there."""
        if wanted == self.wanted:
            return
        if self.wanted not in (NO_LAYER, self.current):
            self._untap(self.wanted)
        self.wanted = wanted
        if wanted not in (NO_LAYER, self.current):
            self._watch(wanted)

    def on_stream(self, layer: int, replaced: bool, now: float) -> None:
        """A layer was latched. `replaced`: it came under another SSRC before, whose numbers are over."""
        if replaced and layer in self._tapped:
            self.stop()
            self._restart(now)
        if self.waiting_for != NO_LAYER and self.wanted not in self._tapped:
            self._watch(self.wanted)

    def tick(self, now: float) -> None:
        """Some time after a switch nothing comes late any more that was sent before."""
        stream = self._tapped.get(self.current)
        if stream is None or self._journal is None or now - self._switched_at < LATE_SECONDS or stream.tap is None:
            return
        stream.tap = self._journal.tap(self.current)
        self._switched_at = UNENDING

    def stop(self) -> None:
        """Record nothing from the next packet on. Idempotent."""
        for layer in tuple(self._tapped):
            self._untap(layer)
        self.current = NO_LAYER

    def _watch(self, layer: int) -> None:
        """Look for the next key frame of a layer that begins from now on."""
        stream = self._layers.lanes[layer].stream
        if stream is not None:
            self._tapped[layer] = stream
            stream.tap = partial(self._on_watched, layer, stream, stream.highest + 1)

    def _untap(self, layer: int) -> None:
        stream = self._tapped.pop(layer, None)
        if stream is not None:
            stream.tap = None

    def _on_watched(  # noqa: PLR0913 - a tap, and what it is a tap of
        self, layer: int, stream: InboundStream, first: int, packet: bytes, arrival_us: int
    ) -> None:
        """A packet of the layer that is waited for: switch at a key frame, of which nothing came before number `first`."""
        if not self._layers.fields.keyframe:  # read of this packet a moment ago
            return
        ext = stream.highest + seq_delta(int.from_bytes(packet[2:4], "big"), stream.highest & 0xFFFF)
        journal = self._begin(arrival_us * MICROSECONDS) if ext >= first else None
        if journal is None:
            return
        if self.current != NO_LAYER:
            self._untap(self.current)
        self.current = layer
        journal.event("layer", arrival_us, {"lane": layer, "height": self._layers.heights[layer]})
        self._journal, self._switched_at = journal, arrival_us * MICROSECONDS
        tap = stream.tap = journal.tap(layer, ext)
        tap(packet, arrival_us)
        for number in range(ext + 1, stream.highest + 1):  # of a key frame whose beginning came last
            later = stream.ring.get(number, 0.0)
            if later is not None and _has_payload(later):
                tap(later, arrival_us)


def _has_payload(packet: bytes) -> bool:
    offset, padding = parse_header(packet)[5:]
    return offset < len(packet) - padding
