"""Pictures in two spatial and two temporal layers under one SSRC (SVC), as payloads of RTP packets: VP9 and AV1.

VP9: descriptors of RFC 9628 section 4.2, flexible and not. AV1: aggregation headers of its RTP payload format, section 4.4, and
OBUs with the layers in their extension (AV1 specification, section 5.3.3). H.264 goes the same way without any layers:
aggregates, fragments and single units (RFC 6184). What stands behind the headers is noise from a seed.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from telemed.media.control import Codec, Extensions, Kind, PublishLine, Source, SubscribeLine
from tests.bench.rtp_client import EXTENSIONS, rtp_packet

CAM, CAM_RTX = 1002, 1003
PAYLOAD_TYPE, RTX_TYPE = 98, 99
FIRST_SEQUENCE = 65_500  # the numbers wrap early
FIRST_PICTURE_ID = 0x7FFF - 5  # 15 bits; these wrap, too
KEY_INTERVAL = 16  # pictures

# VP9 descriptor, first byte
HAS_ID, INTER, LAYERED, FLEXIBLE, BEGINS, ENDS, STRUCTURE = 0x80, 0x40, 0x20, 0x10, 0x08, 0x04, 0x02
# Two spatial layers, their sizes given, no picture group: N_S=1, Y=1, G=0 (RFC 9628 section 4.2.1).
TWO_LAYERS = bytes((1 << 5 | 1 << 4,)) + b"\x01\x40\x00\xb4\x02\x80\x01\x68"
# AV1 aggregation header, and the types of OBUs
CONTINUES, GOES_ON, NEW_SEQUENCE = 0x80, 0x40, 0x08
SEQUENCE_HEADER, FRAME = 1, 6
# H.264 units: header bytes of parameter sets, key and other slices; types of packets that hold several or a part of one
SPS, PPS, IDR, SLICE = b"\x67\x42\xe0\x1f", b"\x68\xce\x3c\x80", 0x65, 0x61
STAP_A, FU_A, FU_BEGINS, FU_ENDS = 0x78, 28, 0x80, 0x40

Picture = Callable[[int], list[bytes]]  # number of a picture -> payloads of its packets


def is_key(n: int) -> bool:
    """Whether the n-th picture is a key picture."""
    return n % KEY_INTERVAL == 0


def noise(*names: int, size: int = 300) -> bytes:
    """Bytes that belong to these numbers alone."""
    return random.Random(repr(names)).randbytes(size)


def vp9_picture(n: int, *, flexible: bool) -> list[bytes]:
    """The n-th picture: its lower spatial layer in two packets, the one above in three."""
    temporal, count = n % 2, (2, 3)
    packets = []
    for spatial in (0, 1):
        for part in range(count[spatial]):
            first = HAS_ID | LAYERED | (FLEXIBLE if flexible else 0) | (0 if is_key(n) else INTER)
            first |= (BEGINS if part == 0 else 0) | (ENDS if part == count[spatial] - 1 else 0)
            shows_structure = is_key(n) and spatial == part == 0
            number = (FIRST_PICTURE_ID + n) & 0x7FFF | 0x8000
            # TID(3) U(1) SID(3) D(1): the upper layer is predicted from the lower one of its picture, of a key picture alone.
            layers = temporal << 5 | (temporal << 4) | spatial << 1 | (spatial if is_key(n) else 0)
            head = bytes((first | (STRUCTURE if shows_structure else 0),)) + number.to_bytes(2, "big") + bytes((layers,))
            if not flexible:
                head += bytes((n // 2 & 0xFF,))  # TL0PICIDX
            elif not is_key(n):
                head += bytes((1 << 1,))  # P_DIFF 1, no further one
            packets.append(head + (TWO_LAYERS if shows_structure else b"") + noise(n, spatial, part))
    return packets


def av1_unit(n: int) -> list[bytes]:
    """The n-th temporal unit: each spatial layer is a frame OBU in two packets; a sequence header before that of a key frame."""
    packets = []
    for spatial in (0, 1):
        obu = bytes((FRAME << 3 | 0x04, n % 2 << 5 | spatial << 3)) + noise(n, spatial, size=700)
        if is_key(n) and spatial == 0:
            sequence = bytes((SEQUENCE_HEADER << 3,)) + noise(n, size=11)
            first = bytes((GOES_ON | 2 << 4 | NEW_SEQUENCE, len(sequence))) + sequence + obu[:400]
        else:
            first = bytes((GOES_ON | 1 << 4,)) + obu[:400]
        packets += [first, bytes((CONTINUES | 1 << 4,)) + obu[400:]]
    return packets


def h264_unit(n: int) -> list[bytes]:
    """The n-th access unit: an IDR in four fragments behind its parameter sets, else a slice in three, or one that is whole."""
    if not is_key(n) and n % 4 == 3:
        return [bytes((SLICE,)) + noise(n)]
    first, parts = (IDR, 4) if is_key(n) else (SLICE, 3)
    sets = b"".join(len(unit).to_bytes(2, "big") + unit for unit in (SPS, PPS))
    packets = [bytes((STAP_A,)) + sets] if is_key(n) else []
    for part in range(parts):
        edges = (FU_BEGINS if part == 0 else 0) | (FU_ENDS if part == parts - 1 else 0)
        packets.append(bytes((first & 0x60 | FU_A, edges | first & 0x1F)) + noise(n, part))
    return packets


STREAMS: dict[str, tuple[str, Picture]] = {
    "vp9-flexible": ("vp9", lambda n: vp9_picture(n, flexible=True)),
    "vp9-not-flexible": ("vp9", lambda n: vp9_picture(n, flexible=False)),
    "av1": ("av1", av1_unit),
    "h264": ("h264", h264_unit),
}


class ScalableCamera:
    """What a camera in these layers sends: packet by packet, each to be sent, lost or sent again by its number from 0."""

    def __init__(self, name: str, pictures: int) -> None:
        codec, picture = STREAMS[name]
        self.codec = Codec(Kind.VIDEO, codec, PAYLOAD_TYPE, 90_000, 1, RTX_TYPE)
        self.payloads: list[bytes] = []
        self.starts: list[int] = []  # number of each picture's first packet
        self._picture_of: list[int] = []
        for n in range(pictures):
            self.starts.append(len(self.payloads))
            self.payloads += picture(n)
            self._picture_of += [n] * (len(self.payloads) - self.starts[-1])
        self._resends = 0

    def line(self, track: str) -> PublishLine:
        """The publisher's line."""
        return PublishLine("0", track, Source.CAMERA, self.codec, EXTENSIONS, CAM, CAM_RTX)

    def wanted(self, track: str) -> SubscribeLine:
        """A subscriber's line."""
        return SubscribeLine("0", track, self.codec, Extensions(mid=4))

    def number_of(self, sequence: int) -> int:
        """Which packet has this sequence number."""
        return (sequence - FIRST_SEQUENCE) & 0xFFFF

    def marker(self, number: int) -> bool:
        """Whether the packet is the last of its picture, of all layers."""
        return number + 1 in self.starts or number + 1 == len(self.payloads)

    def timestamp(self, number: int) -> int:
        """Of its picture: all layers of one have the same."""
        return self._picture_of[number] * 3000

    def packet(self, number: int) -> bytes:
        """The packet as it is first sent."""
        head = PAYLOAD_TYPE, FIRST_SEQUENCE + number, self.timestamp(number), CAM
        return rtp_packet(*head, self.payloads[number], marker=self.marker(number))

    def again(self, number: int) -> bytes:
        """The packet as it is sent again (RFC 4588)."""
        self._resends += 1
        original = ((FIRST_SEQUENCE + number) & 0xFFFF).to_bytes(2, "big")
        head = RTX_TYPE, self._resends, self.timestamp(number), CAM_RTX
        return rtp_packet(*head, original + self.payloads[number], marker=self.marker(number))
