"""AV1 aggregation headers (RTP payload format for AV1, section 4.4): where a coded video sequence begins."""

from __future__ import annotations

from telemed.rtp.buffer import Buffer

CONTINUES = 0x80  # Z: the first element goes on from the packet before
NEW_SEQUENCE = 0x08  # N: first packet of a coded video sequence, so of a key frame


def is_keyframe(data: Buffer, payload_offset: int, payload_end: int) -> bool:
    """Tell whether this packet begins a key frame that a decoder can start at. Malformed: False."""
    if payload_end - payload_offset < 2:  # a header without an element
        return False
    return data[payload_offset] & (CONTINUES | NEW_SEQUENCE) == NEW_SEQUENCE
