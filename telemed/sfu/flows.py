"""Egress flows: one publisher's track on its way to one subscriber.

A flow owns one (SSRC, key). Its sequence numbers only ever grow: each source it carries becomes a segment that begins right
after the last number of the one before, and every extended number belongs to exactly one packet of one segment.
"""

from __future__ import annotations

import secrets
from collections import deque
from typing import TYPE_CHECKING, Any

from telemed.media.control import Kind, SubscribeLine
from telemed.media.sent_copies import SentCopies
from telemed.media.simulcast import NEVER, NO_LAYER, LayerForwarder
from telemed.media.simulcast_source import wish_for
from telemed.rtp.header import EgressTemplate, parse_header
from telemed.rtp.round_trip import RoundTripEstimator
from telemed.rtp.sequence import seq_delta
from telemed.rtp.vp8_numbers import PictureFields
from telemed.sfu.ice_lite import Address, Connection
from telemed.sfu.redundant_state import SentRedundancy
from telemed.sfu.streams import InboundStream
from telemed.sfu.udp_socket import Ancillary

if TYPE_CHECKING:
    from telemed.sfu.layers import LayeredSource
    from telemed.sfu.peer import Peer
    from telemed.sfu.subscriber_control import SubscriberControl
    from telemed.sfu.tracks import Track

ALL_LAYERS = 1 << 16  # more than there are: whoever says nothing gets the largest
NOT_ANCHORED = 1 << 62  # greater than any extended sequence number: the flow waits for a packet to begin at
MAX_SEGMENTS = 16  # kept for resends; drop rule: the oldest, whose packets have left the ring by then
FIRST_SEQUENCE_LIMIT = 1 << 15  # RFC 3711 section 3.3.1: below half a cycle, so that a lost first packet cannot confuse ROC
MIN_SOURCE_STEP = 960  # ticks between the last packet of one source and the first of the next: 10-20 ms
MIN_RESEND_INTERVAL = 0.030  # seconds: never resend a packet faster, whatever round trip the subscriber pretends
RESEND_AGAIN = 0.7  # round trips: who asks again once in a round trip must not be too early by ours, which is never the same
MAX_RESENT = 512  # packets whose last resend is remembered; drop rule: oldest first
RESENDS_PER_SECOND = 400.0  # per flow: 40 % loss of 1000 packets/s, and no more for a hostile subscriber
RESEND_BURST = 200.0


class Segment:
    """A run of one stream's packets inside a flow: out = in + offset. `end_in` is -1 while it is the current one."""

    __slots__ = ("end_in", "first_in", "offset", "stream", "timestamp_offset")

    def __init__(self, stream: InboundStream, first_in: int, offset: int, timestamp_offset: int) -> None:
        self.stream = stream
        self.first_in = first_in
        self.end_in = -1
        self.offset = offset
        self.timestamp_offset = timestamp_offset

    def holds(self, ext_in: int) -> bool:
        """Tell whether this extended source number belongs to the segment."""
        return self.first_in <= ext_in and (self.end_in < 0 or ext_in <= self.end_in)


