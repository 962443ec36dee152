"""RTP headers: what is refused, what is read, what subscribers are sent."""

from __future__ import annotations

import struct

import pytest
from aiortc.rtp import RtpPacket
from hypothesis import given
from hypothesis import strategies as st

from telemed.rtp import MalformedPacket
from telemed.rtp.header import (
    EgressTemplate,
    find_extension,
    is_rtcp,
    iter_extensions,
    one_byte_extensions,
    packet_packer,
    parse_header,
    scan_extensions,
)
from tests.unit.rtp.packets import one_byte, rtp, two_byte


@pytest.mark.parametrize(
    ("second", "expected"), [(191, False), (192, True), (200, True), (207, True), (223, True), (224, False), (96, False)]
)
def test_rtcp_is_told_by_the_second_byte(second: int, expected: bool) -> None:
    assert is_rtcp(bytes([0x80, second, 0, 0])) is expected


def test_short_data_is_not_rtcp() -> None:
    assert not is_rtcp(b"")
    assert not is_rtcp(b"\x80")


def test_plain_header() -> None:
    packet = rtp(marker=1, payload_type=111, sequence=65535, timestamp=2**32 - 1, ssrc=2**32 - 1)
    assert parse_header(packet) == (1, 111, 65535, 2**32 - 1, 2**32 - 1, 12, 0)


def test_csrcs_extension_and_padding_are_measured() -> None:
    packet = rtp(csrcs=(1, 2), extensions=one_byte((3, b"ab")), payload=b"xyz", padding=4)
    marker, _, _, _, _, header_length, padding_length = parse_header(packet)
    assert marker == 0
    assert header_length == 12 + 8 + 4 + 4
    assert packet[header_length : len(packet) - padding_length] == b"xyz"


def test_padding_only_packet() -> None:
    packet = rtp(payload=b"", padding=255)
    header_length, padding_length = parse_header(packet)[5:]
    assert len(packet) - padding_length == header_length


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_any_bytes_like_will_do(kind: type) -> None:
    packet = kind(rtp(extensions=one_byte((5, b"q"))))
    assert parse_header(packet)[5] == 20
    assert find_extension(packet, 5) == (17, 1)


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        rtp()[:11],
        b"\x00" + rtp()[1:],
        b"\xc0" + rtp()[1:],
        b"\x8f" + rtp(payload=b"")[1:],
        b"\x90" + rtp(payload=b"abc")[1:],
        b"\x90" + rtp(payload=b"\xbe\xde\x00\x01abc")[1:],
        b"\xa0" + rtp(payload=b"\x00")[1:],
        b"\xa0" + rtp(payload=b"abc\x05")[1:],
        b"\xa0" + rtp(payload=b"")[1:],
    ],
    ids=["empty", "short", "v0", "v3", "csrc", "ext-head", "ext-body", "pad-0", "pad-long", "pad-none"],
)
def test_malformed_headers_are_refused(packet: bytes) -> None:
    with pytest.raises(MalformedPacket):
        parse_header(packet)


@pytest.mark.parametrize(("profile", "form"), [(0xBEDE, one_byte), (0x1000, two_byte), (0x100F, two_byte)])
def test_extensions_in_both_forms(profile: int, form: object) -> None:
    body = form((1, b"\x95"), (3, b"\x12\x34"), (4, b"mid"))  # type: ignore[operator]
    packet = rtp(csrcs=(9,), profile=profile, extensions=b"\x00" + body)
    offset, length = find_extension(packet, 4)
    assert packet[offset : offset + length] == b"mid"
    assert find_extension(packet, 9) == (-1, 0)
    assert scan_extensions(packet, 3, 1) == (0x1234, 0x15)
    assert scan_extensions(packet, 0, 0) == (-1, -1)
    assert [(i, packet[o : o + n]) for i, o, n in iter_extensions(packet)] == [(1, b"\x95"), (3, b"\x12\x34"), (4, b"mid")]


def test_other_profiles_and_no_extension_hold_nothing() -> None:
    other = rtp(profile=0x1234, extensions=one_byte((3, b"ab")))
    for packet in (rtp(), other, rtp(profile=0x1010, extensions=two_byte((3, b"a")))):
        assert find_extension(packet, 3) == (-1, 0)
        assert list(iter_extensions(packet)) == []
        assert scan_extensions(packet, 3, 1) == (-1, -1)


def test_reserved_and_broken_elements_end_the_walk() -> None:
    reserved = rtp(extensions=one_byte((1, b"a"), (15, b"b"), (3, b"cd")))
    assert [found[0] for found in iter_extensions(reserved)] == [1]
    assert find_extension(reserved, 15) == find_extension(reserved, 3) == (-1, 0)
    zero_with_length = rtp(extensions=b"\x01\xff\xff" + one_byte((3, b"cd")))
    assert find_extension(zero_with_length, 3) == (-1, 0)
    cut_off = rtp(extensions=b"\x10a\x3f")
    assert scan_extensions(cut_off, 3, 1) == (-1, ord("a"))
    assert find_extension(cut_off, 3) == (-1, 0)
    assert find_extension(rtp(profile=0x1000, extensions=b"\x03\x09ab"), 3) == (-1, 0)
    assert find_extension(rtp(profile=0x1000, extensions=b"\x00\x00\x00\x03"), 3) == (-1, 0)


