"""Serial arithmetic across the wrap."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.rtp.sequence import SequenceUnwrapper, TimestampUnwrapper, seq_delta, seq_newer, timestamp_delta

U16 = st.integers(0, 0xFFFF)
U32 = st.integers(0, 0xFFFFFFFF)


@pytest.mark.parametrize(
    ("a", "b", "delta"),
    [(1, 0, 1), (0, 1, -1), (0, 65535, 1), (65535, 0, -1), (10, 65530, 16), (5, 5, 0), (32768, 0, -32768), (32767, 0, 32767)],
)
def test_seq_delta(a: int, b: int, delta: int) -> None:
    assert seq_delta(a, b) == delta
    assert seq_newer(a, b) == (delta > 0)


@given(U16, st.integers(-32768, 32767))
def test_seq_delta_undoes_addition(base: int, distance: int) -> None:
    assert seq_delta((base + distance) & 0xFFFF, base) == distance


@given(U32, st.integers(-(2**31), 2**31 - 1))
def test_timestamp_delta_undoes_addition(base: int, distance: int) -> None:
    assert timestamp_delta((base + distance) & 0xFFFFFFFF, base) == distance


def test_first_value_leaves_room_for_older_ones() -> None:
    unwrapper = SequenceUnwrapper()
    assert unwrapper.highest == -1
    assert unwrapper.unwrap(3) == 65539
    assert unwrapper.unwrap(65535) == 65535
    assert unwrapper.unwrap(4) == 65540
    assert unwrapper.highest == 65540


@given(U16, st.lists(st.integers(-2000, 2000), max_size=60))
def test_unwrapping_follows_any_walk_within_half_a_cycle(start: int, steps: list[int]) -> None:
    unwrapper = SequenceUnwrapper()
    true = start + 65536
    assert unwrapper.unwrap(start) == true
    for step in steps:
        if abs(true + step - unwrapper.highest) >= 32768:
            continue
        true += step
        assert unwrapper.unwrap(true & 0xFFFF) == true


def test_sequences_wrap_many_times_in_order() -> None:
    unwrapper = SequenceUnwrapper()
    values = [unwrapper.unwrap(number & 0xFFFF) for number in range(60000, 60000 + 300_000, 7)]
    assert values == list(range(60000 + 65536, 60000 + 65536 + 300_000, 7))


@given(U32, st.lists(st.integers(-(2**20), 2**30), max_size=40))
def test_timestamps_unwrap_across_the_wrap(start: int, steps: list[int]) -> None:
    unwrapper = TimestampUnwrapper()
    true = start + 2**32
    assert unwrapper.unwrap(start) == true
    for step in steps:
        if true + step <= unwrapper.highest - 2**31:
            continue
        true += step
        assert unwrapper.unwrap(true & 0xFFFFFFFF) == true
