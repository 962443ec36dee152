"""Reading compound and reduced-size RTCP (RFC 3550 section 6, RFC 5506). Works on plaintext, after SRTCP."""

from __future__ import annotations

import struct
from collections.abc import Callable

from telemed.rtp.buffer import Buffer
from telemed.rtp.errors import MalformedPacket
from telemed.rtp.rtcp_records import (
    Bye,
    Fir,
    Ignored,
    Nack,
    Pli,
    ReceiverReport,
    ReportBlock,
    RtcpRecord,
    SenderReport,
    TransportFeedback,
)

MAX_RTCP_LENGTH = 1500  # bytes: no datagram of ours is larger
MAX_RTCP_PACKETS = 64  # in one datagram; a browser's largest has about ten
SR, RR, SDES, BYE, RTPFB, PSFB = 200, 201, 202, 203, 205, 206  # packet types
FMT_NACK, FMT_TRANSPORT_CC = 1, 15  # of RTPFB
FMT_PLI, FMT_FIR, FMT_APPLICATION = 1, 4, 15  # of PSFB; 15 carries REMB

_BLOCK = struct.Struct("!IIIIII")
_SENDER = struct.Struct("!IQIII")
_PAIR = struct.Struct("!II")
_LOST = struct.Struct("!HH")


def parse_compound(data: Buffer) -> list[RtcpRecord]:
    """Return the records of one datagram in order.

    SDES and REMB leave no record, other unknown types leave `Ignored`. Raises MalformedPacket when the framing or
    body of any packet does not fit, above 1500 bytes and above 64 packets: nothing of such a datagram is used.
    """
    size = len(data)
    if size > MAX_RTCP_LENGTH:
        raise MalformedPacket("RTCP datagram is too large")
    if size < 4:
        raise MalformedPacket("RTCP datagram is too short")
    raw = bytes(data)
    records: list[RtcpRecord] = []
    position = packets = 0
    while position < size:
        packets += 1
        if packets > MAX_RTCP_PACKETS:
            raise MalformedPacket("RTCP datagram holds too many packets")
        packet, position = _next_packet(raw, position)
        record = _parse_packet(packet)
        if record is not None:
            records.append(record)
    return records


def _next_packet(raw: bytes, position: int) -> tuple[bytes, int]:
    """Cut one packet out of the datagram, without its padding; return it and the offset of the next."""
    if position + 4 > len(raw):
        raise MalformedPacket("RTCP header is cut off")
    first = raw[position]
    if first & 0xC0 != 0x80:
        raise MalformedPacket("RTCP version is not 2")
    end = position + 4 + (((raw[position + 2] << 8) | raw[position + 3]) << 2)
    if end > len(raw):
        raise MalformedPacket("RTCP packet is longer than its datagram")
    if not first & 0x20:
        return raw[position:end], end
    # RFC 3550 section 6.4.1 allows it in the last packet alone and by multiples of four. Chromium fills each transport feedback
    # up to whole words, with one to three bytes, and may send several in one datagram.
    padding = raw[end - 1]
    if not padding or position + 4 + padding > end:
        raise MalformedPacket("RTCP padding does not fit")
    return raw[position : end - padding], end


def _parse_packet(packet: bytes) -> RtcpRecord | None:
    """Turn one packet into a record; None for those skipped on purpose."""
    packet_type = packet[1]
    count = packet[0] & 0x1F
    if packet_type == SDES or (packet_type == PSFB and count == FMT_APPLICATION):
        return None
    parse = _PARSERS.get((packet_type, count)) if packet_type in (RTPFB, PSFB) else _COUNTED.get(packet_type)
    return parse(packet, count) if parse else Ignored(packet_type, count)


def _report_blocks(packet: bytes, offset: int, count: int) -> tuple[ReportBlock, ...]:
    """Read `count` report blocks from `offset`; profile-specific extensions after them are skipped."""
    if len(packet) < offset + 24 * count:
        raise MalformedPacket("RTCP report block is cut off")
    blocks = []
    for position in range(offset, offset + 24 * count, 24):
        ssrc, lost, highest, jitter, last_sr, delay = _BLOCK.unpack_from(packet, position)
        cumulative = lost & 0xFFFFFF
        if cumulative & 0x800000:
            cumulative -= 0x1000000
        blocks.append(ReportBlock(ssrc, lost >> 24, cumulative, highest, jitter, last_sr, delay))
    return tuple(blocks)


def _sender_report(packet: bytes, count: int) -> SenderReport:
    if len(packet) < 28:
        raise MalformedPacket("RTCP sender report is cut off")
    ssrc, ntp64, rtp_timestamp, packets, octets = _SENDER.unpack_from(packet, 4)
    return SenderReport(ssrc, ntp64, rtp_timestamp, packets, octets, _report_blocks(packet, 28, count))


def _receiver_report(packet: bytes, count: int) -> ReceiverReport:
    if len(packet) < 8:
        raise MalformedPacket("RTCP receiver report is cut off")
    return ReceiverReport(int.from_bytes(packet[4:8], "big"), _report_blocks(packet, 8, count))


def _bye(packet: bytes, count: int) -> Bye:
    if len(packet) < 4 + 4 * count:
        raise MalformedPacket("RTCP BYE is cut off")
    return Bye(struct.unpack_from(f"!{count}I", packet, 4))


def _feedback_ssrcs(packet: bytes) -> tuple[int, int]:
    """Return (sender, media) SSRC of a feedback message (RFC 4585 section 6.1)."""
    if len(packet) < 12:
        raise MalformedPacket("RTCP feedback is cut off")
    sender, media = _PAIR.unpack_from(packet, 4)
    return sender, media


def _nack(packet: bytes, _count: int) -> Nack:
    sender, media = _feedback_ssrcs(packet)
    lost: list[int] = []
    for first, mask in _LOST.iter_unpack(packet[12:]):
        lost.append(first)
        lost.extend((first + bit + 1) & 0xFFFF for bit in range(16) if mask >> bit & 1)
    return Nack(sender, media, tuple(lost))


def _pli(packet: bytes, _count: int) -> Pli:
    return Pli(*_feedback_ssrcs(packet))


def _fir(packet: bytes, _count: int) -> Fir:
    sender, _media = _feedback_ssrcs(packet)
    if (len(packet) - 12) % 8:
        raise MalformedPacket("RTCP FIR entry is cut off")
    return Fir(sender, tuple((ssrc, command >> 24) for ssrc, command in _PAIR.iter_unpack(packet[12:])))


def _transport_feedback(packet: bytes, _count: int) -> TransportFeedback:
    sender, media = _feedback_ssrcs(packet)
    return TransportFeedback(sender, media, packet)


_Parser = Callable[[bytes, int], RtcpRecord]
_COUNTED: dict[int, _Parser] = {SR: _sender_report, RR: _receiver_report, BYE: _bye}
_PARSERS: dict[tuple[int, int], _Parser] = {
    (RTPFB, FMT_NACK): _nack,
    (RTPFB, FMT_TRANSPORT_CC): _transport_feedback,
    (PSFB, FMT_PLI): _pli,
    (PSFB, FMT_FIR): _fir,
}