def test_empty_two_byte_element_is_found_with_length_zero() -> None:
    packet = rtp(profile=0x1000, extensions=two_byte((7, b""), (8, b"x")))
    assert find_extension(packet, 7) == (18, 0)
    assert scan_extensions(packet, 7, 7) == (-1, -1)


def write(template: EgressTemplate, out: bytearray, payload: bytes, marker: int, sequence: int, timestamp: int) -> int:
    """A first copy as the packet path writes it; its length."""
    first, plain, marked, ssrc, extensions = template.head
    pack = packet_packer(len(extensions), len(payload))
    pack(out, 0, first, marked if marker else plain, sequence, timestamp, ssrc, extensions, payload)
    return template.header_length + len(payload)


def test_template_replaces_everything_but_payload_and_marker() -> None:
    packet = rtp(marker=1, csrcs=(1, 2), extensions=one_byte((3, b"ab")), payload=b"frame", padding=8)
    marker, _, _, _, _, start, padding = parse_header(packet)
    out = bytearray(1500)
    template = EgressTemplate(0xDEADBEEF, 45, b"12", 4)
    length = write(template, out, packet[start : len(packet) - padding], marker, 65535, 2**32 - 1)
    written = bytes(out[:length])
    assert len(out) == 1500
    assert parse_header(written) == (1, 45, 65535, 2**32 - 1, 0xDEADBEEF, template.header_length, 0)
    assert written[template.header_length :] == b"frame"
    assert [(i, written[o : o + n]) for i, o, n in iter_extensions(written)] == [(4, b"12")]


def test_template_without_mid_writes_a_bare_header() -> None:
    out = bytearray(64)
    for template in (EgressTemplate(1, 96), EgressTemplate(1, 96, b"0", 0), EgressTemplate(1, 96, b"", 4)):
        length = write(template, out, b"data", 0, 7, 8)
        assert bytes(out[:length]) == rtp(sequence=7, timestamp=8, ssrc=1, payload=b"data")


def test_template_refuses_what_does_not_fit_and_never_grows_the_buffer() -> None:
    out = bytearray(20)
    template = EgressTemplate(1, 96)
    with pytest.raises(struct.error):
        write(template, out, bytes(9), 0, 1, 1)
    with pytest.raises(MalformedPacket):
        template.write_rtx(out, bytes(7), 0, 1, 1, 1)
    assert len(out) == 20
    assert write(template, out, bytes(8), 0, 1, 1) == 20


@pytest.mark.parametrize("element", [(0, b"a"), (15, b"a"), (1, b""), (1, bytes(17))])
def test_impossible_extension_elements_are_our_mistake(element: tuple[int, bytes]) -> None:
    with pytest.raises(ValueError, match="one-byte"):
        one_byte_extensions([element])


@given(
    st.integers(0, 1),
    st.integers(0, 127),
    st.integers(0, 0xFFFF),
    st.integers(0, 0xFFFFFFFF),
    st.integers(0, 0xFFFFFFFF),
    st.binary(max_size=1200),
    st.text("0123456789abcdef", max_size=16),
)
def test_written_packets_read_back_by_us_and_by_aiortc(
    marker: int, payload_type: int, sequence: int, timestamp: int, ssrc: int, payload: bytes, mid: str
) -> None:
    out = bytearray(1500)
    template = EgressTemplate(ssrc, payload_type, mid.encode(), 9)
    length = write(template, out, payload, marker, sequence, timestamp)
    written = bytes(out[:length])
    assert parse_header(written) == (marker, payload_type, sequence, timestamp, ssrc, template.header_length, 0)
    other = RtpPacket.parse(written)
    assert (other.marker, other.payload_type, other.sequence_number) == (marker, payload_type, sequence)
    assert (other.timestamp, other.ssrc, other.payload, other.csrc) == (timestamp, ssrc, payload, [])


@given(st.lists(st.tuples(st.integers(1, 14), st.binary(min_size=1, max_size=16)), max_size=6, unique_by=lambda e: e[0]))
def test_built_extensions_read_back(elements: list[tuple[int, bytes]]) -> None:
    block = one_byte_extensions(elements)
    packet = b"\x90" + rtp(payload=b"")[1:] + block + b"payload"
    assert parse_header(packet)[5] == 12 + len(block)
    assert [(i, packet[o : o + n]) for i, o, n in iter_extensions(packet)] == elements
    for ext_id, value in elements:
        offset, length = find_extension(packet, ext_id)
        assert packet[offset : offset + length] == value
