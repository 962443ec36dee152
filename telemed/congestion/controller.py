"""Congestion control towards one subscriber: everything that is sent and reported goes in, one estimate comes out.

Sans I/O; times are integer microseconds of one monotonic clock. How to wire it, the states and the sources of all constants:
docs/congestion.md.
"""

from __future__ import annotations

from operator import sub
from typing import NamedTuple

from telemed.congestion.aimd import AimdController
from telemed.congestion.arrival_groups import ArrivalGroups
from telemed.congestion.feedback import FeedbackReader, Outcome
from telemed.congestion.loss_based import LossController
from telemed.congestion.path_delay import AcknowledgedRate, QueueDelay, RoundTrip
from telemed.congestion.probing import ProbePlan, ProbePlanner
from telemed.congestion.send_log import SendLog
from telemed.congestion.trendline import TrendlineEstimator, Usage
from telemed.congestion.twcc_wire import FeedbackReport

START = 400_000.0  # bit/s: the small layer and the sound at once, and no more than a poor mobile link forgives
FLOOR = 30_000.0  # bit/s: the sound; below it the estimate says nothing useful
CAP = 20_000_000.0  # bit/s: JVB's; nobody is sent more
IDLE_SHARE, BUSY_SHARE = 0.65, 0.80  # of the estimate: below the one we do not try the path, above the other we do
USE_WINDOW_US = 500_000  # time over which our own use is measured
SILENCE_US = 1_500_000  # without feedback, besides two round trips, while packets are sent
SILENT_CUT, SILENT_CUT_US = 0.8, 500_000  # then the estimate falls so, so often
CONGESTED_US = 1_000_000  # a growing queue explains losses reported within this time
QUEUE_US = 15_000  # a slope without a queue in every packet of a report is jitter
IDLE_QUEUE_US = 75_000  # and with little of ours in it, somebody else's burst
PROBE_QUEUE_US = 60_000  # a probe adds to the queue: not to one that is felt already
ALARMING_US = 250_000  # a queue that is cut whatever may explain it, if it
USED_MARGIN = 1.25  # of what is used and passes: a train that was slower proves less than that
CARRIED = 0.9  # of what arrives without a queue: so much the path carries, whatever was estimated
CARRIED_AFTER_US = 2_000_000  # since the last congestion: what arrives then is not what stood in the queue
WARY_US = 5_000_000  # after a queue grew: as long as a path that became thin needs to show what it is now
STALE_US = 300_000  # without a report, besides the time it takes to empty: a long queue is no longer held against the video
RISING_US = 10_000  # rises so much from one report to the next


class Estimate(NamedTuple):
    """What the path carries now, sound included. `bitrate` in bit/s, times in us, `loss` a share; `idle`: we use little of it.

    A tuple, for every message of every subscriber makes one.
    `queue_is_long`: it is to be emptied; not while reports are missing for longer than that takes.
    `good`: no growing or long queue, no loss that limits us, no silence: what "the link is good" means to the allocator.
    `wary`: a queue grew in the last seconds.
    """

    bitrate: float
    queue_us: int
    queue_is_long: bool
    round_trip_us: int
    loss: float
    idle: bool
    good: bool
    wary: bool = False


