"""Peeking at VP8 and Opus payloads."""

from __future__ import annotations

import pytest
from aiortc.codecs.vpx import VpxPayloadDescriptor
from hypothesis import given
from hypothesis import strategies as st

from telemed.media.frames import h264 as h264_frames
from telemed.rtp import MalformedPacket, av1, h264, vp9
from telemed.rtp.opus import is_dtx, packet_samples
from telemed.rtp.vp8 import descriptor_length, frame_size, is_keyframe, parse_descriptor

KEY_640X480 = b"\x10\x02\x00\x9d\x01\x2a\x80\x02\xe0\x01"
DELTA = b"\x11\x02\x00rest-of-frame"


@given(
    st.integers(0, 1),
    st.integers(0, 7),
    st.none() | st.integers(0, 0x7FFF),
    st.none() | st.integers(0, 255),
    st.none() | st.tuples(st.integers(0, 3), st.integers(0, 1)),
    st.none() | st.integers(0, 31),
)
def test_descriptors_written_by_aiortc(
    start: int, partition: int, picture: int | None, tl0: int | None, tid: tuple[int, int] | None, key_index: int | None
) -> None:
    descriptor = bytes(VpxPayloadDescriptor(start, partition, picture, tl0, tid, key_index))
    data = b"head" + descriptor + KEY_640X480
    length, picture_offset, picture_bits, tl0_offset, tid_offset = parse_descriptor(data, 4, len(data))
    assert length == descriptor_length(data, 4, len(data)) == len(descriptor)
    assert is_keyframe(data, 4, len(data)) is (start == 1 and partition == 0)
    assert picture_bits == (0 if picture is None else 15)  # aiortc always writes the long form
    if picture is not None:
        assert int.from_bytes(data[picture_offset : picture_offset + 2], "big") & 0x7FFF == picture
    assert (tl0_offset >= 0 and data[tl0_offset]) == (False if tl0 is None else tl0)
    assert (tid_offset < 0) == (tid is None and key_index is None)


def test_short_picture_id() -> None:
    packet = b"\x90\xc0\x7f\x05" + KEY_640X480
    assert parse_descriptor(packet, 0, len(packet)) == (4, 2, 7, 3, -1)
    assert is_keyframe(packet, 0, len(packet))


def test_delta_frames_and_later_packets_are_not_key_frames() -> None:
    assert is_keyframe(b"\x10" + KEY_640X480, 0, 11)
    assert not is_keyframe(b"\x10" + DELTA, 0, 12)
    assert not is_keyframe(b"\x00" + KEY_640X480, 0, 11)
    assert not is_keyframe(b"\x11" + KEY_640X480, 0, 11)


def test_payload_end_is_respected() -> None:
    packet = b"\x90\xf0\x80\x01\x02\x20" + KEY_640X480
    for end in range(7):
        assert not is_keyframe(packet, 0, end)
        with pytest.raises(MalformedPacket):
            parse_descriptor(packet, 0, end)
    assert is_keyframe(packet, 0, 7)
    assert parse_descriptor(packet, 0, 7) == (6, 2, 15, 4, 5)


def test_frame_size() -> None:
    assert frame_size(b"\x10" + KEY_640X480, 0, 11) == (640, 480)
    assert frame_size(b"\x10" + KEY_640X480, 0, 10) is None
    assert frame_size(b"\x10" + KEY_640X480.replace(b"\x9d", b"\x00"), 0, 11) is None
    assert frame_size(b"\x10" + DELTA, 0, 12) is None
    scaled = bytearray(b"\x10" + KEY_640X480)
    scaled[8] |= 0xC0
    assert frame_size(scaled, 0, 11) == (640, 480)


@pytest.mark.parametrize(
    ("payload", "samples"),
    [
        (b"\x78", 960),
        (b"\x08", 960),
        (b"\x18", 2880),
        (b"\x60", 480),
        (b"\x80", 120),
        (b"\x79..", 1920),
        (b"\x7a..", 1920),
        (b"\x7b\x03", 2880),
        (b"\x83\x30", 5760),
    ],
)
def test_opus_duration(payload: bytes, samples: int) -> None:
    assert packet_samples(b"xx" + payload, 2, 2 + len(payload)) == samples


@pytest.mark.parametrize("payload", [b"", b"\x7b", b"\x7b\x00", b"\x7b\x07"])
def test_impossible_opus_packets(payload: bytes) -> None:
    with pytest.raises(MalformedPacket):
        packet_samples(payload, 0, len(payload))


