"""H.264 payloads (RFC 6184): where a picture begins that a decoder can start at."""

from __future__ import annotations

from telemed.rtp.buffer import Buffer
from telemed.rtp.vp8_numbers import PictureFields

TYPE_MASK = 0x1F
SEQUENCE_PARAMETERS = 7  # NAL unit types, ITU-T H.264 table 7-1
AGGREGATE = 24  # STAP-A, RFC 6184 section 5.7.1
FRAGMENT = 28  # FU-A, section 5.8
FRAGMENT_BEGINS = 0x80  # S
LENGTH_BYTES = 2  # before each unit of an aggregate


def is_keyframe(data: Buffer, payload_offset: int, payload_end: int) -> bool:
    """Tell whether this packet brings the sequence parameters, with which encoders begin every key frame: without them its slices
    are of no use to a decoder that starts. Malformed: False."""
    if payload_end - payload_offset < 2:  # a header without a payload
        return False
    kind = data[payload_offset] & TYPE_MASK
    if kind == FRAGMENT:
        header = data[payload_offset + 1]
        return bool(header & FRAGMENT_BEGINS) and header & TYPE_MASK == SEQUENCE_PARAMETERS
    if kind != AGGREGATE:
        return kind == SEQUENCE_PARAMETERS
    position = payload_offset + 1
    while position + LENGTH_BYTES < payload_end:
        if data[position + LENGTH_BYTES] & TYPE_MASK == SEQUENCE_PARAMETERS:
            return True
        position += LENGTH_BYTES + (data[position] << 8 | data[position + 1])
    return False


class H264Fields(PictureFields):
    """What a copy of a packet is written by: H.264 has no picture numbers, so its payload stays as it came. An IDR makes a
    decoder forget the frame numbers of the layer before (ITU-T H.264 section 7.4.3)."""

    __slots__ = ()

    def read(self, data: Buffer, payload_offset: int, payload_end: int) -> None:
        """Read one packet."""
        self.keyframe = is_keyframe(data, payload_offset, payload_end)
