"""Use of a clinic over days: totals and medians for plots."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from telemed.care.clinic.records import DayUsage


def every_day(found: Iterable[DayUsage], last: date, days: int) -> list[DayUsage]:
    """One row for each of the `days` days up to `last`, days without a visit too: a gap in a plot is not a zero."""
    by_day = {usage.day: usage for usage in found}
    wanted = [(last - timedelta(days=back)).isoformat() for back in range(days - 1, -1, -1)]
    return [by_day.get(day) or DayUsage(day) for day in wanted]


def median_wait(usages: Iterable[DayUsage]) -> float | None:
    """The wait in seconds that half the people did not exceed; None when nobody waited."""
    waits = [wait for usage in usages for wait in usage.waits]
    return statistics.median(waits) if waits else None


def slow_wait(usage: Sequence[float]) -> float | None:
    """The wait in seconds that nine of ten did not exceed."""
    if not usage:
        return None
    return sorted(usage)[min(len(usage) - 1, (len(usage) * 9) // 10)]
