"""Random and mutated bytes: parsers answer or raise MalformedPacket, nothing else, and stay within the data."""

from __future__ import annotations

import contextlib
import struct

from hypothesis import example, given, settings
from hypothesis import strategies as st

from telemed.congestion.twcc import TwccRecorder, parse_transport_feedback
from telemed.rtp import MalformedPacket
from telemed.rtp.header import (
    EgressTemplate,
    find_extension,
    is_rtcp,
    iter_extensions,
    parse_header,
    scan_extensions,
)
from telemed.rtp.opus import packet_samples
from telemed.rtp.rtcp import (
    ReportBlock,
    build_bye,
    build_fir,
    build_nack,
    build_pli,
    build_receiver_report,
    build_sender_report,
    parse_compound,
)
from telemed.rtp.rtx import restore_original
from telemed.rtp.vp8 import frame_size, is_keyframe, parse_descriptor

DATAGRAM = st.binary(max_size=1500)
RTP_LIKE = st.builds(
    lambda first, rest, profile, words, body: bytes([0x80 | first]) + rest + profile + struct.pack("!H", words) + body,
    st.integers(0, 63),
    st.binary(min_size=11, max_size=11),
    st.sampled_from([b"\xbe\xde", b"\x10\x00", b"\x10\x0f", b"\x00\x00"]),
    st.integers(0, 12),
    st.binary(max_size=80),
)


def seed_rtcp() -> bytes:
    """One of everything we can build."""
    recorder = TwccRecorder()
    for sequence in (65530, 65531, 2, 3, 40, 41):
        recorder.record(sequence, 1_000_000 + sequence * 7000)
    block = ReportBlock(1, 2, 3, 4, 5, 6, 7)
    return b"".join(
        [
            build_sender_report(1, 2, 3, 4, 5, "cname"),
            build_receiver_report(1, [block, block]),
            build_nack(1, 2, [65535, 0, 7, 500]),
            build_pli(1, 2),
            build_fir(1, [(2, 3)]),
            *recorder.build(1, 2),
            build_bye([1, 2]),
        ]
    )


MUTATION = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=8)


def mutate(data: bytes, changes: list[tuple[int, int]], cut: int) -> bytes:
    """Overwrite some bytes and cut the tail."""
    changed = bytearray(data)
    for position, value in changes:
        changed[position % len(changed)] = value
    return bytes(changed[: len(changed) - cut])


@given(DATAGRAM | RTP_LIKE)
@settings(max_examples=400)
@example(b"\x90" + bytes(11) + b"\xbe\xde\x00\x00")
@example(b"\xb0" + bytes(11) + b"\xbe\xde\x00\x01\xff\xff\xff\x01")
def test_rtp_header_and_extensions(data: bytes) -> None:
    is_rtcp(data)
    found = list(iter_extensions(data))
    for ext_id, offset, length in found:
        assert 0 < ext_id < 256
        assert 16 < offset <= offset + length <= len(data)
        assert find_extension(data, ext_id)[0] <= offset
    ids = {entry[0] for entry in found}
    assert all((find_extension(data, ext_id) != (-1, 0)) == (ext_id in ids) for ext_id in range(1, 16))
    sequence, level = scan_extensions(data, 3, 1)
    assert -1 <= sequence <= 0xFFFF
    assert -1 <= level <= 127
    try:
        marker, payload_type, _, timestamp, ssrc, start, padding = parse_header(data)
    except MalformedPacket:
        return
    end = len(data) - padding
    assert 12 <= start <= end <= len(data)
    out = bytearray(1600)
    length = EgressTemplate(ssrc, payload_type, b"0", 1).write_rtx(out, data[start:end], marker, 9, timestamp, 5)
    assert parse_header(bytes(out[:length]))[:5] == (marker, payload_type, 9, timestamp, ssrc)
    with contextlib.suppress(MalformedPacket):
        restored = restore_original(data, start, padding, 5, 96)
        assert restored is None or parse_header(restored)[4:] == (5, start, 0)


@given(DATAGRAM, st.integers(0, 20), st.integers(0, 1500))
def test_payload_peeks(data: bytes, start: int, end: int) -> None:
    end = min(end, len(data))
    is_keyframe(data, start, end)
    frame_size(data, start, end)
    with contextlib.suppress(MalformedPacket):
        length = parse_descriptor(data, start, end)[0]
        assert start + length < end
    with contextlib.suppress(MalformedPacket):
        assert 0 < packet_samples(data, start, end) <= 5760


@given(st.binary(max_size=1600))
def test_random_rtcp(data: bytes) -> None:
    with contextlib.suppress(MalformedPacket):
        parse_compound(data)


@given(st.integers(0, 63), st.integers(199, 208), st.binary(max_size=200))
@settings(max_examples=400)
def test_framed_rtcp(first: int, packet_type: int, body: bytes) -> None:
    body += bytes(-len(body) % 4)
    with contextlib.suppress(MalformedPacket):
        assert len(parse_compound(struct.pack("!BBH", 0x80 | first, packet_type, len(body) // 4) + body)) <= 1


@given(MUTATION, st.integers(0, 60))
@settings(max_examples=400)
def test_mutated_rtcp(changes: list[tuple[int, int]], cut: int) -> None:
    with contextlib.suppress(MalformedPacket):
        parse_compound(mutate(seed_rtcp(), changes, cut))


@given(st.binary(max_size=300), st.integers(0, 0xFFFF))
@settings(max_examples=400)
def test_random_transport_feedback(body: bytes, count: int) -> None:
    """Announcing 65535 statuses must not make us build 65535 of anything."""
    body += bytes(-len(body) % 4)
    data = struct.pack("!BBHIIHHI", 0x8F, 205, 4 + len(body) // 4, 1, 2, 0, count, 0) + body
    with contextlib.suppress(MalformedPacket):
        assert len(parse_transport_feedback(data).received) <= len(body)


@given(MUTATION, st.integers(0, 20))
@settings(max_examples=400)
def test_mutated_transport_feedback(changes: list[tuple[int, int]], cut: int) -> None:
    recorder = TwccRecorder()
    for number in range(120):
        if number % 7:
            recorder.record(65500 + number & 0xFFFF, 1_000_000 + number * (40_000 if number % 11 == 0 else 900))
    with contextlib.suppress(MalformedPacket):
        parse_transport_feedback(mutate(recorder.build(1, 2)[0], changes, cut))


@given(st.lists(st.tuples(st.integers(0, 0xFFFF), st.integers(0, 2**44)), max_size=300))
def test_recorder_survives_any_sequence_and_clock(packets: list[tuple[int, int]]) -> None:
    recorder = TwccRecorder()
    for position, (sequence, arrival) in enumerate(packets):
        recorder.record(sequence, arrival)
        if position % 50 == 49:
            assert all(len(message) <= 1200 for message in recorder.build(1, 2))
    messages = recorder.build(1, 2)
    assert len(messages) <= 16
    for message in messages:
        parse_transport_feedback(message)
