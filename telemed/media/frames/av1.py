"""AV1 temporal units from RTP payloads, in the low-overhead form that containers store (AV1 RTP payload format, section 4)."""

from __future__ import annotations

from telemed.media.frames.bits import BitReader
from telemed.media.frames.picture import MAX_PIECES, NO_NUMBER, Picture
from telemed.rtp.av1 import CONTINUES, NEW_SEQUENCE
from telemed.rtp.errors import MalformedPacket

GOES_ON = 0x40  # Y: the last element goes on in the next packet
COUNT_SHIFT = 4  # W: how many elements there are; 0: each has its length
SEQUENCE_HEADER = 1  # OBU types, AV1 bitstream section 6.2.2
LEFT_OUT = frozenset({2, 8, 15})  # temporal delimiter, tile list, padding: never stored
HAS_EXTENSION, HAS_SIZE = 0x04, 0x02
MAX_LEB128 = 8  # bytes


class Av1Depacketiser:
    """A picture is a temporal unit: its open bitstream units, each with its size, without the delimiter."""

    __slots__ = ("_first", "_obus", "_open")

    def __init__(self) -> None:
        self._obus: list[bytearray] = []
        self._open = False
        self._first = 0  # the aggregation header the unit begins with

    def begins(self, data: bytes, start: int, end: int) -> bool:
        """Only the beginning of a coded sequence is sure to begin a unit; others begin where the last one ended."""
        return start < end and data[start] & (CONTINUES | NEW_SEQUENCE) == NEW_SEQUENCE

    def number(self, data: bytes, start: int, end: int) -> tuple[int, int]:
        """None: counts stand in a header extension that is not agreed."""
        return NO_NUMBER, 1

    def add(self, data: bytes, start: int, end: int) -> None:
        """Take the elements of the payload (section 4.4)."""
        if end - start < 2:
            raise MalformedPacket("AV1 payload is empty")
        head = data[start]
        if bool(head & CONTINUES) != self._open:
            raise MalformedPacket("an AV1 element without its other part")
        if not self._obus:
            self._first = head
        elements = _elements(data, start + 1, end, head >> COUNT_SHIFT & 0x03)
        for index, element in enumerate(elements):
            if index == 0 and head & CONTINUES:
                self._obus[-1] += element
            else:
                self._obus.append(bytearray(element))
        self._open = bool(head & GOES_ON)
        if len(self._obus) > MAX_PIECES:
            raise MalformedPacket("an AV1 temporal unit of too many elements")

    def finish(self) -> Picture | None:
        """The temporal unit; a key one says its size in its sequence header."""
        obus, is_open, self._obus, self._open = self._obus, self._open, [], False
        if is_open:
            raise MalformedPacket("an AV1 element without its other part")
        sized = [_with_size(bytes(obu)) for obu in obus if obu and obu[0] >> 3 & 0x0F not in LEFT_OUT]
        if not sized:
            return None
        header = next((obu for obu in obus if obu and obu[0] >> 3 & 0x0F == SEQUENCE_HEADER), None)
        if not self._first & NEW_SEQUENCE or header is None:
            return Picture(b"".join(sized), key=False)
        width, height = sequence_size(_payload(bytes(header)))
        return Picture(b"".join(sized), True, width, height)


def _elements(data: bytes, position: int, end: int, count: int) -> list[bytes]:
    """The elements of one payload; with a count the last one has no length."""
    elements: list[bytes] = []
    while position < end:
        if count and len(elements) == count - 1:
            length = end - position
        else:
            length, position = read_leb128(data, position, end)
        if not 0 < length <= end - position:
            raise MalformedPacket("an AV1 element does not fit")
        elements.append(data[position : position + length])
        position += length
    if count and len(elements) != count:
        raise MalformedPacket("AV1 elements are missing")
    return elements


def read_leb128(data: bytes, position: int, end: int) -> tuple[int, int]:
    """(value, offset behind it) of a little-endian base-128 number (AV1 bitstream section 4.10.5). Raises MalformedPacket."""
    value = 0
    for index in range(MAX_LEB128):
        if position >= end:
            break
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << 7 * index
        if not byte & 0x80:
            return value, position
    raise MalformedPacket("an AV1 length is cut off")


def leb128(value: int) -> bytes:
    """A little-endian base-128 number."""
    written = bytearray()
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    written.append(value)
    return bytes(written)


def _payload(obu: bytes) -> bytes:
    """What stands behind the header of a unit."""
    position = 2 if obu[0] & HAS_EXTENSION else 1
    if not obu[0] & HAS_SIZE:
        return obu[position:]
    size, position = read_leb128(obu, position, len(obu))
    if size > len(obu) - position:
        raise MalformedPacket("an AV1 unit is cut off")
    return obu[position : position + size]


def _with_size(obu: bytes) -> bytes:
    """The unit with its size field."""
    payload = _payload(obu)
    header = bytes([obu[0] | HAS_SIZE]) + (obu[1:2] if obu[0] & HAS_EXTENSION else b"")
    return header + leb128(len(payload)) + payload


def sequence_size(header: bytes) -> tuple[int, int]:
    """(width, height) in pixels that a sequence header allows at most (AV1 bitstream section 5.5.1). Raises MalformedPacket."""
    bits = BitReader(header[:128])
    bits.skip(4)  # profile, still picture
    if bits.take(1):  # reduced still picture header
        bits.skip(5)
    else:
        _skip_operating_points(bits)
    width_bits, height_bits = bits.take(4) + 1, bits.take(4) + 1
    return bits.take(width_bits) + 1, bits.take(height_bits) + 1


def _skip_operating_points(bits: BitReader) -> None:
    decoder_model, delay_bits = False, 0
    if bits.take(1):  # timing info
        bits.skip(64)
        if bits.take(1):  # equal picture interval: a number with its length in zeros
            _skip_variable_length(bits)
        decoder_model = bool(bits.take(1))
        if decoder_model:
            delay_bits = bits.take(5) + 1
            bits.skip(42)  # units in decoding tick, two more lengths
    initial_delay = bits.take(1)
    for _ in range(bits.take(5) + 1):
        bits.skip(12)  # which layers
        if bits.take(5) > 7:  # level: higher ones have a tier
            bits.skip(1)
        if decoder_model and bits.take(1):
            bits.skip(2 * delay_bits + 1)
        if initial_delay and bits.take(1):
            bits.skip(4)


def _skip_variable_length(bits: BitReader) -> None:
    """An unsigned number as section 4.10.3 writes it."""
    zeros = 0
    while zeros < 32 and not bits.take(1):
        zeros += 1
    bits.skip(zeros if zeros < 32 else 0)
