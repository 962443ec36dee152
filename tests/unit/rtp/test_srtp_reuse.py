"""The reuse monitor catches what it is for and nothing else."""

from __future__ import annotations

import pytest

from tests.unit.rtp.packets import rtp
from tests.unit.rtp.srtp_reuse import KeystreamReused, SrtpReuseMonitor


def test_repetition_is_caught_and_differences_are_not() -> None:
    monitor = SrtpReuseMonitor()
    monitor.feed("k", 1, 0, 5)
    monitor.feed("k", 1, 1, 5)
    monitor.feed("k", 2, 0, 5)
    monitor.feed("other", 1, 0, 5)
    assert monitor.packets == 4
    with pytest.raises(KeystreamReused):
        monitor.feed("k", 1, 0, 5)


def test_packets_wrap_into_a_new_rollover_and_a_step_back_is_caught() -> None:
    monitor = SrtpReuseMonitor()
    for extended in range(65000, 65000 + 70000):
        monitor.feed_packet("k", rtp(sequence=extended & 0xFFFF))
    with pytest.raises(KeystreamReused):
        monitor.feed_packet("k", rtp(sequence=(65000 + 69990) & 0xFFFF))
