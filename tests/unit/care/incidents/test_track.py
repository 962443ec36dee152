"""Which fix says where a caller is, whatever its clock says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from telemed.care.incidents import track
from telemed.care.incidents.records import PositionRecord

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def fix(sequence: int, taken: float, received: float) -> PositionRecord:
    at = [NOON + timedelta(seconds=seconds) for seconds in (taken, received)]
    return PositionRecord("inc_1", "par_1", sequence, 52.0, 13.0, 10.0, None, None, None, *at)


def test_without_a_fix_nobody_knows() -> None:
    assert track.newest([]) is None


def test_one_that_was_late_on_its_way_is_not_where_the_caller_is() -> None:
    late = [fix(1, 0, 1), fix(2, 10, 11), fix(3, 5, 12)]
    assert track.newest(late) == late[1]


def test_a_clock_that_is_set_back_does_not_hold_on_to_a_former_place() -> None:
    for step in (-3600.0, -86_400.0 * 400):
        moved = [fix(1, 0, 1), fix(2, 10, 11), fix(3, 42 + step, 42), fix(4, 52 + step, 52)]
        assert track.newest(moved) == moved[-1], step


def test_one_fix_of_the_far_future_is_soon_forgotten() -> None:
    moved = [fix(1, 0, 1), fix(2, 86_400.0 * 3650, 2), *(fix(3 + n, 10 * n, 10 * n) for n in range(1, 6))]
    assert track.newest(moved) == moved[-1]
