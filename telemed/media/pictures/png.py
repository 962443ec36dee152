"""PNG (ISO/IEC 15948): chunks that do not make the picture are left out, the others stay byte for byte, each with its checksum.

Kept are the critical chunks and those that say how the numbers become colours in a few numbers. A colour profile (iCCP) is left
out: it is a file of its own, which may hold anything. Animations become their still picture.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field

from telemed.media.pictures.faults import DamagedPicture
from telemed.media.pictures.orientation import UPRIGHT, orientation_tiff, read_orientation
from telemed.media.pictures.picture import Size

MAGIC = b"\x89PNG\r\n\x1a\n"
MIME = "image/png"
MAX_CHUNKS = 65_536  # libpng writes 8 KiB in each
_BEFORE_DATA = frozenset({b"PLTE", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"pHYs"})
_MOST_BYTES = {b"PLTE": 768, b"tRNS": 256, b"gAMA": 4, b"cHRM": 32, b"sRGB": 1, b"sBIT": 4, b"pHYs": 9}
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}  # by colour type
_BETWEEN = 12  # bytes of a chunk beside its content


@dataclass(slots=True)
class _Walk:
    """What is kept so far."""

    head: bytes = b""
    size: Size | None = None
    before: list[bytes] = field(default_factory=list)
    seen: set[bytes] = field(default_factory=set)
    picture: list[bytes] = field(default_factory=list)
    is_over: bool = False  # something else followed the picture's data
    orientation: int = UPRIGHT


def strip_png(data: bytes) -> tuple[bytes, Size]:
    """The same picture with nothing else in the file, and its size. Raises DamagedPicture."""
    walk, at = _Walk(), len(MAGIC)
    for _ in range(MAX_CHUNKS):
        kind, body, end = _chunk(data, at)
        if kind == b"IEND":
            return _whole(walk, data[at:end], body)
        _take(walk, kind, body, data[at:end])
        at = end
    raise DamagedPicture


def _whole(walk: _Walk, end: bytes, body: bytes) -> tuple[bytes, Size]:
    if walk.size is None or not walk.picture or body:
        raise DamagedPicture
    turned = _made(b"eXIf", orientation_tiff(walk.orientation)) if walk.orientation != UPRIGHT else b""
    return b"".join((MAGIC, walk.head, turned, *walk.before, *walk.picture, end)), walk.size


def _chunk(data: bytes, at: int) -> tuple[bytes, bytes, int]:
    """Type, content and end of the chunk at `at`. Raises DamagedPicture."""
    if at + _BETWEEN > len(data):
        raise DamagedPicture
    length, kind = struct.unpack_from(">I4s", data, at)
    end = at + _BETWEEN + length
    if end > len(data):
        raise DamagedPicture
    (told,) = struct.unpack_from(">I", data, end - 4)
    if zlib.crc32(data[at + 4 : end - 4]) != told:
        raise DamagedPicture
    return kind, data[at + 8 : end - 4], end


def _take(walk: _Walk, kind: bytes, body: bytes, whole: bytes) -> None:
    if (kind == b"IHDR") == (walk.size is not None):
        raise DamagedPicture  # it comes first, and once
    if kind == b"IHDR":
        walk.head, walk.size = whole, _size(body)
    elif kind == b"IDAT":
        if walk.is_over:
            raise DamagedPicture
        walk.picture.append(whole)
        return
    elif kind in _BEFORE_DATA:
        if walk.picture or kind in walk.seen or len(body) > _MOST_BYTES[kind]:
            raise DamagedPicture
        walk.seen.add(kind)
        walk.before.append(whole)
    elif kind == b"eXIf":
        walk.orientation = read_orientation(body)
    elif not kind[:1].islower():
        raise DamagedPicture  # critical, and unknown
    walk.is_over = bool(walk.picture)


def _size(body: bytes) -> Size:
    if len(body) != 13:
        raise DamagedPicture
    width, height, depth, colours, compression, filtering, interlace = struct.unpack(">IIBBBBB", body)
    sound = depth in _DEPTHS.get(colours, ()) and not compression and not filtering and interlace <= 1
    if not (0 < width < 2**31 and 0 < height < 2**31) or not sound:
        raise DamagedPicture
    return Size(width, height)


def _made(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
