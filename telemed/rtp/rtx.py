"""Retransmissions from a publisher (RFC 4588): back to the packet that was lost."""

from __future__ import annotations

import struct

from telemed.rtp.buffer import Buffer
from telemed.rtp.errors import MalformedPacket

ORIGINAL_SEQUENCE_LENGTH = 2  # bytes at the head of an RTX payload, RFC 4588 section 4


def restore_original(
    data: Buffer, header_length: int, padding_length: int, ssrc: int, payload_type: int
) -> bytes | None:
    """Return the original packet that RTX packet `data` carries, with `ssrc` and `payload_type` of the original stream.

    `header_length` and `padding_length` come from `parse_header`. The extensions are kept (their transport-wide
    sequence is the RTX packet's own: record it before). None: a bandwidth probe, nothing but padding. Raises
    MalformedPacket for a payload too short to name an original.
    """
    end = len(data) - padding_length
    if end == header_length:
        return None
    payload = header_length + ORIGINAL_SEQUENCE_LENGTH
    if end < payload:
        raise MalformedPacket("RTX payload is too short")
    restored = bytearray(data[:header_length])
    restored[0] &= 0xDF  # the padding was the RTX packet's
    restored[1] = (restored[1] & 0x80) | payload_type
    restored[2:4] = data[header_length:payload]
    struct.pack_into("!I", restored, 8, ssrc)
    restored += data[payload:end]
    return bytes(restored)
