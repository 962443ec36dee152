"""RTCP: built, read back, read by aiortc, refused when malformed."""

from __future__ import annotations

import struct

import pytest
from aiortc import rtp as aiortc_rtp
from hypothesis import given
from hypothesis import strategies as st

from telemed.congestion.twcc_wire import parse_transport_feedback
from telemed.rtp import MalformedPacket
from telemed.rtp.rtcp import (
    Bye,
    Fir,
    Ignored,
    Nack,
    Pli,
    ReceiverReport,
    ReportBlock,
    SenderReport,
    TransportFeedback,
    build_bye,
    build_fir,
    build_nack,
    build_pli,
    build_receiver_report,
    build_sdes,
    build_sender_report,
    build_transport_feedback,
    parse_compound,
)

U8 = st.integers(0, 0xFF)
U16 = st.integers(0, 0xFFFF)
U32 = st.integers(0, 0xFFFFFFFF)
U64 = st.integers(0, 2**64 - 1)
BLOCK = st.builds(ReportBlock, U32, U8, st.integers(-0x800000, 0x7FFFFF), U32, U32, U32, U32)


@given(U32, U64, U32, U32, U32, st.text(max_size=60))
def test_sender_report_round_trip(ssrc: int, ntp64: int, timestamp: int, packets: int, octets: int, cname: str) -> None:
    data = build_sender_report(ssrc, ntp64, timestamp, packets, octets, cname)
    assert len(data) % 4 == 0
    assert parse_compound(data) == [SenderReport(ssrc, ntp64, timestamp, packets, octets, ())]
    report, description = aiortc_rtp.RtcpPacket.parse(data)
    assert (report.ssrc, report.sender_info.ntp_timestamp, report.sender_info.octet_count) == (ssrc, ntp64, octets)
    assert description.chunks[0].items == [(1, cname.encode())]


def test_counters_wrap_at_32_bits() -> None:
    [report] = parse_compound(build_sender_report(1, 2, 2**32 + 3, 2**32 + 4, 2**32 + 5, "c"))
    assert report == SenderReport(1, 2, 3, 4, 5, ())


