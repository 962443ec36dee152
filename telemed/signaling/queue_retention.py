"""What people said at the door of a waiting room is deleted a day after their entry is over.

Answers, birth date and number serve the visit; of a visit that took place they go as soon as it is sealed (`queue_steps`). The
rest, those who left, did not come or were removed, is this chore's. What staff took over into the visit's record stays there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from telemed.care.ports import Json
from telemed.care.queues.records import EntryRecord
from telemed.care.queues.states import KEPT_FOR
from telemed.care.times import Mark
from telemed.signaling import queue_steps
from telemed.signaling.desk import Desk
from telemed.signaling.due_walk import DueWalk
from telemed.signaling.step import VisitStep


class QueueRetention:
    """One chore of the upkeep."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._walk = DueWalk[EntryRecord](desk, "queue-retention", _mark)

    async def run(self) -> None:
        """Forget what is due."""
        await self._walk.go_on(KEPT_FOR, self._due, self._forget)

    async def _due(self, before: datetime, after: Mark | None, limit: int) -> Sequence[EntryRecord]:
        async with self._desk.store.read() as tx:
            return await tx.queue_entries.due_to_forget(before, after, limit)

    async def _forget(self, entry: EntryRecord) -> None:
        async def work(step: VisitStep) -> Json:
            await queue_steps.forget(step)
            return {}

        await self._desk.transactor.change(entry.session_id, work)


def _mark(entry: EntryRecord) -> Mark:
    assert entry.closed_at is not None, "it is due because it is closed"
    return entry.closed_at, entry.id
