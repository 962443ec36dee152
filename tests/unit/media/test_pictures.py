"""Pictures alone: what is not the picture is gone, its compressed data is the same, and nothing hostile gets far."""

from __future__ import annotations

import re
import struct
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telemed.media.pictures import kind_of, stripped
from telemed.media.pictures.faults import DamagedPicture, HeicPicture, NotAPicture, TooManyPixels
from telemed.media.pictures.orientation import orientation_tiff, read_orientation
from tests import pictures as made

MOST = 40_000_000
JPEG = made.encoded("mjpeg", 160, 120)
PNG = made.encoded("png", 90, 70)
WEBP = made.encoded("libwebp", 64, 48)
FULL = {
    "image/jpeg": made.jpeg_with(JPEG, 6),
    "image/png": made.png_with(PNG, 6),
    "image/webp": made.webp_with(WEBP, 64, 48, 6),
}
PRIVATE = re.compile(rb"Ada|52\.52|Camera|ICC_PROFILE|MOTION|PK\x03\x04|tail|<x>")


def scan_of(data: bytes) -> bytes:
    """The compressed data of a baseline JPEG."""
    at = data.index(b"\xff\xda")
    (length,) = struct.unpack_from(">H", data, at + 2)
    begin = at + 2 + length
    return data[begin : data.index(b"\xff\xd9", begin)]


@pytest.mark.parametrize("mime", FULL)
def test_nothing_but_the_picture_stays(mime: str) -> None:
    before = FULL[mime]
    assert PRIVATE.search(before)
    after = stripped(before, MOST)
    assert after.mime == mime == kind_of(before[:16])
    assert not PRIVATE.search(after.data)
    assert stripped(after.data, MOST).data == after.data  # once more changes nothing


@pytest.mark.parametrize(("mime", "plain"), [("image/jpeg", JPEG), ("image/png", PNG), ("image/webp", WEBP)])
def test_pixels_are_the_same(mime: str, plain: bytes) -> None:
    turned = stripped(FULL[mime], MOST)
    assert made.decoded(stripped(plain, MOST).data) == made.decoded(plain)
    assert turned.size == stripped(plain, MOST).size


def test_compressed_data_of_a_jpeg_is_the_same_bytes() -> None:
    assert scan_of(stripped(FULL["image/jpeg"], MOST).data) == scan_of(JPEG)


def test_compressed_data_of_a_png_is_the_same_bytes() -> None:
    idat = PNG[PNG.index(b"IDAT") - 4 : PNG.index(b"IEND") - 4]
    assert idat in stripped(FULL["image/png"], MOST).data


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_kept_and_nothing_else_of_exif(orientation: int) -> None:
    after = stripped(made.jpeg_with(JPEG, orientation), MOST).data
    exif = made.EXIF + orientation_tiff(orientation)
    assert (exif in after) == (orientation != 1)
    assert after.count(made.EXIF) == (orientation != 1)
    assert read_orientation(orientation_tiff(orientation)) == orientation
    assert read_orientation(made.tiff(orientation, ">")) == orientation


@given(st.binary(max_size=200))
def test_orientation_of_anything_is_one_of_eight(data: bytes) -> None:
    assert 1 <= read_orientation(data) <= 8
    assert 1 <= read_orientation(b"II*\0\x08\0\0\0" + data) <= 8


@pytest.mark.parametrize(
    ("head", "fault"),
    [
        (b"\0\0\0\x18ftypheic\0\0\0\0", HeicPicture),
        (b"\0\0\0\x18ftypmif1\0\0\0\0", HeicPicture),
        (b"GIF89a" + b"\0" * 10, NotAPicture),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", NotAPicture),
        (b"<!doctype html> ", NotAPicture),
        (b"", NotAPicture),
    ],
)
def test_what_is_no_picture_is_refused(head: bytes, fault: type[Exception]) -> None:
    with pytest.raises(fault):
        stripped(head, MOST)


