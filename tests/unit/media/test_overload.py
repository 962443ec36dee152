"""Against too much load: pictures first, then new rooms, then urgent ones; and back again without swinging."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from telemed.media.overload import LayerCap, LoadLevel, LoadLimits, LoadSample, Overload, pressure

LIMITS = LoadLimits(cpu=0.8, delay=0.1, packets=1000, reserve=0.2)
N, LOWERED, LOWEST, FULL, CLOSED = LoadLevel


def sample(packets: float = 0.0, *, cpu: float = 0.0, delay: float = 0.0, lag: float = 0.0, received: int = 1000) -> LoadSample:
    return LoadSample(cpu, delay, lag, received, packets)


def levels(overload: Overload, loads: Iterable[float], start: float = 0.0) -> list[LoadLevel]:
    """The level after each second at these multiples of the configured load."""
    found = []
    for second, load in enumerate(loads):
        overload.judge(sample(load * 1000), start + second)
        found.append(overload.level)
    return found


def test_steps_are_taken_one_by_one_and_each_has_time_to_work() -> None:
    assert levels(Overload(LIMITS), [1.1] * 9) == [N, N, LOWERED, LOWERED, LOWEST, LOWEST, FULL, FULL, FULL]


def test_a_short_burst_changes_nothing() -> None:
    assert set(levels(Overload(LIMITS), [0.5, 3.0, 3.0, 0.9, 3.0, 3.0, 0.9])) == {N}


def test_twice_the_load_refuses_new_rooms_and_then_urgent_ones() -> None:
    found = levels(Overload(LIMITS), [2.0] * 5)
    assert found == [N, N, FULL, FULL, CLOSED]
    assert [level.admits(urgent=False) for level in LoadLevel] == [True, True, True, False, False]
    assert [level.admits(urgent=True) for level in LoadLevel] == [True, True, True, True, False]


def test_urgent_rooms_have_their_reserve() -> None:
    assert levels(Overload(LIMITS), [1.15] * 60)[-1] is FULL
    assert levels(Overload(LIMITS), [1.25] * 60)[-1] is CLOSED


def test_rooms_come_back_before_pictures_do() -> None:
    overload = Overload(LIMITS)
    levels(overload, [2.0] * 5)
    assert levels(overload, [0.8] * 20, 5.0)[-1] is LOWEST, "there is place, and pictures stay small"
    found = levels(overload, [0.3] * 25, 25.0)
    assert found.index(LOWERED) == 10 and found.index(N) == 20


def test_pictures_do_not_swing() -> None:
    """Raising them brings the load back, again and again: each time one waits longer."""
    overload, load, changes = Overload(LIMITS), 1.2, []
    for second in range(900):
        before = overload.level
        overload.judge(sample(1000 * load), float(second))
        if overload.level is not before:
            changes.append(second)
        load = 1.2 if overload.level is N else 0.3
    assert len([second for second in changes if second < 120]) > len([second for second in changes if second > 780])
    assert len(changes) < 24


def test_delays_count_only_while_the_worker_itself_works() -> None:
    late = sample(cpu=0.1, delay=0.4, lag=1.0)
    assert pressure(late, LIMITS) == 0.1 / 0.8, "somebody else holds the machine up"
    assert pressure(sample(cpu=0.5, delay=0.4), LIMITS) == 4.0
    assert pressure(sample(cpu=0.5, lag=0.2), LIMITS) == 2.0
    assert pressure(sample(cpu=0.5, delay=0.4, received=99), LIMITS) == 0.5 / 0.8, "a handful of packets says nothing"


def test_without_limits_nothing_is_ever_too_much() -> None:
    overload = Overload(LoadLimits())
    assert not any(overload.judge(sample(1e9, cpu=5, delay=9, lag=9), float(second)) for second in range(100))


@given(st.lists(st.floats(0, 5), max_size=200))
def test_levels_change_by_neighbours_or_straight_to_full(loads: list[float]) -> None:
    overload = Overload(LIMITS)
    last = overload.level
    for level in levels(overload, loads):
        assert abs(level.rank - last.rank) <= 1 or (level is FULL and last.rank < FULL.rank)
        last = level


def test_the_smallest_layer_is_never_taken_away() -> None:
    assert [level.cap.layer for level in LoadLevel] == [None, 1, 0, 0, 0]
    for level in LoadLevel:
        assert level.cap.offered(("q", "h", "f"))[0] == "q" and level.cap.offered(("only",)) == ("only",)
        assert level.cap.allowed(0) == 0 and level.cap.allowed(None) is None
    assert LayerCap(1).offered(("q", "h", "f")) == ("q", "h") and LayerCap(1).allowed(2) == 1
