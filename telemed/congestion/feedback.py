"""What a subscriber's transport feedback says about the packets in the send log: arrived, lost, late, or never reported."""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from typing import NamedTuple

from telemed.congestion.send_log import CAPACITY, PacketKind, SendLog
from telemed.congestion.twcc_wire import REFERENCE_US, FeedbackReport

ARRIVAL_CYCLE = REFERENCE_US << 24  # microseconds after which the reporter's reference time wraps
MAX_GAP = CAPACITY // 2  # sequence numbers beyond what was reported so far that one message may jump over
MAX_ROUND_TRIP_US = 10_000_000  # a report about a packet older than this is a lie, or from before a long sleep

_by_arrival = itemgetter(1)


class Outcome(NamedTuple):
    """What one feedback message told. A tuple, for one is made of every message of every subscriber.

    `sent_us`, `arrival_us`: send and arrival times of each packet that arrived, in order of arrival; the arrival clock is the
    subscriber's and has no meaning but in differences. `probes`: (send time, arrival time, size) of those that were a probe's.
    `lost` and `lost_bytes`: reported missing for the first time, less what arrived now and was called lost earlier: they may be
    negative. `round_trip_us`: of the packet sent last among those that arrived, None if none did.
    """

    sent_us: Sequence[int]
    arrival_us: Sequence[int]
    lost: int
    lost_bytes: int
    round_trip_us: int | None
    bytes_arrived: int
    probes: tuple[tuple[int, int, int], ...] = ()


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
        whole = self._apply_whole(report, now_us)
        if whole is not None:
            return whole
        received = report.received  # made anew each time it is asked for
        arrived, recovered, recovered_bytes = self._arrivals(received, now_us)
        lost, lost_bytes = self._losses(report, len(received))
        arrived.sort(key=_by_arrival)
        sent = [packet[0] for packet in arrived]
        return Outcome(
            sent,
            [packet[1] for packet in arrived],
            lost - recovered,
            lost_bytes - recovered_bytes,
            now_us - max(sent) if sent else None,
            sum(packet[2] for packet in arrived),
            tuple((at, came, size) for at, came, size, kind in arrived if kind == PacketKind.PROBE),
        )

    def _apply_whole(self, report: FeedbackReport, now_us: int) -> Outcome | None:
        """The usual message, at a fraction of the cost: it goes on where the one before ended, and all of it arrived in order.
        None, and nothing has happened, for any other."""
        arrivals, start = report.arrivals, report.base_sequence
        if not arrivals or start != self._cursor:
            return None
        run = self._log.settle_run(start, len(arrivals), now_us - MAX_ROUND_TRIP_US, now_us)
        if run is None:
            return None
        self._cursor = (start + len(arrivals)) & 0xFFFF
        epoch = self._enter_epoch(arrivals[0])
        if epoch:
            arrivals = tuple([at + epoch for at in arrivals])
        sent, sizes = run.sent_us, run.sizes
        probes = tuple((sent[place], arrivals[place], sizes[place]) for place in run.probes)
        return Outcome(sent, arrivals, 0, 0, now_us - sent[-1], sum(sizes), probes)

    def _arrivals(self, received: Sequence[tuple[int, int]], now_us: int) -> tuple[list[tuple[int, int, int, int]], int, int]:
        """Return (send time, arrival time, size, kind) of what arrived; how many packets and bytes of that were called lost.
        `received`: (sequence number, arrival time)."""
        settle = self._log.settle
        oldest = now_us - MAX_ROUND_TRIP_US
        arrived: list[tuple[int, int, int, int]] = []
        recovered = recovered_bytes = 0
        epoch = self._enter_epoch(received[0][1]) if received else 0
        for sequence, arrival_us in received:
            found = settle(sequence)
            if found is None or not oldest <= found[0] <= now_us:
                self.ignored += 1
                continue
            sent_us, size, kind, was_lost = found
            arrived.append((sent_us, arrival_us + epoch, size, kind))
            if was_lost:
                recovered += 1
                recovered_bytes += size
        return arrived, recovered, recovered_bytes

    def _enter_epoch(self, arrival: int) -> int:
        """Return what to add to the arrivals of a message that begins with this one: the reference time wraps every 12 days."""
        if self._last_arrival >= 0:
            step = arrival - self._last_arrival
            if step < -ARRIVAL_CYCLE // 2:
                self._epoch += ARRIVAL_CYCLE
            elif step > ARRIVAL_CYCLE // 2:
                self._epoch -= ARRIVAL_CYCLE
        self._last_arrival = arrival
        return self._epoch

    def _losses(self, report: FeedbackReport, received: int) -> tuple[int, int]:
        """Count what is reported missing for the first time, and move the cursor behind the message. `received`: packets."""
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
        if received == report.status_count:
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
