"""Goes through what is due to be forgotten: a batch a look until the end is reached, and from the beginning an hour later.

The place reached is kept in memory alone. Each row is forgotten in a transaction of its own that takes it off the list, so a
server that is killed on the way begins again with what is left. A row that cannot be forgotten is passed over until the next
look: it keeps none of those behind it. A clock set forward while the server runs has nothing forgotten early.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from telemed.care.times import Mark
from telemed.signaling.clock_steps import ClockSteps
from telemed.signaling.desk import Desk
from telemed.signaling.faults import report_fault

LOOK_SECONDS = 3600.0
AT_ONCE = 20  # in one look of a second: others wait for the writer, too

T = TypeVar("T")
Read = Callable[[datetime, Mark | None, int], Awaitable[Sequence[T]]]  # those over by a time that come after a mark
Forget = Callable[[T], Awaitable[None]]


class DueWalk(Generic[T]):
    """Remembers how far it is; the first look is at the start."""

    def __init__(self, desk: Desk, name: str, mark_of: Callable[[T], Mark]) -> None:
        self._desk = desk
        self._name = name
        self._mark_of = mark_of
        self._steps = ClockSteps(desk.clock.monotonic(), desk.clock.utcnow().timestamp())
        self._begun_at: float | None = None  # the latest look
        self._reached: Mark | None = None  # None: no look is under way

    async def go_on(self, keep: timedelta, read: Read[T], forget: Forget[T]) -> None:
        """Forget the next batch of what was over `keep` ago, if there is one or it is time to look again."""
        now, wall = self._desk.clock.monotonic(), self._desk.clock.utcnow()
        self._steps.look(now, wall.timestamp())
        if self._reached is None and self._begun_at is not None and now - self._begun_at < LOOK_SECONDS:
            return
        due = await read(wall - keep, self._reached, AT_ONCE)
        if self._reached is None:
            self._begun_at = now  # where nothing could be read the next call tries again
        for row in due:
            if self._is_early(self._mark_of(row)[0], keep, wall):
                continue
            try:
                await forget(row)
            except Exception as error:  # noqa: BLE001 - what goes wrong with one must not keep what is known of others
                report_fault(self._name, error)
                self._desk.counters.add("retention.put_off")
        self._reached = self._mark_of(due[-1]) if len(due) == AT_ONCE else None

    def _is_early(self, over_at: datetime, keep: timedelta, wall: datetime) -> bool:
        """Whether it is due by a step of the clock alone."""
        began = over_at.timestamp()
        return self._steps.put_off(began, began + keep.total_seconds()) > wall.timestamp()
