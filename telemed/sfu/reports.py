"""Outgoing RTCP on timers: NACK, key-frame requests and transport feedback to publishers, reports to everybody."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from telemed.media.control import VideoPaused
from telemed.media.loss_guard import Pause, Resume
from telemed.rtp.rtcp import build_nack, build_receiver_report, build_sdes, build_sender_report
from telemed.rtp.rtcp_records import ReportBlock
from telemed.sfu.ice_lite import LOSSY_ANSWERS
from telemed.sfu.quality import QualityMeter
from telemed.sfu.redundant_state import choose_repeats

if TYPE_CHECKING:
    from telemed.sfu.flows import EgressFlow
    from telemed.sfu.peer import Peer
    from telemed.sfu.streams import InboundStream

DEFAULT_ROUND_TRIP = 0.1  # seconds, until a peer's reports tell
MAX_REPORT_BYTES = 1200  # per datagram of reports
SLOW_LINK = 128_000  # bit/s: below it reports come every two seconds, as they take 1.5 kbit/s of it
MAX_HEARD_LOSS = 77  # 1/256, 30 %: encoders repeat no more for more
LOSSY = 13  # 1/256, 5 %: from then on checks are answered more than once
SENDER_REPORT_QUIET = 2.0  # seconds without packets after which a source gets no sender reports
QUALITY_SECONDS = 2  # calls of `each_second` between two quality events


def _as_heard(block: ReportBlock, stream: InboundStream) -> ReportBlock:
    """Tell a speaker the loss of the listener who loses most: it sets how much of each packet the encoder repeats in the next
    (Opus in-band FEC). The running count, from which rates are estimated, stays that of the speaker's own path."""
    heard = min(max((flow.loss for flow in stream.flows), default=0), MAX_HEARD_LOSS)
    return replace(block, fraction_lost=max(block.fraction_lost, heard))


