"""Remembers how every connection is now, and writes each minute of each call into the database.

A minute is written once it is over and its clients have had time to report, all minutes that are due in one transaction. What is
not yet written when the process is killed, at most two minutes, is lost; a stop in order writes it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from telemed.care.ports import Store
from telemed.care.quality_minutes import MinuteTally, Reception, minute_of, minute_of_report, way_of
from telemed.care.records import QualityMinute
from telemed.clock import Clock
from telemed.errors import Conflict, TelemedError
from telemed.media.control import PeerQuality, Way
from telemed.signaling.counters import Counters

LATE = timedelta(seconds=45)  # after a minute's end: reports of its last half may come until then
MAX_TALLIES = 4096  # minutes of participants in memory; drop rule: the oldest
MAX_ROWS = 500  # of one transaction; the rest goes with the next sweep
FRESH_SECONDS = 10.0  # how long a sample says how a connection is now
RETRY_SECONDS = 30.0  # after a failed write

Seat = tuple[str, str]  # session and participant


@dataclass(frozen=True, slots=True)
class Now:
    """How a connection is at this moment."""

    sample: PeerQuality
    at: float  # seconds, monotonic
    way: str  # udp, tcp, relay; empty: unknown


class QualityKeeper:
    """Fed by workers and clients; `run` is called by every sweep, `stop` once at the end."""

    def __init__(self, store: Store, clock: Clock, counters: Counters) -> None:
        self._store = store
        self._clock = clock
        self.counters = counters
        self._now: dict[Seat, Now] = {}
        self._ways: dict[Seat, str] = {}  # as the client said last
        self._tallies: dict[tuple[str, str, datetime], MinuteTally] = {}
        self._not_before = 0.0
        self.on_sample: Callable[[PeerQuality], None] | None = None  # for the metrics

    def heard(self, sample: PeerQuality) -> str:
        """A worker told how a connection is; returns its way."""
        seat = sample.room_id, sample.peer_id
        way = way_of(sample.way, self._ways.get(seat, ""))
        self._now[seat] = Now(sample, self._clock.monotonic(), way)
        self._tally(seat, minute_of(self._clock.utcnow())).add(sample)
        if self.on_sample is not None:
            self.on_sample(sample)
        return way

    def reported(self, session_id: str, participant_id: str, reception: Reception) -> None:
        """A client told what it received in the last minute."""
        seat = session_id, participant_id
        if reception.way:
            self._ways[seat] = reception.way
        now = self._clock.utcnow()
        minute = minute_of_report(now)
        if (*seat, minute) not in self._tallies:  # the call is younger than what reports usually tell of
            minute = minute_of(now)
        self._tally(seat, minute).report = reception

    def fresh(self) -> Iterator[tuple[Seat, Now]]:
        """How every connection is that a worker has told of lately."""
        oldest = self._clock.monotonic() - FRESH_SECONDS
        return ((seat, now) for seat, now in list(self._now.items()) if now.at >= oldest)

    def ways(self) -> dict[str, int]:
        """How many connections there are of each way, `unknown` among them."""
        return dict(Counter(now.way or Way.UNKNOWN.value for _seat, now in self.fresh()))

    def video_paused(self) -> int:
        """How many get no pictures now to keep the sound."""
        return sum(now.sample.video_paused for _seat, now in self.fresh())

    async def run(self) -> None:
        """Write what is due and forget who is gone. Raises what the store raises; the next try is in RETRY_SECONDS."""
        now = self._clock.monotonic()
        if now < self._not_before:
            return
        due_before = self._clock.utcnow() - LATE - timedelta(minutes=1)
        try:
            await self._write([key for key, tally in self._tallies.items() if tally.minute <= due_before][:MAX_ROWS])
        except TelemedError:
            self._not_before = now + RETRY_SECONDS
            self.counters.add("quality.write_failed")
            raise
        self._forget(now)

    async def stop(self) -> None:
        """Write everything, whole minutes or not."""
        await self._write(list(self._tallies))

    def _tally(self, seat: Seat, minute: datetime) -> MinuteTally:
        key = (*seat, minute)
        tally = self._tallies.get(key)
        if tally is None:
            if len(self._tallies) >= MAX_TALLIES:
                del self._tallies[next(iter(self._tallies))]
                self.counters.add("quality.minutes_dropped")
            tally = self._tallies[key] = MinuteTally(seat[1], seat[0], minute)
        return tally

    async def _write(self, keys: list[tuple[str, str, datetime]]) -> None:
        if not keys:
            return
        rows = [self._row(key) for key in keys]
        try:
            async with self._store.write() as tx:
                for row in rows:
                    await tx.quality.record(row)
        except Conflict:  # a seat among them that the database does not know: they cannot be written, now or later
            self.counters.add("quality.minutes_refused", len(rows))
        for key in keys:
            self._tallies.pop(key, None)

    def _row(self, key: tuple[str, str, datetime]) -> QualityMinute:
        return self._tallies[key].row(self._ways.get(key[:2], ""))

    def _forget(self, now: float) -> None:
        """Ways are kept as long as samples come or minutes wait."""
        self._now = {seat: seen for seat, seen in self._now.items() if now - seen.at < FRESH_SECONDS}
        waiting = {key[:2] for key in self._tallies}
        self._ways = {seat: way for seat, way in self._ways.items() if seat in self._now or seat in waiting}
