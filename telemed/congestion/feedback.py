"""What a subscriber's transport feedback says about the packets in the send log: arrived, lost, late, or never reported."""

from __future__ import annotations

from dataclasses import dataclass
from operator import itemgetter

from telemed.congestion.send_log import CAPACITY, SendLog
from telemed.congestion.twcc_wire import REFERENCE_US, FeedbackReport

ARRIVAL_CYCLE = REFERENCE_US << 24  # microseconds after which the reporter's reference time wraps
MAX_GAP = CAPACITY // 2  # sequence numbers beyond what was reported so far that one message may jump over
MAX_ROUND_TRIP_US = 10_000_000  # a report about a packet older than this is a lie, or from before a long sleep

_by_arrival = itemgetter(1)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one feedback message told.

    `arrived`: (send time us, arrival time us, size, kind, sequence) of each packet, in order of arrival; the arrival clock
    is the subscriber's and has no meaning but in differences. `lost` and `lost_bytes`: reported missing for the first
    time, less what arrived now and was called lost earlier: they may be negative. `round_trip_us`: of the packet sent
    last among those that arrived, None if none did.
    """

    arrived: tuple[tuple[int, int, int, int, int], ...]
    lost: int
    lost_bytes: int
    round_trip_us: int | None
    bytes_arrived: int


class FeedbackReader:
    """Applies feedback to a send log. Work per message is bounded by the message and by `MAX_GAP`; nothing here raises.

    A lost message leaves a hole: its packets count neither as arrived nor as lost. Reports about packets never sent, reported
    before, or forgotten are counted in `ignored`.
    """

    __slots__ = ("_cursor", "_epoch", "_last_arrival", "_log", "ignored", "unreported")

    def __init__(self, log: SendLog) -> None:
        self._log = log
        self._cursor = -1  # 16-bit number after the last one any message spoke about; -1 before the first
        self._epoch = 0
        self._last_arrival = -1
        self.ignored = 0
        self.unreported = 0  # packets skipped because the message about them was lost

    def apply(self, report: FeedbackReport, now_us: int) -> Outcome:
        """Return what the message says that is new, and settle it in the log."""
        arrived, recovered, recovered_bytes, bytes_arrived, latest_us = self._arrivals(report, now_us)
        lost, lost_bytes = self._losses(report)
        lost, lost_bytes = lost - recovered, lost_bytes - recovered_bytes
        arrived.sort(key=_by_arrival)
        return Outcome(tuple(arrived), lost, lost_bytes, now_us - latest_us if arrived else None, bytes_arrived)

    def _arrivals(self, report: FeedbackReport, now_us: int) -> tuple[list[tuple[int, int, int, int, int]], int, int, int, int]:
        """Return what arrived, how many packets and bytes of that were called lost before, all bytes, the latest send time."""
        settle = self._log.settle
        oldest = now_us - MAX_ROUND_TRIP_US
        arrived: list[tuple[int, int, int, int, int]] = []
        append = arrived.append
        recovered = recovered_bytes = bytes_arrived = latest_us = 0
        epoch = self._enter_epoch(report)
        for sequence, arrival_us in report.received:
            found = settle(sequence)
            if found is None:
                self.ignored += 1
                continue
            sent_us, size, kind, was_lost = found
            if not oldest <= sent_us <= now_us:
                self.ignored += 1
                continue
            append((sent_us, arrival_us + epoch, size, kind, sequence))
            bytes_arrived += size
            if sent_us > latest_us or not latest_us:
                latest_us = sent_us
            if was_lost:
                recovered += 1
                recovered_bytes += size
        return arrived, recovered, recovered_bytes, bytes_arrived, latest_us

    def _enter_epoch(self, report: FeedbackReport) -> int:
        """Return what to add to the arrivals of this message: the reference time wraps every 12 days."""
        if not report.received:
            return self._epoch
        arrival = report.received[0][1]
        if self._last_arrival >= 0:
            step = arrival - self._last_arrival
            if step < -ARRIVAL_CYCLE // 2:
                self._epoch += ARRIVAL_CYCLE
            elif step > ARRIVAL_CYCLE // 2:
                self._epoch -= ARRIVAL_CYCLE
        self._last_arrival = arrival
        return self._epoch

    def _losses(self, report: FeedbackReport) -> tuple[int, int]:
        """Count what is reported missing for the first time, and move the cursor behind the message."""
        start, end = report.base_sequence, report.base_sequence + report.status_count
        latest = self._log.latest
        if latest < 0 or (latest - start) & 0x8000:
            return 0, 0  # speaks of what was never sent
        end = min(end, start + ((latest - start) & 0xFFFF) + 1)
        if self._cursor >= 0:
            ahead = ((start - self._cursor + 0x8000) & 0xFFFF) - 0x8000
            if ahead > 0:
                self.unreported += ahead
            else:
                start -= ahead  # the part before the cursor has been spoken about
        if start >= end or (latest + 1 - end) & 0xFFFF >= CAPACITY:
            return 0, 0
        self._cursor = end & 0xFFFF
        if len(report.received) == report.status_count:
            return 0, 0  # the usual case: all of it arrived
        return self._count(start, min(end, start + MAX_GAP))

    def _count(self, start: int, end: int) -> tuple[int, int]:
        """What is still unsettled in this range was not received."""
        mark = self._log.mark_lost
        lost = lost_bytes = 0
        for sequence in range(start, end):
            size = mark(sequence & 0xFFFF)
            if size:
                lost += 1
                lost_bytes += size
        return lost, lost_bytes
