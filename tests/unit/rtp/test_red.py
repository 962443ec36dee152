"""Redundant audio payloads: taken apart, put together, and what their frames say about lost packets."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.rtp.errors import MalformedPacket
from telemed.rtp.red import (
    MAX_BLOCKS,
    MAX_LENGTH,
    MAX_PAYLOAD,
    MAX_RECOVERED,
    MAX_TICKS,
    Block,
    build_red,
    frames_before,
    parse_red,
)

OPUS = 111
FRAME = b"\x78" + bytes(40)  # 20 ms of CELT, one frame
LONG = b"\x18" + bytes(40)  # 60 ms of SILK, one frame

frames = st.binary(min_size=1, max_size=MAX_LENGTH)
blocks = st.tuples(st.integers(1, MAX_TICKS), st.binary(min_size=1, max_size=300))


def block(payload_type: int, ticks: int, payload: bytes) -> bytes:
    """A header as RFC 2198 section 3 draws it, written independently."""
    bits = f"1{payload_type:07b}{ticks:014b}{len(payload):010b}"
    return int(bits, 2).to_bytes(4, "big")


@given(frames.filter(lambda frame: len(frame) < 500), st.lists(blocks, max_size=2), st.integers(0, 127), st.binary(max_size=20))
def test_what_is_built_is_read_again(primary: bytes, earlier: list[tuple[int, bytes]], payload_type: int, around: bytes) -> None:
    built = build_red(payload_type, primary, earlier)
    data = around + built + around
    read = parse_red(data, len(around), len(around) + len(built))
    assert read == (*(Block(payload_type, *one) for one in reversed(earlier)), Block(payload_type, 0, primary))


def test_the_wire_form_is_the_rfcs() -> None:
    built = build_red(OPUS, b"now", [(960, b"before"), (1920, b"long ago")])
    assert built == block(OPUS, 1920, b"long ago") + block(OPUS, 960, b"before") + b"\x6f" + b"long ago" + b"before" + b"now"


@given(st.lists(st.tuples(st.integers(-5, 20_000), st.binary(max_size=1100)), max_size=4), st.binary(min_size=1, max_size=1275))
def test_what_does_not_fit_ends_the_list(earlier: list[tuple[int, bytes]], primary: bytes) -> None:
    read = parse_red(built := build_red(OPUS, primary, earlier), 0, len(built))
    assert read[-1].payload == primary
    repeated = [(one.ticks, one.payload) for one in reversed(read[:-1])]
    assert repeated == earlier[: len(repeated)] and len(repeated) <= 2
    assert not repeated or len(built) <= MAX_PAYLOAD


@given(st.binary(max_size=200), st.integers(0, 20), st.integers(0, 200))
def test_any_bytes_are_read_or_refused(data: bytes, offset: int, end: int) -> None:
    end = min(end, len(data))
    try:
        read = parse_red(data, offset, end)
    except MalformedPacket:
        return
    assert 1 <= len(read) <= MAX_BLOCKS
    assert sum(len(one.payload) for one in read) + 4 * (len(read) - 1) + 1 == end - offset
    assert all(0 <= one.ticks <= MAX_TICKS and one.payload_type <= 127 for one in read) and read[-1].ticks == 0


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xef",
        b"\xef\x0f\x00\x05",  # ends after a header that says another one follows
        block(OPUS, 960, b"1234") + b"\x6f" + b"123",
        block(OPUS, 960, b"") * MAX_BLOCKS + b"\x6f",
    ],
)
def test_cut_off_and_overlong_payloads_are_refused(data: bytes) -> None:
    with pytest.raises(MalformedPacket):
        parse_red(data, 0, len(data))


def test_as_many_blocks_as_allowed_are_read() -> None:
    data = block(OPUS, 960, b"") * (MAX_BLOCKS - 1) + b"\x6f"
    assert len(parse_red(data, 0, len(data))) == MAX_BLOCKS


def positions(*earlier: tuple[int, bytes], payload_type: int = OPUS) -> list[int]:
    """Of a packet with these frames (the newest first): how many packets before it those were whose place is known."""
    read = (*(Block(payload_type, *one) for one in reversed(earlier)), Block(OPUS, 0, FRAME))
    return [position for position, _block in frames_before(read)]


def test_frames_without_a_hole_in_time_are_the_packets_before() -> None:
    assert positions((960, FRAME), (1920, FRAME)) == [1, 2]
    assert positions((2880, LONG), (5760, LONG)) == [1, 2]
    assert positions((960, FRAME), (3840, LONG)) == [1, 2], "frames may change their length"


def test_one_packet_holds_three_packets_before_it_at_most() -> None:
    tiny = b"\x80"  # 2.5 ms of sound in one byte
    assert positions(*((120 * n, tiny) for n in range(1, MAX_BLOCKS))) == list(range(1, MAX_RECOVERED + 1)) == [1, 2, 3]


def test_beyond_a_hole_nobody_knows_which_packet_it_was() -> None:
    assert positions((1920, FRAME)) == [], "a sender that repeats the frame before the last"
    assert positions((960, FRAME), (2880, FRAME)) == [1]
    assert positions((960, FRAME), payload_type=9) == [], "another codec"
    assert positions((960, b"")) == []
    assert positions((960, struct.pack("B", 3))) == [], "its number of frames is cut off"
