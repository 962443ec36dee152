"""Opening times: by the clock of the clinic, over the change of the hour, with closed days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from telemed.care.queues.hours import check_zone, closes_at, is_open, next_opening
from telemed.care.queues.records import Opening
from telemed.errors import InvalidInput
from tests.unit.care.queues.builders import NOW, a_queue

MORNINGS = tuple(Opening(day, 8 * 60, 12 * 60) for day in range(5))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_without_hours_it_is_always_open() -> None:
    assert is_open(a_queue(), NOW) and closes_at(a_queue(), NOW) is None and next_opening(a_queue(), NOW) is None


def test_closed_for_good_says_no_opening() -> None:
    queue = a_queue(closed=True, hours=MORNINGS)
    assert not is_open(queue, NOW) and next_opening(queue, NOW) is None and closes_at(queue, NOW) is None


def test_hours_are_read_off_the_clinics_clock() -> None:
    queue = a_queue(hours=MORNINGS)
    assert is_open(queue, at("2026-11-23T07:00:00")) and not is_open(queue, at("2026-11-23T06:59:59"))
    assert not is_open(queue, at("2026-11-23T11:00:00"))
    assert is_open(queue, at("2026-07-06T06:00:00")), "an hour earlier in summer"
    assert closes_at(queue, NOW) == at("2026-11-23T11:00:00")


def test_the_next_opening_skips_weekends_and_closed_days() -> None:
    queue = a_queue(hours=MORNINGS, closed_days=(date(2026, 11, 30),))
    friday = at("2026-11-27T12:00:00")
    assert next_opening(queue, friday) == at("2026-12-01T07:00:00")
    assert not is_open(queue, at("2026-11-30T09:00:00"))


def test_spans_that_touch_count_as_one_and_midnight_is_reached() -> None:
    queue = a_queue(hours=(Opening(0, 20 * 60, 24 * 60), Opening(1, 0, 6 * 60)))
    late = at("2026-11-23T22:59:59")
    assert is_open(queue, late) and closes_at(queue, late) == at("2026-11-24T05:00:00")


def test_round_the_week_never_closes() -> None:
    queue = a_queue(hours=tuple(Opening(day, 0, 24 * 60) for day in range(7)))
    assert is_open(queue, NOW) and closes_at(queue, NOW) is None


def test_the_night_of_the_changed_hour() -> None:
    queue = a_queue(hours=(Opening(6, 2 * 60, 4 * 60),))
    spring = at("2026-03-29T00:59:00")
    opening = next_opening(queue, spring)
    assert opening is not None and opening - spring <= timedelta(hours=1)
    assert is_open(queue, at("2026-10-25T02:30:00")), "the repeated hour is over, and it is half past three"


def test_time_zones_are_those_there_are() -> None:
    assert check_zone("Europe/Vienna") == "Europe/Vienna"
    with pytest.raises(InvalidInput) as refused:
        check_zone("Mars/Olympus")
    assert refused.value.field == "time_zone"
