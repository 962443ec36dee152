"""JPEG (ITU-T T.81 annex B): segments that do not make the picture are left out, its compressed data stays byte for byte.

Left out: APPn and COM, but for an Adobe segment (it says how colours are coded) and what is written anew: a JFIF header without
thumbnail, and the Orientation of a picture that is not upright. What follows the end of the image is left out, too.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field

from telemed.media.pictures.faults import DamagedPicture
from telemed.media.pictures.orientation import UPRIGHT, orientation_tiff, read_orientation
from telemed.media.pictures.picture import Size

MAGIC = b"\xff\xd8\xff"
MIME = "image/jpeg"
MAX_SEGMENTS = 4096
MAX_SCANS = 64  # each costs a viewer the whole picture once more; progressive ones of cameras have about ten

_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
_APP0, _APP1, _APP14, _APP15, _COM = 0xE0, 0xE1, 0xEE, 0xEF, 0xFE
_FRAMES = frozenset({0xC0, 0xC1, 0xC2})  # baseline, extended, progressive; browsers show no other
_TABLES = frozenset({0xC4, 0xDB, 0xDD})  # Huffman, quantisation, restart interval
_EXIF = b"Exif\x00\x00"
_JFIF = b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"  # 1.01, no unit, square pixels, no thumbnail
_ADOBE_BYTES = 12
_WINDOW = 1024 * 1024  # searched at once, so that other threads get their turn
# What ends compressed data: a marker that is neither a stuffed byte nor a restart. Without a repetition: over a long run of fill
# bytes that leads to no marker, one would begin anew at each of them, and a file of a few megabytes would take hours.
_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")


@dataclass(slots=True)
class _Walk:
    """Where the reading is, and what is kept."""

    data: bytes
    at: int = 2
    kept: list[bytes] = field(default_factory=list)
    size: Size | None = None
    orientation: int = UPRIGHT
    is_jfif: bool = False
    scans: int = 0

    def marker(self) -> int:
        """The next marker. Raises DamagedPicture."""
        data, at = self.data, self.at
        if at >= len(data) or data[at] != 0xFF:
            raise DamagedPicture
        while at < len(data) and data[at] == 0xFF:
            at += 1
        if at >= len(data):
            raise DamagedPicture
        self.at = at + 1
        return data[at]

    def body(self) -> bytes:
        """The segment's body. Raises DamagedPicture."""
        end = self.at + 2
        if end > len(self.data):
            raise DamagedPicture
        (length,) = struct.unpack_from(">H", self.data, self.at)
        end = self.at + length
        if length < 2 or end > len(self.data):
            raise DamagedPicture
        body = self.data[self.at + 2 : end]
        self.at = end
        return body


def strip_jpeg(data: bytes) -> tuple[bytes, Size]:
    """The same picture with nothing else in the file, and its size. Raises DamagedPicture."""
    walk = _Walk(data)
    for _ in range(MAX_SEGMENTS):
        marker = walk.marker()
        if marker == _EOI:
            return _whole(walk)
        _take(walk, marker, walk.body())
    raise DamagedPicture


def _whole(walk: _Walk) -> tuple[bytes, Size]:
    if walk.size is None or walk.scans == 0:
        raise DamagedPicture
    head = [b"\xff\xd8"]
    if walk.is_jfif:
        head.append(_segment(_APP0, _JFIF))
    if walk.orientation != UPRIGHT:
        head.append(_segment(_APP1, _EXIF + orientation_tiff(walk.orientation)))
    return b"".join((*head, *walk.kept, b"\xff\xd9")), walk.size


def _take(walk: _Walk, marker: int, body: bytes) -> None:
    """Keep a segment, or not. Raises DamagedPicture for one no picture of a camera has."""
    if _APP0 <= marker <= _APP15 or marker == _COM:
        _note(walk, marker, body)
    elif marker in _FRAMES:
        if walk.size is not None:
            raise DamagedPicture
        walk.size = _size(body)
        walk.kept.append(_segment(marker, body))
    elif marker in _TABLES:
        walk.kept.append(_segment(marker, body))
    elif marker == _SOS and walk.size is not None and walk.scans < MAX_SCANS:
        walk.scans += 1
        begin, walk.at = walk.at, _scan_end(walk.data, walk.at)
        walk.kept += [_segment(marker, body), walk.data[begin : walk.at].rstrip(b"\xff")]  # without fill bytes
    else:
        raise DamagedPicture


def _note(walk: _Walk, marker: int, body: bytes) -> None:
    """What a segment beside the picture says that matters to showing it."""
    if marker == _APP0 and body[:5] == b"JFIF\x00":
        walk.is_jfif = True
    elif marker == _APP1 and body[:6] == _EXIF and walk.orientation == UPRIGHT:
        walk.orientation = read_orientation(body[6:])
    elif marker == _APP14 and body[:5] == b"Adobe" and len(body) == _ADOBE_BYTES:
        # Version and flags tell of the program that wrote it; the last byte, how colours are coded.
        walk.kept.append(_segment(marker, b"Adobe\x00\x64\x00\x00\x00\x00" + body[-1:]))


def _size(body: bytes) -> Size:
    if len(body) < 6:
        raise DamagedPicture
    _, height, width, components = struct.unpack_from(">BHHB", body)
    if not width or not height or components not in (1, 3, 4) or len(body) != 6 + 3 * components:
        raise DamagedPicture
    return Size(width, height)


def _scan_end(data: bytes, at: int) -> int:
    """Where the compressed data that begins at `at` ends. Raises DamagedPicture when it never does."""
    while at < len(data):
        found = _MARKER.search(data, at, at + _WINDOW + 1)
        if found is not None:
            return found.start()
        at += _WINDOW
    raise DamagedPicture


def _segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body
