"""Inbound streams: what a publisher sends under one SSRC, and where the packet path forwards it to."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from telemed.media.clockfit import PublisherClock, SourceClock
from telemed.media.control import Kind, PublishLine
from telemed.media.keyframes import KeyframeRequests
from telemed.media.nack import FOR_AUDIO, FOR_VIDEO, MAX_GAP, NackScheduler
from telemed.media.ring import AUDIO_CAPACITY, AUDIO_MAX_AGE, VIDEO_CAPACITY, VIDEO_MAX_AGE, PacketRing
from telemed.media.stats import ReceiverStatistics
from telemed.rtp import av1, h264, vp8, vp9
from telemed.rtp.extension_layout import ExtensionLayout
from telemed.rtp.header import parse_header
from telemed.sfu.redundant_state import ReceivedRedundancy
from telemed.sfu.source_rate import FrameRate, SourceRate

if TYPE_CHECKING:
    from collections.abc import Callable

    from telemed.rtp.buffer import Buffer
    from telemed.sfu.flows import EgressFlow
    from telemed.sfu.layers import LayeredSource
    from telemed.sfu.peer import Peer

MAX_JUMP = MAX_GAP  # packets: beyond it a gap is not worth carrying over into the subscribers' numbers
log = logging.getLogger(__name__)
KEYFRAME_TESTS = {  # by codec name
    "vp8": vp8.is_keyframe,
    "vp9": vp9.is_keyframe,
    "av1": av1.is_keyframe,
    "h264": h264.is_keyframe,
}


class InboundStream:
    """One SSRC a publisher sends: its sequence space, history, losses and statistics, and where it is forwarded to."""

    __slots__ = (
        "asks_again",
        "clock",
        "flows",
        "frame_rate",
        "frames",
        "highest",
        "is_keyframe",
        "is_rtx",
        "is_video",
        "keyframes",
        "last_timestamp",
        "last_us",
        "layer",
        "layers",
        "layout",
        "nack",
        "octets",
        "packets",
        "payload_type",
        "published",
        "rate",
        "redundancy",
        "ring",
        "ssrc",
        "stats",
        "tap",
    )

    def __init__(self, ssrc: int, published: PublishedLine, is_rtx: bool, clock: PublisherClock) -> None:
        line = published.line
        self.ssrc = ssrc
        self.published = published
        self.layers = published.layers  # None for all that comes in one size
        self.layer = published.layer
        self.is_rtx = is_rtx
        self.is_video = line.codec.kind is Kind.VIDEO
        self.payload_type = line.codec.payload_type  # of the media, also on a stream of resends
        self.redundancy = ReceivedRedundancy.of(line.codec)  # where packets may repeat earlier frames
        wanted = line.extensions.transport_cc, line.extensions.audio_level
        self.layout = ExtensionLayout(*wanted) if any(wanted) else None
        self.highest = -1  # extended sequence number
        self.last_timestamp = 0  # of the highest packet
        self.last_us = 0  # its arrival
        self.packets = 0  # forwarded ones, and their payload octets: what sender reports to subscribers count
        self.octets = 0
        self.frames = 0  # begun, of pictures; of sound, packets
        capacity, age = (VIDEO_CAPACITY, VIDEO_MAX_AGE) if self.is_video else (AUDIO_CAPACITY, AUDIO_MAX_AGE)
        self.ring = PacketRing(1 if is_rtx else capacity, age)
        self.nack = NackScheduler(FOR_VIDEO if self.is_video else FOR_AUDIO)
        self.asks_again = self.is_video or line.codec.resend  # for what is lost
        self.keyframes = KeyframeRequests()
        self.is_keyframe: Callable[[Buffer, int, int], bool] | None
        self.is_keyframe = KEYFRAME_TESTS.get(line.codec.name) if self.is_video else None
        self.rate = SourceRate()  # what it costs whoever gets it
        self.frame_rate = FrameRate()
        self.stats = ReceiverStatistics(ssrc, line.codec.clock_rate)
        self.clock = SourceClock(line.codec.clock_rate, clock)
        self.flows: tuple[EgressFlow, ...] = ()
        self.tap: Callable[[bytes, int], None] | None = None  # of a recorder: gets each packet once, and its arrival in us

    @property
    def is_taken(self) -> bool:
        """Whether what is lost of this stream is worth asking for again: somebody gets it, or it is recorded."""
        if self.tap is not None:
            return True
        return bool(self.flows) and (self.layers is None or self.layers.is_taken(self.layer))

    def lose_tap(self, fault: Exception) -> None:
        """The tap raised: it is not called again, and its owner finds out. A hole in a recorder costs the call nothing."""
        self.tap = None
        log.error("a recorder failed on a packet", exc_info=fault)

    def set_flows(self, flows: tuple[EgressFlow, ...]) -> None:
        """Replace the fan-out list. Flows that are no longer in it end their segment here."""
        for flow in self.flows:
            if flow not in flows:
                flow.detach()
        self.flows = flows

    def on_jump(self, ext: int) -> None:
        """The sequence leapt ahead to `ext`: do not pass the hole on to subscribers. Call before `highest` is raised."""
        if self.layers is None:  # of layers each subscriber's forwarder notices by itself
            for flow in self.flows:
                flow.rebase(ext)

    def on_resumed(self, packet: bytes, ext: int, now: float) -> None:
        """The first packet after a second of silence, `highest` not raised yet. A source whose packets went lost meanwhile is
        asked for a key frame at once, as whatever was asked went into the silence; one that merely paused is not: its subscribers
        have the whole picture.

        Until it comes they get nothing. What waited in the sender's queue cannot be decoded without what was lost, and so late it
        would teach browsers to keep all pictures for seconds before they show them.
        """
        if self.is_keyframe is None or not self.is_taken or not 0 <= self.highest < ext - 1:
            return
        _marker, _type, _sequence, _timestamp, _ssrc, offset, padding = parse_header(packet)
        if self.is_keyframe(packet, offset, len(packet) - padding):
            return
        self.keyframes.unheard()
        if self.keyframes.wanted(now):
            self.published.peer.send_pli(self)
        if self.layers is None:  # of layers a subscriber takes whichever begins first
            for flow in self.flows:
                flow.detach()

    def expire(self, now: float) -> None:
        """Every second: let go of a history that is too old. What it held is then no longer told from what never came."""
        if self.ring.expire(now) and self.redundancy is not None:
            self.redundancy.begin_after(self.highest)

    def on_padding(self, ext: int) -> None:
        """A packet of padding alone ended here: close the hole it would leave, when it is the newest."""
        if ext != self.highest:
            return
        for flow in self.flows:
            if self.layers is None:
                flow.skip(ext)
            elif flow.forwarder is not None:
                flow.forwarder.skip(self.layer, ext)


class PublishedLine:
    """An m-line a peer sends on, and the stream that currently feeds it. On a line with `layers` each of them has a `stream` in
    a record like this of its own, with its number in `layer`; the line's own record has none."""

    __slots__ = ("layer", "layers", "line", "peer", "stream")

    def __init__(self, line: PublishLine, peer: Peer, layers: LayeredSource | None = None, layer: int = -1) -> None:
        self.line = line
        self.peer = peer
        self.layers = layers
        self.layer = layer
        self.stream: InboundStream | None = None
