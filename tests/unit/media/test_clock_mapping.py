"""Capture clocks: exact between a publisher's sources, steady towards subscribers."""

from __future__ import annotations

import random

import pytest

from telemed.media.clockfit import PublisherClock, SourceClock
from telemed.rtp.ntp import NTP_SECOND, from_ntp64, to_ntp64

PUBLISHER_EPOCH = 3_900_000_000.0  # the publisher's wall clock when the server's time is 0


def test_nothing_is_known_before_a_report() -> None:
    clock = SourceClock(90000)
    assert clock.capture_ntp(0) is None
    assert clock.server_ntp(0) is None
    clock.on_sender_report(0, 5, 1.0)
    assert clock.capture_ntp(0) is None


def test_capture_time_follows_rtp_across_the_wrap_and_backwards() -> None:
    clock = SourceClock(90000)
    clock.on_sender_report(100 * NTP_SECOND, 2**32 - 45000, 1.0)
    assert clock.capture_ntp(2**32 - 45000) == 100 * NTP_SECOND
    assert clock.capture_ntp(45000) == 101 * NTP_SECOND
    assert clock.capture_ntp(2**32 - 135000) == 99 * NTP_SECOND


def test_latest_report_counts() -> None:
    clock = SourceClock(48000)
    clock.on_sender_report(100 * NTP_SECOND, 0, 1.0)
    clock.on_sender_report(102 * NTP_SECOND, 95000, 3.0)
    assert clock.capture_ntp(95000) == 102 * NTP_SECOND


def test_sources_of_one_publisher_keep_their_exact_difference() -> None:
    publisher = PublisherClock()
    audio, video = SourceClock(48000, publisher), SourceClock(90000, publisher)
    video.on_sender_report(to_ntp64(PUBLISHER_EPOCH + 10.0), 900_000, now=10.3)
    audio.on_sender_report(to_ntp64(PUBLISHER_EPOCH + 10.5), 24_000, now=10.51)
    heard, seen = audio.server_ntp(24_000), video.server_ntp(900_000)
    assert heard is not None
    assert seen is not None
    assert from_ntp64(heard) - from_ntp64(seen) == pytest.approx(0.5, abs=1e-6)


def test_offset_finds_the_shortest_delay_slowly() -> None:
    """Delays of 20..220 ms: the offset settles near the minimum and never moves faster than 5 ms per second."""
    delays = random.Random(4)
    clock = PublisherClock()
    previous: tuple[float, float] | None = None
    for second in range(120):
        arrival = second + 0.02 + delays.random() * 0.2
        clock.on_report(to_ntp64(PUBLISHER_EPOCH + second), arrival)
        assert clock.offset is not None
        if previous:
            assert abs(clock.offset - previous[1]) <= 0.005 * (arrival - previous[0]) + 1e-6
        previous = arrival, clock.offset
    assert clock.offset is not None
    assert 0.0 <= clock.offset + PUBLISHER_EPOCH - 0.02 < 0.04


def test_offset_follows_drift() -> None:
    """A publisher's clock that is 200 ppm slow."""
    clock = PublisherClock()
    for second in range(300):
        clock.on_report(to_ntp64(PUBLISHER_EPOCH + second * (1 - 200e-6)), second + 0.05)
    assert clock.offset is not None
    assert clock.offset + PUBLISHER_EPOCH == pytest.approx(300 * 200e-6 + 0.05, abs=0.01)


def test_stepped_clock_is_followed_at_once() -> None:
    clock = PublisherClock()
    clock.on_report(to_ntp64(PUBLISHER_EPOCH), 0.1)
    clock.on_report(to_ntp64(PUBLISHER_EPOCH + 3601.0), 1.1)
    assert clock.offset is not None
    assert clock.offset + PUBLISHER_EPOCH == pytest.approx(0.1 - 3600.0, abs=1e-5)
