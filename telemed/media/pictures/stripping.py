"""The one way in: what kind of file it is, by its first bytes, and the picture alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from telemed.media.pictures import jpeg, png, webp
from telemed.media.pictures.faults import HeicPicture, NotAPicture, TooManyPixels
from telemed.media.pictures.picture import Size

HEAD_BYTES = 16  # enough to tell what a file is
# Brands of ISO/IEC 23008-12: what phones write when nobody asks for JPEG.
_HEIC = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_STRIP: Mapping[str, Callable[[bytes], tuple[bytes, Size]]] = {
    jpeg.MIME: jpeg.strip_jpeg,
    png.MIME: png.strip_png,
    webp.MIME: webp.strip_webp,
}


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture alone: `data` is the file without anything else in it."""

    mime: str
    size: Size
    data: bytes


def kind_of(head: bytes) -> str:
    """The media type of a file that begins so (HEAD_BYTES of it, or all there is). Raises HeicPicture, NotAPicture."""
    if head.startswith(jpeg.MAGIC):
        return jpeg.MIME
    if head.startswith(png.MAGIC):
        return png.MIME
    if webp.is_webp(head):
        return webp.MIME
    raise HeicPicture if head[4:8] == b"ftyp" and head[8:12] in _HEIC else NotAPicture


def stripped(data: bytes, most_pixels: int) -> Picture:
    """The picture alone. Raises HeicPicture, NotAPicture, DamagedPicture, TooManyPixels. Nothing is decoded."""
    mime = kind_of(data[:HEAD_BYTES])
    alone, size = _STRIP[mime](data)
    if size.pixels > most_pixels:
        raise TooManyPixels
    return Picture(mime, size, alone)
