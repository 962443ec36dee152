"""A path that was down says nothing about what it carries: neither silence nor what was sent meanwhile counts."""

from __future__ import annotations

import pytest

from telemed.congestion.controller import SendController
from telemed.congestion.twcc_wire import FeedbackReport

STEP_US = 5_000  # between packets of 1000 bytes: 1.6 Mbit/s
REPORT = 20  # packets between two reports: 100 ms
DELAY_US = 30_000


class Call:
    """Packets in step, and a report about each twenty of them unless the path is down."""

    def __init__(self) -> None:
        self.controller = SendController(start=2_000_000.0)
        self.sequence, self.now_us = 0, 1_000_000
        self.reported = 0

    def run(self, seconds: float, up: bool, told: bool = False) -> None:
        """`told`: the controller hears of the outage."""
        for _ in range(int(seconds * 1e6 / STEP_US)):
            self.now_us += STEP_US
            self.controller.log.sent(self.sequence & 0xFFFF, 1000, self.now_us)
            self.sequence += 1
            if self.sequence % REPORT == 0:
                if up:
                    self.report()
                elif told:
                    self.controller.on_outage(self.now_us)
                if up or not told:
                    self.controller.tick(self.now_us)

    def report(self) -> None:
        """All since the last report: the newest twenty arrived, what was sent before them did not."""
        first, arrived = self.reported, range(self.sequence - REPORT, self.sequence)
        at = {number: self.now_us - (self.sequence - 1 - number) * STEP_US + DELAY_US for number in arrived}
        received = tuple((number & 0xFFFF, at[number]) for number in arrived)
        report = FeedbackReport(1, 2, first & 0xFFFF, self.sequence - first, 0, received)
        self.controller.on_feedback(report, self.now_us + DELAY_US)
        self.reported = self.sequence


@pytest.mark.parametrize("seconds", [2.0, 5.0, 20.0])
def test_an_outage_leaves_the_estimate_as_it_was(seconds: float) -> None:
    call = Call()
    call.run(5, up=True)
    before = call.controller.estimate
    assert before.bitrate > 1_600_000 and before.good
    call.run(seconds, up=False, told=True)
    call.run(1, up=True)
    after = call.controller.estimate
    assert after.bitrate > 0.9 * before.bitrate and after.good and after.loss < 0.05


def test_silence_of_somebody_who_is_heard_is_another_matter() -> None:
    call = Call()
    call.run(5, up=True)
    before = call.controller.estimate
    call.run(5, up=False)
    assert call.controller.estimate.bitrate < 0.5 * before.bitrate and not call.controller.estimate.good
