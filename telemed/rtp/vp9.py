"""VP9 payload descriptors (RFC 9628 section 4.2): where a key picture begins, whatever spatial layers it has."""

from __future__ import annotations

from telemed.rtp.buffer import Buffer

HAS_PICTURE_ID = 0x80  # I
IS_INTER = 0x40  # P: predicted from an earlier picture
HAS_LAYERS = 0x20  # L: a byte of layer indices follows
BEGINS_FRAME = 0x08  # B
LONG_PICTURE_ID = 0x80  # M: 15 bits instead of 7
SPATIAL_ID = 0x0E  # SID(3) between TID(3) U(1) and D(1)


def is_keyframe(data: Buffer, payload_offset: int, payload_end: int) -> bool:
    """Tell whether this packet begins a key picture: the first packet of its lowest spatial layer. Malformed: False."""
    if payload_offset >= payload_end:
        return False
    flags = data[payload_offset]
    if flags & (IS_INTER | BEGINS_FRAME) != BEGINS_FRAME:
        return False
    position = payload_offset + 1
    if flags & HAS_PICTURE_ID:
        if position >= payload_end:
            return False
        position += 2 if data[position] & LONG_PICTURE_ID else 1
    if position >= payload_end:  # a descriptor alone, or one that is cut off
        return False
    return not flags & HAS_LAYERS or not data[position] & SPATIAL_ID
