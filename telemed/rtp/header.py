"""RTP headers (RFC 3550 section 5.1): reading the publisher's, writing the subscriber's. Runs once per packet."""

from __future__ import annotations

import struct
from collections.abc import Callable

from telemed.rtp.buffer import Buffer
from telemed.rtp.errors import MalformedPacket
from telemed.rtp.extensions import find_extension, iter_extensions, scan_extensions

__all__ = [
    "FIXED_HEADER_LENGTH",
    "Buffer",
    "WIDE_OFFSET",
    "EgressTemplate",
    "find_extension",
    "is_rtcp",
    "iter_extensions",
    "one_byte_extensions",
    "packet_packer",
    "parse_header",
    "scan_extensions",
    "stamp_number",
]

FIXED_HEADER_LENGTH = 12  # bytes, RFC 3550 section 5.1
WIDE_OFFSET = FIXED_HEADER_LENGTH + 5  # of the transport-wide number: always the first element of our extension blocks
MAX_PADDING = 255  # bytes: its length stands in the last one
VERSION_BITS = 0x80  # version 2 in the two top bits of the first byte
PADDING_BIT = 0x20  # of the same byte

_FIXED = struct.Struct("!BBHII")
_unpack_fixed = _FIXED.unpack_from
_pack_fixed = _FIXED.pack_into
stamp_number = struct.Struct("!H").pack_into  # (out, WIDE_OFFSET, number): a transport-wide number into a packet written before
_packers: dict[tuple[int, int], Callable[..., None]] = {}


def packet_packer(extension_length: int, payload_length: int) -> Callable[..., None]:
    """Return the `pack_into` of a whole packet: fixed header fields, extension block, payload. One call in C writes a copy.

    Kept for every pair of lengths that came, which a datagram's size bounds: 1500 for each length of an extension block.
    """
    key = extension_length, payload_length
    packer = _packers.get(key)
    if packer is None:
        packer = _packers[key] = struct.Struct(f"!BBHII{extension_length}s{payload_length}s").pack_into
    return packer


def is_rtcp(data: Buffer) -> bool:
    """Tell RTCP from RTP on a multiplexed transport by the second byte (RFC 5761 section 4: packet types 192..223)."""
    return len(data) > 1 and 192 <= data[1] <= 223


def parse_header(data: Buffer) -> tuple[int, int, int, int, int, int, int]:
    """Return (marker, payload_type, sequence, timestamp, ssrc, header_length, padding_length).

    `header_length` is the offset of the payload, after CSRCs and extensions; the payload ends at
    `len(data) - padding_length`. Raises MalformedPacket unless version, CSRC count, extension length and padding fit.
    """
    size = len(data)
    if size < 12:
        raise MalformedPacket("RTP packet shorter than its fixed header")
    first, second, sequence, timestamp, ssrc = _unpack_fixed(data)
    if first & 0xC0 != 0x80:
        raise MalformedPacket("RTP version is not 2")
    header_length = 12 + ((first & 0x0F) << 2)
    if first & 0x10:
        header_length += 4
        if header_length > size:
            raise MalformedPacket("RTP header extension is cut off")
        header_length += ((data[header_length - 2] << 8) | data[header_length - 1]) << 2
    if header_length > size:
        raise MalformedPacket("RTP header is longer than the packet")
    padding_length = 0
    if first & 0x20:
        padding_length = data[size - 1]
        if not 0 < padding_length <= size - header_length:
            raise MalformedPacket("RTP padding does not fit")
    return second >> 7, second & 0x7F, sequence, timestamp, ssrc, header_length, padding_length


def one_byte_extensions(elements: list[tuple[int, bytes]]) -> bytes:
    """Build an RFC 8285 one-byte-form extension block (with its 4-byte head) from (id 1..14, 1..16 bytes) elements.

    Raises ValueError for an id or a size that the form cannot carry: our own mistake, never a packet's.
    """
    body = bytearray()
    for ext_id, value in elements:
        if not 1 <= ext_id <= 14 or not 1 <= len(value) <= 16:
            raise ValueError("not a one-byte extension element")
        body.append((ext_id << 4) | (len(value) - 1))
        body += value
    body += bytes(-len(body) % 4)
    return struct.pack("!HH", 0xBEDE, len(body) >> 2) + bytes(body)


class EgressTemplate:
    """What the packets of one subscriber flow have in common: new header, optional extensions, the publisher's payload.

    The packet path writes first copies itself: `head`, the packet's own numbers and the payload go through `packet_packer`.
    CSRCs, the publisher's extensions and its padding are never forwarded. `out` is preallocated and never grows.
    With a `transport_cc_id` every packet has room for a transport-wide number at WIDE_OFFSET; `stamp_number` writes it.
    """

    __slots__ = ("head", "header_length")

    def __init__(
        self, ssrc: int, payload_type: int, mid: bytes = b"", mid_extension_id: int = 0, transport_cc_id: int = 0
    ) -> None:
        """Extensions with the id 0, and an empty `mid`, are not written. MIDs above 16 bytes raise ValueError."""
        wanted = [(transport_cc_id, bytes(2))] if transport_cc_id else []
        if mid and mid_extension_id:
            wanted.append((mid_extension_id, mid))
        extensions = one_byte_extensions(wanted) if wanted else b""
        first = VERSION_BITS | (0x10 if wanted else 0)
        self.head = first, payload_type, payload_type | 0x80, ssrc, extensions  # second byte without and with marker
        self.header_length = FIXED_HEADER_LENGTH + len(extensions)

    def write_rtx(
        self, out: bytearray, payload: Buffer, marker: int, sequence: int, timestamp: int, original_sequence: int
    ) -> int:
        """Write a retransmission (RFC 4588 section 4): own SSRC and PT, the original sequence number, then the payload.

        `sequence` is the RTX stream's own; `original_sequence` the 16-bit one this subscriber was first sent.
        """
        start = self.header_length
        end = start + 2 + len(payload)
        if end > len(out):
            raise MalformedPacket("RTX packet does not fit the send buffer")
        first, plain, marked, ssrc, extensions = self.head
        _pack_fixed(out, 0, first, marked if marker else plain, sequence, timestamp, ssrc)
        out[12:start] = extensions
        out[start] = original_sequence >> 8 & 0xFF
        out[start + 1] = original_sequence & 0xFF
        out[start + 2 : end] = payload
        return end

    def write_padding(self, out: bytearray, sequence: int, timestamp: int, padding: int) -> int:
        """Write a packet of `padding` bytes (1 to 255) and nothing else: it only measures the path (RFC 3550 section 5.1)."""
        start = self.header_length
        end = start + padding
        first, plain, _marked, ssrc, extensions = self.head
        _pack_fixed(out, 0, first | PADDING_BIT, plain, sequence, timestamp, ssrc)
        out[12:start] = extensions
        out[start:end] = bytes(padding)
        out[end - 1] = padding
        return end
