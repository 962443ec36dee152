"""The waiting rooms in memory: their rows, who works in them, who stands where. Replaced after each commit, asked by projections.

All synchronous. What depends on the time of day (open or closed, a held place that is over) changes only in `look`, so that what
is projected twice between two looks is the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from telemed.care.identity import Staff
from telemed.care.ports import Json
from telemed.care.queues import hours, line, states, views
from telemed.care.queues.records import EntryRecord, QueueMember, QueueRecord
from telemed.care.queues.views import Lines, Standing
from telemed.care.queues.words import IN_HAND, IN_LINE
from telemed.care.records import MessageRecord, OrganisationRecord, ParticipantRecord
from telemed.care.repositories import Transaction
from telemed.care.times import iso_or_none, iso_utc

_SHOWN = IN_LINE | IN_HAND


@dataclass(slots=True)
class LiveQueue:
    """One waiting room as it is now."""

    record: QueueRecord
    members: dict[str, QueueMember]
    usual: float | None = None  # seconds of a service
    is_open: bool = False
    line: list[str] = field(default_factory=list)  # entry ids, the next one first
    standings: dict[str, Standing] = field(default_factory=dict)  # by entry id
    lately: dict[str, datetime] = field(default_factory=dict)  # members who had somebody, and until when
    working: frozenset[str] = frozenset()  # members at work
    row: Json = field(default_factory=dict)  # as every member sees it; what differs is added to it


class QueueBook:
    """Who reads what of it is decided by `sees`."""

    def __init__(self, now: datetime) -> None:
        self._queues: dict[str, LiveQueue] = {}
        self._entries: dict[str, EntryRecord] = {}  # those shown: in line or in hand
        self._names: dict[str, str] = {}  # of staff and of waiting rooms
        self._now = now
        self.stale: set[str] = set()  # queues whose usual service is to be read again

    def __iter__(self) -> Iterator[LiveQueue]:
        return iter(list(self._queues.values()))

    async def load(self, tx: Transaction, organisation_id: str) -> None:
        """Read the waiting rooms of one organisation."""
        for queue in await tx.queues.of_organisation(organisation_id):
            self.put(queue, await tx.queue_members.of_queue(queue.id))
            await self.read_usual(tx, queue.id)
        self.learn({user.id: user.name for user in await tx.users.in_organisation(organisation_id)})

    async def read_usual(self, tx: Transaction, queue_id: str) -> None:
        """Read how long services took lately."""
        since = self._now - timedelta(days=line.RECENT_DAYS)
        usual = line.median_service(await tx.queue_entries.services(queue_id, since, line.RECENT_SERVICES))
        if (found := self._queues.get(queue_id)) is not None:
            found.usual = usual
            self._order(queue_id)

    def learn(self, names: dict[str, str]) -> None:
        """Remember what people are called."""
        self._names |= names
        for queue in self._queues.values():
            queue.row = {}

    def find(self, queue_id: str) -> LiveQueue | None:
        """A waiting room."""
        return self._queues.get(queue_id)

    def entry(self, entry_id: str) -> EntryRecord | None:
        """An entry in line or in hand."""
        return self._entries.get(entry_id)

    def entries(self, queue_id: str) -> list[EntryRecord]:
        """Those in line or in hand in one waiting room."""
        return [entry for entry in self._entries.values() if entry.queue_id == queue_id]

    def put(self, record: QueueRecord, members: Collection[QueueMember] | None = None) -> None:
        """Take over a row that was committed; without `members` they stay."""
        known = self._queues.get(record.id)
        kept = known.members if known is not None else {}
        people = {member.user_id: member for member in members} if members is not None else kept
        queue = LiveQueue(record, people, known.usual if known else None, hours.is_open(record, self._now))
        queue.lately = known.lately if known is not None else {}
        self._queues[record.id] = queue
        self._names[record.id] = record.name
        self._order(record.id)

    def follow(self, entry: EntryRecord | None) -> set[str]:
        """Take over the entry of a visit as it was committed; the waiting rooms in which something changed."""
        if entry is None:
            return set()
        before = self._entries.get(entry.id)
        if before == entry:
            return set()
        if entry.state in _SHOWN:
            self._entries[entry.id] = entry
        else:
            self._entries.pop(entry.id, None)
            self.stale.add(entry.queue_id)
        if before is not None:
            self._note_work(before, entry)
        touched = {entry.queue_id} | ({before.queue_id} if before is not None else set())
        for queue_id in touched:
            self._order(queue_id)
        return touched

    def look(self, now: datetime) -> set[str]:
        """Let time pass; the waiting rooms in which that changed something."""
        before, self._now = self._now, now
        changed = set()
        for queue in self._queues.values():
            is_open = hours.is_open(queue.record, now)
            if is_open != queue.is_open:
                queue.is_open = is_open
                queue.row = {}
                changed.add(queue.record.id)
            if self._at_work(queue) != queue.working:
                self._order(queue.record.id)
                changed.add(queue.record.id)
        asked = (entry for entry in self._entries.values() if states.is_asked(entry, now) != states.is_asked(entry, before))
        return changed | {entry.queue_id for entry in asked}

    def _note_work(self, before: EntryRecord, after: EntryRecord) -> None:
        """Whoever has just let somebody go is still at work."""
        queue = self._queues.get(before.queue_id)
        still_has = after.state in IN_HAND and after.taken_by == before.taken_by
        if queue is not None and before.state in IN_HAND and before.taken_by is not None and not still_has:
            queue.lately[before.taken_by] = self._now

    def _at_work(self, queue: LiveQueue) -> frozenset[str]:
        return line.at_work(self.entries(queue.record.id), queue.lately, self._now)

    def _order(self, queue_id: str) -> None:
        """Put one waiting room's line in order, and say where everybody stands: once for all who look."""
        queue = self._queues.get(queue_id)
        if queue is None:
            return
        entries = self.entries(queue_id)
        queue.line = [entry.id for entry in line.in_line(entries)]
        queue.working, queue.row = line.at_work(entries, queue.lately, self._now), {}
        queue.standings = {
            entry_id: Standing(ahead + 1, line.expected_wait(queue.record, ahead, queue.usual, len(queue.working)))
            for ahead, entry_id in enumerate(queue.line)
        }

    def standing(self, entry: EntryRecord) -> Standing:
        """Where an entry stands in line."""
        queue = self._queues.get(entry.queue_id)
        return queue.standings.get(entry.id, Standing()) if queue is not None else Standing()

    def expected(self, queue_id: str, ahead: int) -> int | None:
        """Seconds somebody who comes now may expect to wait."""
        queue = self._queues.get(queue_id)
        if queue is None:
            return None
        return line.expected_wait(queue.record, ahead, queue.usual, len(queue.working))

    def sees(self, staff: Staff, entry: EntryRecord) -> bool:
        """Whether an entry is on somebody's list: in a waiting room of theirs, or handed to them."""
        queue = self._queues.get(entry.queue_id)
        if queue is None or queue.record.organisation_id != staff.organisation_id or not staff.works_at(queue.record.site_id):
            return False
        return staff.user_id in queue.members or staff.user_id in (entry.for_user, entry.taken_by)

    def own_view(self, entry: EntryRecord, clinic: OrganisationRecord) -> Json | None:
        """What the person who waits sees."""
        queue = self._queues.get(entry.queue_id)
        if queue is None:
            return None
        came_from = self._names.get(entry.transferred_from) if entry.transferred_from else None
        return views.own_view(entry, queue.record, self.standing(entry), queue.is_open, clinic, came_from)

    def entry_row(self, entry: EntryRecord, seat: ParticipantRecord, messages: Collection[MessageRecord]) -> Json:
        """What staff see of an entry."""
        unread = [
            one for one in messages if one.participant_id == entry.participant_id and one.sequence > entry.read_sequence
        ]
        last = next(reversed(list(messages)), None)
        return views.entry_row(entry, seat, self.standing(entry), Lines(len(unread), last), self._names, self._now)

    def rows_for(self, staff: Staff) -> list[Json]:
        """The waiting rooms somebody works in."""
        return [
            self._row(queue, queue.members[staff.user_id])
            for queue in sorted(self._queues.values(), key=lambda one: (one.record.name, one.record.id))
            if staff.user_id in queue.members
            and queue.record.organisation_id == staff.organisation_id
            and staff.works_at(queue.record.site_id)
        ]

    def _row(self, queue: LiveQueue, member: QueueMember) -> Json:
        queue.row = queue.row or self._shared_row(queue)
        return {**queue.row, "member": True, "alerts": member.alerts}

    def _shared_row(self, queue: LiveQueue) -> Json:
        record, waiting = queue.record, [self._entries[one] for one in queue.line]
        people = sorted((self._names.get(user_id, ""), user_id) for user_id in queue.members)
        return {
            "id": record.id,
            "name": record.name,
            "open": queue.is_open,
            "next_opening": None if queue.is_open else iso_or_none(hours.next_opening(record, self._now)),
            "closes_at": iso_or_none(hours.closes_at(record, self._now)) if queue.is_open else None,
            "closed": record.closed,
            "waiting": len(waiting),
            "longest_since": iso_utc(min(one.joined_at for one in waiting)) if waiting else None,
            "median_service": round(queue.usual) if queue.usual is not None else None,
            "late": views.late_view(record),
            "next": queue.line[0] if queue.line else None,
            "unacknowledged": sum(states.is_unacknowledged(one) for one in waiting),
            "members": [{"id": user_id, "name": name} for name, user_id in people],
        }

    def set_alerts(self, queue_id: str, user_id: str, on: bool) -> None:
        """A member has decided about messages."""
        queue = self._queues.get(queue_id)
        if queue is not None and user_id in queue.members:
            queue.members[user_id] = replace(queue.members[user_id], alerts=on)
