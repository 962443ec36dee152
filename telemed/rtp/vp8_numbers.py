"""VP8 picture numbers (RFC 7741 section 4.2) continued over a change of encoder: read once per packet, written once per copy.

A receiver takes PictureID, TL0PICIDX and KEYIDX for those of one encoder. Each layer of a simulcast source counts its own.
"""

from __future__ import annotations

from telemed.rtp.buffer import Buffer
from telemed.rtp.vp8 import START_MASK, START_OF_FRAME

ABSENT = -1
PICTURE_MASK = 0x7FFF  # the long form has 15 bits
SHORT_PICTURE_MASK = 0x7F
TL0_MASK = 0xFF
KEY_INDEX_MASK = 0x1F


class PictureFields:
    """The picture numbers of one packet. One object serves all packets: `read` overwrites it, nothing is made per packet.

    Numbers are -1 when absent; `*_at` are offsets into the payload, 0 when absent (the first byte is never one of them).
    """

    __slots__ = ("key_index", "key_index_at", "keyframe", "long_form", "picture", "picture_at", "tl0", "tl0_at")

    def __init__(self) -> None:
        self.clear(False)

    def clear(self, keyframe: bool) -> None:
        """Stand for a packet without picture numbers, as of another codec; `keyframe`: a decoder may begin with it."""
        self.keyframe = keyframe
        self.picture = self.tl0 = self.key_index = ABSENT
        self.picture_at = self.tl0_at = self.key_index_at = 0
        self.long_form = False

    def read(self, data: Buffer, payload_offset: int, payload_end: int) -> None:
        """Read the descriptor of one packet. One that is cut off counts as without numbers, and as no key frame."""
        self.picture = self.tl0 = self.key_index = ABSENT
        self.picture_at = self.tl0_at = self.key_index_at = 0
        self.keyframe = False
        if payload_offset >= payload_end:
            return
        first = data[payload_offset]
        position = payload_offset + 1
        if first & 0x80:
            position = self._read_extended(data, payload_offset, payload_end)
        if position >= payload_end:
            self.clear(False)
        else:
            self.keyframe = first & START_MASK == START_OF_FRAME and not data[position] & 0x01

    def _read_extended(self, data: Buffer, payload_offset: int, payload_end: int) -> int:
        """Read what the X bit announces; return the position of the frame's own bytes, at or past the end when cut off."""
        position = payload_offset + 2
        if position + 4 >= payload_end and not _fits(data, payload_offset, payload_end):  # four bytes are the most there is
            return payload_end
        flags = data[payload_offset + 1]
        if flags & 0x80:
            number = data[position]
            self.picture_at = position - payload_offset
            self.long_form = number >= 0x80
            if self.long_form:
                self.picture = (number & 0x7F) << 8 | data[position + 1]
                position += 2
            else:
                self.picture = number
                position += 1
        if flags & 0x40:
            self.tl0_at = position - payload_offset
            self.tl0 = data[position]
            position += 1
        if flags & 0x30:
            if flags & 0x10:
                self.key_index_at = position - payload_offset
                self.key_index = data[position] & KEY_INDEX_MASK
            position += 1
        return position


def _fits(data: Buffer, payload_offset: int, payload_end: int) -> bool:
    """Tell whether an extended descriptor and one byte more lie before `payload_end`; for packets of a few bytes."""
    position = payload_offset + 1
    if position >= payload_end:
        return False
    flags = data[position]
    position += 1
    if flags & 0x80:
        if position >= payload_end:
            return False
        position += 2 if data[position] & 0x80 else 1
    position += bool(flags & 0x40) + bool(flags & 0x30)
    return position < payload_end


class PictureOffsets:
    """What to add to one encoder's picture numbers so that they follow the last one's. The descriptor keeps its length."""

    __slots__ = ("key_index", "picture", "tl0")

    def __init__(self, picture: int = 0, tl0: int = 0, key_index: int = 0) -> None:
        self.picture = picture
        self.tl0 = tl0
        self.key_index = key_index

    def apply(self, out: bytearray, payload_offset: int, fields: PictureFields) -> None:
        """Rewrite the numbers of the copy whose payload begins at `payload_offset` of `out`, in place."""
        at = fields.picture_at
        if at:
            at += payload_offset
            picture = fields.picture + self.picture
            if fields.long_form:
                out[at] = 0x80 | picture >> 8 & 0x7F
                out[at + 1] = picture & 0xFF
            else:
                out[at] = picture & SHORT_PICTURE_MASK
        at = fields.tl0_at
        if at:
            out[at + payload_offset] = fields.tl0 + self.tl0 & TL0_MASK
        at = fields.key_index_at
        if at and self.key_index:
            at += payload_offset
            out[at] = out[at] & 0xE0 | fields.key_index + self.key_index & KEY_INDEX_MASK