class PeerReporter:
    """The periodic RTCP of one peer. Methods are called by the worker's timer wheel; `now` in monotonic seconds.

    `pressing`: the peer has lost packets to be asked for again in 20 ms, whether or not anything else comes.
    """

    def __init__(self, peer: Peer) -> None:
        self._peer = peer
        self._fractions: dict[int, int] = {}  # inbound SSRC -> last reported fraction lost, 1/256
        self._quality = QualityMeter(peer)
        self._seconds = 0
        self.pressing = False

    @property
    def round_trip(self) -> float | None:
        """Smoothed round trip in seconds: the best of the peer's flows, None while unknown."""
        known = [flow.round_trip.smoothed for flow in self._peer.flows.values() if flow.round_trip.smoothed is not None]
        return min(known, default=None)

    def each_tick(self, now: float) -> None:
        """Every 20 ms: congestion control towards this peer, ask for lost packets, send transport feedback when due."""
        peer = self._peer
        if peer.video is not None:
            peer.video.tick(now)
        self.pressing = False
        for line in peer.lanes:
            stream = line.stream
            if stream is not None and stream.asks_again and stream.nack.missing:
                self.pressing = True
                self._ask_again(stream, now)
        if peer.twcc.due(now):
            media_ssrc = next(iter(peer.streams), 0)
            for message in peer.twcc.build(peer.ssrc, media_ssrc):
                peer.services.counters.twcc_sent += 1
                peer.services.dataplane.send_rtcp(peer, message)

    def _ask_again(self, stream: InboundStream, now: float) -> None:
        """Send one NACK for what is due of this source. What was asked for waits in the publisher's queue like everything else:
        to ask again sooner would make it longer."""
        peer = self._peer
        if stream.is_video and peer.uplink.overflows(now):
            return
        lost = stream.nack.due(now, (self.round_trip or DEFAULT_ROUND_TRIP) + peer.uplink.waits)
        if lost and stream.is_taken:
            peer.services.counters.nack_sent += 1
            peer.services.dataplane.send_rtcp(peer, build_nack(peer.ssrc, stream.ssrc, lost))

    def each_tenth(self, now: float) -> None:
        """Every 100 ms: decide on this peer's video, measure its own sources, repeat key-frame requests that went unanswered, or
        could not be sent at once."""
        if self._peer.video is not None:
            self._peer.video.decide(now)
        for line in self._peer.lanes:
            stream = line.stream
            if stream is None:
                continue
            stream.rate.update(stream.stats.octets, now)
            if not stream.is_video or not stream.is_taken:
                continue
            if stream.nack.take_lost_for_good() and stream.keyframes.wanted(now):
                self._peer.send_pli(stream)
            elif stream.layers is None and stream.keyframes.due(now):
                self._peer.send_pli(stream)
        for line in self._peer.published.values():
            if line.layers is not None:
                line.layers.aim(now)
        self._peer.uplink.look(self._peer, now)
        self._peer.room.tell_publishers(self._peer, now)

    def each_second(self, now: float) -> None:
        """Every second: reports both ways, loss guard, history expiry; every two seconds the quality event."""
        peer = self._peer
        streams = [line.stream for line in peer.lanes if line.stream is not None]
        self._seconds += 1
        if self._seconds % 2 or not self._is_slow:
            self._send_reports(streams, now)
        for stream in streams:
            stream.expire(now)
            if stream.is_video:
                stream.frame_rate.update(stream.frames, now)
        for line in peer.published.values():
            if line.layers is not None:
                line.layers.measure(now)
        choose_repeats(peer, now)
        lost = [flow.loss for flow in peer.flows.values()] + [self._fractions.get(stream.ssrc, 0) for stream in streams]
        peer.agent.answers = LOSSY_ANSWERS if max(lost, default=0) >= LOSSY else 1
        self._guard(now)
        if self._seconds % QUALITY_SECONDS == 0:
            peer.services.emit(self._quality.measure(streams, self._fractions, self.round_trip or 0.0, now))

    @property
    def _is_slow(self) -> bool:
        """Whether the link is one on which reports each second are felt."""
        control = self._peer.control
        return self._peer.uplink.held or (control is not None and control.in_charge and control.estimate.bitrate < SLOW_LINK)

    def _send_reports(self, streams: list[InboundStream], now: float) -> None:
        """What we receive of this peer and what we send it, in as few datagrams as it fits."""
        peer = self._peer
        pending = self._receiver_report(streams, now)
        for flow in peer.flows.values():
            report = self._sender_report(flow, now)
            if len(pending) + len(report) > MAX_REPORT_BYTES:
                peer.services.dataplane.send_rtcp(peer, pending)
                pending = b""
            pending += report
        if pending:
            peer.services.dataplane.send_rtcp(peer, pending)

    def _receiver_report(self, streams: list[InboundStream], now: float) -> bytes:
        """Empty where nothing comes."""
        blocks: list[ReportBlock] = []
        for stream in streams:
            block = stream.stats.take_report_block(now)
            if block is not None:
                self._fractions[stream.ssrc] = block.fraction_lost
                blocks.append(block if stream.is_video else _as_heard(block, stream))
        peer = self._peer
        return build_receiver_report(peer.ssrc, blocks) + build_sdes(peer.ssrc, peer.room.cname) if blocks else b""

    def _sender_report(self, flow: EgressFlow, now: float) -> bytes:
        """Carry the publisher's capture clock through the flow's timestamp offset; empty without clock or recent packets."""
        newest = flow.sent_last()
        if newest is None or not flow.ready or now - newest[0].last_us * 1e-6 > SENDER_REPORT_QUIET:
            return b""
        stream, captured, timestamp = newest
        ntp64 = stream.clock.server_ntp(captured)
        if ntp64 is None:
            return b""
        flow.round_trip.on_report_sent(ntp64, now)
        return build_sender_report(flow.ssrc, ntp64, timestamp, flow.packets_sent, flow.octets_sent, flow.track.cname)

    def _guard(self, now: float) -> None:
        """Stop or resume this peer's video as its loss demands, and say so; not where reports on transport-wide numbers tell
        more."""
        peer = self._peer
        if peer.control is not None and peer.control.in_charge:
            return
        decision = peer.guard.tick(now)
        if decision is None:
            return
        paused = isinstance(decision, Pause)
        if not paused and not isinstance(decision, Resume):
            return
        peer.room.pause_video(peer, paused, now)
        peer.services.emit(VideoPaused(peer.room.room_id, peer.peer_id, paused))
