"""Round-trip time from report blocks that answer our sender reports (RFC 3550 section 6.4.1)."""

from __future__ import annotations

from telemed.rtp.ntp import middle32

REMEMBERED_REPORTS = 8  # sender reports; a receiver answers the latest one or two
SMOOTHING = 0.125  # weight of a new sample, as TCP's SRTT (RFC 6298)
MAX_ROUND_TRIP = 10.0  # seconds; larger is a lie or a suspended page
REPORT_CLOCK = 65536.0  # units of LSR and DLSR per second


class RoundTripEstimator:
    """Remembers when each sender report left: its NTP field tells the publisher's capture time, not the sending time.

    `smoothed` is the estimate in seconds, None before the first answer. Bounded: the oldest report is forgotten.
    """

    __slots__ = ("_sent", "smoothed")

    def __init__(self) -> None:
        self._sent: dict[int, float] = {}
        self.smoothed: float | None = None

    def on_report_sent(self, ntp64: int, now: float) -> None:
        """Note that a sender report with this NTP timestamp left at `now` (seconds)."""
        if len(self._sent) >= REMEMBERED_REPORTS:
            del self._sent[next(iter(self._sent))]
        self._sent[middle32(ntp64)] = now

    def on_report_block(self, last_sr: int, delay_since_last_sr: int, now: float) -> float | None:
        """Return the round trip in seconds that this block proves, or None when it answers no report of ours."""
        sent_at = self._sent.get(last_sr) if last_sr else None
        if sent_at is None:
            return None
        sample = now - sent_at - delay_since_last_sr / REPORT_CLOCK
        if sample > MAX_ROUND_TRIP:
            return None
        sample = max(sample, 0.0)  # DLSR is rounded: on a loopback it may exceed the whole trip
        self.smoothed = sample if self.smoothed is None else self.smoothed + SMOOTHING * (sample - self.smoothed)
        return sample
