"""VP8 pictures from RTP payloads (RFC 7741)."""

from __future__ import annotations

from telemed.media.frames.picture import NO_NUMBER, Picture
from telemed.rtp.errors import MalformedPacket
from telemed.rtp.vp8 import KEYFRAME_START_CODE, START_MASK, START_OF_FRAME, parse_descriptor


class Vp8Depacketiser:
    """A picture is the payloads behind their descriptors, joined."""

    __slots__ = ("_parts",)

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def begins(self, data: bytes, start: int, end: int) -> bool:
        """Start of partition 0."""
        return start < end and data[start] & START_MASK == START_OF_FRAME

    def number(self, data: bytes, start: int, end: int) -> tuple[int, int]:
        """The PictureID, of 7 or 15 bits."""
        _, offset, bits, _, _ = parse_descriptor(data, start, end)
        if bits == 15:
            return (data[offset] & 0x7F) << 8 | data[offset + 1], 1 << 15
        return (data[offset] & 0x7F, 1 << 7) if bits else (NO_NUMBER, 1)

    def add(self, data: bytes, start: int, end: int) -> None:
        """Take the payload behind the descriptor. Most descriptors of browsers are 1 + 3 bytes long, all are read in full."""
        self._parts.append(data[start + parse_descriptor(data, start, end)[0] : end])

    def finish(self) -> Picture | None:
        """The picture; a key frame says its size (RFC 6386 section 9.1)."""
        data = b"".join(self._parts)
        self._parts.clear()
        if len(data) < 3:
            return None
        if data[0] & 0x01:
            return Picture(data, key=False)
        if len(data) < 10 or data[3:6] != KEYFRAME_START_CODE:
            raise MalformedPacket("not a VP8 key frame")
        width = data[6] | (data[7] & 0x3F) << 8  # the two top bits are scaling hints
        height = data[8] | (data[9] & 0x3F) << 8
        return Picture(data, True, width, height)