@given(U32, st.lists(BLOCK, max_size=50))
def test_receiver_report_round_trip(ssrc: int, blocks: list[ReportBlock]) -> None:
    records = parse_compound(build_receiver_report(ssrc, blocks))
    assert len(records) == max(1, -(-len(blocks) // 31))
    read: list[ReportBlock] = []
    for record in records:
        assert isinstance(record, ReceiverReport)
        assert record.ssrc == ssrc
        read.extend(record.blocks)
    assert read == blocks


def test_sender_report_with_blocks() -> None:
    block = ReportBlock(7, 255, -1, 65536, 9, 10, 11)
    report = build_sender_report(1, 2, 3, 4, 5, "c")[:28]
    data = bytes([0x81]) + report[1:2] + struct.pack("!H", 12) + report[4:] + build_receiver_report(1, [block])[8:]
    [record] = parse_compound(data)
    assert isinstance(record, SenderReport)
    assert record.blocks == (block,)


@given(U32, U32, U16, st.sets(st.integers(0, 3000), min_size=1, max_size=200))
def test_nack_round_trip_across_the_wrap(sender: int, media: int, base: int, offsets: set[int]) -> None:
    lost = [(base + offset) & 0xFFFF for offset in sorted(offsets)]
    data = build_nack(sender, media, lost)
    assert parse_compound(data) == [Nack(sender, media, tuple(lost))]
    assert aiortc_rtp.RtcpPacket.parse(data)[0].lost == lost


def test_nack_packs_pairs_over_the_wrap_and_ignores_repetition() -> None:
    assert len(build_nack(1, 2, [65535, 0, 0, 1, 15])) == 16
    assert len(build_nack(1, 2, [65535, 16])) == 20


@pytest.mark.parametrize("lost", [[], range(0, 257 * 20, 20)])
def test_nack_size_is_bounded(lost: list[int]) -> None:
    with pytest.raises(ValueError, match="pairs"):
        build_nack(1, 2, lost)


@given(U32, U32, st.lists(st.tuples(U32, U8), max_size=20), st.lists(U32, max_size=31))
def test_small_messages_round_trip(sender: int, media: int, entries: list[tuple[int, int]], gone: list[int]) -> None:
    data = build_pli(sender, media) + build_fir(sender, entries) + build_bye(gone)
    assert parse_compound(data) == [Pli(sender, media), Fir(sender, tuple(entries)), Bye(tuple(gone))]


def test_transport_feedback_is_handed_on_whole() -> None:
    data = build_transport_feedback(1, 2, b"12345")
    assert parse_compound(data) == [TransportFeedback(1, 2, data)]
    assert len(data) == 20


def test_limits_of_builders() -> None:
    with pytest.raises(ValueError, match="31"):
        build_bye(list(range(32)))
    with pytest.raises(ValueError, match="CNAME"):
        build_sdes(1, "x" * 256)
    assert parse_compound(build_sdes(1, "x" * 255)) == []


def test_sdes_and_remb_are_skipped_and_unknown_types_noted() -> None:
    remb = struct.pack("!BBHII4sI", 0x80 | 15, 206, 4, 1, 0, b"REMB", 0)
    application = struct.pack("!BBHI4s", 0x83, 204, 2, 1, b"name")
    extended = struct.pack("!BBHI", 0x80, 207, 1, 1)
    strange = struct.pack("!BBHII", 0x80 | 9, 205, 2, 1, 2)
    data = build_sdes(1, "c") + remb + application + extended + strange + build_pli(1, 2)
    assert parse_compound(data) == [Ignored(204, 3), Ignored(207, 0), Ignored(205, 9), Pli(1, 2)]


def test_padding_is_removed() -> None:
    pli = build_pli(1, 2)
    padded = bytes([pli[0] | 0x20, pli[1], 0, 3]) + pli[4:] + b"\0\0\0\x04"
    assert parse_compound(padded) == [Pli(1, 2)]
    assert parse_compound(padded + pli) == [Pli(1, 2)] * 2


@pytest.mark.parametrize("arrivals", [1, 2, 3, 4])
def test_transport_feedback_is_padded_to_whole_words_as_chromium_does(arrivals: int) -> None:
    """Each arrival costs a byte of delta: three of four messages end within a word."""
    body = struct.pack("!HHIH", 7, arrivals, 1 << 8 | 5, 0x2000 | arrivals) + bytes([4] * arrivals)
    padding = -len(body) % 4
    filled = body + (bytes(padding - 1) + bytes([padding]) if padding else b"")
    first = 0x80 | (0x20 if padding else 0) | 15
    message = struct.pack("!BBHII", first, 205, 2 + len(filled) // 4, 1, 2) + filled
    records = parse_compound(message * 2 + build_pli(1, 2))
    assert [type(record) for record in records] == [TransportFeedback, TransportFeedback, Pli]
    assert isinstance(records[0], TransportFeedback)
    report = parse_transport_feedback(records[0].data)
    assert (report.base_sequence, len(report.received)) == (7, arrivals)


PLI = build_pli(1, 2)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80\xc8",
        b"\x00" + PLI[1:],
        PLI[:-1],
        PLI + b"\x80",
        b"\xa1\xce\x00\x02" + PLI[4:11] + b"\x00",
        b"\xa1\xce\x00\x02" + PLI[4:11] + b"\x03",
        b"\xa1\xce\x00\x02" + PLI[4:11] + b"\x0c",
        b"\x80\xc8\x00\x01abcd",
        b"\x81\xc9\x00\x01abcd",
        b"\x80\xc9\x00\x00",
        b"\x82\xcb\x00\x01abcd",
        b"\x81\xce\x00\x01abcd",
        b"\x81\xcd\x00\x00",
        b"\x84\xce\x00\x03" + bytes(12),
        bytes(1501),
        b"\x80\xcb\x00\x00" * 65,
    ],
    ids=[
        *("empty short version cut tail pad-0 pad-3 pad-long sr rr-block rr bye pli nack fir large many".split()),
    ],
)
def test_malformed_datagrams_are_refused(data: bytes) -> None:
    with pytest.raises(MalformedPacket):
        parse_compound(data)


def test_sixty_four_packets_are_still_read() -> None:
    assert parse_compound(b"\x80\xcb\x00\x00" * 64) == [Bye(())] * 64


def test_round_trip_estimate() -> None:
    from telemed.rtp.ntp import from_ntp64, middle32, to_ntp64
    from telemed.rtp.round_trip import RoundTripEstimator

    estimator = RoundTripEstimator()
    ntp64 = to_ntp64(3_900_000_000.25)
    assert from_ntp64(ntp64) == pytest.approx(3_900_000_000.25)
    estimator.on_report_sent(ntp64, now=100.0)
    assert estimator.on_report_block(0, 0, 100.5) is None
    assert estimator.on_report_block(12345, 0, 100.5) is None
    assert estimator.on_report_block(middle32(ntp64), 65536 // 2, 100.6) == pytest.approx(0.1)
    assert estimator.smoothed == pytest.approx(0.1)
    assert estimator.on_report_block(middle32(ntp64), 65536 * 5, 101.0) == 0.0
    assert estimator.smoothed == pytest.approx(0.0875)
    assert estimator.on_report_block(middle32(ntp64), 0, 200.0) is None
    for second in range(1, 9):
        estimator.on_report_sent(to_ntp64(3_900_000_000.25 + second), now=100.0 + second)
    assert estimator.on_report_block(middle32(ntp64), 0, 101.0) is None
