"""What we tell a publisher about its source: reception statistics (RFC 3550 sections 6.4.1 and A.8) and its bit rate."""

from __future__ import annotations

from telemed.rtp.ntp import middle32
from telemed.rtp.rtcp_records import ReportBlock
from telemed.rtp.sequence import SEQUENCE_CYCLE

MAX_JITTER_STEP = 5  # seconds: a larger jump is a restarted source, not jitter
MIN_RATE_INTERVAL = 0.5  # seconds of traffic that make a rate worth telling
DELAY_CLOCK = 65536  # units of DLSR per second


class ReceiverStatistics:
    """Counters of one source SSRC. Feed only packets of that SSRC, never those restored from RTX (RFC 4588 section 6.3)."""

    __slots__ = (
        "_base",
        "_expected_prior",
        "_highest",
        "_jitter",
        "_last_arrival",
        "_last_sr",
        "_last_sr_at",
        "_last_timestamp",
        "_max_step",
        "_rate_at",
        "_rate_octets",
        "_received_prior",
        "bitrate",
        "clock_rate",
        "fraction_lost",
        "octets",
        "packets",
        "ssrc",
    )

    def __init__(self, ssrc: int, clock_rate: int) -> None:
        """`clock_rate` in Hz of the RTP timestamps."""
        self.ssrc = ssrc
        self.clock_rate = clock_rate
        self.packets = 0
        self.octets = 0  # whole RTP packets, headers and padding included
        self.bitrate = 0  # bit/s, as of the last `update_bitrate`
        self.fraction_lost = 0  # in the interval of the last report block, 1/256
        self._max_step = MAX_JITTER_STEP * clock_rate
        self._base = -1
        self._highest = -1
        self._jitter = 0.0
        self._last_arrival = 0.0
        self._last_timestamp = 0
        self._last_sr = 0
        self._last_sr_at = 0.0
        self._expected_prior = self._received_prior = 0
        self._rate_at = -1.0
        self._rate_octets = 0

    def on_packet(self, ext_seq: int, timestamp: int, arrival: float, size: int) -> None:
        """Count one packet: extended sequence number, RTP timestamp, arrival in seconds, size in bytes."""
        self.packets += 1
        self.octets += size
        if ext_seq > self._highest:
            if self._base < 0:
                self._base = ext_seq
            else:
                ticks = ((timestamp - self._last_timestamp + 0x80000000) & 0xFFFFFFFF) - 0x80000000
                step = abs((arrival - self._last_arrival) * self.clock_rate - ticks)
                if step < self._max_step:
                    self._jitter += (step - self._jitter) * 0.0625  # RFC 3550 section A.8
            self._highest = ext_seq
            self._last_arrival = arrival
            self._last_timestamp = timestamp

    def on_sender_report(self, ntp64: int, now: float) -> None:
        """Remember the publisher's last report, so that it can compute the round trip from our answer."""
        self._last_sr = middle32(ntp64)
        self._last_sr_at = now

    @property
    def jitter(self) -> float:
        """Interarrival jitter in seconds."""
        return self._jitter / self.clock_rate

    @property
    def cumulative_lost(self) -> int:
        """Packets lost since the beginning, as RFC 3550 section A.3 counts: duplicates subtract; clamped to signed 24 bits."""
        if self._base < 0:
            return 0
        lost = self._highest - self._base + 1 - self.packets
        return min(max(lost, -0x800000), 0x7FFFFF)

    @property
    def expected(self) -> int:
        """Packets sent up to the newest that came, lost ones included."""
        return self._highest - self._base + 1 if self._base >= 0 else 0

    def take_report_block(self, now: float) -> ReportBlock | None:
        """Return the block for the next receiver report and start a new interval; None before the first packet."""
        if self._base < 0:
            return None
        expected = self._highest - self._base + 1
        expected_interval = expected - self._expected_prior
        lost_interval = expected_interval - (self.packets - self._received_prior)
        self._expected_prior = expected
        self._received_prior = self.packets
        fraction = min((lost_interval << 8) // expected_interval, 255) if lost_interval > 0 < expected_interval else 0
        self.fraction_lost = fraction
        delay = round((now - self._last_sr_at) * DELAY_CLOCK) if self._last_sr else 0
        return ReportBlock(
            ssrc=self.ssrc,
            fraction_lost=fraction,
            cumulative_lost=self.cumulative_lost,
            highest_sequence=(self._highest - SEQUENCE_CYCLE) & 0xFFFFFFFF,
            jitter=int(self._jitter),
            last_sr=self._last_sr,
            delay_since_last_sr=min(max(delay, 0), 0xFFFFFFFF),
        )

    def update_bitrate(self, now: float) -> int:
        """Recompute `bitrate` over the time since the last call (at least 0.5 s) and return it, in bit/s."""
        if self._rate_at < 0:
            self._rate_at = now
            self._rate_octets = self.octets
        elif now - self._rate_at >= MIN_RATE_INTERVAL:
            self.bitrate = round((self.octets - self._rate_octets) * 8 / (now - self._rate_at))
            self._rate_at = now
            self._rate_octets = self.octets
        return self.bitrate