@pytest.mark.parametrize("mime", FULL)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_damage_is_refused_or_harmless(mime: str, data: st.DataObject) -> None:
    """Any byte changed, any cut, anything put in: a fault of ours, or a picture without what we take out."""
    whole = FULL[mime]
    at = data.draw(st.integers(0, len(whole) - 1))
    how = data.draw(st.sampled_from(("change", "cut", "put")))
    some = data.draw(st.binary(min_size=1, max_size=20))
    hurt = {"change": whole[:at] + some + whole[at + len(some) :], "cut": whole[:at], "put": whole[:at] + some + whole[at:]}[how]
    try:
        after = stripped(hurt, MOST)
    except (DamagedPicture, NotAPicture, HeicPicture, TooManyPixels):
        return
    assert len(after.data) <= len(hurt)
    assert stripped(after.data, MOST).data == after.data


@settings(max_examples=200, deadline=None)
@given(st.sampled_from((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x40\0\0\0WEBP")), st.binary(max_size=400))
def test_no_file_breaks_the_parsers(head: bytes, rest: bytes) -> None:
    try:
        stripped(head + rest, MOST)
    except (DamagedPicture, NotAPicture, TooManyPixels):
        pass


def test_a_bomb_is_known_by_its_header() -> None:
    """Forty gigapixels in a few bytes: told from the header, and never inflated."""
    header = struct.pack(">IIBBBBB", 200_000, 200_000, 8, 2, 0, 0, 0)
    bomb = PNG[:8] + made.png_chunk(b"IHDR", header) + made.png_chunk(b"IDAT", b"x" * 50) + made.png_chunk(b"IEND", b"")
    with pytest.raises(TooManyPixels):
        stripped(bomb, MOST)
    at = JPEG.index(b"\xff\xc0") + 5
    with pytest.raises(TooManyPixels):
        stripped(JPEG[:at] + b"\xff\xff\xff\xff" + JPEG[at + 4 :], MOST)


def test_many_scans_are_refused() -> None:
    at = JPEG.index(b"\xff\xda")
    end = JPEG.rindex(b"\xff\xd9")
    with pytest.raises(DamagedPicture):
        stripped(JPEG[:at] + JPEG[at:end] * 65 + b"\xff\xd9", MOST)


@pytest.mark.parametrize("end", [b"\x00", b"\xd0", b"", b"\xd9"])
def test_a_long_run_of_fill_bytes_costs_no_more_than_its_length(end: bytes) -> None:
    begin = JPEG.index(scan_of(JPEG))
    run = JPEG[:begin] + scan_of(JPEG) + b"\xff" * 3_000_000 + end
    began = time.process_time()
    try:
        assert stripped(run, MOST).data == stripped(JPEG, MOST).data
    except DamagedPicture:
        assert end != b"\xd9"
    assert time.process_time() - began < 10, "hours, when each fill byte begins the search anew"


def test_an_archive_behind_or_inside_a_picture_is_gone() -> None:
    """Polyglots: a ZIP behind the end, a page in a comment, a script in an APP segment."""
    inside = made.segment(0xFE, b"*/=alert(1);/*") + made.segment(0xEF, b"<script>alert(1)</script>")
    after = stripped(made.jpeg_with(JPEG, 1, inside) + b"PK\x05\x06" + b"\0" * 18, MOST).data
    assert b"alert" not in after and b"PK" not in after and after.endswith(b"\xff\xd9")


def test_an_animation_is_refused() -> None:
    whole = FULL["image/webp"]
    flagged = whole[:20] + b"\x02" + whole[21:]
    with pytest.raises(DamagedPicture):
        stripped(flagged, MOST)


def test_a_progressive_picture_with_restarts_stays() -> None:
    scan = b"\x12\xff\x00\x34\xff\xd0\x56\xff\xd7\xff\x00"
    frame = made.segment(0xC2, struct.pack(">BHHB", 8, 16, 16, 1) + b"\1\x11\0")
    sos = made.segment(0xDA, b"\1\1\0\0\0\0")
    whole = b"\xff\xd8" + made.segment(0xE0, b"JFIF\0" + b"\1\2\1\0\x48\0\x48\1\1zzz") + frame + sos + scan
    whole += made.segment(0xC4, b"t" * 20) + sos + scan + b"\xff\xff\xd9"
    after = stripped(whole, MOST)
    assert after.data.count(sos + scan) == 2 and b"zzz" not in after.data
    assert (after.size.width, after.size.height) == (16, 16)
