"""From a publisher's RTP timestamps to its capture clock, and from there to the server's time.

Audio and video of one publisher share its NTP clock, so their difference is exact whatever the network did (RFC 3550 section
6.4.1). Therefore one `PublisherClock` per publisher holds the one offset to server time, and each source has a `SourceClock`.
"""

from __future__ import annotations

from collections import deque

from telemed.rtp.ntp import NTP_SECOND, from_ntp64, to_ntp64

OFFSET_WINDOW = 30.0  # seconds of which the least delayed report counts
MAX_SAMPLES = 128  # reports kept in the window; drop rule: oldest first
SLEW = 0.005  # seconds of correction per second: too slow to be heard or seen
STEP = 0.5  # seconds of difference that mean a stepped clock, not a drifting one


class PublisherClock:
    """The offset from one publisher's NTP clock to server time: the minimum of arrival minus sending over a window, slewed."""

    __slots__ = ("_offset", "_samples", "_updated_at")

    def __init__(self) -> None:
        self._samples: deque[tuple[float, float]] = deque()  # (arrival, difference), differences ascending
        self._offset: float | None = None
        self._updated_at = 0.0

    @property
    def offset(self) -> float | None:
        """Seconds to add to the publisher's NTP time to get server time; None before the first sender report."""
        return self._offset

    def on_report(self, ntp64: int, now: float) -> None:
        """A sender report of any source of this publisher arrived at `now` (seconds, server time)."""
        sample = now - from_ntp64(ntp64)
        if self._offset is None or abs(sample - self._samples[0][1]) > STEP:
            self._samples.clear()
            self._samples.append((now, sample))
            self._offset = sample
            self._updated_at = now
            return
        samples = self._samples
        while samples and samples[-1][1] >= sample:
            samples.pop()
        samples.append((now, sample))
        while samples[0][0] < now - OFFSET_WINDOW or len(samples) > MAX_SAMPLES:
            samples.popleft()
        limit = SLEW * max(now - self._updated_at, 0.0)
        self._offset += min(max(samples[0][1] - self._offset, -limit), limit)
        self._updated_at = now


class SourceClock:
    """One source's latest sender report: RTP timestamp to capture time."""

    __slots__ = ("_ntp64", "_reported_at", "_rtp_timestamp", "clock_rate", "publisher")

    def __init__(self, clock_rate: int, publisher: PublisherClock | None = None) -> None:
        """`clock_rate` in Hz (90000 video, 48000 Opus). Pass the publisher's one clock so that its sources stay in sync."""
        self.clock_rate = clock_rate
        self.publisher = publisher or PublisherClock()
        self._ntp64 = -1
        self._rtp_timestamp = 0
        self._reported_at = 0.0

    def on_sender_report(self, ntp64: int, rtp_timestamp: int, now: float) -> None:
        """The publisher says that `ntp64` and `rtp_timestamp` are the same instant. A report without a clock (0) is ignored."""
        if not ntp64:
            return
        self._ntp64 = ntp64
        self._rtp_timestamp = rtp_timestamp
        self._reported_at = now
        self.publisher.on_report(ntp64, now)

    @property
    def latest(self) -> tuple[int, int, float] | None:
        """(NTP time, RTP timestamp, arrival in seconds) of the newest report; None before one came."""
        return (self._ntp64, self._rtp_timestamp, self._reported_at) if self._ntp64 >= 0 else None

    def capture_ntp(self, rtp_timestamp: int) -> int | None:
        """Return the NTP time (64 bits, the publisher's clock) at which `rtp_timestamp` was captured; None before a report.

        Right for timestamps within 2**31 ticks of the report: 6 h of video, 12 h of audio.
        """
        if self._ntp64 < 0:
            return None
        ticks = ((rtp_timestamp - self._rtp_timestamp + 0x80000000) & 0xFFFFFFFF) - 0x80000000
        return (self._ntp64 + ticks * NTP_SECOND // self.clock_rate) & 0xFFFFFFFFFFFFFFFF

    def server_ntp(self, rtp_timestamp: int) -> int | None:
        """Return the capture time as NTP in server time, for sender reports to subscribers; None before a report."""
        capture = self.capture_ntp(rtp_timestamp)
        offset = self.publisher.offset
        if capture is None or offset is None:
            return None
        return to_ntp64(from_ntp64(capture) + offset)
