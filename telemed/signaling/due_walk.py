"""Goes through what is due to be forgotten: a batch a sweep until the end is reached, and from the beginning an hour later.

The place reached is kept in memory alone. Each row is forgotten in a transaction of its own that takes it off the list, so a
server that is killed on the way begins again with what is left. A row that cannot be forgotten is passed over until the next
look: it keeps none of those behind it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from telemed.care.times import Mark
from telemed.signaling.desk import Desk
from telemed.signaling.faults import report_fault

LOOK_SECONDS = 3600.0
AT_ONCE = 50  # in one sweep: others wait for the writer, too

T = TypeVar("T")
Read = Callable[[Mark | None, int], Awaitable[Sequence[T]]]  # those due that come after a mark
Forget = Callable[[T], Awaitable[None]]


class DueWalk(Generic[T]):
    """Remembers how far it is; the first look is at the start."""

    def __init__(self, desk: Desk, name: str, mark_of: Callable[[T], Mark]) -> None:
        self._desk = desk
        self._name = name
        self._mark_of = mark_of
        self._begun_at: float | None = None  # the latest look
        self._reached: Mark | None = None  # None: no look is under way

    async def go_on(self, read: Read[T], forget: Forget[T]) -> None:
        """Forget the next batch, if there is one or it is time to look again."""
        now = self._desk.clock.monotonic()
        if self._reached is None:
            if self._begun_at is not None and now - self._begun_at < LOOK_SECONDS:
                return
            self._begun_at = now
        due = await read(self._reached, AT_ONCE)
        for row in due:
            try:
                await forget(row)
            except Exception as error:  # noqa: BLE001 - what goes wrong with one must not keep what is known of others
                report_fault(self._name, error)
                self._desk.counters.add("retention.put_off")
        self._reached = self._mark_of(due[-1]) if len(due) == AT_ONCE else None
