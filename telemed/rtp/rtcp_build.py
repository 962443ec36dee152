"""Writing RTCP (RFC 3550 section 6, RFC 4585, RFC 5104). All results are multiples of 4 bytes: concatenate at will."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence

from telemed.rtp.rtcp_parse import BYE, FMT_FIR, FMT_NACK, FMT_PLI, FMT_TRANSPORT_CC, PSFB, RR, RTPFB, SDES, SR
from telemed.rtp.rtcp_records import ReportBlock

MAX_BLOCKS = 31  # report blocks or sources that fit the 5-bit count
MAX_NACK_PAIRS = 256  # 1 KiB of pairs: one NACK stays well inside a datagram
CNAME_ITEM = 1  # RFC 3550 section 6.5.1

_HEAD = struct.Struct("!BBH")


def _packet(count: int, packet_type: int, body: bytes) -> bytes:
    """Put the common header before a body whose length is a multiple of 4 bytes."""
    return _HEAD.pack(0x80 | count, packet_type, len(body) >> 2) + body


def _block(block: ReportBlock) -> bytes:
    lost = (block.fraction_lost << 24) | (block.cumulative_lost & 0xFFFFFF)
    return struct.pack(
        "!IIIIII", block.ssrc, lost, block.highest_sequence, block.jitter, block.last_sr, block.delay_since_last_sr
    )


def build_sender_report(  # noqa: PLR0913 - the fields of RFC 3550 section 6.4.1, once a second
    ssrc: int, ntp64: int, rtp_timestamp: int, packets: int, octets: int, cname: str
) -> bytes:
    """Build SR + SDES(CNAME). Counters may be unbounded ints: they wrap at 32 bits as the RFC says."""
    body = struct.pack(
        "!IQIII", ssrc, ntp64, rtp_timestamp & 0xFFFFFFFF, packets & 0xFFFFFFFF, octets & 0xFFFFFFFF
    )
    return _packet(0, SR, body) + build_sdes(ssrc, cname)


def build_sdes(ssrc: int, cname: str) -> bytes:
    """Build an SDES packet with one CNAME. Raises ValueError above 255 bytes of UTF-8."""
    text = cname.encode()
    if len(text) > 255:
        raise ValueError("CNAME is too long")
    chunk = struct.pack("!IBB", ssrc, CNAME_ITEM, len(text)) + text
    chunk += bytes(4 - len(chunk) % 4)  # RFC 3550 section 6.5: one to four zero bytes end the list
    return _packet(1, SDES, chunk)


def build_receiver_report(ssrc: int, blocks: Sequence[ReportBlock]) -> bytes:
    """Build one RR, or several in a row when there are more than 31 blocks."""
    sender = ssrc.to_bytes(4, "big")
    parts = [blocks[start : start + MAX_BLOCKS] for start in range(0, len(blocks), MAX_BLOCKS)] or [blocks]
    return b"".join(_packet(len(part), RR, sender + b"".join(map(_block, part))) for part in parts)


def build_nack(sender_ssrc: int, media_ssrc: int, lost: Iterable[int]) -> bytes:
    """Build a generic NACK for 16-bit sequence numbers, best given in ascending (wrapping) order.

    Raises ValueError for none, or for more than 256 pairs: ask for fewer at a time.
    """
    pairs: list[list[int]] = []
    for sequence in lost:
        distance = (sequence - pairs[-1][0]) & 0xFFFF if pairs else 0
        if 0 < distance <= 16:
            pairs[-1][1] |= 1 << (distance - 1)
        elif not pairs or distance:
            pairs.append([sequence, 0])
    if not 0 < len(pairs) <= MAX_NACK_PAIRS:
        raise ValueError("a NACK needs 1 to 256 pairs")
    body = struct.pack("!II", sender_ssrc, media_ssrc)
    return _packet(FMT_NACK, RTPFB, body + b"".join(struct.pack("!HH", *pair) for pair in pairs))


def build_pli(sender_ssrc: int, media_ssrc: int) -> bytes:
    """Build a picture loss indication."""
    return _packet(FMT_PLI, PSFB, struct.pack("!II", sender_ssrc, media_ssrc))


def build_fir(sender_ssrc: int, entries: Sequence[tuple[int, int]]) -> bytes:
    """Build a full intra request from (media SSRC, command sequence 0..255) entries; the header's media SSRC is 0."""
    body = struct.pack("!II", sender_ssrc, 0)
    body += b"".join(struct.pack("!IB3x", ssrc, number & 0xFF) for ssrc, number in entries)
    return _packet(FMT_FIR, PSFB, body)


def build_bye(ssrcs: Sequence[int]) -> bytes:
    """Build a BYE for up to 31 sources. Raises ValueError above that."""
    if len(ssrcs) > MAX_BLOCKS:
        raise ValueError("a BYE names at most 31 sources")
    return _packet(len(ssrcs), BYE, struct.pack(f"!{len(ssrcs)}I", *ssrcs))


def build_transport_feedback(sender_ssrc: int, media_ssrc: int, control: bytes) -> bytes:
    """Frame transport-wide feedback control information, filling it with zero bytes to a multiple of 4."""
    body = struct.pack("!II", sender_ssrc, media_ssrc) + control
    return _packet(FMT_TRANSPORT_CC, RTPFB, body + bytes(-len(body) % 4))