class SendController:
    """One per subscriber's transport; instances share nothing.

    Per packet: `log.sent(sequence, size, now_us, kind)`. Per feedback packet: `on_feedback`. Each 20 to 50 ms: `tick`; while
    `settled` 100 ms will do.
    `estimate` is the latest record; `on_feedback` and `tick` replace it.
    """

    __slots__ = (
        "_aimd",
        "_answered",
        "_busy",
        "_congested",
        "_congested_us",
        "_delivered",
        "_desired",
        "_groups",
        "_idle",
        "_loss",
        "_probes",
        "_queue",
        "_queue_before_us",
        "_reader",
        "_reported_us",
        "_round_trip",
        "_silent",
        "_silent_us",
        "_stale",
        "_trendline",
        "_unanswered",
        "_used_bytes",
        "_used_from_us",
        "_used_rate",
        "estimate",
        "log",
    )

    def __init__(self, start: float = START, floor: float = FLOOR, cap: float = CAP) -> None:
        """Bitrates in bit/s."""
        self.log = SendLog()
        self._reader = FeedbackReader(self.log)
        self._aimd = AimdController(start, floor, cap)
        self._groups = ArrivalGroups()
        self._trendline = TrendlineEstimator()
        self._delivered = AcknowledgedRate()
        self._queue = QueueDelay()
        self._round_trip = RoundTrip()
        self._loss = LossController()
        self._probes = ProbePlanner()
        self._desired = start
        self._idle = self._busy = self._congested = False
        self._queue_before_us = 0
        self._used_bytes = self._unanswered = 0
        self._used_from_us = self._congested_us = -1
        self._silent_us = 0
        self._silent = self._stale = False
        self._reported_us = 0
        self._used_rate = 0.0  # bit/s of the last whole window
        self._answered = False
        self.estimate = self._conclude()

    @property
    def answered(self) -> bool:
        """Whether the subscriber has ever reported on a packet of ours."""
        return self._answered

    @property
    def carries_all(self) -> bool:
        """Whether what is sent arrives, and no long queue stands: then the path carries it, whatever was estimated."""
        arriving = self._delivered.rate()
        return arriving is not None and arriving >= self._used_rate * CARRIED and not (self._queue.is_long or self._silent)

    @property
    def settled(self) -> bool:
        """Whether all that could be used is estimated and nothing speaks against it: `tick` each 100 ms is often enough."""
        return self.estimate.good and self.estimate.bitrate >= self._desired and not self._probes.is_running

    @property
    def ignored(self) -> int:
        """Reports about packets never sent, reported before, or forgotten: a count for the metrics."""
        return self._reader.ignored

    def want(self, bitrate: float) -> None:
        """Tell how much could be used if the path carried it (allocator's `desired`): nothing is probed beyond it."""
        self._desired = bitrate

    def on_feedback(self, report: FeedbackReport, now_us: int) -> Estimate:
        """Take one parsed transport feedback. Never raises; work is bounded by the message."""
        outcome = self._reader.apply(report, now_us)
        if outcome.arrival_us:
            self._on_arrivals(outcome, now_us)
        reported = len(outcome.arrival_us) + max(outcome.lost, 0)
        if reported and self._loss.add(reported, outcome, now_us):
            congested = self._congested_us >= 0 and now_us - self._congested_us < CONGESTED_US
            self._loss.judge(self._aimd.bitrate, congested, self._round_trip.smoothed_us, now_us)
        self.estimate = self._conclude()
        return self.estimate

    def on_round_trip(self, seconds: float) -> None:
        """A round trip proved by a receiver report, free of the time feedback waits for its interval."""
        self._round_trip.add(int(seconds * 1e6))

    def on_new_path(self, now_us: int) -> None:
        """The subscriber's address changed: what was learnt about the old path goes, the estimate falls to the start value."""
        self._reset_delay()
        self._aimd.capacity.reset()
        self._aimd.limit(START)
        self._loss = LossController()
        self._probes.reset(now_us)
        self.estimate = self._conclude()

    def on_outage(self, now_us: int) -> None:
        """Nothing at all is heard of the subscriber: the path is down, which says nothing about what it carries.

        What was learnt stays; what was sent meanwhile counts neither as lost nor as unreported. Call as long as it lasts.
        """
        self.log.forget()
        self._reset_delay()
        self._silent = False
        self._unanswered = self.log.bytes_sent
        self._silent_from(now_us)

    def tick(self, now_us: int) -> ProbePlan | None:
        """Let time pass: silence of the subscriber, our own use. Return a probe to send now, if any."""
        self._measure_use(now_us)
        self._watch_silence(now_us)
        emptied_us = self._reported_us + STALE_US + self._queue.queue_us * 4 // 3  # three quarters of it are the drain's
        self._stale = self._queue.is_long and now_us >= emptied_us
        proved = self._probes.conclude(self._round_trip.smoothed_us, self._loss.inherent, now_us)
        if proved is not None:
            self._aimd.raise_to(proved)
            self._loss.raise_to(proved)
            if self._probes.filled and self._idle:  # what was estimated had never been tried
                self._aimd.limit(max(proved, self._used_rate * USED_MARGIN))
        self.estimate = estimate = self._conclude()
        if self._congested or self._queue.is_long or estimate.queue_us > PROBE_QUEUE_US:
            return None
        return self._probes.plan(estimate.bitrate, self._desired, now_us)

    def _on_arrivals(self, outcome: Outcome, now_us: int) -> None:
        sent, arrivals = outcome.sent_us, outcome.arrival_us
        if not self._answered:
            self._answered = True
            self._probes.reset(now_us)
        self._unanswered = self.log.bytes_sent
        self._silent = self._stale = False
        self._reported_us = now_us
        if outcome.round_trip_us is not None:
            self._round_trip.add(outcome.round_trip_us)
        self._silent_from(now_us)
        resets = self._groups.resets
        self._groups.feed(sent, arrivals, self._trendline.add)
        if self._groups.resets != resets:
            self._reset_delay()
        self._delivered.add(arrivals[-1], outcome.bytes_arrived)
        self._queue.add(min(map(sub, arrivals, sent)), now_us)
        self._probes.add(outcome.probes)
        self._adjust(now_us)

    def _adjust(self, now_us: int) -> None:
        """One step of the delay-based bitrate."""
        aimd, queue_us = self._aimd, self._queue.queue_us
        round_trip_us = self._round_trip.smoothed_us
        acknowledged = self._delivered.rate()
        rising = queue_us - self._queue_before_us
        self._queue_before_us = queue_us
        alarming = queue_us >= ALARMING_US or (self._queue.is_long and rising > RISING_US)
        overuse = self._trendline.usage is Usage.OVERUSE and queue_us >= (IDLE_QUEUE_US if self._idle else QUEUE_US)
        probing = self._probes.is_running and not alarming
        self._congested = (overuse and not probing) or (alarming and rising > RISING_US)
        if self._congested:
            self._congested_us = now_us
            self._probes.postpone(now_us)
            if acknowledged is None or (self._idle and not alarming):
                aimd.ease(acknowledged or 0.0, now_us)
            else:
                aimd.cut(acknowledged, round_trip_us, now_us)
        elif overuse or self._trendline.usage is not Usage.NORMAL or self._idle or self._queue.is_long:
            aimd.hold(now_us)
        else:
            aimd.grow(acknowledged, round_trip_us, now_us)
            calm = self._congested_us < 0 or now_us - self._congested_us >= CARRIED_AFTER_US
            if calm and acknowledged is not None:
                aimd.carries(acknowledged * CARRIED)

    def _measure_use(self, now_us: int) -> None:
        """Do we send too little to learn anything from what arrives?"""
        if self._used_from_us < 0:
            self._used_from_us, self._used_bytes = now_us, self.log.bytes_sent
        elapsed = now_us - self._used_from_us
        if elapsed < USE_WINDOW_US:
            return
        used = (self.log.bytes_sent - self._used_bytes) * 8e6 / elapsed
        self._used_rate = used
        busy = used >= self.estimate.bitrate * (BUSY_SHARE if self._idle else IDLE_SHARE)
        self._idle = not busy or (self._idle and not self._busy)  # two busy windows: what arrives must have caught up
        self._busy = busy
        self._used_from_us, self._used_bytes = now_us, self.log.bytes_sent

    def _watch_silence(self, now_us: int) -> None:
        """A subscriber that is sent packets and reports nothing gets less and less, down to the floor."""
        log = self.log
        if not self._answered or log.bytes_sent == self._unanswered or now_us - log.sent_at_us >= SILENT_CUT_US:
            self._silent_from(now_us)  # nothing is sent, or all but the last packets were answered
        elif now_us >= self._silent_us:
            self._silent_us = now_us + SILENT_CUT_US
            self._silent = True
            self._aimd.limit(self._aimd.bitrate * SILENT_CUT)

    def _silent_from(self, now_us: int) -> None:
        self._silent_us = now_us + SILENCE_US + 2 * self._round_trip.smoothed_us

    def _reset_delay(self) -> None:
        self._trendline.reset()
        self._queue.reset()
        self._delivered.reset()

    def _conclude(self) -> Estimate:
        aimd, loss, queue = self._aimd, self._loss, self._queue
        bitrate = max(min(aimd.bitrate, loss.limit), aimd.floor)
        good = not self._congested and not queue.is_long and not self._silent and loss.limit >= aimd.bitrate
        is_long = queue.is_long and not self._stale
        wary = 0 <= self._congested_us > self._reported_us - WARY_US
        return Estimate(bitrate, queue.queue_us, is_long, self._round_trip.smoothed_us, loss.loss, self._idle, good, wary)
