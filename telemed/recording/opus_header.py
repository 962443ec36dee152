"""The smallest Ogg Opus file (RFC 7845): from it libav takes the OpusHead that every other container needs too."""

from __future__ import annotations

PRE_SKIP = 0  # samples a decoder throws away: what we hold begins in the middle of an encoder's life
FIRST, LAST = 0x02, 0x04  # flags of a page, RFC 3533 section 6
SERIAL = 1
SILENT_FRAME = bytes((0xF8, 0xFF, 0xFE))  # 20 ms
FRAME_SAMPLES = 960
_POLYNOMIAL = 0x04C11DB7  # RFC 3533 section 6, field 7


def opus_head(channels: int) -> bytes:
    """The identification header (RFC 7845 section 5.1)."""
    rate = 48_000
    return b"OpusHead" + bytes([1, channels]) + PRE_SKIP.to_bytes(2, "little") + rate.to_bytes(4, "little") + bytes(3)


def opus_file(channels: int) -> bytes:
    """Header, no comments, one silent packet."""
    tags = b"OpusTags" + bytes(8)  # no vendor, no comments (section 5.2)
    return _page(opus_head(channels), FIRST, 0, 0) + _page(tags, 0, 0, 1) + _page(SILENT_FRAME, LAST, FRAME_SAMPLES, 2)


def _page(packet: bytes, flags: int, position: int, number: int) -> bytes:
    """One packet of less than 255 bytes as a page of its own."""
    start = b"OggS\0" + bytes([flags]) + position.to_bytes(8, "little") + SERIAL.to_bytes(4, "little")
    rest = bytes([1, len(packet)]) + packet
    before = start + number.to_bytes(4, "little")
    return before + _checksum(before + bytes(4) + rest).to_bytes(4, "little") + rest


def _checksum(page: bytes) -> int:
    value = 0
    for byte in page:
        value ^= byte << 24
        for _ in range(8):
            value = (value << 1 ^ (_POLYNOMIAL if value & 0x80000000 else 0)) & 0xFFFFFFFF
    return value
