"""H.264 access units from RTP payloads (RFC 6184, packetisation modes 0 and 1), as a byte stream with start codes (annex B)."""

from __future__ import annotations

from telemed.media.frames.bits import BitReader
from telemed.media.frames.picture import MAX_PIECES, NO_NUMBER, Picture
from telemed.rtp.buffer import Buffer
from telemed.rtp.errors import MalformedPacket

START_CODE = b"\0\0\0\1"
TYPE = 0x1F
IDR, SEQUENCE_SET, PICTURE_SET, DELIMITER = 5, 7, 8, 9  # NAL unit types, H.264 table 7-1
LAST_SINGLE, STAP_A, FU_A = 23, 24, 28  # RFC 6184 table 1
MAX_SETS_BYTES = 8192  # of a picture: usual are 20 a set; they are repeated with each key frame that brings none
FU_START, FU_END = 0x80, 0x40
# Profiles that say their chroma format, section 7.3.2.1.1.
HIGH_PROFILES = frozenset({44, 83, 86, 100, 110, 118, 122, 128, 134, 135, 138, 139, 244})


class H264Depacketiser:
    """A picture is the NAL units of one time. A key frame has its parameter sets with it, the last ones when none came."""

    __slots__ = ("_fragment", "_picture_sets", "_sequence_sets", "_units")

    def __init__(self) -> None:
        self._units: list[bytes] = []
        self._fragment: bytearray | None = None
        self._sequence_sets: list[bytes] = []
        self._picture_sets: list[bytes] = []

    def begins(self, data: bytes, start: int, end: int) -> bool:
        """Parameter sets and delimiters stand before everything else of their picture."""
        if end - start < 2:
            return False
        kind = data[start] & TYPE
        if kind == STAP_A and end - start > 3:
            kind = data[start + 3] & TYPE
        return kind in (SEQUENCE_SET, DELIMITER)

    def number(self, data: bytes, start: int, end: int) -> tuple[int, int]:
        """None."""
        return NO_NUMBER, 1

    def add(self, data: bytes, start: int, end: int) -> None:
        """Take the units of the payload (RFC 6184 section 5)."""
        if end - start < 2:
            raise MalformedPacket("H.264 payload is empty")
        kind = data[start] & TYPE
        if kind == FU_A:
            self._add_fragment(data, start, end)
        elif self._fragment is not None:
            raise MalformedPacket("an H.264 fragment without its end")
        elif 0 < kind <= LAST_SINGLE:
            self._units.append(data[start:end])
        elif kind == STAP_A:
            self._add_aggregate(data, start + 1, end)
        else:
            raise MalformedPacket("an H.264 packet of a mode that is not agreed")
        if len(self._units) > MAX_PIECES:
            raise MalformedPacket("an H.264 access unit of too many units")

    def finish(self) -> Picture | None:
        """The access unit."""
        units, fragment, self._units, self._fragment = self._units, self._fragment, [], None
        if fragment is not None:
            raise MalformedPacket("an H.264 fragment without its end")
        if not units:
            return None
        sequence_sets, picture_sets = _of_kind(units, SEQUENCE_SET), _of_kind(units, PICTURE_SET)
        if sum(map(len, sequence_sets + picture_sets)) > MAX_SETS_BYTES:
            raise MalformedPacket("H.264 parameter sets of an impossible size")
        self._sequence_sets = sequence_sets or self._sequence_sets
        self._picture_sets = picture_sets or self._picture_sets
        if not _of_kind(units, IDR):
            return Picture(_byte_stream(units), key=False)
        if not self._sequence_sets or not self._picture_sets:
            raise MalformedPacket("an H.264 key frame without parameter sets")
        others = [unit for unit in units if unit[0] & TYPE not in (SEQUENCE_SET, PICTURE_SET, DELIMITER)]
        width, height = sequence_size(self._sequence_sets[-1])
        return Picture(_byte_stream([*self._sequence_sets, *self._picture_sets, *others]), True, width, height)

    def _add_fragment(self, data: bytes, start: int, end: int) -> None:
        if end - start < 3:
            raise MalformedPacket("H.264 payload is empty")
        indicator, header = data[start], data[start + 1]
        if bool(header & FU_START) != (self._fragment is None):
            raise MalformedPacket("an H.264 fragment without its beginning")
        if self._fragment is None:
            self._fragment = bytearray([indicator & 0xE0 | header & TYPE])
        self._fragment += data[start + 2 : end]
        if header & FU_END:
            self._units.append(bytes(self._fragment))
            self._fragment = None

    def _add_aggregate(self, data: bytes, position: int, end: int) -> None:
        while position < end:
            length = int.from_bytes(data[position : position + 2], "big")
            position += 2
            if not 0 < length <= end - position:
                raise MalformedPacket("an H.264 unit does not fit")
            self._units.append(data[position : position + length])
            position += length


