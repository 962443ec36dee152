"""A journal is read up to the first place that is not as it was written, and says which and why."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.media.journal.chunks import FRAME_BYTES, MAX_CHUNK_BYTES, MAX_RECORDING_ID_BYTES, TAG_BYTES, JournalHeader
from telemed.media.journal.reading import Ending, EndingKind, JournalWalk
from telemed.media.journal.records import COUNT_BYTES, RECORD_BYTES, EndRecord, PacketRecord, RecordKind, head_body
from tests.unit.media.journal.written import (
    HEAD,
    JOURNAL_ID,
    KEY,
    RECORDING,
    Written,
    encode,
    packets,
    plain,
    read,
    write,
    write_encoded,
)

CHUNKS = [
    [plain(RecordKind.HEAD, 5, head_body(HEAD)), *packets(b"a" * 90, b"b" * 10)],
    packets(b"c" * 40),
    packets(b"d" * 70, b"e", b""),
]
THREE = write(CHUNKS)
CLOSED = write([*CHUNKS, [plain(RecordKind.END, 9)]])


def ending(walk: JournalWalk) -> Ending:
    assert walk.ending is not None
    return walk.ending


def test_a_closed_journal_comes_back_whole() -> None:
    records, walk = read(CLOSED.data)
    assert ending(walk) == Ending(EndingKind.CLOSED, 4, len(CLOSED.data))
    assert len(records) == 8 and isinstance(records[-1], EndRecord)
    assert walk.header == JournalHeader(JOURNAL_ID, RECORDING)
    assert [record.data[:1] for record in records if isinstance(record, PacketRecord)] == [b"a", b"b", b"c", b"d", b"e", b""]


def test_cut_at_every_byte_it_gives_what_was_whole() -> None:
    for size in range(len(THREE.data)):
        records, walk = read(THREE.data[:size])
        assert len(records) == THREE.before(size), size
        at_boundary = size in THREE.starts
        index = max((n for n, start in enumerate(THREE.starts) if start <= size), default=0)
        offset = THREE.starts[index] if size >= THREE.starts[0] else 0
        expected = EndingKind.OPEN if at_boundary else EndingKind.TORN
        assert ending(walk) == Ending(expected, index, offset), size
        assert ending(walk).harmless and (walk.header is None) == (size < THREE.starts[0])


@given(st.integers(0, len(CLOSED.data) - 1), st.integers(1, 255))
def test_one_changed_byte_is_found_in_its_chunk(at: int, change: int) -> None:
    data = bytearray(CLOSED.data)
    data[at] ^= change
    records, walk = read(bytes(data))
    index = max((n for n, start in enumerate(CLOSED.starts) if start <= at), default=0)
    assert len(records) == (CLOSED.before(at) if at >= CLOSED.starts[0] else 0)
    assert (ending(walk).index, ending(walk).offset) == (index, CLOSED.starts[index] if at >= CLOSED.starts[0] else 0)
    in_content = at >= CLOSED.starts[index] + FRAME_BYTES if at >= CLOSED.starts[0] else False
    expected = EndingKind.DAMAGED
    if index == len(CHUNKS):
        expected = EndingKind.TORN
    elif index == 0 and in_content and at < CLOSED.starts[1] - TAG_BYTES:
        expected = EndingKind.FOREIGN  # the first chunk: it might be another key
    assert ending(walk).kind is expected


def pieces(written: Written) -> list[bytes]:
    return [written.data[a:b] for a, b in zip((0, *written.starts), written.starts, strict=False)]


@pytest.mark.parametrize("order", [(0, 2, 3), (0, 1, 3), (0, 1, 3, 2), (0, 1, 2, 2, 3)])
def test_removed_moved_and_repeated_chunks_are_foreign(order: tuple[int, ...]) -> None:
    parts = pieces(THREE)
    _, walk = read(b"".join(parts[n] for n in order))
    wrong = next(place for place, n in enumerate(order) if n != place) - 1
    assert (ending(walk).kind, ending(walk).index) == (EndingKind.FOREIGN, wrong)


def test_chunks_of_another_journal_or_key_are_found() -> None:
    other = pieces(write(CHUNKS, JournalHeader(b"1" * 16, RECORDING)))
    mixed = pieces(THREE)
    records, walk = read(b"".join((mixed[0], mixed[1], other[2], mixed[3])))
    assert len(records) == 3 and (ending(walk).kind, ending(walk).index) == (EndingKind.DAMAGED, 1)
    records, walk = read(THREE.data, bytes(reversed(KEY)))
    assert not records and (ending(walk).kind, ending(walk).index) == (EndingKind.FOREIGN, 0)
    assert not ending(walk).harmless


def test_an_index_that_was_changed_with_its_place_does_not_open() -> None:
    """Whoever knows the format can make the checksum right; not the seal."""
    parts = pieces(THREE)
    length, tag = parts[3][:4], parts[3][-TAG_BYTES:]
    place = length + struct.pack("!I", 1)
    moved = place + struct.pack("!I", zlib.crc32(place + tag)) + parts[3][FRAME_BYTES:]
    records, walk = read(b"".join((parts[0], parts[1], moved, *parts[3:])))
    assert len(records) == 3 and (ending(walk).kind, ending(walk).index) == (EndingKind.DAMAGED, 1)


def test_space_the_disk_never_filled_is_a_torn_tail() -> None:
    for zeros in (1, FRAME_BYTES, 5000, 3 * MAX_CHUNK_BYTES):
        records, walk = read(THREE.data + bytes(zeros))
        assert len(records) == 7 and ending(walk) == Ending(EndingKind.TORN, 3, len(THREE.data))
    assert ending(read(bytes(400))[1]).kind is EndingKind.TORN


def test_much_behind_a_bad_chunk_is_damage_though_nothing_sound_follows() -> None:
    _, walk = read(THREE.data + b"\x01" * (3 * MAX_CHUNK_BYTES))
    assert ending(walk).kind is EndingKind.DAMAGED


def test_a_sealed_chunk_with_records_of_another_version_is_damage_where_it_stands() -> None:
    odd = [*packets(b"x"), plain(RecordKind.END, 1, b"no end has a body")]
    records, walk = read(write([CHUNKS[0], odd, CHUNKS[1]]).data)
    assert len(records) == 4 and (ending(walk).kind, ending(walk).index) == (EndingKind.DAMAGED, 1)
    records, walk = read(write_encoded([encode(CHUNKS[0]), encode(odd)[:-1], encode(CHUNKS[1])], (3, 0, 1)).data)
    assert len(records) == 3 and (ending(walk).kind, ending(walk).index) == (EndingKind.DAMAGED, 1)


def test_a_full_chunk_is_read() -> None:
    full = write([packets(b"x" * (MAX_CHUNK_BYTES - COUNT_BYTES - RECORD_BYTES))])
    assert len(read(full.data)[0]) == 1


@given(st.binary(max_size=300))
def test_noise_is_no_journal(noise: bytes) -> None:
    records, walk = read(noise)
    assert not records and walk.header is None and ending(walk).offset == 0


def test_headers_are_strict() -> None:
    for recording_id in ("", "x" * (MAX_RECORDING_ID_BYTES + 1), "ü"):
        with pytest.raises(ValueError):
            JournalHeader(JOURNAL_ID, recording_id).encode()
    newer = bytearray(THREE.data[: THREE.starts[0]])
    newer[4] = 2
    newer[-4:] = struct.pack("!I", zlib.crc32(newer[:-4]))
    assert ending(read(bytes(newer))[1]).kind is EndingKind.DAMAGED
