"""The media loop's side of a journal: appends to a list that the writing thread empties.

No lock and no copy: `list.extend` with a tuple, `list[:n]` and `del list[:n]` are each one step of the interpreter under its
global lock, the loop only appends and the thread only takes from the front. A record takes three places of the list: body, time,
kind and lane. Room is asked for in leases, so that a packet costs a subtraction. The bound counts bodies; the list and the
interpreter's headers come on top, about 120 bytes a record.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from telemed.media.journal.ports import NO_DETAILS
from telemed.media.journal.records import RecordKind, event_body, kind_number, report_body
from telemed.recording.budget import Budget

LEASE_BYTES = 32 * 1024  # room taken at once; larger keeps more from others, smaller asks more often
PLACES = 3  # of the queue for each record
REFUSE = -1  # a credit at which every packet takes the slow way
MAX_EVENTS_DROPPING = 64  # events kept while packets are dropped; a client can cause them, so they are bounded as well

_REPORT = kind_number(RecordKind.REPORT)
_EVENT = kind_number(RecordKind.EVENT)


class TrackJournal:
    """The journal of a track as the media loop has it (`ports.Journal`)."""

    __slots__ = ("_budget", "_closed", "_credit", "_events", "_lost", "_push", "_since", "_starts", "dropped", "queue", "waiting")

    def __init__(self, budget: Budget, starts: Callable[[bytes], bool] | None) -> None:
        self.queue: list[Any] = []
        self.dropped = 0  # packets refused so far
        self.waiting = False
        self._push = self.queue.extend
        self._budget = budget
        self._starts = starts
        self._credit = 0
        self._closed = False
        self._lost = self._since = self._events = 0  # of the present overflow

    def packet(self, lane: int, packet: bytes, arrival_us: int) -> None:
        """Keep an RTP packet; drop it when there is no room (ports, drop rule)."""
        self._credit -= len(packet)
        if self._credit < 0 and not self._admit(packet, arrival_us):
            return
        self._push((packet, arrival_us, lane))

    def report(self, lane: int, ssrc: int, ntp: int, rtp: int, arrival_us: int) -> None:
        """Keep a sender report's clocks; not while packets are dropped."""
        if not self.waiting:
            self._keep(report_body(ssrc, ntp, rtp), arrival_us, _REPORT | lane)

    def event(self, what: str, at_us: int, details: Mapping[str, object] = NO_DETAILS) -> None:
        """Keep an event, also while packets are dropped, up to MAX_EVENTS_DROPPING."""
        if self.waiting:
            self._events += 1
        if not self.waiting or self._events <= MAX_EVENTS_DROPPING:
            self._keep(event_body(what, details), at_us, _EVENT)

    def close(self) -> None:
        """Nothing more comes."""
        if self._closed:
            return
        if self.waiting:
            self._tell_overflow(self._since)
        elif self._credit > 0:
            self._budget.take(-self._credit)
        self._closed, self.waiting, self._credit = True, False, REFUSE

    @property
    def promised(self) -> int:
        """Bytes of the budget that are its own and not used yet."""
        return max(0, self._credit)

    @property
    def closed(self) -> bool:
        """Whether nothing more comes."""
        return self._closed

    def _keep(self, body: bytes, at_us: int, number: int) -> None:
        if not self._closed:
            self._budget.take(len(body))
            self._push((body, at_us, number))

    def _admit(self, packet: bytes, arrival_us: int) -> bool:
        """The credit is used up: take a new lease, or drop. Leaves the credit as it must be after this packet."""
        if self._closed:
            self._credit = REFUSE
            return False
        size = len(packet)
        lease = max(LEASE_BYTES, size)
        if self.waiting:
            may_start = self._budget.calm and (self._starts is None or self._starts(packet))
            if not may_start:
                return self._refuse()
            self._tell_overflow(arrival_us)
            self.waiting, self._credit = False, -size
        elif not self._budget.admits(lease):
            self._budget.take(-(self._credit + size))  # what was left of the last lease
            self.waiting, self._since, self._lost, self._events = True, arrival_us, 0, 0
            return self._refuse()
        self._budget.take(lease)
        self._credit += lease
        return True

    def _refuse(self) -> bool:
        self._credit = REFUSE
        self._lost += 1
        self.dropped += 1
        return False

    def _tell_overflow(self, until_us: int) -> None:
        body = event_body("overflow", {"from_us": self._since, "to_us": until_us, "packets": self._lost})
        self._keep(body, until_us, _EVENT)
