"""The days of use, read one by one so that nobody else waits for a long plot, and kept for a while once they are over."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from telemed.care.clinic.records import DayUsage
from telemed.care.ports import Store
from telemed.clock import Clock

KEPT_SECONDS = 3600.0  # a visit made earlier may still be held; the last two days are read anew each time
FRESH_DAYS = 2
MAX_KEPT = 1000  # days of all organisations; three periods of ten of them


class UsageDays:
    """Reads days of use."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._kept: dict[tuple[str, date], tuple[float, list[DayUsage]]] = {}

    async def read(self, organisation_id: str, last: date, days: int) -> list[DayUsage]:
        """Return the days up to `last` on which a visit was made, in order."""
        now = self._clock.monotonic()
        if len(self._kept) > MAX_KEPT:
            self._kept.clear()
        found: list[DayUsage] = []
        async with self._store.read() as tx:
            for back in range(days - 1, -1, -1):
                day = last - timedelta(days=back)
                kept = self._kept.get((organisation_id, day))
                if kept is not None and now - kept[0] < KEPT_SECONDS and back >= FRESH_DAYS:
                    found += kept[1]
                    continue
                begins = datetime.combine(day, time(), UTC)
                usage = await tx.usage.days(organisation_id, begins, begins + timedelta(days=1))
                self._kept[organisation_id, day] = (now, usage)
                found += usage
        return found
