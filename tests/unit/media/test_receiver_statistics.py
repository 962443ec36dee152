"""Reception statistics as RFC 3550 counts them."""

from __future__ import annotations

import pytest

from telemed.media.stats import ReceiverStatistics
from telemed.rtp.ntp import to_ntp64
from telemed.rtp.sequence import SequenceUnwrapper


def receive(statistics: ReceiverStatistics, sequences: list[int], start: float = 0.0) -> None:
    """Feed 16-bit sequences 20 ms apart, without jitter."""
    unwrapper = SequenceUnwrapper()
    for position, sequence in enumerate(sequences):
        arrival = start + position * 0.02
        statistics.on_packet(unwrapper.unwrap(sequence), int(position * 960), arrival, 100)


def test_no_block_before_the_first_packet() -> None:
    statistics = ReceiverStatistics(7, 48000)
    assert statistics.take_report_block(1.0) is None
    assert statistics.cumulative_lost == 0


def test_wrap_counts_one_cycle() -> None:
    statistics = ReceiverStatistics(7, 48000)
    receive(statistics, [65534, 65535, 0, 1])
    block = statistics.take_report_block(1.0)
    assert block is not None
    assert (block.ssrc, block.highest_sequence, block.cumulative_lost, block.fraction_lost) == (7, 65537, 0, 0)
    assert (block.last_sr, block.delay_since_last_sr) == (0, 0)


def test_first_cycle_reports_plain_sequence() -> None:
    statistics = ReceiverStatistics(7, 48000)
    receive(statistics, [5, 6])
    block = statistics.take_report_block(1.0)
    assert block is not None
    assert block.highest_sequence == 6


def test_fraction_covers_only_the_interval() -> None:
    statistics = ReceiverStatistics(7, 48000)
    unwrapper = SequenceUnwrapper()
    for sequence in range(0, 100, 2):
        statistics.on_packet(unwrapper.unwrap(sequence), sequence * 960, sequence * 0.02, 100)
    first = statistics.take_report_block(2.0)
    assert first is not None
    assert (first.fraction_lost, first.cumulative_lost) == (49 * 256 // 99, 49)
    for sequence in range(99, 200):
        statistics.on_packet(unwrapper.unwrap(sequence), sequence * 960, sequence * 0.02, 100)
    second = statistics.take_report_block(4.0)
    assert second is not None
    assert (second.fraction_lost, second.cumulative_lost) == (0, 49)
    third = statistics.take_report_block(5.0)
    assert third is not None
    assert third.fraction_lost == 0


def test_reordered_packet_is_not_lost() -> None:
    statistics = ReceiverStatistics(7, 48000)
    receive(statistics, [1, 3, 2, 4])
    block = statistics.take_report_block(1.0)
    assert block is not None
    assert block.cumulative_lost == 0


def test_duplicates_make_loss_negative_and_fraction_zero() -> None:
    statistics = ReceiverStatistics(7, 48000)
    receive(statistics, [1, 1, 1, 2])
    block = statistics.take_report_block(1.0)
    assert block is not None
    assert (block.cumulative_lost, block.fraction_lost) == (-2, 0)


def test_cumulative_loss_is_clamped_to_24_bits_and_fraction_to_8() -> None:
    statistics = ReceiverStatistics(7, 48000)
    statistics.on_packet(65536, 0, 0.0, 100)
    statistics.on_packet(65536 + 2**25, 960, 0.02, 100)
    block = statistics.take_report_block(1.0)
    assert block is not None
    assert (block.cumulative_lost, block.fraction_lost) == (0x7FFFFF, 255)


def test_steady_stream_has_no_jitter_and_alternating_one_has() -> None:
    steady, uneven = ReceiverStatistics(1, 48000), ReceiverStatistics(2, 48000)
    receive(steady, list(range(200)))
    for number in range(500):
        timestamp = (2**32 - 960 * 250 + number * 960) & 0xFFFFFFFF
        uneven.on_packet(65536 + number, timestamp, number * 0.02 + (number % 2) * 0.01, 100)
    assert steady.jitter == pytest.approx(0.0, abs=1e-9)
    assert uneven.jitter == pytest.approx(0.01, rel=0.01)
    block = uneven.take_report_block(10.0)
    assert block is not None
    assert block.jitter == pytest.approx(480, rel=0.01)


def test_restarted_timestamps_are_not_jitter() -> None:
    statistics = ReceiverStatistics(1, 48000)
    statistics.on_packet(65536, 0, 0.0, 100)
    statistics.on_packet(65537, 2**31, 0.02, 100)
    assert statistics.jitter == 0.0


def test_last_sender_report_is_echoed() -> None:
    statistics = ReceiverStatistics(1, 48000)
    receive(statistics, [1])
    statistics.on_sender_report(to_ntp64(0x12345678 + 0.5), now=10.0)
    block = statistics.take_report_block(10.25)
    assert block is not None
    assert (block.last_sr, block.delay_since_last_sr) == (0x56788000, 16384)


def test_bit_rate_over_the_time_between_updates() -> None:
    statistics = ReceiverStatistics(1, 48000)
    assert statistics.update_bitrate(0.0) == 0
    receive(statistics, list(range(50)))
    assert statistics.update_bitrate(0.3) == 0
    assert statistics.update_bitrate(1.0) == 50 * 100 * 8
    assert statistics.update_bitrate(1.2) == 50 * 100 * 8
    assert statistics.update_bitrate(3.0) == 0
    assert statistics.octets == 5000
