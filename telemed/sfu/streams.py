"""Inbound streams: what a publisher sends under one SSRC, and where the packet path forwards it to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telemed.media.clockfit import PublisherClock, SourceClock
from telemed.media.control import Kind, PublishLine
from telemed.media.keyframes import KeyframeRequests
from telemed.media.nack import MAX_GAP, NackScheduler
from telemed.media.ring import AUDIO_CAPACITY, AUDIO_MAX_AGE, VIDEO_CAPACITY, VIDEO_MAX_AGE, PacketRing
from telemed.media.stats import ReceiverStatistics
from telemed.rtp import vp8
from telemed.rtp.extension_layout import ExtensionLayout
from telemed.rtp.header import parse_header

if TYPE_CHECKING:
    from telemed.sfu.flows import EgressFlow
    from telemed.sfu.peer import Peer

MAX_JUMP = MAX_GAP  # packets: beyond it a gap is not worth carrying over into the subscribers' numbers
KEYFRAME_TESTS = {"vp8": vp8.is_keyframe}  # by codec name; without a test every packet may begin a picture


class InboundStream:
    """One SSRC a publisher sends: its sequence space, history, losses and statistics, and where it is forwarded to."""

    __slots__ = (
        "clock",
        "flows",
        "highest",
        "is_keyframe",
        "is_rtx",
        "is_video",
        "keyframes",
        "last_timestamp",
        "last_us",
        "layout",
        "nack",
        "octets",
        "packets",
        "payload_type",
        "published",
        "ring",
        "ssrc",
        "stats",
    )

    def __init__(self, ssrc: int, published: PublishedLine, is_rtx: bool, clock: PublisherClock) -> None:
        line = published.line
        self.ssrc = ssrc
        self.published = published
        self.is_rtx = is_rtx
        self.is_video = line.codec.kind is Kind.VIDEO
        self.payload_type = line.codec.payload_type  # of the media, also on a stream of resends
        wanted = line.extensions.transport_cc, line.extensions.audio_level
        self.layout = ExtensionLayout(*wanted) if any(wanted) else None
        self.highest = -1  # extended sequence number
        self.last_timestamp = 0  # of the highest packet
        self.last_us = 0  # its arrival
        self.packets = 0  # forwarded ones, and their payload octets: what sender reports to subscribers count
        self.octets = 0
        capacity, age = (VIDEO_CAPACITY, VIDEO_MAX_AGE) if self.is_video else (AUDIO_CAPACITY, AUDIO_MAX_AGE)
        self.ring = PacketRing(1 if is_rtx else capacity, age)
        self.nack = NackScheduler()
        self.keyframes = KeyframeRequests()
        self.is_keyframe = KEYFRAME_TESTS.get(line.codec.name) if self.is_video else None
        self.stats = ReceiverStatistics(ssrc, line.codec.clock_rate)
        self.clock = SourceClock(line.codec.clock_rate, clock)
        self.flows: tuple[EgressFlow, ...] = ()

    def set_flows(self, flows: tuple[EgressFlow, ...]) -> None:
        """Replace the fan-out list. Flows that are no longer in it end their segment here."""
        for flow in self.flows:
            if flow not in flows:
                flow.detach()
        self.flows = flows

    def on_jump(self, ext: int) -> None:
        """The sequence leapt ahead to `ext`: do not pass the hole on to subscribers. Call before `highest` is raised."""
        for flow in self.flows:
            flow.rebase(ext)

    def on_resumed(self, packet: bytes, ext: int, now: float) -> None:
        """The first packet after a second of silence, `highest` not raised yet. A source whose packets went lost meanwhile is
        asked for a key frame at once; one that merely paused is not: its subscribers have the whole picture."""
        if self.is_keyframe is None or not self.flows or not 0 <= self.highest < ext - 1:
            return
        _marker, _type, _sequence, _timestamp, _ssrc, offset, padding = parse_header(packet)
        if not self.is_keyframe(packet, offset, len(packet) - padding) and self.keyframes.wanted(now):
            self.published.peer.send_pli(self)

    def on_padding(self, ext: int) -> None:
        """A packet of padding alone ended here: close the hole it would leave, when it is the newest."""
        if ext == self.highest:
            for flow in self.flows:
                flow.skip(ext)


class PublishedLine:
    """An m-line a peer sends on, and the stream that currently feeds it."""

    __slots__ = ("line", "peer", "stream")

    def __init__(self, line: PublishLine, peer: Peer) -> None:
        self.line = line
        self.peer = peer
        self.stream: InboundStream | None = None
