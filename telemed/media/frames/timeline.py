"""From RTP timestamps to the server's time, for all sources of one participant.

A sender report says which RTP time was which NTP time of the sender's clock (RFC 3550 section 6.4.1). Sound and picture share
that clock, so they are exact relative to each other whatever the network did. The way from there to the server's clock is one
offset for the whole participant: the least delayed of its reports. A source without any report is placed by the least delayed of
its packets.

Feed everything first (`on_report`, `on_packet`), then `fit`, then ask. Times of arrival are microseconds of the server's clock.
"""

from __future__ import annotations

from telemed.media.frames.offsets import OffsetCurve, Sample, least_curve
from telemed.media.frames.stalls import Report, report_curve
from telemed.rtp.ntp import NTP_SECOND
from telemed.rtp.sequence import TIMESTAMP_CYCLE, TimestampUnwrapper, timestamp_delta

SECOND_US = 1_000_000
BUCKET_US = 1_000_000  # of which the least delayed packet is kept: 3 hours are 10,800 samples
REPORT_US = 400_000  # between two reports of a source that count; browsers send one a second, a flood of them says no more
EARLIEST_US = 30 * SECOND_US  # before its arrival: nothing is on its way for longer; such a report is wrong
LATEST_US = SECOND_US  # after its arrival: a clock is not that wrong once its offset is known


class SourceTimeline:
    """One SSRC: what is known of its RTP clock."""

    __slots__ = (
        "_arrivals",
        "_bucket",
        "_bucket_end",
        "_by_arrival",
        "_by_report",
        "_rate",
        "_reported_us",
        "_reports",
        "_unwrapper",
    )

    def __init__(self, clock_rate: int) -> None:
        self._rate = clock_rate
        self._unwrapper = TimestampUnwrapper()
        self._reports: list[Report] = []
        self._reported_us = -REPORT_US
        self._arrivals: list[Sample] = []  # (arrival, arrival minus RTP), one per bucket
        self._bucket: Sample = (0, 0)
        self._bucket_end = -1
        self._by_report: OffsetCurve | None = None
        self._by_arrival: OffsetCurve | None = None

    def on_report(self, ntp_us: int, timestamp: int, arrival_us: int) -> bool:
        """A report of this source; whether it counts. Drop rule: one so soon after the last that counted does not."""
        if abs(arrival_us - self._reported_us) < REPORT_US:
            return False
        self._reported_us = arrival_us
        self._reports.append((arrival_us, ntp_us - self._media_us(self._unwrapper.unwrap(timestamp)), arrival_us - ntp_us))
        return True

    def on_packet(self, timestamp: int, arrival_us: int) -> None:
        """A packet of this source. Not every one has to be told."""
        offset = arrival_us - self._media_us(self._unwrapper.unwrap(timestamp))
        if arrival_us < self._bucket_end:
            if offset < self._bucket[1]:
                self._bucket = (arrival_us, offset)
            return
        if self._bucket_end >= 0:
            self._arrivals.append(self._bucket)
        self._bucket = (arrival_us, offset)
        self._bucket_end = arrival_us + BUCKET_US

    def fit(self) -> None:
        """No more comes."""
        if self._bucket_end >= 0:
            self._arrivals.append(self._bucket)
            self._bucket_end = -1
        self._by_report = report_curve(self._reports, self._arrivals)
        self._by_arrival = least_curve(self._arrivals)

    def sender_us(self, timestamp: int, arrival_us: int, sender_offset: float) -> float | None:
        """The sender's NTP time of a timestamp in us; None when reports say nothing that could be true."""
        return self._nearest(self._by_report, timestamp, arrival_us, sender_offset)

    def arrival_us(self, timestamp: int, arrival_us: int) -> float:
        """When a packet of this time would have arrived if it had been among the least delayed."""
        placed = self._nearest(self._by_arrival, timestamp, arrival_us, 0.0)
        return arrival_us if placed is None else placed

    def _nearest(self, curve: OffsetCurve | None, timestamp: int, arrival_us: int, further: float) -> float | None:
        """Media time plus the offset of the curve that lies nearest before the arrival; `further` is what comes on top."""
        best: float | None = None
        for offset in curve.candidates(arrival_us) if curve else ():
            expected = int((arrival_us - further - offset) * self._rate) // SECOND_US
            ticks = expected + timestamp_delta(timestamp, expected % TIMESTAMP_CYCLE)
            value = ticks * SECOND_US / self._rate + offset
            late = arrival_us - further - value
            if -LATEST_US <= late <= EARLIEST_US and (best is None or abs(late) < abs(arrival_us - further - best)):
                best = value
        return best

    def _media_us(self, ticks: int) -> int:
        return ticks * SECOND_US // self._rate


class SenderTimeline:
    """All sources of one participant."""

    def __init__(self) -> None:
        self._sources: dict[int, SourceTimeline] = {}
        self._samples: list[Sample] = []  # (arrival, arrival minus NTP) of all reports
        self._offset: OffsetCurve | None = None

    def source(self, ssrc: int, clock_rate: int) -> SourceTimeline:
        """The one of an SSRC; made when it is new."""
        found = self._sources.get(ssrc)
        if found is None:
            found = self._sources[ssrc] = SourceTimeline(clock_rate)
        return found

    def on_report(self, source: SourceTimeline, ntp: int, timestamp: int, arrival_us: int) -> None:
        """A sender report: `ntp` has 64 bits; 0 means that the sender has no clock, and says nothing."""
        if ntp:
            ntp_us = ntp * SECOND_US // NTP_SECOND
            if source.on_report(ntp_us, timestamp, arrival_us):
                self._samples.append((arrival_us, arrival_us - ntp_us))

    def fit(self) -> None:
        """No more comes."""
        self._offset = least_curve(self._samples)
        for source in self._sources.values():
            source.fit()

    def server_us(self, ssrc: int, timestamp: int, arrival_us: int) -> int:
        """When a timestamp was captured, on the server's clock, as near as can be known; its arrival for an unknown SSRC."""
        source = self._sources.get(ssrc)
        if source is None:
            return arrival_us
        placed: list[float] = []
        for offset in self._offset.candidates(arrival_us) if self._offset else ():
            sent = source.sender_us(timestamp, arrival_us, offset)
            if sent is not None:
                placed.append(sent + offset)
        if placed:
            nearest: float = min(placed, key=lambda at: abs(arrival_us - at))
            return round(nearest)
        return round(source.arrival_us(timestamp, arrival_us))