class EgressFlow:
    """One track on its way to one subscriber, under an SSRC that is never used again with the same key."""

    __slots__ = (
        "_last_out_timestamp",
        "_last_out_us",
        "_next_out",
        "_octets_before",
        "_packets_before",
        "_packets_base",
        "_octets_base",
        "_resent",
        "_rtx_sequence",
        "_segments",
        "_tokens",
        "_tokens_at",
        "address",
        "affordable",
        "allowed",
        "ancillary",
        "connection",
        "control",
        "copies",
        "departed",
        "first_in",
        "forwarder",
        "head",
        "header_length",
        "is_video",
        "jitter",
        "layers",
        "line",
        "loss",
        "octets_departed",
        "offset",
        "packets_departed",
        "paused",
        "redundancy",
        "repeats",
        "round_trip",
        "rtx",
        "rtx_ssrc",
        "ssrc",
        "stream",
        "subscriber",
        "tile_height",
        "timestamp_offset",
        "track",
        "transmit",
    )

    def __init__(  # noqa: PLR0913 - what tells a flow from all others
        self,
        subscriber: Peer,
        track: Track,
        line: SubscribeLine,
        ssrc: int,
        rtx_ssrc: int,
        control: SubscriberControl | None = None,
    ) -> None:
        """`control`: congestion control towards this subscriber, where the line agreed on transport-wide numbers."""
        self.subscriber, self.control = subscriber, control
        self.track, self.line = track, line
        self.ssrc, self.rtx_ssrc = ssrc, rtx_ssrc
        self.is_video = line.codec.kind is Kind.VIDEO
        extensions = line.mid.encode(), line.extensions.mid, line.extensions.transport_cc if control is not None else 0
        template = EgressTemplate(ssrc, line.codec.payload_type, *extensions)
        self.head, self.header_length = template.head, template.header_length
        rtx_type = line.codec.rtx_payload_type
        self.rtx = EgressTemplate(rtx_ssrc, rtx_type, *extensions) if rtx_ssrc and rtx_type is not None else None
        self.copies = SentCopies() if line.codec.resend else None  # of audio that is resent as it was
        self.redundancy = SentRedundancy.of(line.codec) if control is not None else None
        self.repeats = 0  # earlier frames of a voice in each packet, see `redundancy`
        self.transmit: Any = None  # libsrtp handle of the subscriber; None until DTLS is done
        self.address: Address = ("", 0)
        self.ancillary: Ancillary | None = None
        self.connection: Connection | None = None  # of a TCP path; `ancillary` is then not None
        self.stream: InboundStream | None = None  # of the current or last segment
        self.first_in = NOT_ANCHORED
        self.offset = self.timestamp_offset = 0
        self.paused = False  # video stopped to keep the sound
        self.allowed = ALL_LAYERS  # the largest layer that the subscriber's link has room for
        self.affordable = float("inf")  # bit/s that the path leaves to this source; unlimited while it never showed a limit
        self.tile_height: int | None = None  # device pixels, 0: nobody can see it; None: the subscriber has not said
        self.layers: LayeredSource | None = None  # what it carries, when that comes in layers; then `forwarder` numbers it
        self.forwarder: LayerForwarder | None = None
        self.loss = 0  # latest fraction the subscriber reported, in 1/256
        self.jitter = 0.0  # seconds, as the subscriber reported last
        self.round_trip = RoundTripEstimator()
        self._next_out = secrets.randbelow(FIRST_SEQUENCE_LIMIT)
        self.departed = self._next_out - 1  # highest extended number encrypted; kept where a controller may hold packets back
        self.packets_departed = self.octets_departed = 0  # likewise
        self._last_out_timestamp = secrets.randbits(32)
        self._last_out_us = 0
        self._segments: deque[Segment] = deque(maxlen=MAX_SEGMENTS)
        self._packets_before = self._octets_before = self._packets_base = self._octets_base = 0
        self._rtx_sequence = secrets.randbelow(FIRST_SEQUENCE_LIMIT)
        self._resent: dict[int, float] = {}
        self._tokens = RESEND_BURST
        self._tokens_at = 0.0

    @property
    def ready(self) -> bool:
        """Whether packets may be sent: keys and address are there, nobody is on hold, video is not paused, somebody sees it."""
        return self.transmit is not None and self.subscriber.receiving and not self.paused and self.tile_height != 0

    @property
    def probes(self) -> bool:
        """Whether its resend stream may carry padding that measures the path: while video is paused too, but never on hold."""
        return self.rtx is not None and self.control is not None and self.transmit is not None and self.subscriber.receiving

    @property
    def anchored(self) -> bool:
        """Whether a segment is running: the next packets of its stream go out."""
        return self.first_in != NOT_ANCHORED if self.forwarder is None else self.forwarder.current >= 0

    @property
    def has_source(self) -> bool:
        """Whether something was ever sent, or may be: its publisher is there."""
        return self.stream is not None or self.layers is not None

    @property
    def layer_sent(self) -> int | None:
        """The layer that is sent now, 0 for a picture in one size; None: none."""
        if not self.anchored:
            return None
        return 0 if self.forwarder is None else self.forwarder.current

    @property
    def waiting_for_keyframe(self) -> bool:
        """Whether this is video that has not begun, or must begin again."""
        return self.is_video and not self.anchored

    @property
    def packets_sent(self) -> int:
        """Packets forwarded so far, resends not counted."""
        if self.control is not None:
            return self.packets_departed
        stream = self.stream
        running = stream.packets - self._packets_base if stream is not None and self.first_in != NOT_ANCHORED else 0
        return self._packets_before + running

    @property
    def octets_sent(self) -> int:
        """Payload octets forwarded so far."""
        if self.control is not None:
            return self.octets_departed
        stream = self.stream
        running = stream.octets - self._octets_base if stream is not None and self.first_in != NOT_ANCHORED else 0
        return self._octets_before + running

    def place(self, stream: InboundStream, ext: int, timestamp: int, begins: bool) -> tuple[int, int] | None:
        """Return (extended sequence, timestamp) for a packet before `first_in`: the beginning of a segment, a late one of an
        older segment, or one of any layer. None: not for this subscriber. `begins`: a decoder can start at this packet."""
        if self.forwarder is not None:
            return self._place_layer(stream, self.forwarder, ext, timestamp)
        if self.first_in == NOT_ANCHORED:
            if not begins:
                return None
            self._anchor(stream, ext, timestamp)
            return ext + self.offset, (timestamp + self.timestamp_offset) & 0xFFFFFFFF
        for segment in reversed(self._segments):
            if segment.stream is stream and segment.holds(ext):
                return ext + segment.offset, (timestamp + segment.timestamp_offset) & 0xFFFFFFFF
        return None

    def detach(self) -> None:
        """End the current segment; the next begins at the following number, video at a key frame. Idempotent.

        What congestion control still holds of it is dropped.
        """
        if self.control is not None:
            self.control.drop(self)
        if self.forwarder is not None:
            self.forwarder.stop()
            return
        stream = self.stream
        if stream is None or self.first_in == NOT_ANCHORED:
            return
        self._packets_before, self._octets_before = self.packets_sent, self.octets_sent
        self._close_segment(stream.highest)
        self._last_out_timestamp = (stream.last_timestamp + self.timestamp_offset) & 0xFFFFFFFF
        self._last_out_us = stream.last_us
        self.first_in = NOT_ANCHORED

    def cut(self, last: int) -> None:
        """Packets with extended numbers beyond `last` were dropped before they left: take the numbers back, so that no hole is
        left to be asked for. Video begins again at a key frame."""
        if self.forwarder is not None:
            self.forwarder.cut(last)
            return
        stream = self.stream
        if stream is not None and self.first_in != NOT_ANCHORED:
            self._last_out_timestamp = (stream.last_timestamp + self.timestamp_offset) & 0xFFFFFFFF
            self._last_out_us = stream.last_us
            self.first_in = NOT_ANCHORED
        segments = self._segments
        while segments and segments[-1].first_in + segments[-1].offset > last:
            segments.pop()  # nothing of it left
        if segments:
            newest = segments[-1]
            end_in = last - newest.offset
            newest.end_in = end_in if newest.end_in < 0 else min(newest.end_in, end_in)
        self._next_out = last + 1

    def rebase(self, ext: int) -> None:
        """The source leapt to `ext`: continue there without the hole. Call before the source's `highest` is raised."""
        if self.stream is not None and self.anchored:
            self._close_segment(self.stream.highest)
            self._open_segment(self.stream, ext, self.timestamp_offset)

    def skip(self, ext: int) -> None:
        """The source's newest packet `ext` is not forwarded: close the hole it would leave."""
        if self.stream is not None and self.anchored and ext >= self.first_in:
            self._close_segment(ext - 1)
            self._open_segment(self.stream, ext + 1, self.timestamp_offset)

    def find_sent(self, sequence: int, now: float) -> tuple[bytes, int] | None:
        """Return (source packet, timestamp offset) of what went out under `sequence`, if the history still has it. The picture
        numbers of a packet that came as a layer are those it went out with."""
        if self.forwarder is not None:
            return self._find_layer_packet(self.forwarder, sequence, now)
        stream = self.stream
        highest = stream.highest + self.offset if stream is not None and self.anchored else self._next_out - 1
        ext_out = highest + seq_delta(sequence, highest & 0xFFFF)
        for segment in reversed(self._segments):
            ext_in = ext_out - segment.offset
            if segment.holds(ext_in):
                packet = segment.stream.ring.get(ext_in, now)
                return (packet, segment.timestamp_offset) if packet is not None else None
        return None

    # --- layers ----------------------------------------------------------------------------------------------------------

    def follow(self, layers: LayeredSource | None) -> None:
        """Carry these layers from now on, or a single stream (None). Whatever is sent next, the numbers go on. Idempotent."""
        if layers is self.layers:
            return
        self.detach()
        self.layers = layers
        forwarder = self.forwarder
        if layers is None:
            self.forwarder = None
            if forwarder is not None:
                self._next_out = forwarder.next_sequence
                if forwarder.last_at > NEVER:
                    self._last_out_timestamp = forwarder.last_sent[2]
                    self._last_out_us = int(forwarder.last_at * 1e6)
        elif forwarder is not None:
            forwarder.follow(layers.source.clocks)
        else:
            last_at = self._last_out_us * 1e-6 if self._last_out_us else NEVER
            self.forwarder = LayerForwarder(layers.source.clocks, self._next_out, self._last_out_timestamp, last_at)
            self.stream = None
            self._segments.clear()  # a key frame makes the old source's last packets useless

    def layer_to_send(self, heights: list[int]) -> int:
        """Return the largest layer that is wished for and allowed; `heights` of the layers in pixels, 0: not known yet."""
        if self.waits_for_room:
            return NO_LAYER
        top = len(heights) - 1
        wished = top if self.tile_height is None else wish_for(self.tile_height, tuple(heights))
        return min(wished, self.allowed) if not self.paused else NO_LAYER

    @property
    def waits_for_room(self) -> bool:
        """Whether its frames were dropped and the path's queue still empties: a key frame would be dropped as well."""
        control = self.control
        return control is not None and control.in_charge and control.estimate.queue_is_long and self.ssrc in control.pacer.starved

    def look(self, tile_height: int | None, now: float) -> None:
        """The subscriber shows it in this height, in device pixels; 0: not at all, None: it has not said."""
        if tile_height != self.tile_height:
            self.tile_height = tile_height
            self.track.compile(now)

    def allow(self, layer: int | None) -> bool:
        """The subscriber's path carries the source up to `layer`; None: not at all. Tell whether anything changed: then the
        track is to be compiled anew."""
        before = self.paused, self.allowed
        self.paused = layer is None
        if layer is not None:
            self.allowed = layer
        return (self.paused, self.allowed) != before

    @property
    def last_timestamp(self) -> int:
        """RTP timestamp of what was forwarded last, or of nothing yet."""
        last = self.sent_last()
        return last[2] if last is not None else self._last_out_timestamp

    def sent_last(self) -> tuple[InboundStream, int, int] | None:
        """Return (stream, timestamp as it came, as it went out) of the newest packet sent; None between segments."""
        forwarder, layers = self.forwarder, self.layers
        if forwarder is None or layers is None:
            stream = self.stream
            if stream is None or self.first_in == NOT_ANCHORED:
                return None
            return stream, stream.last_timestamp, (stream.last_timestamp + self.timestamp_offset) & 0xFFFFFFFF
        layer, came, went = forwarder.last_sent
        carrier = layers.lanes[layer].stream if forwarder.current >= 0 else None
        return (carrier, came, went) if carrier is not None else None

    def _place_layer(self, stream: InboundStream, forwarder: LayerForwarder, ext: int, timestamp: int) -> tuple[int, int] | None:
        """As `place`. Writes the picture numbers of this copy into the payload that is about to be sent."""
        layers = stream.layers
        if layers is None:
            return None
        fields = layers.fields
        sequence = forwarder.forward(stream.layer, ext, timestamp, layers.marker, fields, stream.last_us * 1e-6)
        if sequence < 0:
            return None
        forwarder.pictures.apply(layers.payload, 0, fields)
        self._packets_before += 1
        self._octets_before += len(layers.payload)
        return sequence, forwarder.out_timestamp

    def _find_layer_packet(self, forwarder: LayerForwarder, sequence: int, now: float) -> tuple[bytes, int] | None:
        found = forwarder.find_sent(sequence)
        if found is None or self.layers is None:
            return None
        run, ext = found
        if self.control is not None and self.control.estimate.wary and not forwarder.carries(run):
            return None  # a key frame followed, and a path that was full a moment ago has no room for what that made useless
        stream = self.layers.lanes[run.layer].stream
        packet = stream.ring.get(ext, now) if stream is not None else None
        if packet is None:
            return None
        offset, padding = parse_header(packet)[5:]
        fields = PictureFields()
        fields.read(packet, offset, len(packet) - padding)
        copy = bytearray(packet)
        run.pictures.apply(copy, offset, fields)
        return bytes(copy), run.timestamp_offset

    # --- resends ---------------------------------------------------------------------------------------------------------

    def may_resend(self, sequence: int, now: float) -> bool:
        """Allow one resend of `sequence`: not within most of a round trip of the last one, and within the flow's budget."""
        wait = max((self.round_trip.smoothed or 0.0) * RESEND_AGAIN, MIN_RESEND_INTERVAL)
        if now - self._resent.get(sequence, -wait) < wait:
            return False
        self._tokens = min(self._tokens + (now - self._tokens_at) * RESENDS_PER_SECOND, RESEND_BURST)
        self._tokens_at = now
        if self._tokens < 1.0:
            return False
        self._tokens -= 1.0
        self._resent.pop(sequence, None)
        if len(self._resent) >= MAX_RESENT:
            del self._resent[next(iter(self._resent))]
        self._resent[sequence] = now
        return True

    def next_rtx_sequence(self) -> int:
        """Return a fresh 16-bit sequence number of the RTX stream."""
        self._rtx_sequence += 1
        return self._rtx_sequence & 0xFFFF

    # --- segments of a single stream -------------------------------------------------------------------------------------

    def _anchor(self, stream: InboundStream, ext: int, timestamp: int) -> None:
        """Begin a segment at this packet. The same source keeps its timestamps; another continues by the time that passed."""
        if stream is self.stream:
            offset = self.timestamp_offset
        else:
            ticks = (stream.last_us - self._last_out_us) * stream.stats.clock_rate // 1_000_000 if self._last_out_us else 0
            offset = self._last_out_timestamp + max(ticks, MIN_SOURCE_STEP) - timestamp
            self._segments.clear()  # lets the old source's history go; a key frame makes its last packets useless anyway
        self.stream = stream
        self._packets_base, self._octets_base = stream.packets, stream.octets
        self._open_segment(stream, ext, offset)

    def _open_segment(self, stream: InboundStream, ext: int, timestamp_offset: int) -> None:
        self.first_in = ext
        self.offset = self._next_out - ext
        self.timestamp_offset = timestamp_offset
        self._segments.append(Segment(stream, ext, self.offset, timestamp_offset))

    def _close_segment(self, end_in: int) -> None:
        self._segments[-1].end_in = end_in
        self._next_out = end_in + self.offset + 1
