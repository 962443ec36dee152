"""A published camera that comes in layers: who carries each, what its subscribers share, and what its publisher is told.

The rules are those of `media.simulcast*`; this joins them to streams and flows. Each layer has a `PublishedLine` of its own, so
that history, NACK, resends and reports work per SSRC as for a single stream.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from telemed.media.control import Layers, PublishLine
from telemed.media.frames import h264 as h264_frames
from telemed.media.simulcast import NEVER
from telemed.media.simulcast_demand import LayerDemand
from telemed.media.simulcast_latch import LayerExtensions, LayerLatch
from telemed.media.simulcast_source import LayerTaker, SimulcastSource
from telemed.rtp import vp8
from telemed.rtp.buffer import Buffer
from telemed.rtp.h264 import H264Fields
from telemed.rtp.vp8_numbers import PictureFields
from telemed.sfu.source_rate import LayerRate
from telemed.sfu.streams import InboundStream, PublishedLine

if TYPE_CHECKING:
    from telemed.sfu.flows import EgressFlow
    from telemed.sfu.peer import Peer
    from telemed.sfu.recording.layer_tap import LayerTap

# What our client asks of its encoders, bit/s, by the number of layers and smallest first: until a layer was seen.
USUAL_RATES = {2: (200_000, 800_000), 3: (150_000, 500_000, 1_700_000)}
SILENT = 8_000  # bit/s below which a second is no measure of a layer: its encoder is off


class LayeredSource:
    """The layers of one m-line while it lasts. `read` runs per packet, before copies are made, all else on timers."""

    __slots__ = (
        "_demand",
        "_frame_size",
        "fields",
        "flows",
        "heights",
        "lanes",
        "latch",
        "marker",
        "payload",
        "peer",
        "rates",
        "recorder",
        "rids",
        "source",
    )

    def __init__(self, line: PublishLine, layers: Layers, peer: Peer) -> None:
        self.peer = peer
        self.rids = layers.rids
        count = len(layers.rids)
        extensions = LayerExtensions(line.extensions.mid, layers.rid_extension, layers.repaired_rid_extension)
        self.latch = LayerLatch(line.mid, layers.rids, extensions)
        self.source = SimulcastSource(count, line.codec.clock_rate, peer.clock)
        self.lanes = tuple(PublishedLine(line, peer, self, layer) for layer in range(count))
        self.heights = [0] * count  # of the latest key frame, pixels
        self.flows: tuple[EgressFlow, ...] = ()
        is_h264 = line.codec.name == "h264"
        self.fields = H264Fields() if is_h264 else PictureFields()  # of the packet that is being forwarded
        self._frame_size = h264_frames.frame_size if is_h264 else vp8.frame_size
        self.marker = 0  # likewise
        self.payload = bytearray()  # likewise: copies with other picture numbers are written here
        self.recorder: LayerTap | None = None  # takes one of the layers, too
        self._demand = LayerDemand(count)
        self.rates = tuple(LayerRate(usual) for usual in USUAL_RATES[count])  # as measured while each was sent last

    # --- per packet ------------------------------------------------------------------------------------------------------

    def read(self, layer: int, data: Buffer, start: int, end: int) -> bool:
        """Note a packet of `layer` whose payload is data[start:end]; True: a decoder may start with it."""
        fields = self.fields
        fields.read(data, start, end)
        stream = self.lanes[layer].stream
        if stream is not None:
            self.source.seen_at[layer] = stream.last_us * 1e-6
        self.marker = data[1] >> 7
        if not fields.keyframe:
            return False
        size = self._frame_size(data, start, end)
        if size is not None:
            self.heights[layer] = size[1]
        return True

    # --- streams come and go ---------------------------------------------------------------------------------------------

    def on_stream(self, layer: int, stream: InboundStream, replaced: bool) -> None:
        """A layer was latched. `replaced`: it came under another SSRC before, whose numbers are over."""
        if replaced:
            self.source.restart(layer, [flow.forwarder for flow in self.flows if flow.forwarder is not None])
        self.lanes[layer].stream = stream
        self.source.clocks[layer] = stream.clock
        self.source.requests[layer] = stream.keyframes
        stream.is_keyframe = partial(self.read, layer)
        stream.flows = self.flows
        if self.recorder is not None:
            self.recorder.on_stream(layer, replaced, self.peer.services.clock.monotonic())

    def on_off(self, layer: int) -> None:
        """The publisher said BYE for a layer: its encoder is off. Its SSRC and numbers go on when it is on again."""
        self.source.seen_at[layer] = NEVER

    def set_flows(self, flows: tuple[EgressFlow, ...]) -> None:
        """Replace the fan-out list of every layer. Flows that are no longer in it end their run here."""
        for flow in self.flows:
            if flow not in flows:
                flow.detach()
        self.flows = flows
        for lane in self.lanes:
            if lane.stream is not None:
                lane.stream.flows = flows

    def release(self) -> None:
        """The line is gone: let go of its streams, whose packets would lie there until a collection."""
        self.set_flows(())
        for lane in self.lanes:
            if lane.stream is not None:
                lane.stream.is_keyframe = None
            lane.stream = None

    def cut(self) -> None:
        """The line has ended for good: its lanes know it no more, else a peer would lie there until a collection."""
        for lane in self.lanes:
            lane.layers = None

    # --- timers and changes ----------------------------------------------------------------------------------------------

    def aim(self, now: float) -> None:
        """Every 100 ms and after each change: point every subscriber at its layer, ask for the key frames that are due."""
        if max(self.source.seen_at) == NEVER:
            return  # nothing came yet: the first key frame of any layer begins the picture
        for layer in range(1, len(self.rids)):
            self.source.watch(layer, self._demand.active[layer], now)
        top = self._top
        for flow in self.flows:
            if flow.forwarder is not None:
                flow.forwarder.wish = min(flow.layer_to_send(self.heights), top)
        if self.recorder is not None:
            self.recorder.wish = top
        for layer in self.source.aim(self._takers(), now):
            self._ask(layer)

    def _takers(self) -> list[LayerTaker]:
        """Everybody who gets one of the layers, or waits for one."""
        takers: list[LayerTaker] = [flow.forwarder for flow in self.flows if flow.forwarder is not None]
        if self.recorder is not None:
            takers.append(self.recorder)
        return takers

    def want_keyframe(self, now: float, urgent: bool, flow: EgressFlow | None) -> None:
        """Somebody needs a key frame of what it gets: `flow`, or everybody."""
        asking = self.flows if flow is None else (flow,)
        layers = {one.forwarder.current for one in asking if one.forwarder is not None}
        if flow is None and self.recorder is not None:
            layers.add(self.recorder.current)
        for layer in layers - {-1}:  # who gets nothing yet is waited for by `aim`
            self.want_keyframe_of(layer, now, urgent)
        self.aim(now)

    def want_keyframe_of(self, layer: int, now: float, urgent: bool = False) -> None:
        """Somebody needs a key frame of this layer; -1: of none."""
        if layer >= 0 and self.source.requests[layer].wanted(now, urgent):
            self._ask(layer)

    def is_taken(self, layer: int) -> bool:
        """Whether somebody gets this layer, or waits for it: only then is what it loses asked for again. Of one that a full link
        is about to end nothing is: its resends would keep the link full."""
        return layer <= self._top and any(
            layer in (flow.forwarder.current, flow.forwarder.wanted) for flow in self.flows if flow.forwarder is not None
        )

    def names_wanted(self, now: float) -> tuple[str, ...]:
        """Return the layers that the publisher should send: the smallest always, the others while somebody wants them."""
        self._demand.update(self._takers(), now)
        return tuple(rid for layer, rid in enumerate(self.rids) if layer == 0 or self._demand.active[layer])

    def measure(self, now: float) -> None:
        """Every second: note what each layer takes, for whoever shares out a link."""
        for layer, lane in enumerate(self.lanes):
            rate = lane.stream.stats.update_bitrate(now) if lane.stream is not None else 0
            if rate >= SILENT:
                self.rates[layer].add(rate)
        frame_rates = [lane.stream.frame_rate.value for lane in self.lanes if lane.stream is not None]
        if frame_rates:
            self.source.on_frame_rate(min(frame_rates))

    @property
    def _top(self) -> int:
        """The largest layer anybody may get now: overload lowers everybody, and a publisher whose own link is full is about to
        stop the larger ones. Nobody waits for a key frame of them meanwhile."""
        if self.peer.uplink.sends_little:
            return 0
        cap = self.peer.services.layer_cap.layer
        return len(self.rids) - 1 if cap is None else cap

    def _ask(self, layer: int) -> None:
        stream = self.lanes[layer].stream
        if stream is not None:
            self.peer.send_pli(stream)