def test_dtx_is_told_by_length() -> None:
    assert [is_dtx(length) for length in (0, 1, 2, 3, 100)] == [True, True, True, False, False]


@pytest.mark.parametrize(
    ("packet", "begins"),
    [
        (b"\x8a\x85\x01frame", True),  # key picture with a 15-bit number
        (b"\x88\x05frame", True),  # and with one of 7 bits
        (b"\x08frame", True),
        (b"\xac\x05\x00\x00frame", True),  # lowest of several spatial layers
        (b"\xac\x05\x02\x00frame", False),  # the one above begins its own frame, of the same picture
        (b"\xc8\x05frame", False),  # predicted
        (b"\x84\x05frame", False),  # the end of a frame
        (b"\x80\x05frame", False),
    ],
)
def test_vp9_key_pictures_begin_at_their_lowest_layer(packet: bytes, begins: bool) -> None:
    assert vp9.is_keyframe(b"head" + packet, 4, 4 + len(packet)) is begins


@pytest.mark.parametrize(
    ("first", "begins"), [(0x08, True), (0x18, True), (0x58, True), (0x88, False), (0x10, False), (0x50, False)]
)
def test_av1_sequences_begin_where_the_header_says(first: int, begins: bool) -> None:
    assert av1.is_keyframe(bytes((first,)) + b"\x0a\x0b", 0, 3) is begins


@given(st.binary(max_size=8), st.integers(0, 9), st.integers(0, 9))
def test_cut_off_payloads_begin_nothing(data: bytes, start: int, end: int) -> None:
    start, end = min(start, len(data)), min(end, len(data))
    for parse in (vp9.is_keyframe, av1.is_keyframe):
        assert parse(data, start, end) in ((True, False) if end - start >= 2 else (False,))


SPS, PPS, IDR, SLICE = b"\x67\x42\xe0\x1f", b"\x68\xce", b"\x65\x88\x84", b"\x41\x9a\x02"


def aggregate(*units: bytes) -> bytes:
    """A STAP-A packet."""
    return b"\x78" + b"".join(len(unit).to_bytes(2, "big") + unit for unit in units)


@pytest.mark.parametrize(
    ("payload", "begins"),
    [
        (SPS, True),
        (PPS, False),
        (IDR, False),  # without its parameters
        (SLICE, False),
        (aggregate(SPS, PPS, IDR), True),
        (aggregate(b"\x09\x10", SPS, PPS), True),  # after an access unit delimiter
        (aggregate(PPS, SLICE), False),
        (b"\x7c\x87" + SPS, True),  # FU-A, first fragment
        (b"\x7c\x07" + SPS, False),
        (b"\x7c\x85" + IDR, False),
        (b"\x78\xff\xff", False),
        (b"\x67", False),
        (b"", False),
    ],
)
def test_h264_begins_with_its_sequence_parameters(payload: bytes, begins: bool) -> None:
    data = b"head" + payload + b"\x67\x67tail"
    assert h264.is_keyframe(data, 4, 4 + len(payload)) is begins


def test_h264_tells_its_size_with_its_sequence_parameters() -> None:
    size = bytes.fromhex("6742c01e8c8d40f047f5350606060784423500")  # as Chromium writes it
    for payload in (size, aggregate(size, PPS, IDR), aggregate(b"\x09\x10", size, PPS)):
        assert h264_frames.frame_size(b"head" + payload + b"tail", 4, 4 + len(payload)) == (480, 270)
        assert h264_frames.frame_size(payload, 0, len(payload) - 1) in ((480, 270), None)
    for payload in (b"", b"\x78", SLICE, PPS, size[:6], aggregate(PPS, SLICE), b"\x7c\x87" + size):
        assert h264_frames.frame_size(payload, 0, len(payload)) is None


@given(st.binary(max_size=60))
def test_any_h264_payload_is_looked_at_within_its_bounds(payload: bytes) -> None:
    begins = h264.is_keyframe(payload, 0, len(payload))
    fields = h264.H264Fields()
    fields.read(payload, 0, len(payload))
    assert (fields.keyframe, fields.picture, fields.picture_at) == (begins, -1, 0)
    size = h264_frames.frame_size(payload, 0, len(payload))
    assert size is None or min(size) > 0
