"""VP8 payload descriptors (RFC 7741 section 4.2): where a key frame begins and where the picture numbers are."""

from __future__ import annotations

from telemed.rtp.buffer import Buffer
from telemed.rtp.errors import MalformedPacket

START_MASK = 0x17  # S bit and the three bits of the partition index
START_OF_FRAME = 0x10  # S set, partition 0: the payload begins with the frame header
KEYFRAME_START_CODE = b"\x9d\x01\x2a"  # RFC 6386 section 9.1


def descriptor_length(data: Buffer, payload_offset: int, payload_end: int) -> int:
    """Return the length of the payload descriptor in bytes. Raises MalformedPacket when it is cut off."""
    return parse_descriptor(data, payload_offset, payload_end)[0]


def parse_descriptor(data: Buffer, payload_offset: int, payload_end: int) -> tuple[int, int, int, int, int]:
    """Return (length, picture id offset, picture id bits, TL0PICIDX offset, TID offset).

    Offsets are into `data`, -1 when absent; picture id bits are 0, 7 or 15; the TID byte holds TID(2) Y(1) KEYIDX(5).
    Raises MalformedPacket when the descriptor leaves no payload.
    """
    position = payload_offset
    picture_offset = tl0_offset = tid_offset = -1
    picture_bits = 0
    if position >= payload_end:
        raise MalformedPacket("VP8 payload is empty")
    extended = data[position] & 0x80
    position += 1
    if extended:
        if position >= payload_end:
            raise MalformedPacket("VP8 descriptor is cut off")
        flags = data[position]
        position += 1
        if flags & 0x80:
            if position >= payload_end:
                raise MalformedPacket("VP8 descriptor is cut off")
            picture_offset = position
            picture_bits = 15 if data[position] & 0x80 else 7
            position += 2 if picture_bits == 15 else 1
        if flags & 0x40:
            tl0_offset = position
            position += 1
        if flags & 0x30:
            tid_offset = position
            position += 1
    if position >= payload_end:
        raise MalformedPacket("VP8 descriptor is cut off")
    return position - payload_offset, picture_offset, picture_bits, tl0_offset, tid_offset


def is_keyframe(data: Buffer, payload_offset: int, payload_end: int) -> bool:
    """Tell whether this packet begins a key frame (P bit clear, RFC 7741 section 4.3). Malformed: False."""
    if payload_offset >= payload_end:
        return False
    first = data[payload_offset]
    if first & START_MASK != START_OF_FRAME:
        return False
    position = payload_offset + 1
    if first & 0x80:
        if position >= payload_end:
            return False
        flags = data[position]
        position += 1
        if flags & 0x80:
            if position >= payload_end:
                return False
            position += 2 if data[position] & 0x80 else 1
        if flags & 0x40:
            position += 1
        if flags & 0x30:
            position += 1
    return position < payload_end and not data[position] & 0x01


def frame_size(data: Buffer, payload_offset: int, payload_end: int) -> tuple[int, int] | None:
    """Return (width, height) in pixels from the first packet of a key frame, or None (RFC 6386 section 9.1)."""
    if not is_keyframe(data, payload_offset, payload_end):
        return None
    start = payload_offset + descriptor_length(data, payload_offset, payload_end)
    if start + 10 > payload_end or bytes(data[start + 3 : start + 6]) != KEYFRAME_START_CODE:
        return None
    width = data[start + 6] | (data[start + 7] & 0x3F) << 8  # the two top bits are scaling hints
    height = data[start + 8] | (data[start + 9] & 0x3F) << 8
    return width, height
