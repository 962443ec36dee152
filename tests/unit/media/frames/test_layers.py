"""Of several layers the largest that can be decoded, switched at key frames, never back in time."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.media.frames.layers import MAX_HELD, LayerMerger
from telemed.media.frames.records import Frame

STEP = 40_000


def frame(lane: int, number: int, key: bool = False, after_loss: bool = False) -> Frame:
    size = (320 << lane, 180 << lane) if key else (0, 0)
    return Frame(lane, lane, 0, 0, key, b"%d %d" % (lane, number), *size, after_loss, time_us=number * STEP)


def merged(frames: list[Frame]) -> list[str]:
    merger = LayerMerger()
    given = [one for each in frames for one in merger.push(each)] + merger.flush()
    times = [one.time_us for one in given]
    assert times == sorted(set(times))
    return [one.data.decode() for one in given]


def test_up_at_the_key_frame_of_the_larger() -> None:
    frames = [frame(0, 0, True), frame(0, 1), frame(1, 2), frame(0, 2), frame(1, 3, True), frame(0, 3), frame(1, 4)]
    assert merged(frames) == ["0 0", "0 1", "0 2", "1 3", "1 4"]


def test_the_moment_of_a_switch_is_shown_by_both() -> None:
    merger = LayerMerger()
    merger.push(frame(0, 0, True))
    merger.push(frame(0, 1))
    (switched,) = merger.push(frame(1, 1, True))
    assert switched.data == b"1 1" and switched.time_us == STEP + 1


def test_down_when_the_larger_has_ended() -> None:
    frames = [frame(1, 0, True), frame(1, 1), frame(0, 2, True), *(frame(0, 3 + n) for n in range(60))]
    assert merged(frames) == ["1 0", "1 1", *(f"0 {2 + n}" for n in range(61))]


def test_down_at_the_end_of_everything() -> None:
    assert merged([frame(1, 0, True), frame(0, 1, True), frame(0, 2)]) == ["1 0", "0 1", "0 2"]


def test_a_smaller_one_beside_is_left_out() -> None:
    both = [one for n in range(1, 80) for one in (frame(1, n), frame(0, n, n == 1))]
    assert merged([frame(1, 0, True), *both]) == [f"1 {n}" for n in range(80)]


def test_a_broken_one_is_left_for_the_other() -> None:
    frames = [frame(1, 0, True), frame(0, 1, True), frame(0, 2), frame(0, 3), frame(1, 9, True, after_loss=True), frame(1, 10)]
    assert merged(frames) == ["1 0", "0 1", "0 2", "0 3", "1 9", "1 10"]


@given(st.lists(st.tuples(st.integers(0, 2), st.booleans(), st.booleans(), st.integers(-3, 40)), max_size=120))
def test_what_comes_out_can_be_decoded(steps: list[tuple[int, bool, bool, int]]) -> None:
    """Each frame is a key frame or follows the one of its lane that was pushed before it."""
    merger = LayerMerger()
    before: dict[int, Frame] = {}
    follows: dict[int, Frame | None] = {}
    given: list[Frame] = []
    number = 0
    for lane, key, loss, step in steps:
        number = max(number + step, 0)
        one = frame(lane, number, key or lane not in before, loss and key)
        follows[id(one)] = before.get(lane)
        before[lane] = one
        given += merger.push(one)
    given += merger.flush()
    times = [one.time_us for one in given]
    assert times == sorted(set(times))
    for index, one in enumerate(given):
        assert one.key or (index > 0 and given[index - 1] is follows[id(one)])


def test_down_by_two_at_once() -> None:
    """The layer in between ended before its turn came: the smallest goes on, and not at the end of everything only."""
    merger = LayerMerger()
    frames = [frame(2, 0, True), frame(2, 1), frame(1, 2, True), frame(1, 3), frame(0, 5, True)]
    frames += [frame(0, 5 + n, n % 50 == 0) for n in range(1, 500)]
    given = [one.data.decode() for each in frames for one in merger.push(each)]
    assert given == ["2 0", "2 1", "1 2", "1 3", *(f"0 {5 + n}" for n in range(500))]


@pytest.mark.parametrize("sent", [(0,), (1,), (2,), (0, 1), (0, 2), (0, 1, 2)])
def test_a_flood_at_one_moment_is_not_kept(sent: tuple[int, ...]) -> None:
    merger = LayerMerger()
    for one in (frame(2, 0, True), frame(1, 1, True), frame(0, 1, True)):
        merger.push(one)
    tracemalloc.start()
    for number in range(16 * MAX_HELD):
        merger.push(replace(frame(sent[number % len(sent)], 2), data=bytes(1000)))
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert held < 3 * MAX_HELD * 1200
