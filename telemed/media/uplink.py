"""Whether the link of somebody who speaks is too full for the voice: then it is the pictures' turn to stop.

A browser cuts its pictures by itself, but not below some 30 kbit/s for each size: a link of 64 kbit/s stays full, and the voice
waits behind the pictures for as long as the queue is deep. The voice itself tells: its packets come later and later after their
RTP time.
"""

from __future__ import annotations

from collections import deque
from enum import Enum

from telemed.rtp.sequence import TIMESTAMP_CYCLE

WINDOW = 60.0  # seconds for which the quickest packet is remembered, the window before included: clocks drift by 3 ms in it
OVERFLOW_LOOKS = 4  # of 100 ms each: half of what is lost in a third of a second is no chance
OVERFLOW_LEAST = 20  # packets in that time
OVERFLOW_FOR = 1.0  # seconds: browsers need about one to see it
SAMPLE_FRESH = 6.0  # seconds: browsers report on sound every five
LEAP = 5.0  # seconds between two readings that no queue explains: the sender's clock began anew
FILLING = 0.3  # seconds of waiting: the link takes less than it did
FILLING_FOR = 0.3  # seconds: one late packet is no queue
EASY_FOR = 3.0  # seconds without a queue until everything is sent again; what fits then is the browser's to find out
STEADY_FOR = 10.0  # seconds of a delay that is not small but does not grow: a device stuttered, and RTP time has stood still
FULL = 0.35  # seconds of waiting: with the network's share more than a conversation bears (ITU-T G.114: 400 ms)
JITTER = 0.12  # seconds: no more above the least since they stopped, and there is no queue; the way itself may be longer now
FULL_FOR = 3.0  # seconds, and of pictures that the browser has cut as far as it can: it needs one or two to begin with
FULL_AGAIN_FOR = 1.0  # seconds, on trial
LEAST_PICTURES = 80_000  # bit/s that come: two sizes at their floor
SEEN_FOR = 3.0  # seconds without any: there is nothing to make less of
SHOWS_WITHIN = 10.0  # seconds until a queue is known where round trips alone tell of it
RATE_SECONDS = 1.0  # over which the pictures' bitrate is taken
GOOD_FOR = 10.0  # seconds without a queue until pictures are tried again; each time in vain twice as long, up to
GOOD_FOR_LIMIT = 120.0
NARROW = 100_000  # bit/s that came while the link was full: no picture worth having fits in beside a voice
NARROW_FACTOR = 9  # times longer is the first wait then, unless
WIDER = 3.0  # times as much goes the other way as when the pictures stopped: a better cell mostly is better both ways
TRIAL = 20.0  # seconds after which a trial has succeeded; meanwhile the smallest size alone


