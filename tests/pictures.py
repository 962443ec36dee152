"""Pictures for tests: encoded by FFmpeg, with metadata put around them by hand."""

from __future__ import annotations

import io
import random
import struct
import zlib
from fractions import Fraction

import av

EXIF = b"Exif\x00\x00"


def encoded(codec: str, width: int, height: int, noise: int = 6, quantiser: int = 0) -> bytes:
    """A picture of soft shapes with some noise: `codec` mjpeg, png or libwebp. `noise`: how hard it is to compress;
    `quantiser`: 2 (fine) to 31, 0: as the codec likes."""
    frame = av.VideoFrame(width, height, "yuv420p")
    chance = random.Random(1)
    for plane in frame.planes:
        rows = (_row(chance, plane.width, plane.line_size, 30 + 180 * n // plane.height, noise) for n in range(plane.height))
        plane.update(b"".join(rows))
    context = av.CodecContext.create(codec, "w")
    context.width, context.height, context.time_base = width, height, Fraction(1, 25)
    context.pix_fmt = {"mjpeg": "yuvj420p", "png": "rgb24", "libwebp": "yuv420p"}[codec]
    if quantiser:
        context.qmin = context.qmax = quantiser
    frame = frame.reformat(format=context.pix_fmt)
    frame.pts = 0
    return b"".join(bytes(packet) for packet in [*context.encode(frame), *context.encode(None)])


def _row(chance: random.Random, width: int, stride: int, level: int, noise: int) -> bytes:
    table = bytes(level + value % (noise + 1) for value in range(256))
    return chance.randbytes(width).translate(table) + bytes(stride - width)


def decoded(data: bytes) -> bytes:
    """The pixels of a picture, as FFmpeg sees them."""
    with av.open(io.BytesIO(data)) as container:
        frame = next(container.decode(video=0))
        return b"".join(bytes(plane) for plane in frame.planes)


def tiff(orientation: int, order: str = "<") -> bytes:
    """Exif's inside: a camera's name, an Orientation and a place."""
    mark = b"II" if order == "<" else b"MM"
    name, place = b"Camera of Ada\x00", b"52.52N 13.40E\x00"
    entries = struct.pack(f"{order}HHII", 0x010F, 2, len(name), 50)
    entries += struct.pack(f"{order}HHIHH", 0x0112, 3, 1, orientation, 0)
    entries += struct.pack(f"{order}HHII", 0x8825, 2, len(place), 64)
    return mark + struct.pack(f"{order}HIH", 42, 8, 3) + entries + b"\0\0\0\0" + name + place


def segment(marker: int, body: bytes) -> bytes:
    """One JPEG segment."""
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def jpeg_with(data: bytes, orientation: int = 1, more: bytes = b"") -> bytes:
    """A JPEG as a phone writes it: Exif with a place, a profile, a comment, and a video behind its end."""
    extra = segment(0xE1, EXIF + tiff(orientation)) + segment(0xE2, b"ICC_PROFILE\0\1\1" + b"p" * 500)
    extra += segment(0xFE, b"Ada Berg")
    return data[:2] + extra + more + data[2:] + b"MOTION PHOTO" * 50


def png_chunk(kind: bytes, body: bytes) -> bytes:
    """One PNG chunk."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_with(data: bytes, orientation: int = 1) -> bytes:
    """A PNG with text, Exif and something behind its end."""
    extra = png_chunk(b"tEXt", b"Author\0Ada Berg") + png_chunk(b"eXIf", tiff(orientation, ">"))
    extra += png_chunk(b"gAMA", b"\0\0\xb1\x8f")
    return data[:33] + extra + data[33:] + b"PK\x03\x04" * 9


def webp_with(data: bytes, width: int, height: int, orientation: int = 1) -> bytes:
    """A simple WebP made an extended one, with Exif and XMP."""
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    picture = data[12:]

    def chunk(kind: bytes, body: bytes) -> bytes:
        return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)

    inside = b"WEBP" + chunk(b"VP8X", b"\x0c\0\0\0" + sides) + picture
    inside += chunk(b"EXIF", tiff(orientation)) + chunk(b"XMP ", b"<x>Ada Berg</x>")
    return b"RIFF" + struct.pack("<I", len(inside)) + inside + b"tail"
