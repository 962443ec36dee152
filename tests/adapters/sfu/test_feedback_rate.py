"""Reports of a subscriber are worked on so often and no more: small ones come by the fifty in one datagram."""

from __future__ import annotations

from typing import Any

from telemed.congestion.twcc_wire import FeedbackWriter
from telemed.sfu.counters import Counters
from telemed.sfu.subscriber_control import MAX_REPORTS, SubscriberControl


def message(number: int, arrival_us: int) -> bytes:
    """A report on one packet."""
    writer = FeedbackWriter(number, arrival_us)
    assert writer.add(number, arrival_us)
    return writer.finish(1, 2, number & 0xFF)


def test_a_flood_of_reports_is_cut_off_and_an_honest_rate_is_not() -> None:
    nobody: Any = None
    control = SubscriberControl(nobody, nobody, counters := Counters())
    now_us = 5_000_000
    for number in range(10 * MAX_REPORTS):
        control.sent(number, 1100, now_us)
        control.on_feedback(message(number, now_us), now_us)
    assert counters.feedback_received == MAX_REPORTS
    assert counters.drop_feedback_rate == 9 * MAX_REPORTS
    for number in range(10 * MAX_REPORTS, 14 * MAX_REPORTS):
        now_us += 20_000
        control.sent(number, 1100, now_us)
        control.on_feedback(message(number, now_us), now_us + 1_000_000)
    assert counters.feedback_received == 5 * MAX_REPORTS
    assert counters.drop_feedback_rate == 9 * MAX_REPORTS
