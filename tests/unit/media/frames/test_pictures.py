"""Whole pictures come out as they went in, for each codec; one that misses a packet does not, nor what builds on it."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.media.frames import av1, h264, vp9
from telemed.media.frames.picture import MAX_PIECES
from telemed.media.frames.records import Frame
from telemed.media.frames.track import TrackFrames
from telemed.rtp.errors import MalformedPacket
from tests.adapters.recording.encoded import Encoded
from tests.adapters.recording.packetised import MTU, Sender, av1_payloads, h264_payloads, header, vp9_payloads

CODECS = ("vp8", "vp9", "h264", "av1")
VP8_KEY = bytes([0x10, 0, 0, 0x9D, 0x01, 0x2A, 0x40, 0x01, 0xF0, 0x00])  # 320 x 240
VP8_DELTA = bytes([0x11, 0, 0])
VP9_KEY = bytes.fromhex("824983420013f00ef60638241c18420000")  # 320 x 240
VP9_DELTA = b"\x86\x00\x40\x92"
AV1_SEQUENCE = bytes.fromhex("0a0b000000043cffbc4af90040")  # 320 x 240, with its size field
SPS = bytes.fromhex("6742c00dda0507e840000003004000000f23c50aa8")  # 320 x 240
PPS = bytes.fromhex("68ce3c80")


def picture(codec: str, number: int, key: bool, size: int) -> bytes:
    """A picture that says which it is; as the codec's depacketiser gives it back."""
    filler = bytes((number * 7 + index) % 251 + 1 for index in range(size))
    if codec == "vp8":
        return (VP8_KEY if key else VP8_DELTA) + filler
    if codec == "vp9":
        return (VP9_KEY if key else VP9_DELTA) + filler
    if codec == "av1":
        frame = bytes([0x32]) + av1.leb128(len(filler)) + filler
        return (AV1_SEQUENCE if key else b"") + frame
    units = [SPS, PPS, b"\x65" + filler] if key else [b"\x61" + filler]
    return b"".join(h264.START_CODE + unit for unit in units)


def sent(codec: str, count: int, key_every: int, size: int) -> tuple[list[Encoded], list[bytes], list[int]]:
    """(pictures, packets, index of the picture of each packet)."""
    frames = [
        Encoded(
            number * 40_000, picture(codec, number, number % key_every == 0, size + number % 3 * MTU), number % key_every == 0
        )
        for number in range(count)
    ]
    packets: list[bytes] = []
    owners: list[int] = []
    sender = Sender(codec, 7)
    stamps: dict[int, int] = {}
    for packet in sender.packets(frames):
        owners.append(stamps.setdefault(packet.at_us, len(stamps)))
        packets.append(packet.data)
    return frames, packets, owners


