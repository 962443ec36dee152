"""VP9 pictures from RTP payloads (RFC 9628): the frames of all spatial layers of one time make one superframe."""

from __future__ import annotations

from telemed.media.frames.bits import BitReader
from telemed.media.frames.picture import NO_NUMBER, Picture
from telemed.rtp.errors import MalformedPacket
from telemed.rtp.vp9 import BEGINS_FRAME, HAS_LAYERS, HAS_PICTURE_ID, IS_INTER, LONG_PICTURE_ID, SPATIAL_ID

FLEXIBLE = 0x10  # F: reference indices follow, TL0PICIDX does not
HAS_STRUCTURE = 0x02  # V: a scalability structure follows
MORE_REFERENCES = 0x01  # N of a reference index
MAX_REFERENCES = 3  # RFC 9628 section 4.2
SYNC_CODE = 0x498342  # VP9 bitstream section 6.2
SRGB = 7  # colour space
MAX_LAYERS = 8  # frames of a superframe, annex B


class Vp9Depacketiser:
    """A picture is the payloads behind their descriptors; with several spatial layers an index of its frames follows."""

    __slots__ = ("_frames", "_key")

    def __init__(self) -> None:
        self._frames: list[list[bytes]] = []
        self._key = False

    def begins(self, data: bytes, start: int, end: int) -> bool:
        """Start of the frame of the lowest spatial layer."""
        if start >= end or not data[start] & BEGINS_FRAME:
            return False
        return self._layer(data, start, end) == 0

    def number(self, data: bytes, start: int, end: int) -> tuple[int, int]:
        """The picture id, of 7 or 15 bits."""
        if end - start < 3 or not data[start] & HAS_PICTURE_ID:
            return NO_NUMBER, 1
        if data[start + 1] & LONG_PICTURE_ID:
            return (data[start + 1] & 0x7F) << 8 | data[start + 2], 1 << 15
        return data[start + 1], 1 << 7

    def add(self, data: bytes, start: int, end: int) -> None:
        """Take the payload behind the descriptor."""
        position = start + descriptor_length(data, start, end)
        if data[start] & BEGINS_FRAME:
            if not self._frames:
                self._key = not data[start] & IS_INTER
            self._frames.append([])
        if not self._frames or len(self._frames) > MAX_LAYERS:
            raise MalformedPacket("a VP9 picture without a beginning")
        self._frames[-1].append(data[position:end])

    def finish(self) -> Picture | None:
        """The picture."""
        frames = [b"".join(parts) for parts in self._frames]
        self._frames = []
        if not frames or not frames[0]:
            return None
        width, height = frame_size(frames[0]) if self._key else (0, 0)
        data = frames[0] if len(frames) == 1 else superframe(frames)
        return Picture(data, self._key, width, height)

    @staticmethod
    def _layer(data: bytes, start: int, end: int) -> int:
        flags = data[start]
        position = start + 1
        if flags & HAS_PICTURE_ID and position < end:
            position += 2 if data[position] & LONG_PICTURE_ID else 1
        if not flags & HAS_LAYERS or position >= end:
            return 0
        return (data[position] & SPATIAL_ID) >> 1


def descriptor_length(data: bytes, start: int, end: int) -> int:
    """Bytes of the payload descriptor (RFC 9628 section 4.2). Raises MalformedPacket when nothing is left behind it."""
    try:
        flags = data[start]
        position = start + 1
        if flags & HAS_PICTURE_ID:
            position += 2 if data[position] & LONG_PICTURE_ID else 1
        if flags & HAS_LAYERS:
            position += 1 if flags & FLEXIBLE else 2
        if flags & FLEXIBLE and flags & IS_INTER:
            position = _behind_references(data, position)
        if flags & HAS_STRUCTURE:
            position = _behind_structure(data, position)
    except IndexError:
        raise MalformedPacket("VP9 descriptor is cut off") from None
    if position >= end:
        raise MalformedPacket("VP9 descriptor is cut off")
    return position - start


def _behind_references(data: bytes, position: int) -> int:
    """The offset behind the reference indices."""
    for _ in range(MAX_REFERENCES):
        position += 1
        if not data[position - 1] & MORE_REFERENCES:
            break
    return position


def _behind_structure(data: bytes, position: int) -> int:
    """The offset behind a scalability structure (section 4.2.1)."""
    head = data[position]
    position += 1
    if head & 0x10:  # Y: a size of each layer
        position += ((head >> 5) + 1) * 4
    if head & 0x08:  # G: pictures of a group
        count = data[position]
        position += 1
        for _ in range(count):
            position += 1 + (data[position] >> 2 & 0x03)
    return position


def superframe(frames: list[bytes]) -> bytes:
    """Frames with the index by which a decoder finds them (VP9 bitstream, annex B)."""
    size_bytes = (max(len(frame) for frame in frames).bit_length() + 7) // 8
    marker = bytes([0xC0 | (size_bytes - 1) << 3 | (len(frames) - 1)])
    return b"".join(frames) + marker + b"".join(len(frame).to_bytes(size_bytes, "little") for frame in frames) + marker


def frame_size(frame: bytes) -> tuple[int, int]:
    """(width, height) in pixels of a key frame (VP9 bitstream section 6.2). Raises MalformedPacket."""
    bits = BitReader(frame[:16])
    if bits.take(2) != 2:
        raise MalformedPacket("not a VP9 frame")
    profile = bits.take(1) | bits.take(1) << 1
    bits.skip(1 if profile == 3 else 0)
    if bits.take(2):  # shows an existing frame, or is none that stands alone
        raise MalformedPacket("not a VP9 key frame")
    bits.skip(2)  # shown, error resilient
    if bits.take(24) != SYNC_CODE:
        raise MalformedPacket("not a VP9 key frame")
    bits.skip(1 if profile >= 2 else 0)  # bit depth
    if bits.take(3) != SRGB:
        bits.skip(1)  # colour range
        bits.skip(3 if profile & 1 else 0)  # subsampling
    else:
        bits.skip(1 if profile & 1 else 0)
    return bits.take(16) + 1, bits.take(16) + 1
