"""Recorded packets come back in order: however late one was resent, round the 16-bit corner, and never twice."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from telemed.media.frames.records import Packet
from telemed.media.frames.reorder import JUMP, PATIENCE_US, PAUSE_US, ReorderBuffer


def packet(mark: int, arrival_us: int) -> Packet:
    return Packet(0, 0, mark, arrival_us, b"", 0, 0)


def run(arrivals: list[tuple[int, int]], first: int) -> list[int]:
    """Push (index, arrival); return the indexes as they came out. Index 0 has the sequence number `first`."""
    buffer = ReorderBuffer()
    given = []
    for index, arrival in arrivals:
        given += buffer.push((first + index) & 0xFFFF, packet(index, arrival))
    given += buffer.flush()
    numbers = [one.number for one in given]
    assert numbers == sorted(set(numbers))
    assert all(one.number & 0xFFFF == (first + one.timestamp) & 0xFFFF for one in given)
    return [one.timestamp for one in given]


@given(first=st.integers(0, 65535), data=st.data())
def test_any_order_within_patience_is_mended(first: int, data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 200))
    lost = data.draw(st.sets(st.integers(1, count), max_size=count // 2))
    late = data.draw(st.dictionaries(st.integers(1, count), st.integers(0, PATIENCE_US - 1_000_000), max_size=20))
    kept = [index for index in range(count) if index not in lost]
    arrivals = sorted((index * 100 + late.get(index, 0), index) for index in kept)
    repeated = data.draw(st.lists(st.sampled_from(arrivals), max_size=10))
    came = sorted(arrivals + repeated)
    assert run([(index, at) for at, index in came], first) == kept


def test_a_gap_is_given_up_after_patience_and_not_before() -> None:
    buffer = ReorderBuffer()
    assert [one.timestamp for one in buffer.push(10, packet(0, 0))] == [0]
    assert buffer.push(12, packet(2, 1000)) == []
    assert buffer.push(13, packet(3, PATIENCE_US)) == []
    assert [one.timestamp for one in buffer.push(14, packet(4, PATIENCE_US + 2000))] == [2, 3, 4]
    assert buffer.push(11, packet(1, PATIENCE_US + 3000)) == []


def test_after_a_pause_numbers_begin_anew_with_a_gap_between() -> None:
    buffer = ReorderBuffer()
    buffer.push(100, packet(0, 1))
    (again,) = buffer.push(101, packet(1, PAUSE_US + 2))
    (jumped,) = buffer.push((101 + JUMP) & 0xFFFF, packet(2, PAUSE_US + 3))
    (backwards,) = buffer.push(5, packet(3, PAUSE_US + 4))
    assert again.number > 100 + 65536 + 1 and jumped.number > again.number + 1 and backwards.number > jumped.number + 1


@given(st.lists(st.tuples(st.integers(0, 65535), st.integers(0, 10**9)), max_size=300))
def test_anything_comes_out_in_order_and_once(pushed: list[tuple[int, int]]) -> None:
    buffer = ReorderBuffer()
    given = []
    for sequence, arrival in pushed:
        given += buffer.push(sequence, packet(sequence, arrival))
    given += buffer.flush()
    numbers = [one.number for one in given]
    assert numbers == sorted(set(numbers)) and len(given) <= len(pushed)
    assert all(one.number & 0xFFFF == one.timestamp for one in given)
