"""Who is on call at a moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.care.oncall.records import Shift, Speciality
from telemed.care.oncall.roster import check_shifts, clock_text, minutes_of, on_call, zone_named
from telemed.care.oncall.words import RingMode
from telemed.errors import InvalidInput

START = datetime(2026, 11, 23, tzinfo=UTC)  # a Monday
TRAUMA = Speciality("spc_1", "org_1", "Trauma", RingMode.ESCALATE, "+49 30 1", "Europe/Berlin", "30,30", START)


def weekly(user: str, weekday: int, start: str, end: str, level: int = 1) -> Shift:
    return Shift(f"shf_{user}{weekday}{start}", "spc_1", user, level, "", weekday, minutes_of(start), minutes_of(end))


def dated(user: str, starts_at: datetime, hours: float, level: int = 1) -> Shift:
    return Shift(f"shf_{user}", "spc_1", user, level, starts_at=starts_at, ends_at=starts_at + timedelta(hours=hours))


def who(shifts: list[Shift], at: datetime) -> list[str]:
    return [duty.user_id for duty in on_call(TRAUMA, shifts, at)]


def test_a_weekly_shift_is_local_time() -> None:
    shifts = [weekly("a", 0, "08:00", "16:00")]
    assert who(shifts, datetime(2026, 11, 23, 7, 0, tzinfo=UTC)) == ["a"], "08:00 in Berlin"
    assert who(shifts, datetime(2026, 11, 23, 6, 59, 59, tzinfo=UTC)) == []
    assert who(shifts, datetime(2026, 11, 23, 15, 0, tzinfo=UTC)) == [], "the end is not part of it"
    assert who(shifts, datetime(2026, 7, 6, 6, 0, tzinfo=UTC)) == ["a"], "08:00 in summer"


def test_a_night_shift_crosses_midnight_and_the_week() -> None:
    shifts = [weekly("night", 6, "22:00", "06:00")]  # Sunday
    assert who(shifts, datetime(2026, 11, 22, 21, 0, tzinfo=UTC)) == ["night"]
    assert who(shifts, datetime(2026, 11, 23, 4, 59, tzinfo=UTC)) == ["night"]
    assert who(shifts, datetime(2026, 11, 23, 5, 0, tzinfo=UTC)) == []
    assert who(shifts, datetime(2026, 11, 22, 4, 0, tzinfo=UTC)) == [], "the night before is not hers"


def test_the_same_time_twice_is_a_whole_day() -> None:
    shifts = [weekly("day", 0, "08:00", "08:00")]
    assert who(shifts, datetime(2026, 11, 24, 6, 59, tzinfo=UTC)) == ["day"]
    assert who(shifts, datetime(2026, 11, 24, 7, 0, tzinfo=UTC)) == []


def test_a_dated_shift_takes_the_place_of_its_level_only() -> None:
    shifts = [weekly("a", 0, "00:00", "00:00"), weekly("b", 0, "00:00", "00:00", level=2), dated("c", START, 8)]
    assert who(shifts, START + timedelta(hours=1)) == ["c", "b"]
    assert who(shifts, START + timedelta(hours=9)) == ["a", "b"]


def test_one_person_is_called_once_at_the_first_level() -> None:
    shifts = [weekly("a", 0, "00:00", "00:00", level=2), weekly("a", 0, "00:00", "00:00", level=1)]
    assert [(one.user_id, one.level) for one in on_call(TRAUMA, shifts, START + timedelta(hours=1))] == [("a", 1)]


EDGE = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))  # in UTC it is no date


@pytest.mark.parametrize(
    "values",
    [
        {"user_id": "somebody"},
        {"level": 0},
        {"level": 6},
        {"weekday": None, "from_minute": None, "to_minute": None},
        {"starts_at": START, "ends_at": START + timedelta(hours=1)},
        {"weekday": None, "from_minute": None, "to_minute": None, "starts_at": START, "ends_at": START},
        {"weekday": None, "from_minute": None, "to_minute": None, "starts_at": START, "ends_at": START + timedelta(days=63)},
        {"weekday": None, "from_minute": None, "to_minute": None, "starts_at": EDGE, "ends_at": EDGE + timedelta(hours=1)},
    ],
)
def test_a_roster_that_makes_no_sense_is_refused(values: dict[str, Any]) -> None:
    good = {"user_id": "a", "level": 1, "weekday": 0, "from_minute": 0, "to_minute": 60}
    check_shifts([Shift("shf_1", "spc_1", **good)], {"a"})
    with pytest.raises(InvalidInput) as refused:
        check_shifts([Shift("shf_1", "spc_1", **{**good, **values})], {"a"})
    assert refused.value.field == "shifts"


def test_unknown_zones_are_refused() -> None:
    for name in ("Nowhere/Else", "../../etc/passwd", ""):
        with pytest.raises(InvalidInput):
            zone_named(name)


@given(st.integers(0, 24 * 60 - 1))
def test_clock_times_survive(minutes: int) -> None:
    assert minutes_of(clock_text(minutes)) == minutes


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 6), st.integers(0, 1439), st.integers(0, 1439), st.integers(1, 3))),
    st.integers(0, 700 * 24 * 60),
)
def test_nobody_twice_and_in_order_of_levels(rows: list[tuple[str, int, int, int, int]], minutes: int) -> None:
    shifts = [Shift(f"shf_{n}", "spc_1", u, level, "", day, start, end) for n, (u, day, start, end, level) in enumerate(rows)]
    duties = on_call(TRAUMA, shifts, START + timedelta(minutes=minutes))
    assert len({duty.user_id for duty in duties}) == len(duties)
    assert [duty.level for duty in duties] == sorted(duty.level for duty in duties)
    for duty in duties:
        assert any(shift.user_id == duty.user_id and shift.level == duty.level for shift in shifts)
