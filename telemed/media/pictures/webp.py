"""WebP (RFC 9649): chunks that do not make the picture are left out, its compressed data stays byte for byte.

Profiles, Exif and XMP go, but for an Orientation; animations are refused: a still is one picture.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from telemed.media.pictures.faults import DamagedPicture
from telemed.media.pictures.orientation import UPRIGHT, orientation_tiff, read_orientation
from telemed.media.pictures.picture import Size

MIME = "image/webp"
MAX_CHUNKS = 256
_EXIF_FLAG, _ALPHA_FLAG, _ANIMATION_FLAG = 0x08, 0x10, 0x02
_PICTURES = frozenset({b"VP8 ", b"VP8L"})
_ANIMATED = frozenset({b"ANIM", b"ANMF"})


def is_webp(head: bytes) -> bool:
    """Whether a file begins as one."""
    return head[:4] == b"RIFF" and head[8:12] == b"WEBP"


@dataclass(slots=True)
class _Walk:
    """What is kept so far."""

    canvas: Size | None = None
    size: Size | None = None
    alpha: bytes = b""
    picture: bytes = b""
    orientation: int = UPRIGHT
    kinds: list[bytes] = field(default_factory=list)


def strip_webp(data: bytes) -> tuple[bytes, Size]:
    """The same picture with nothing else in the file, and its size. Raises DamagedPicture."""
    (length,) = struct.unpack_from("<I", data, 4)
    end = 8 + length
    if end > len(data):
        raise DamagedPicture
    walk, at = _Walk(), 12
    while at < end:
        kind, body, at = _chunk(data, at, end)
        _take(walk, kind, body)
        walk.kinds.append(kind)
        if len(walk.kinds) > MAX_CHUNKS:
            raise DamagedPicture
    return _whole(walk)


def _whole(walk: _Walk) -> tuple[bytes, Size]:
    if walk.size is None or walk.canvas not in (None, walk.size):
        raise DamagedPicture
    chunks = []
    is_turned = walk.orientation != UPRIGHT and walk.canvas is not None
    if walk.canvas is not None:
        flags = (_ALPHA_FLAG if walk.alpha or _has_alpha(walk.picture) else 0) | (_EXIF_FLAG if is_turned else 0)
        width, height = (number.to_bytes(3, "little") for number in (walk.size.width - 1, walk.size.height - 1))
        chunks.append(_made(b"VP8X", bytes((flags, 0, 0, 0)) + width + height))
    chunks += [part for part in (walk.alpha, walk.picture) if part]
    if is_turned:
        chunks.append(_made(b"EXIF", orientation_tiff(walk.orientation)))
    inside = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(inside)) + inside, walk.size


def _chunk(data: bytes, at: int, end: int) -> tuple[bytes, bytes, int]:
    if at + 8 > end:
        raise DamagedPicture
    kind, length = struct.unpack_from("<4sI", data, at)
    after = at + 8 + length + length % 2
    if after > end:
        raise DamagedPicture
    return kind, data[at + 8 : at + 8 + length], after


def _take(walk: _Walk, kind: bytes, body: bytes) -> None:
    if not walk.kinds and kind not in _PICTURES and kind != b"VP8X":
        raise DamagedPicture
    if kind == b"VP8X":
        if walk.kinds or len(body) != 10 or body[0] & _ANIMATION_FLAG:
            raise DamagedPicture
        walk.canvas = Size(int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1)
    elif kind in _PICTURES:
        if walk.size is not None:
            raise DamagedPicture
        walk.size = _lossy_size(body) if kind == b"VP8 " else _lossless_size(body)
        walk.picture = _made(kind, body)
    elif kind == b"ALPH":
        if walk.alpha or walk.picture or walk.canvas is None:
            raise DamagedPicture
        walk.alpha = _made(kind, body)
    elif kind == b"EXIF":
        walk.orientation = read_orientation(body.removeprefix(b"Exif\x00\x00"))
    elif kind in _ANIMATED:
        raise DamagedPicture


def _lossy_size(body: bytes) -> Size:
    """RFC 6386 section 9.1: a key frame, its start code, 14 bits of each side."""
    if len(body) < 10 or body[0] & 1 or body[3:6] != b"\x9d\x01\x2a":
        raise DamagedPicture
    width, height = struct.unpack_from("<HH", body, 6)
    return _size(width & 0x3FFF, height & 0x3FFF)


def _lossless_size(body: bytes) -> Size:
    if len(body) < 5 or body[0] != 0x2F:
        raise DamagedPicture
    (bits,) = struct.unpack_from("<I", body, 1)
    return _size((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)


def _size(width: int, height: int) -> Size:
    if not width or not height:
        raise DamagedPicture
    return Size(width, height)


def _has_alpha(picture: bytes) -> bool:
    """Of a lossless picture; a lossy one has a chunk for it."""
    return picture[:4] == b"VP8L" and bool(picture[12] & 0x10)


def _made(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + b"\x00" * (len(body) % 2)
