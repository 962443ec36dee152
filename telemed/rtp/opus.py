"""Opus packets seen from outside (RFC 6716 section 3): silence and duration, without decoding."""

from __future__ import annotations

from telemed.rtp.buffer import Buffer
from telemed.rtp.errors import MalformedPacket

DTX_MAX_LENGTH = 2  # bytes: RFC 6716 section 3.1 leaves no room for sound in a packet of one or two
MAX_SAMPLES = 5760  # 120 ms at 48 kHz, RFC 6716 section 3.2.5
_SILK_SAMPLES = (480, 960, 1920, 2880)  # 10, 20, 40, 60 ms at 48 kHz, configurations 0..11
_HYBRID_SAMPLES = (480, 960)  # configurations 12..15
_CELT_SAMPLES = (120, 240, 480, 960)  # 2.5, 5, 10, 20 ms, configurations 16..31


def is_dtx(payload_length: int) -> bool:
    """Tell whether a payload of this many bytes is a discontinuous-transmission packet: nothing is said in it."""
    return payload_length <= DTX_MAX_LENGTH


def packet_samples(data: Buffer, payload_offset: int, payload_end: int) -> int:
    """Return the duration of one packet in samples of 48 kHz. Raises MalformedPacket (RFC 6716 section 3.4)."""
    if payload_offset >= payload_end:
        raise MalformedPacket("Opus payload is empty")
    head = data[payload_offset]
    configuration = head >> 3
    if configuration < 12:
        samples = _SILK_SAMPLES[configuration & 3]
    elif configuration < 16:
        samples = _HYBRID_SAMPLES[configuration & 1]
    else:
        samples = _CELT_SAMPLES[configuration & 3]
    code = head & 3
    if code < 3:
        frames = 2 if code else 1
    elif payload_offset + 1 < payload_end:
        frames = data[payload_offset + 1] & 0x3F
    else:
        raise MalformedPacket("Opus frame count is cut off")
    if not 0 < samples * frames <= MAX_SAMPLES:
        raise MalformedPacket("Opus packet has an impossible duration")
    return samples * frames
