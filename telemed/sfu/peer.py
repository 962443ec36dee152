"""One attempt of one participant: the lines it publishes, the flows it receives, and the tables the packet path reads."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from telemed.congestion.twcc import TwccRecorder
from telemed.media.clockfit import PublisherClock
from telemed.media.control import Codec, Negotiate, PeerState, PublishLine, SubscribeLine
from telemed.media.loss_guard import LossGuard
from telemed.media.resend_budget import ResendBudget
from telemed.rtp.extensions import find_extension
from telemed.rtp.rtcp import RtcpRecord, build_pli
from telemed.sfu.flows import EgressFlow
from telemed.sfu.layers import LayeredSource
from telemed.sfu.services import Services
from telemed.sfu.streams import InboundStream, PublishedLine
from telemed.sfu.subscriber_control import SubscriberControl
from telemed.sfu.subscriber_video import SubscriberVideo
from telemed.sfu.transport import PeerTransport
from telemed.sfu.uplink import Uplink

if TYPE_CHECKING:
    from telemed.sfu.rooms import Room

MAX_SSRCS = 32  # inbound sources at once, RTCP senders included; a browser with camera, screen and sound has eight
MAX_DATAGRAMS_PER_SECOND = 5000  # authenticated datagrams in a second; camera, screen, sound and resends of a browser make 1000
MAX_SSRCS_EVER = 256  # over the life of a transport: libsrtp keeps state for each


class Peer(PeerTransport):
    """A peer of a room. `streams` is what the packet path looks up; everything else serves negotiation and RTCP."""

    def __init__(self, services: Services, room: Room, request: Negotiate) -> None:
        super().__init__(services, request.transport)
        self.room = room
        self.peer_id = request.peer_id
        self.attempt = request.attempt
        self.mode = request.mode  # what this person needs most
        self.holder = request.holder  # means nothing here: control asks for it after a restart
        self.sending = True  # False on hold: nothing of this peer is forwarded
        self.receiving = True  # False on hold: nothing is forwarded to this peer
        self.ssrc = secrets.randbits(32)  # ours towards this peer, in feedback and receiver reports
        self.streams: dict[int, InboundStream] = {}
        self.published: dict[str, PublishedLine] = {}  # by mid
        self.lanes: tuple[PublishedLine, ...] = ()  # what carries a stream: lines, and the layers of those that have some
        self.wishes: dict[str, int] = {}  # track id -> height of its tile in pixels, as the client said
        self.first = ""  # the track its person chose to see before all others
        self.flows: dict[str, EgressFlow] = {}  # by mid
        self.flows_by_ssrc: dict[int, EgressFlow] = {}
        self.twcc = TwccRecorder()
        self.clock = PublisherClock()
        self.control: SubscriberControl | None = None  # where lines towards this peer agreed on transport-wide numbers
        self.video: SubscriberVideo | None = None  # likewise
        self.guard = LossGuard()  # decides on video until reports on such numbers come
        self.resends = ResendBudget()
        self.uplink = Uplink()
        self.came = 0  # authenticated datagrams since `_counted_from_us`
        self.deaf_until_us = 0  # what comes until then is more than anybody needs to send, and is dropped unread
        self._counted_from_us = 0
        self._used_ssrcs: set[int] = {self.ssrc}  # outbound, never given out twice
        self._admitted: set[int] = set()
        self._admitted_ever = 0
        self._refused: set[int] = set()  # inbound SSRCs of lines that are gone

    @property
    def video_paused(self) -> bool:
        """Whether video towards this peer is stopped to keep the sound."""
        return self.guard.paused or (self.video is not None and self.video.paused)

    def control_for(self, line: SubscribeLine) -> SubscriberControl | None:
        """Return the congestion control towards this peer, made for the first line that agreed on it; None for other lines."""
        if not line.extensions.transport_cc:
            return None
        if self.control is None:
            services = self.services
            self.control = SubscriberControl(services.dataplane, services.departures, services.counters)
            self.video = SubscriberVideo(self, self.control)
            self._note_path()
        return self.control

    @property
    def octets_sent(self) -> int:
        """Payload octets forwarded so far on the tracks this peer receives now, resends not counted."""
        return sum(flow.octets_sent for flow in self.flows.values())

    # --- the packet path asks -------------------------------------------------------------------------------------------

    def may_admit(self, ssrc: int) -> bool:
        """Tell whether a datagram of an SSRC without a stream may be decrypted: libsrtp keeps state for every SSRC."""
        return ssrc in self._admitted or (len(self._admitted) < MAX_SSRCS and self._admitted_ever < MAX_SSRCS_EVER)

    def on_many(self, arrival_us: int) -> None:
        """More than MAX_DATAGRAMS_PER_SECOND came: within a second that is a flood, and the rest of the second is dropped."""
        if arrival_us - self._counted_from_us >= 1_000_000:
            self.came, self._counted_from_us = 0, arrival_us
        else:
            self.deaf_until_us = self._counted_from_us + 1_000_000

    def admit(self, ssrc: int) -> None:
        """Note that an authenticated packet of `ssrc` came."""
        if ssrc not in self._admitted:
            self._admitted.add(ssrc)
            self._admitted_ever += 1
            self.services.dataplane.sources[ssrc] = self

    def latch(self, ssrc: int, payload_type: int, packet: bytes) -> InboundStream | None:
        """Find the line a new SSRC belongs to: announced SSRC, then MID, then the payload type when only one line has it."""
        self.admit(ssrc)
        if ssrc in self._refused:
            return None
        line = self._announced(ssrc) or self._line_by_mid(packet) or self._line_by_payload_type(payload_type)
        if line is None:
            return None
        codec = line.line.codec
        is_rtx = payload_type == codec.rtx_payload_type
        if not is_rtx and payload_type not in (codec.payload_type, codec.red_payload_type):
            return None
        if line.layers is not None:
            return self._latch_layer(line.layers, ssrc, packet, is_rtx)
        stream = InboundStream(ssrc, line, is_rtx, self.clock)
        self.streams[ssrc] = stream
        if not is_rtx:
            previous, line.stream = line.stream, stream
            if previous is not None:  # the client replaced its encoder: the line goes on under the new SSRC
                self._drop_stream(previous, refuse=True)
            self.room.on_stream(line, self.services.clock.monotonic())
        return stream

    def _latch_layer(self, layers: LayeredSource, ssrc: int, packet: bytes, is_rtx: bool) -> InboundStream | None:
        """Find the layer a new SSRC carries. A layer of resends may come before its medium."""
        found = layers.latch.latch(ssrc, packet, is_rtx)
        if found is None:
            return None
        replaced = self.streams.get(found.replaces) if found.replaces else None
        if replaced is not None:
            self._drop_stream(replaced, refuse=True)
        stream = InboundStream(ssrc, layers.lanes[found.layer], is_rtx, self.clock)
        self.streams[ssrc] = stream
        if not is_rtx:
            layers.on_stream(found.layer, stream, replaced is not None)
        return stream

    def on_level(self, stream: InboundStream, level: int, arrival_us: int) -> None:
        """An audio packet told its loudness (RFC 6464)."""
        if self.sending:
            self.room.speaker.on_level(self.peer_id, level, arrival_us * 1e-6)

    def on_rtcp(self, records: Sequence[RtcpRecord], now: float) -> None:
        """A compound of decrypted RTCP records came."""
        self.room.feedback.handle(self, records, now)

    # --- negotiation -----------------------------------------------------------------------------------------------------

    def set_published(self, lines: tuple[PublishLine, ...]) -> tuple[list[PublishedLine], list[PublishedLine]]:
        """Make the published lines those of the offer; return (gone, new). An unchanged line keeps its stream."""
        wanted = {line.mid: line for line in lines}
        gone = [entry for mid, entry in self.published.items() if wanted.get(mid) != entry.line]
        for entry in gone:
            del self.published[entry.line.mid]
            self._drop_line(entry, wanted.get(entry.line.mid))
        new = [self._published(line) for line in lines if line.mid not in self.published]
        for entry in new:
            self.published[entry.line.mid] = entry
            self._refused -= {entry.line.ssrc, entry.line.rtx_ssrc}
        self.lanes = tuple(lane for entry in self.published.values() for lane in _lanes(entry))
        return gone, new

    def _published(self, line: PublishLine) -> PublishedLine:
        layers = LayeredSource(line, line.layers, self) if line.layers is not None else None
        return PublishedLine(line, self, layers)

    def set_subscribed(
        self, lines: tuple[SubscribeLine, ...], make: Callable[[SubscribeLine], EgressFlow]
    ) -> tuple[list[EgressFlow], list[EgressFlow]]:
        """Make the received lines those of the offer; return (gone, new). An unchanged line keeps its grant."""
        wanted = {line.mid: line for line in lines}
        gone = [flow for mid, flow in self.flows.items() if wanted.get(mid) != flow.line]
        for flow in gone:
            del self.flows[flow.line.mid]
            self.flows_by_ssrc.pop(flow.ssrc, None)
        new = [make(line) for line in lines if line.mid not in self.flows]
        for flow in new:
            self.flows[flow.line.mid] = flow
            self.flows_by_ssrc[flow.ssrc] = flow
            self.arm(flow)
        return gone, new

    def fresh_ssrc(self) -> int:
        """Return an outbound SSRC never used on this transport, so never under its key."""
        while True:
            ssrc = secrets.randbits(32)
            if ssrc and ssrc not in self._used_ssrcs:
                self._used_ssrcs.add(ssrc)
                return ssrc

    def release(self, flow: EgressFlow) -> None:
        """The flow has ended and is in no fan-out list any more: free what encryption keeps for it.

        It sends no more, whoever still knows it: a probe may be under way, and encryption would begin its numbers anew.
        """
        flow.transmit = None
        self.forget_ssrc(flow.ssrc)
        if flow.rtx_ssrc:
            self.forget_ssrc(flow.rtx_ssrc)

    def retire_source(self, ssrc: int) -> InboundStream | None:
        """The publisher said BYE for `ssrc`; it may come back. Returns the stream that ended.

        A layer does not end: browsers say BYE for one they switch off, and do not name it again when it is on again.
        """
        stream = self.streams.get(ssrc)
        if stream is None:
            return None
        if stream.layers is not None:
            if not stream.is_rtx:
                stream.layers.on_off(stream.layer)
            return None
        self._drop_stream(stream, refuse=False)
        if stream.published.stream is stream:
            stream.published.stream = None
        return stream

    def forget_sources(self) -> None:
        """The peer has ended: nothing it sent is looked for any more."""
        self.streams.clear()
        self.uplink.forget()
        for ssrc in list(self._admitted):
            self._disown(ssrc)

    # --- hooks of the transport ------------------------------------------------------------------------------------------

    def on_connected(self) -> None:
        """The keys are there: every flow may run."""
        for flow in self.flows.values():
            self.arm(flow)
        self.room.on_ready_changed(self)

    def on_state(self, state: PeerState) -> None:
        """Tell the room, which tells control."""
        self.room.on_peer_state(self, state)

    def on_path(self) -> None:
        """Aim every flow at the selected address."""
        for flow in self.flows.values():
            self.arm(flow)
        self._note_path()
        self.uplink.on_path()
        if self.transmit is not None and self.path is not None:
            self.room.on_moved(self)

    def _note_path(self) -> None:
        if self.control is not None and self.path is not None:
            now_us = int(self.services.clock.monotonic() * 1e6)
            self.control.on_path(self.path.address[0], self.path.connection is not None, now_us)

    def arm(self, flow: EgressFlow) -> None:
        """Give a flow what it needs to send: keys and address."""
        flow.transmit = self.transmit
        if self.path is not None:
            flow.address, flow.ancillary, flow.connection = self.path.address, self.path.ancillary, self.path.connection

    def send_pli(self, stream: InboundStream) -> None:
        """Ask this publisher for a key frame."""
        self.services.counters.pli_sent += 1
        self.services.dataplane.send_rtcp(self, build_pli(self.ssrc, stream.ssrc))

    # --- latching --------------------------------------------------------------------------------------------------------

    def _announced(self, ssrc: int) -> PublishedLine | None:
        return next((entry for entry in self.published.values() if ssrc in (entry.line.ssrc, entry.line.rtx_ssrc)), None)

    def _line_by_mid(self, packet: bytes) -> PublishedLine | None:
        for extension_id in {entry.line.extensions.mid for entry in self.published.values()} - {0}:
            offset, length = find_extension(packet, extension_id)
            if offset >= 0:
                return self.published.get(packet[offset : offset + length].decode("ascii", "replace"))
        return None

    def _line_by_payload_type(self, payload_type: int) -> PublishedLine | None:
        """Last resort, for clients that neither announce nor mark: only where it is unambiguous and nothing is displaced."""
        fitting = [entry for entry in self.published.values() if payload_type in _numbers(entry.line.codec)]
        if len(fitting) != 1:
            return None
        line = fitting[0]
        if payload_type != line.line.codec.rtx_payload_type and line.stream is not None:
            return None
        return line

    def _drop_line(self, entry: PublishedLine, successor: PublishLine | None) -> None:
        """Forget the sources of a line. Late packets of an SSRC that its successor replaces must not be latched to that."""
        replaced = successor is not None and successor.ssrc != 0
        lanes = _lanes(entry)
        for stream in [stream for stream in self.streams.values() if stream.published in lanes]:
            self._drop_stream(stream, refuse=replaced)

    def _drop_stream(self, stream: InboundStream, refuse: bool) -> None:
        """Take a source out of the packet path's table; refused ones are not latched again."""
        self.streams.pop(stream.ssrc, None)
        self._disown(stream.ssrc)
        if refuse:
            self._refused.add(stream.ssrc)

    def _disown(self, ssrc: int) -> None:
        self._admitted.discard(ssrc)
        sources = self.services.dataplane.sources
        if sources.get(ssrc) is self:
            del sources[ssrc]


def _numbers(codec: Codec) -> tuple[int | None, ...]:
    """The payload types under which packets of a line may come."""
    return codec.payload_type, codec.rtx_payload_type, codec.red_payload_type


def _lanes(entry: PublishedLine) -> tuple[PublishedLine, ...]:
    """What carries the streams of a line."""
    return entry.layers.lanes if entry.layers is not None else (entry,)
