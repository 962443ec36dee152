"""When a waiting room is open: weekly spans in its own time zone, and days on which it is closed. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from telemed.care.queues.records import QueueRecord
from telemed.errors import InvalidInput

LOOK_AHEAD = 400  # days in which the next opening is looked for: a year of closed days and a little
_MINUTES = 24 * 60


def check_zone(name: str) -> str:
    """Return the name of a time zone. Raises InvalidInput."""
    if name not in available_timezones():
        raise InvalidInput("There is no such time zone.", field="time_zone")
    return name


def is_open(queue: QueueRecord, now: datetime) -> bool:
    """Whether somebody may come in now."""
    return not queue.closed and (not queue.hours or _span_at(queue, now) is not None)


def closes_at(queue: QueueRecord, now: datetime) -> datetime | None:
    """When an open one closes next, None when it never does or is closed. Spans that touch count as one."""
    if queue.closed or not queue.hours:
        return None
    end = _span_at(queue, now)
    for _ in range(2 * len(queue.hours)):
        longer = _span_at(queue, end) if end is not None else None
        if longer is None or longer == end:
            return end
        end = longer
    return None  # round the week without a gap


def next_opening(queue: QueueRecord, now: datetime) -> datetime | None:
    """When a closed one opens next; None when it is open, or nobody has said when."""
    if queue.closed or is_open(queue, now):
        return None
    zone = ZoneInfo(queue.time_zone)
    today = now.astimezone(zone).date()
    for ahead in range(LOOK_AHEAD):
        begins = sorted(span[0] for span in _spans(queue, today + timedelta(days=ahead), zone))
        later = next((one for one in begins if one > now), None)
        if later is not None:
            return later
    return None


def _span_at(queue: QueueRecord, now: datetime) -> datetime | None:
    """The end of the span that holds `now`."""
    zone = ZoneInfo(queue.time_zone)
    today = now.astimezone(zone).date()
    ends = [end for begin, end in _spans(queue, today, zone) if begin <= now < end]
    return max(ends, default=None)


def _spans(queue: QueueRecord, day: date, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    """The spans of one day, in UTC."""
    if day in queue.closed_days:
        return
    for opening in queue.hours:
        if opening.day == day.weekday():
            yield _moment(day, opening.begins, zone), _moment(day, opening.ends, zone)


def _moment(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """A time of day as people read it off a clock there; 24:00 is the next day's beginning."""
    if minutes >= _MINUTES:
        return datetime.combine(day + timedelta(days=1), time(0), zone).astimezone(UTC)
    return datetime.combine(day, time(minutes // 60, minutes % 60), zone).astimezone(UTC)
