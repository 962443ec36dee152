"""The line of a waiting room: who is next, how many are ahead, how long it will take. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median

from telemed.care.queues.records import EntryRecord, QueueRecord
from telemed.care.queues.words import IN_HAND, IN_LINE, Priority

_RANK = {priority: rank for rank, priority in enumerate(Priority)}
MIN_SERVICES = 3  # below it nothing honest can be said
RECENT_SERVICES = 20
RECENT_DAYS = 30
AT_WORK_FOR = timedelta(minutes=15)  # after somebody was seen


def in_line(entries: Iterable[EntryRecord]) -> list[EntryRecord]:
    """Those who wait, the next one first: by priority, then by when they came."""
    waiting = (entry for entry in entries if entry.state in IN_LINE)
    return sorted(waiting, key=lambda entry: (_RANK[entry.priority], entry.joined_at, entry.id))


def at_work(entries: Iterable[EntryRecord], lately: Mapping[str, datetime], now: datetime) -> frozenset[str]:
    """Who sees people here: members who have somebody now, and those who had somebody a moment ago (`lately`: until when).

    Without the second a wait would grow by the half each time one of two clinicians is between two people.
    """
    busy = {entry.taken_by for entry in entries if entry.state in IN_HAND and entry.taken_by is not None}
    return frozenset(busy | {user_id for user_id, until in lately.items() if now - until < AT_WORK_FOR})


def median_service(seconds: Sequence[float]) -> float | None:
    """The usual length of a service, None while there are too few to tell."""
    return median(seconds) if len(seconds) >= MIN_SERVICES else None


def expected_wait(queue: QueueRecord, ahead: int, usual: float | None, working: int) -> int | None:
    """Seconds until somebody with so many ahead may expect to be seen, what staff have said included; None: unknown, because
    too little is known of services here, or because nobody is at work."""
    if usual is None or not working:
        return None
    return round(usual * (ahead + 1) / working) + 60 * queue.late_minutes
