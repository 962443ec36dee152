"""RFC 4571: frames come out as they went in, however the stream is cut; junk ends it with one typed error."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.rtp.errors import MalformedPacket
from telemed.rtp.framing import CAPACITY, MAX_FRAME, FrameReader, frame

PACKETS = st.lists(st.binary(min_size=1, max_size=MAX_FRAME), max_size=20)


def feed(reader: FrameReader, data: bytes) -> list[bytes]:
    """Give `data` in as many portions as the reader has room for; the frames that became whole."""
    found = []
    while data:
        space = reader.space()
        count = min(len(space), len(data))
        assert count > 0, "no room although every whole frame was taken"
        space[:count], data = data[:count], data[count:]
        reader.added(count)
        while (packet := reader.take()) is not None:
            found.append(bytes(packet))
    return found


@given(packets=PACKETS, cuts=st.lists(st.integers(1, 3000), min_size=1, max_size=40))
def test_frames_survive_any_cut(packets: list[bytes], cuts: list[int]) -> None:
    stream, reader, found, turn = b"".join(map(frame, packets)), FrameReader(), [], 0
    while stream:
        size = cuts[turn % len(cuts)]
        found += feed(reader, stream[:size])
        stream, turn = stream[size:], turn + 1
    assert found == packets
    assert reader.waiting == 0


@given(data=st.binary(max_size=20_000))
def test_junk_is_frames_or_one_error(data: bytes) -> None:
    reader = FrameReader()
    try:
        found = feed(reader, data)
    except MalformedPacket:
        return
    assert all(1 <= len(packet) <= MAX_FRAME for packet in found)
    assert sum(len(packet) + 2 for packet in found) + reader.waiting == len(data)


@pytest.mark.parametrize("length", [0, MAX_FRAME + 1, 0xFFFF])
def test_a_length_nobody_sends_is_refused_at_once(length: int) -> None:
    reader = FrameReader()
    with pytest.raises(MalformedPacket):
        feed(reader, length.to_bytes(2, "big"))


def test_a_begun_frame_waits_for_its_rest() -> None:
    reader = FrameReader()
    assert feed(reader, b"\x00") == []
    assert feed(reader, b"\x03ab") == []
    assert reader.waiting == 4
    assert feed(reader, b"c\x00\x01") == [b"abc"]
    assert feed(reader, b"d") == [b"d"]


def test_whole_frames_wait_in_a_bounded_buffer() -> None:
    """Who does not take is not given more room: the kernel then holds the sender back."""
    reader = FrameReader()
    one = frame(bytes(MAX_FRAME))
    stream = one * 10
    space = reader.space()
    assert len(space) == CAPACITY
    space[:] = stream[:CAPACITY]
    reader.added(CAPACITY)
    assert len(reader.space()) == 0
    assert reader.take() is not None
    assert len(reader.space()) == len(one)


def test_a_packet_longer_than_its_length_can_say_is_refused() -> None:
    assert frame(bytes(0xFFFF))[:2] == b"\xff\xff"
    with pytest.raises(ValueError, match="65535"):
        frame(bytes(0x10000))