def frames_of(codec: str, packets: list[bytes]) -> list[Frame]:
    track = TrackFrames(codec, lambda _ssrc, timestamp, _arrival: (timestamp - 0xFFFFF000) % 2**32 * 100 // 9)
    given = [frame for index, data in enumerate(packets) for frame in track.push(0, data, index * 1000)]
    return given + track.flush()


@pytest.mark.parametrize("codec", CODECS)
def test_all_pictures_come_back(codec: str) -> None:
    frames, packets, _ = sent(codec, 12, 5, 300)
    given = frames_of(codec, packets)
    assert [frame.data for frame in given] == [frame.data for frame in frames]
    assert [frame.key for frame in given] == [frame.key for frame in frames]
    assert [frame.time_us for frame in given] == [frame.at_us for frame in frames]
    assert {(frame.width, frame.height) for frame in given if frame.key} == {(320, 240)}
    assert not any(frame.after_loss for frame in given)


@given(codec=st.sampled_from(CODECS), data=st.data())
def test_what_was_lost_takes_what_builds_on_it_along(codec: str, data: st.DataObject) -> None:
    key_every = data.draw(st.integers(2, 8))
    frames, packets, owners = sent(codec, 24, key_every, data.draw(st.integers(1, 3000)))
    lost = data.draw(st.sets(st.integers(0, len(packets) - 1), max_size=6))
    order = data.draw(st.permutations(range(min(4, len(packets)))))  # the first ones shuffled, but the very first
    rest = [index for index in range(len(packets)) if index not in lost]
    swapped = rest[:1] + [rest[1:][at] for at in sorted(range(len(rest) - 1), key=lambda at: (at // 4, order[at % len(order)]))]
    given = frames_of(codec, [packets[index] for index in swapped])
    broken = {owners[index] for index in lost}
    expected, follows = [], False
    for number, frame in enumerate(frames):
        follows = number not in broken and (follows or frame.key)
        if follows:
            expected.append(frame.data)
    assert [frame.data for frame in given] == expected


def test_a_picture_lost_whole_is_noticed_and_said() -> None:
    frames, packets, owners = sent("vp8", 12, 4, 10)
    given = frames_of("vp8", [packet for packet, owner in zip(packets, owners, strict=True) if owner != 1])
    assert [frame.data for frame in given] == [frames[number].data for number in (0, *range(4, 12))]
    assert [frame.after_loss for frame in given] == [False, True, *[False] * 7]


def test_numbers_of_padding_break_no_chain() -> None:
    """Padding alone is not recorded, and takes numbers: VP8 and VP9 say by picture numbers that nothing is missing."""
    for codec in ("vp8", "vp9"):
        sender = Sender(codec, 7)
        frames = [Encoded(number * 40_000, picture(codec, number, number == 0, 10), number == 0) for number in range(6)]
        packets = []
        for packet in sender.packets(frames):
            packets.append(packet.data)
            sender.sequence += 3
        assert [frame.data for frame in frames_of(codec, packets)] == [frame.data for frame in frames]


@given(codec=st.sampled_from((*CODECS, "opus")), packets=st.lists(st.binary(max_size=60), max_size=30))
def test_any_bytes_are_survived(codec: str, packets: list[bytes]) -> None:
    head = bytes([0x80, 0xE0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1])
    numbered = [head[:3] + bytes([index]) + head[4:] + data for index, data in enumerate(packets)]
    frames_of(codec, packets)
    frames_of(codec, numbered)


@given(codec=st.sampled_from(CODECS), data=st.data())
def test_changed_packets_are_survived(codec: str, data: st.DataObject) -> None:
    _, packets, _ = sent(codec, 6, 3, 100)
    index = data.draw(st.integers(0, len(packets) - 1))
    changed = bytearray(packets[index])
    for _ in range(data.draw(st.integers(1, 5))):
        changed[data.draw(st.integers(12, len(changed) - 1))] = data.draw(st.integers(0, 255))
    packets[index] = bytes(changed)
    frames_of(codec, packets)


def tiny_pieces(codec: str, number: int) -> bytes:
    """A payload that makes as many pieces as one can: each costs its receiver many times what it costs the sender."""
    return {
        "vp8": bytes([0x90 if not number else 0x80, 0x80, 0x80, 1, 7]),
        "vp9": bytes([0x88 if not number else 0x80, 0x80, 1, 7]),
        "h264": bytes([0x60 | 24]) + bytes([0, 1, 0x61]) * 360,
        "av1": bytes([0x08 if not number else 0]) + bytes([1, 0x30]) * 540,
    }[codec]


@pytest.mark.parametrize("codec", ["h264", "av1"])
def test_what_many_tiny_pieces_cost_is_bounded(codec: str) -> None:
    track = TrackFrames(codec, lambda _ssrc, _timestamp, arrival: arrival)
    tracemalloc.start()
    for number in range(200):
        track.push(0, header(False, 96, number, 0, 7) + tiny_pieces(codec, number), number)
    held = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert held < 100 * MAX_PIECES


@pytest.mark.parametrize("codec", CODECS)
def test_a_picture_of_countless_pieces_is_none(codec: str) -> None:
    """And the next one is whole again."""
    track = TrackFrames(codec, lambda _ssrc, _timestamp, arrival: arrival)
    for number in range(MAX_PIECES + 1):
        is_last = number == MAX_PIECES
        assert not track.push(0, header(is_last, 96, number, 0, 7) + tiny_pieces(codec, number), number)
    (frame,) = track.push(0, key_packet(codec, MAX_PIECES + 1), 10**9)
    assert frame.key


def key_packet(codec: str, number: int) -> bytes:
    sender = Sender(codec, 7, first_sequence=number, first_timestamp=90_000)
    (packet,) = sender.packets([Encoded(0, picture(codec, 0, True, 100), True)])
    return packet.data


def test_spatial_layers_make_one_superframe() -> None:
    low, high = VP9_KEY + b"low", b"\x86high layer"
    payloads = vp9_payloads(low, 5, key=True) + vp9_payloads(high, 5)
    payloads = [
        bytes([payload[0] | 0x20]) + payload[1:3] + bytes([layer << 1, 0]) + payload[3:] for layer, payload in enumerate(payloads)
    ]
    picture = vp9.Vp9Depacketiser()
    assert [picture.begins(payload, 0, len(payload)) for payload in payloads] == [True, False]
    for payload in payloads:
        picture.add(payload, 0, len(payload))
    whole = picture.finish()
    assert whole is not None and whole.key and (whole.width, whole.height) == (320, 240)
    assert whole.data == low + high + bytes([0xC1, len(low), len(high), 0xC1])


def test_descriptors_are_read_whole() -> None:
    structure = bytes([0x18, 1, 64, 1, 224, 1, 0x04, 1])  # a layer with its size, a picture of a group with a reference
    assert vp9.descriptor_length(bytes([0x8A, 0x81, 0x23]) + structure + b"x", 0, 12) == 11
    assert vp9.descriptor_length(bytes([0xD8, 0x05, 0x03, 0x03, 0x02]) + b"x", 0, 6) == 5
    with pytest.raises(MalformedPacket):
        vp9.descriptor_length(bytes([0xD8, 0x05, 0x03]), 0, 3)


def test_elements_of_av1_with_a_count() -> None:
    unit = av1.Av1Depacketiser()
    sequence, frame = bytes([0x08]) + AV1_SEQUENCE[2:], bytes([0x30]) + b"picture"
    unit.add(bytes([0x28]) + av1.leb128(len(sequence)) + sequence + frame, 0, 2 + len(sequence) + len(frame))
    whole = unit.finish()
    assert whole is not None and whole.key and (whole.width, whole.height) == (320, 240)
    assert whole.data == AV1_SEQUENCE + bytes([0x32, 7]) + b"picture"


def test_key_frames_without_their_sets_get_the_last_ones() -> None:
    units = h264.H264Depacketiser()
    for unit in (SPS, PPS, b"\x65first"):
        units.add(unit, 0, len(unit))
    first = units.finish()
    units.add(b"\x65second", 0, 7)
    second = units.finish()
    assert first is not None and second is not None
    assert second.data == b"".join(h264.START_CODE + unit for unit in (SPS, PPS, b"\x65second"))
    assert h264.parameter_sets(second.data) == h264.parameter_sets(first.data) == h264.START_CODE.join((b"", SPS, PPS))


def test_key_frames_keep_all_their_sets() -> None:
    """An encoder may have several; whichever a slice names, a decoder finds it."""
    units, small = h264.H264Depacketiser(), b"\x68\x53\x80"
    for unit in (b"\x09\x10", SPS, PPS, small, b"\x65picture"):
        units.add(unit, 0, len(unit))
    whole = units.finish()
    assert whole is not None and (whole.width, whole.height) == (320, 240)
    assert whole.data == b"".join(h264.START_CODE + unit for unit in (SPS, PPS, small, b"\x65picture"))
    assert h264.parameter_sets(whole.data) == b"".join(h264.START_CODE + unit for unit in (SPS, PPS, small))


def test_sets_of_an_impossible_size_are_not_repeated() -> None:
    units = h264.H264Depacketiser()
    for unit in (SPS, PPS, b"\x68" + bytes(h264.MAX_SETS_BYTES), b"\x65picture"):
        units.add(unit, 0, len(unit))
    with pytest.raises(MalformedPacket):
        units.finish()
    units.add(b"\x65picture", 0, 8)
    with pytest.raises(MalformedPacket):
        units.finish()  # nothing of them was kept


@given(payload=st.sampled_from(h264_payloads(picture("h264", 1, True, 3000), 0)), data=st.data())
def test_cut_off_payloads_of_h264_are_refused_or_taken_whole(payload: bytes, data: st.DataObject) -> None:
    """Whatever is left of a payload, nothing beyond its end is read, and only typed errors come of it."""
    end = data.draw(st.integers(0, len(payload)))
    units = h264.H264Depacketiser()
    units.begins(payload, 0, end)
    behind = payload[:end] + data.draw(st.binary(max_size=8))
    given = []
    for content in (payload[:end], behind):
        try:
            units.add(content, 0, end)
            whole = units.finish()
            given.append(None if whole is None else whole.data)
        except MalformedPacket:
            units = h264.H264Depacketiser()
            given.append(None)
    assert given[0] == given[1]


@given(st.lists(st.binary(max_size=40), max_size=6))
def test_any_payloads_make_a_picture_of_h264_or_a_typed_error(payloads: list[bytes]) -> None:
    units = h264.H264Depacketiser()
    for payload in (*payloads, SPS, PPS, b"\x65picture"):
        try:
            units.add(payload, 0, len(payload))
        except MalformedPacket:
            units = h264.H264Depacketiser()
    try:
        whole = units.finish()
    except MalformedPacket:
        return
    assert whole is not None and whole.key
    assert whole.data.startswith(h264.parameter_sets(whole.data))


@given(st.integers(0, len(SPS) - 1), st.binary(max_size=30))
def test_sequence_parameters_that_are_cut_off_or_wrong(end: int, rest: bytes) -> None:
    for unit in (SPS[:end], SPS[: max(end, 1)] + rest):
        try:
            width, height = h264.sequence_size(unit)
        except MalformedPacket:
            continue
        assert width > 0 and height > 0


@given(st.integers(0, 2**56 - 1))
def test_lengths_of_av1(value: int) -> None:
    written = av1.leb128(value)
    assert av1.read_leb128(written, 0, len(written)) == (value, len(written))


@given(st.binary(min_size=1, max_size=5000))
def test_elements_over_many_packets(content: bytes) -> None:
    unit = av1.Av1Depacketiser()
    data = bytes([0x32]) + av1.leb128(len(content)) + content
    for payload in av1_payloads(AV1_SEQUENCE + data, 0, key=True):
        unit.add(payload, 0, len(payload))
    whole = unit.finish()
    assert whole is not None and whole.data == AV1_SEQUENCE + data
