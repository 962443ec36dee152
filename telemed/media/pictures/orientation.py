"""Which way up a picture is: read from Exif (a TIFF inside), and written as the shortest Exif there is.

CIPA DC-008 (Exif 2.32) section 4.6; TIFF 6.0 section 2. A fault in what a camera wrote means: as it lies.
"""

from __future__ import annotations

import struct

UPRIGHT = 1
_TAG, _SHORT = 0x0112, 3
_ENTRY_BYTES = 12
_MOST_ENTRIES = 512  # of one directory; cameras write some dozens
_ORDERS = {b"II": "<", b"MM": ">"}


def read_orientation(tiff: bytes) -> int:
    """The Orientation of directory 0, 1 to 8; UPRIGHT where there is none or it makes no sense."""
    order = _ORDERS.get(tiff[:2])
    if order is None or len(tiff) < 8:
        return UPRIGHT
    magic, offset = struct.unpack_from(f"{order}HI", tiff, 2)
    if magic != 42 or offset + 2 > len(tiff):
        return UPRIGHT
    (count,) = struct.unpack_from(f"{order}H", tiff, offset)
    for index in range(min(count, _MOST_ENTRIES)):
        at = offset + 2 + index * _ENTRY_BYTES
        if at + _ENTRY_BYTES > len(tiff):
            break
        tag, kind, number, value = struct.unpack_from(f"{order}HHIH", tiff, at)
        if tag == _TAG:
            return value if kind == _SHORT and number == 1 and 1 <= value <= 8 else UPRIGHT
    return UPRIGHT


def orientation_tiff(orientation: int) -> bytes:
    """A TIFF with this Orientation and nothing else: 26 bytes."""
    return struct.pack(">2sHIHHHIHHI", b"MM", 42, 8, 1, _TAG, _SHORT, 1, orientation, 0, 0)
