"""RTCP packets as values (RFC 3550 section 6, RFC 4585, RFC 5104)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReportBlock:
    """What a receiver says of one source (RFC 3550 section 6.4.1)."""

    ssrc: int
    fraction_lost: int  # of the packets since the last report, in 1/256
    cumulative_lost: int  # signed 24 bits: duplicates make it negative
    highest_sequence: int  # extended, 32 bits
    jitter: int  # timestamp ticks
    last_sr: int  # middle 32 bits of the NTP time of the last sender report; 0 = none
    delay_since_last_sr: int  # 1/65536 s


@dataclass(frozen=True, slots=True)
class SenderReport:
    """A sender's clocks and counters, with what it receives itself."""

    ssrc: int
    ntp64: int
    rtp_timestamp: int
    packets: int
    octets: int
    blocks: tuple[ReportBlock, ...]


@dataclass(frozen=True, slots=True)
class ReceiverReport:
    """What a participant that sends nothing receives."""

    ssrc: int
    blocks: tuple[ReportBlock, ...]


@dataclass(frozen=True, slots=True)
class Bye:
    """These sources have ended."""

    ssrcs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Nack:
    """Please send these 16-bit sequence numbers again (RFC 4585 section 6.2.1)."""

    sender_ssrc: int
    media_ssrc: int
    lost: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Pli:
    """Please send a key frame: picture lost (RFC 4585 section 6.3.1)."""

    sender_ssrc: int
    media_ssrc: int


@dataclass(frozen=True, slots=True)
class Fir:
    """Please send a key frame (RFC 5104 section 4.3.1). Entries are (media SSRC, command sequence 0..255)."""

    sender_ssrc: int
    entries: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class TransportFeedback:
    """A transport-wide congestion control message, whole; `congestion.twcc.parse_transport_feedback(data)` reads it."""

    sender_ssrc: int
    media_ssrc: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Ignored:
    """A well-framed packet of a type we have no use for; callers count it."""

    packet_type: int
    format: int


RtcpRecord = SenderReport | ReceiverReport | Bye | Nack | Pli | Fir | TransportFeedback | Ignored
