"""Who is on call at a moment, and whether a roster makes sense.

A weekly shift is local time: 22:00 stays 22:00 when clocks change. A dated shift takes the place of the weekly pattern of its
level while it lasts: that is how a swap or a holiday is entered without touching the week.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from telemed.care.oncall.records import Duty, Shift, Speciality
from telemed.errors import InvalidInput

MAX_LEVEL = 5
MAX_SHIFTS = 200  # of one speciality
MAX_SPECIALITIES = 50  # of an organisation
LONGEST_DATED = timedelta(days=62)
DAY_MINUTES = 24 * 60
_YEARS = (2000, 9000)  # at either end of what a date can be another time zone makes it none


def zone_named(name: str) -> ZoneInfo:
    """The time zone of this name. Raises InvalidInput."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidInput("There is no such time zone.", field="time_zone") from None


def on_call(speciality: Speciality, shifts: Collection[Shift], now: datetime) -> tuple[Duty, ...]:
    """Everybody on call now, by level; one person once, at the first of its levels."""
    local = now.astimezone(zone_named(speciality.time_zone))
    dated = [shift for shift in shifts if _covers_date(shift, now)]
    replaced = {shift.level for shift in dated}
    weekly = [shift for shift in shifts if shift.level not in replaced and _covers_week(shift, local)]
    found: dict[str, Duty] = {}
    for shift in sorted([*dated, *weekly], key=lambda one: (one.level, one.id)):
        found.setdefault(shift.user_id, Duty(shift.user_id, shift.level, shift.phone))
    return tuple(found.values())


def _covers_date(shift: Shift, now: datetime) -> bool:
    return shift.starts_at is not None and shift.ends_at is not None and shift.starts_at <= now < shift.ends_at


def _covers_week(shift: Shift, local: datetime) -> bool:
    if shift.from_minute is None or shift.to_minute is None or shift.weekday is None:
        return False
    minute, today = local.hour * 60 + local.minute, local.weekday()
    crosses = shift.to_minute <= shift.from_minute
    if today == shift.weekday and minute >= shift.from_minute and (crosses or minute < shift.to_minute):
        return True
    return crosses and (today - 1) % 7 == shift.weekday and minute < shift.to_minute


def check_shifts(shifts: Sequence[Shift], users: Collection[str]) -> None:
    """Raise InvalidInput for a roster that makes no sense: too long, of people who may not be on call, of wrong times."""
    if len(shifts) > MAX_SHIFTS:
        raise InvalidInput("A roster has at most 200 shifts.", field="shifts")
    for shift in shifts:
        if shift.user_id not in users or not 1 <= shift.level <= MAX_LEVEL or not _makes_sense(shift):
            raise InvalidInput("A shift has a person, level or time that is not possible.", field="shifts")


def _makes_sense(shift: Shift) -> bool:
    weekly = shift.weekday is not None and shift.from_minute is not None and shift.to_minute is not None
    dated = shift.starts_at is not None and shift.ends_at is not None
    if weekly == dated:
        return False
    if shift.starts_at is not None and shift.ends_at is not None:
        if not all(_YEARS[0] <= at.year <= _YEARS[1] for at in (shift.starts_at, shift.ends_at)):
            return False
        return timedelta() < shift.ends_at.astimezone(UTC) - shift.starts_at.astimezone(UTC) <= LONGEST_DATED
    return True


def minutes_of(text: str) -> int:
    """Minutes of the day from "HH:MM"."""
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def clock_text(minutes: int) -> str:
    """"HH:MM" from minutes of the day."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