class ArrivalDelay:
    """How much later the newest packet of a voice came than the quickest of the last minute or two did."""

    __slots__ = ("_came", "_lateness", "_lowest", "_lowest_before", "_timestamp", "_window_from")

    def __init__(self) -> None:
        self._timestamp = -1
        self._came = self._lateness = self._lowest = self._lowest_before = self._window_from = 0.0

    def add(self, timestamp: int, clock_rate: int, came: float) -> float:
        """Take the RTP timestamp (32 bits) of the newest packet and when it came (seconds); return its delay in seconds."""
        if self._timestamp < 0:
            self._begin(timestamp, came)
            return 0.0
        step = (timestamp - self._timestamp + TIMESTAMP_CYCLE // 2) % TIMESTAMP_CYCLE - TIMESTAMP_CYCLE // 2
        change = came - self._came - step / clock_rate
        if abs(change) > LEAP:
            self._begin(timestamp, came)
            return 0.0
        self._lateness += change
        self._timestamp, self._came = timestamp, came
        if came - self._window_from > WINDOW:
            self._window_from = came
            self._lowest_before, self._lowest = self._lowest, self._lateness
        self._lowest = min(self._lowest, self._lateness)
        return self._lateness - min(self._lowest, self._lowest_before)

    def forgive(self, seconds: float) -> None:
        """Count so much of the delay no more: it is none of the link's. Packets that come earlier again correct this."""
        self._lowest += seconds
        self._lowest_before += seconds

    def _begin(self, timestamp: int, came: float) -> None:
        self._timestamp, self._came, self._window_from = timestamp, came, came
        self._lateness = self._lowest = self._lowest_before = 0.0


class RoundTripExcess:
    """How much longer round trips take than the shortest of the last minute or two did, in seconds."""

    __slots__ = ("_at", "_lowest", "_lowest_before", "_sample", "_window_from")

    def __init__(self) -> None:
        self._sample = 0.0
        self._lowest = self._lowest_before = float("inf")
        self._at = self._window_from = float("-inf")

    def add(self, sample: float, now: float) -> None:
        """Take one round trip, not smoothed."""
        if now - self._window_from > WINDOW:
            self._window_from = now
            self._lowest_before, self._lowest = self._lowest, sample
        self._lowest = min(self._lowest, sample)
        self._sample, self._at = sample, now

    def value(self, now: float) -> float:
        """The excess of the newest sample; 0 when it is too old to say anything."""
        if now - self._at > SAMPLE_FRESH:
            return 0.0
        return self._sample - min(self._lowest, self._lowest_before)


class Overflow:
    """Whether a link loses more than half of what is put into it: it is full, and what would be sent again is lost as well."""

    __slots__ = ("_seen", "_until")

    def __init__(self) -> None:
        self._seen: deque[tuple[int, int]] = deque(maxlen=OVERFLOW_LOOKS)
        self._until = float("-inf")

    def look(self, expected: int, came: int, delay: float, now: float) -> None:
        """Every 100 ms: the packets sent and come so far, and how long the voice waits, in seconds."""
        self._seen.append((expected, came))
        first = self._seen[0]
        sent, arrived = expected - first[0], came - first[1]
        if delay > JITTER and sent >= OVERFLOW_LEAST and arrived * 2 < sent:
            self._until = now + OVERFLOW_FOR

    def lasts(self, now: float) -> bool:
        """Whether it does, or did a moment ago."""
        return now < self._until


class Sending(Enum):
    """What a publisher may send of its pictures."""

    ALL = "all"
    LITTLE = "little"  # the smallest size alone, for a while: a browser needs two seconds to see that its link takes less
    NOTHING = "nothing"  # its voice is to be as thin as it can, too
    TRIAL = "trial"  # pictures are tried again: the smallest size is enough to find out


class UplinkGuard:
    """One per publisher; call `look` every 100 ms and read `sending`."""

    __slots__ = (
        "_calm_since",
        "_came",
        "_down",
        "_easy_since",
        "_full_since",
        "_good_for",
        "_good_since",
        "_least",
        "_measured_at",
        "_octets",
        "_seen_at",
        "_steady_since",
        "_tried_at",
        "sending",
    )

    def __init__(self) -> None:
        self.sending = Sending.ALL
        self._full_since = self._good_since = self._tried_at = self._seen_at = float("-inf")
        self._calm_since = self._easy_since = float("inf")  # when the voice last waited less than FILLING, or more than JITTER
        self._steady_since = 0.0
        self._down = float("inf")  # bit/s the other way when the pictures stopped
        self._least = float("inf")  # delay since the pictures stopped
        self._good_for = GOOD_FOR
        self._measured_at = -1.0
        self._octets = (0, 0)
        self._came = (float("inf"), float("inf"))  # bit/s of pictures, and of everything

    def look(self, delay: float, octets: tuple[int, int], now: float, down: float = float("inf")) -> None:
        """Decide. `delay` of the voice in seconds, 0 where nobody speaks; `octets` that have come so far of pictures, and of
        everything; `down`, the bit/s that go the other way, infinity where that is not known."""
        self._measure(octets, now)
        if self.sending is Sending.NOTHING:
            self._may_try(delay, now, down)
            return
        if self.sending is Sending.TRIAL and now - self._tried_at >= TRIAL:
            self.sending, self._good_for = Sending.ALL, GOOD_FOR
        self._lessen(delay, now)
        if delay < FULL or self._came[0] > LEAST_PICTURES:
            self._full_since = now
        elif now - self._full_since >= (FULL_AGAIN_FOR if self.sending is Sending.TRIAL else FULL_FOR):
            self._stop(now, down)

    def _lessen(self, delay: float, now: float) -> None:
        """Take the larger sizes away while a queue stands."""
        if delay < FILLING:
            self._calm_since = now
        elif self.sending is Sending.ALL and now - self._calm_since >= FILLING_FOR and now - self._seen_at < SEEN_FOR:
            self.sending = Sending.LITTLE
            self._least, self._steady_since = delay, now
        if delay > JITTER:
            self._easy_since = now
        if self.sending is not Sending.LITTLE:
            return
        self._least = min(self._least, delay)
        if delay > min(self._least + JITTER / 2, FILLING):
            self._steady_since = now
        if now - self._easy_since >= EASY_FOR or now - self._steady_since >= STEADY_FOR:
            self.sending = Sending.ALL

    def _stop(self, now: float, down: float) -> None:
        """Where no picture came since shortly before the queue showed, the voice alone fills the link, and being thin may be all
        it takes."""
        pictures_fill_it = self._came[1] < NARROW and self._seen_at >= self._calm_since - SHOWS_WITHIN
        first = GOOD_FOR * (NARROW_FACTOR if pictures_fill_it else 1)
        self._good_for = min(max(self._good_for * 2, first) if self.sending is Sending.TRIAL else first, GOOD_FOR_LIMIT)
        self.sending = Sending.NOTHING
        self._good_since, self._least, self._down = now, float("inf"), down

    def _may_try(self, delay: float, now: float, down: float) -> None:
        self._least = min(self._least, delay)
        wider = down > max(self._down * WIDER, 2 * NARROW)
        if delay > min(self._least + JITTER, FULL):
            self._good_since = now
        elif now - self._good_since >= (GOOD_FOR if wider else self._good_for):
            self.sending = Sending.TRIAL
            self._tried_at = self._full_since = now

    def _measure(self, octets: tuple[int, int], now: float) -> None:
        """The bitrates of the last whole second. A line that ended takes its count along."""
        if octets[0] > self._octets[0]:
            self._seen_at = now
        elapsed = now - self._measured_at
        if self._measured_at < 0:
            self._measured_at, self._octets = now, octets
            self._calm_since = now
        elif elapsed >= RATE_SECONDS:
            pictures, everything = (max(new - old, 0) * 8 / elapsed for old, new in zip(self._octets, octets, strict=True))
            self._came = pictures, everything
            self._measured_at, self._octets = now, octets
