"""Incoming RTCP: what publishers and subscribers tell us, and what we do about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from telemed.rtp.rtcp import (
    Bye,
    Fir,
    Nack,
    Pli,
    ReceiverReport,
    ReportBlock,
    RtcpRecord,
    SenderReport,
    TransportFeedback,
)

if TYPE_CHECKING:
    from telemed.sfu.peer import Peer
    from telemed.sfu.rooms import Room

MAX_RESENDS_PER_NACK = 128  # packets of one NACK that are answered; drop rule: the rest, which will be asked for again


class FeedbackHandler:
    """Acts on the RTCP of one room's peers. SSRCs a peer does not own or receive are ignored."""

    def __init__(self, room: Room) -> None:
        self._room = room

    def handle(self, peer: Peer, records: Sequence[RtcpRecord], now: float) -> None:
        """Take the records of one datagram in order."""
        for record in records:
            if isinstance(record, ReceiverReport):
                self._on_blocks(peer, record.blocks, now)
            elif isinstance(record, SenderReport):
                self._on_sender_report(peer, record, now)
            elif isinstance(record, TransportFeedback):
                if peer.control is not None:
                    peer.control.on_feedback(record.data, int(now * 1e6))
            elif isinstance(record, Nack):
                self._on_nack(peer, record, now)
            elif isinstance(record, Pli):
                self._want_keyframe(peer, record.media_ssrc, now)
            elif isinstance(record, Fir):
                for ssrc, _command in record.entries:
                    self._want_keyframe(peer, ssrc, now)
            elif isinstance(record, Bye):
                for ssrc in record.ssrcs:
                    self._on_bye(peer, ssrc, now)

    def _on_sender_report(self, peer: Peer, report: SenderReport, now: float) -> None:
        stream = peer.streams.get(report.ssrc)
        if stream is not None and not stream.is_rtx:
            stream.clock.on_sender_report(report.ntp64, report.rtp_timestamp, now)
            stream.stats.on_sender_report(report.ntp64, now)
            if self._room.recorder is not None:
                self._room.recorder.on_report(stream)
        self._on_blocks(peer, report.blocks, now)

    def _on_blocks(self, peer: Peer, blocks: Sequence[ReportBlock], now: float) -> None:
        """Receiver reports of a subscriber: round trip, and the loss that decides on its video."""
        for block in blocks:
            flow = peer.flows_by_ssrc.get(block.ssrc)
            if flow is None:
                continue
            flow.loss = block.fraction_lost
            flow.jitter = block.jitter / flow.line.codec.clock_rate
            sample = flow.round_trip.on_report_block(block.last_sr, block.delay_since_last_sr, now)
            if sample is not None:
                peer.uplink.on_round_trip(sample, now)
                if peer.control is not None:
                    peer.control.controller.on_round_trip(sample)
            peer.guard.on_report(block.fraction_lost, flow.is_video, now, block.ssrc)

    def _on_nack(self, peer: Peer, nack: Nack, now: float) -> None:
        """Resend from the history as RTX; never under the original SSRC."""
        counters = peer.services.counters
        flow = peer.flows_by_ssrc.get(nack.media_ssrc)
        path = peer.path
        if flow is None or path is None or not flow.ready:
            return
        counters.nack_received += 1
        if flow.waiting_for_keyframe:  # the picture begins anew: what was before is of no use, and would fill the path it left
            return
        budget = peer.resends
        budget.earn(peer.octets_sent, now)
        asked = nack.lost[:MAX_RESENDS_PER_NACK]
        for position, sequence in enumerate(asked):
            if not budget.is_open:
                counters.drop_resend_budget += len(asked) - position
                return
            size = peer.services.dataplane.resend(flow, path, sequence, now)
            budget.spend(size)
            if not size:
                counters.nack_unanswered += 1

    def _want_keyframe(self, peer: Peer, ssrc: int, now: float) -> None:
        flow = peer.flows_by_ssrc.get(ssrc)
        if flow is not None and flow.is_video and flow.ready:
            peer.services.counters.pli_received += 1
            flow.track.want_keyframe(now, flow=flow)

    def _on_bye(self, peer: Peer, ssrc: int, now: float) -> None:
        stream = peer.retire_source(ssrc)
        if stream is not None and not stream.is_rtx:
            self._room.on_stream_ended(stream, now)