def parameter_sets(picture: bytes) -> bytes:
    """The parameter sets a key frame of `finish` begins with, start codes included: what a file's header is made of."""
    position = 0
    while position >= 0 and picture[position + len(START_CODE)] & TYPE in (SEQUENCE_SET, PICTURE_SET):
        position = picture.find(START_CODE, position + len(START_CODE))
    return picture[:position] if position >= 0 else picture


def _of_kind(units: list[bytes], kind: int) -> list[bytes]:
    return [unit for unit in units if unit[0] & TYPE == kind]


def _byte_stream(units: list[bytes]) -> bytes:
    return START_CODE + START_CODE.join(units)


def frame_size(data: Buffer, start: int, end: int) -> tuple[int, int] | None:
    """(width, height) in pixels, from a packet that brings the sequence parameters whole; None: it does not."""
    packet = H264Depacketiser()
    try:
        packet.add(bytes(data[start:end]), 0, end - start)
        found = _of_kind(packet._units, SEQUENCE_SET)
        return sequence_size(found[-1]) if found else None
    except MalformedPacket:
        return None


def sequence_size(unit: bytes) -> tuple[int, int]:
    """(width, height) in pixels from a sequence parameter set (H.264 section 7.3.2.1.1). Raises MalformedPacket."""
    bits = BitReader(unit[1:].replace(b"\0\0\3", b"\0\0")[:128])
    profile = bits.take(8)
    bits.skip(16)  # constraints, level
    bits.unsigned_golomb()  # id
    chroma, separate = 1, 0
    if profile in HIGH_PROFILES:
        chroma, separate = _skip_high_profile(bits)
    bits.unsigned_golomb()  # frame numbers
    _skip_picture_order(bits)
    bits.unsigned_golomb()  # reference frames
    bits.skip(1)
    width, height = (bits.unsigned_golomb() + 1) * 16, (bits.unsigned_golomb() + 1) * 16
    frames_only = bits.take(1)
    if not frames_only:
        bits.skip(1)
        height *= 2
    bits.skip(1)
    if bits.take(1):  # a part of it is shown
        across = 2 if chroma in (1, 2) and not separate else 1
        down = (2 if chroma == 1 and not separate else 1) * (2 - frames_only)
        width -= across * (bits.unsigned_golomb() + bits.unsigned_golomb())
        height -= down * (bits.unsigned_golomb() + bits.unsigned_golomb())
    if width <= 0 or height <= 0:
        raise MalformedPacket("an impossible size")
    return width, height


def _skip_high_profile(bits: BitReader) -> tuple[int, int]:
    """Returns (chroma format, separate planes)."""
    chroma = bits.unsigned_golomb()
    separate = bits.take(1) if chroma == 3 else 0
    bits.unsigned_golomb()  # bit depths
    bits.unsigned_golomb()
    bits.skip(1)
    if bits.take(1):
        for index in range(8 if chroma != 3 else 12):
            if bits.take(1):
                _skip_scaling_list(bits, 16 if index < 6 else 64)
    return chroma, separate


def _skip_scaling_list(bits: BitReader, size: int) -> None:
    last = following = 8
    for _ in range(size):
        if following:
            following = (last + bits.signed_golomb()) % 256
        last = following or last


def _skip_picture_order(bits: BitReader) -> None:
    kind = bits.unsigned_golomb()
    if kind == 0:
        bits.unsigned_golomb()
    elif kind == 1:
        bits.skip(1)
        bits.signed_golomb()
        bits.signed_golomb()
        count = bits.unsigned_golomb()
        if count > 255:
            raise MalformedPacket("an impossible number")
        for _ in range(count):
            bits.signed_golomb()
