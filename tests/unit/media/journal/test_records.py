"""Records come back as they were kept; anything else is refused, never guessed."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.media.control import Source
from telemed.media.journal.ports import JournalCodec, JournalHead
from telemed.media.journal.records import (
    COUNT_BYTES,
    MAX_JSON_BYTES,
    RECORD_BYTES,
    ChunkRecords,
    ClockRecord,
    EndRecord,
    EventRecord,
    HeadRecord,
    PacketRecord,
    Record,
    RecordError,
    RecordKind,
    ReportRecord,
    clock_body,
    decode_records,
    event_body,
    head_body,
    kind_number,
    report_body,
)
from tests.unit.media.journal.written import HEAD, Plain, encode, plain

TIME = st.integers(0, 2**64 - 1)
LANE = st.integers(0, 255)
U32 = st.integers(0, 2**32 - 1)
WORD = st.text(max_size=20)
NUMBER = st.integers(0, 2**53)
DETAILS = st.dictionaries(WORD.filter(lambda word: word != "what"), st.one_of(st.none(), st.booleans(), NUMBER, WORD), max_size=4)
CODECS = st.builds(JournalCodec, WORD, NUMBER, NUMBER, NUMBER, WORD)
HEADS = st.builds(JournalHead, WORD, WORD, st.sampled_from(Source), CODECS, st.lists(WORD, max_size=3).map(tuple), NUMBER, TIME)

RECORDS: st.SearchStrategy[Record] = st.one_of(
    st.builds(PacketRecord, TIME, LANE, st.binary(max_size=200)),
    st.builds(ReportRecord, TIME, LANE, U32, TIME, U32),
    st.builds(EventRecord, TIME, WORD, DETAILS),
    st.builds(ClockRecord, TIME, TIME),
    HEADS.map(lambda head: HeadRecord(head.monotonic_us, head)),
    st.builds(EndRecord, TIME),
)


def before(record: Record) -> Plain:
    match record:
        case PacketRecord(at_us, lane, data):
            return plain(RecordKind.PACKET, at_us, data, lane)
        case ReportRecord(at_us, lane, ssrc, ntp, rtp):
            return plain(RecordKind.REPORT, at_us, report_body(ssrc, ntp, rtp), lane)
        case EventRecord(at_us, what, details):
            return plain(RecordKind.EVENT, at_us, event_body(what, details))
        case ClockRecord(at_us, utc_us):
            return plain(RecordKind.CLOCK, at_us, clock_body(utc_us))
        case HeadRecord(at_us, head):
            return plain(RecordKind.HEAD, at_us, head_body(head))
        case EndRecord(at_us):
            return plain(RecordKind.END, at_us)


@given(st.lists(RECORDS, max_size=12))
def test_what_was_encoded_is_decoded(records: list[Record]) -> None:
    assert list(decode_records(encode(list(map(before, records))))) == records


@given(st.lists(RECORDS, min_size=1, max_size=4), st.data())
def test_cut_anywhere_or_with_more_behind_nothing_is_read(records: list[Record], data: st.DataObject) -> None:
    whole = encode(list(map(before, records)))
    cut = data.draw(st.integers(0, len(whole) - 1))
    for wrong in (whole[:cut], whole + b"x"):
        with pytest.raises(RecordError):
            next(decode_records(wrong))


@given(st.binary(max_size=300))
def test_noise_is_refused_or_read_to_its_end(noise: bytes) -> None:
    try:
        read = list(decode_records(noise))
    except RecordError:
        return
    assert (
        encode(list(map(before, read)))[: COUNT_BYTES + len(read) * RECORD_BYTES]
        == noise[: COUNT_BYTES + len(read) * RECORD_BYTES]
    )


@given(st.lists(st.tuples(st.binary(max_size=50), TIME, LANE), max_size=20))
def test_a_batch_is_kept_like_its_packets_one_by_one(batch: list[tuple[bytes, int, int]]) -> None:
    together = ChunkRecords()
    bodies, times, kinds = ([row[place] for row in batch] for place in range(3))
    together.extend(bodies, times, kinds)
    assert together.packets() == len(batch)
    assert together.encode() == encode([plain(RecordKind.PACKET, at_us, body, lane) for body, at_us, lane in batch])


def test_what_is_out_of_range_adds_nothing() -> None:
    chunk = ChunkRecords()
    chunk.add(RecordKind.EVENT, 1, event_body("begin"))
    size = chunk.size
    for times, kinds in (([1, -1], [0, 0]), ([1, 2**64], [0, 0]), ([1, 1], [0, 2**16]), ([1, 1], [0, -1])):
        with pytest.raises(OverflowError):
            chunk.extend([b"x", b"y"], times, kinds)
    with pytest.raises(TypeError):
        chunk.extend([b"x"], [1.5], [0])  # type: ignore[list-item]
    assert (len(chunk), chunk.size, chunk.packets()) == (1, size, 0)
    assert list(decode_records(chunk.encode())) == [EventRecord(1, "begin", {})]


def broken(kind: int, body: bytes, lane: int = 0) -> bytes:
    return struct.pack("!IHIQ", 1, kind << 8 | lane, len(body), 7) + body


HEAD_WITHOUT_TRACK = head_body(HEAD).replace(b'"track_id"', b'"other_id"')


@pytest.mark.parametrize(
    "data",
    [
        b"",
        bytes(3),
        struct.pack("!I", 2**32 - 1),
        broken(99, b""),
        broken(RecordKind.REPORT, bytes(15)),
        broken(RecordKind.REPORT, bytes(17)),
        broken(RecordKind.CLOCK, bytes(7)),
        broken(RecordKind.CLOCK, bytes(8), lane=1),
        broken(RecordKind.END, b"x"),
        broken(RecordKind.EVENT, b"[]"),
        broken(RecordKind.EVENT, b"{}"),
        broken(RecordKind.EVENT, b'{"what":1}'),
        broken(RecordKind.EVENT, b"[" * 5000),
        broken(RecordKind.EVENT, b'{"what":"' + b"x" * MAX_JSON_BYTES + b'"}'),
        broken(RecordKind.EVENT, b"\xff"),
        broken(RecordKind.HEAD, b"{}"),
        broken(RecordKind.HEAD, HEAD_WITHOUT_TRACK),
        broken(RecordKind.HEAD, head_body(HEAD).replace(b'"camera"', b'"keyhole"')),
        broken(RecordKind.HEAD, head_body(HEAD).replace(b'["q","h","f"]', b"[1]")),
        broken(RecordKind.HEAD, head_body(HEAD).replace(b'"payload_type":96', b'"payload_type":true')),
    ],
)
def test_what_is_not_ours_is_refused(data: bytes) -> None:
    with pytest.raises(RecordError):
        list(decode_records(data))


def test_details_that_are_no_json_or_too_long_are_refused_when_they_are_kept() -> None:
    too_long: dict[str, Any] = {"why": "x" * MAX_JSON_BYTES}
    with pytest.raises(ValueError, match="too much"):
        event_body("gap", too_long)
    with pytest.raises(TypeError):
        event_body("gap", {"why": object()})
    assert kind_number(RecordKind.PACKET, 2) == 2
