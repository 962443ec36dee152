"""RTP packets for tests, written independently of the code under test."""

from __future__ import annotations

import struct


def rtp(
    *,
    marker: int = 0,
    payload_type: int = 96,
    sequence: int = 1,
    timestamp: int = 1000,
    ssrc: int = 0x11223344,
    csrcs: tuple[int, ...] = (),
    profile: int = 0xBEDE,
    extensions: bytes | None = None,
    payload: bytes = b"payload",
    padding: int = 0,
) -> bytes:
    """A whole packet; `extensions` is the raw body of the extension block and is filled to 32 bits."""
    first = 0x80 | (0x20 if padding else 0) | (0x10 if extensions is not None else 0) | len(csrcs)
    packet = struct.pack("!BBHII", first, marker << 7 | payload_type, sequence, timestamp, ssrc)
    packet += b"".join(struct.pack("!I", csrc) for csrc in csrcs)
    if extensions is not None:
        body = extensions + bytes(-len(extensions) % 4)
        packet += struct.pack("!HH", profile, len(body) // 4) + body
    packet += payload
    if padding:
        packet += bytes(padding - 1) + bytes([padding])
    return packet


def one_byte(*elements: tuple[int, bytes]) -> bytes:
    """The body of a one-byte-form block."""
    return b"".join(bytes([ext_id << 4 | len(value) - 1]) + value for ext_id, value in elements)


def two_byte(*elements: tuple[int, bytes]) -> bytes:
    """The body of a two-byte-form block."""
    return b"".join(bytes([ext_id, len(value)]) + value for ext_id, value in elements)
