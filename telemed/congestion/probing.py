"""Padding probes: short trains of packets, faster than the estimate, that tell whether the path carries more.

An SFU sends layers, not what it likes: with the small layer running nothing would ever show that the large one fits. Steps of
two, the next only after a success (libwebrtc's probe controller and probe bitrate estimator).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

STEP = 2.0  # times the estimate
DURATION_US = 30_000  # of a train: twice libwebrtc's, for radio links bunch packets over 5 to 10 ms
LONG_US = 60_000  # after a train that came through slower than sent: was it the path, or its jitter?
PACKETS = 10  # of small trains: what a path lets pass at once is over by the second half; larger ones have more, not larger
MIN_SIZE, MAX_SIZE = 200, 280  # bytes: ten small ones cost a 64 kbit/s path 250 ms, every 15 s; padding alone fills no more
MAX_PACKETS = 256  # 19 Mbit/s for 30 ms
INTERVAL_US = 5_000_000  # after a train that found nothing; on a slow path longer, up to
MAX_INTERVAL_US = 20_000_000
COST = 0.02  # of what a path carries: as much may trains that find nothing take
RETRY_US = 1_000_000  # when nothing was reported of a train: the report was lost
FIRST_US = 200_000  # after the first feedback: a queue would show by then
COMPLETE = 0.8  # share of packets that must arrive
SATURATED = 0.9  # arriving slower than this share of the sent rate, the train filled the path
UTILISATION = 0.95  # of a path that a train filled
HALVED_FROM = 8  # packets of a train whose second half is measured as well: a path lets a first burst pass at any rate
MAX_RATIO = 2.0  # arriving faster than that, it was bunched on the way and measures nothing
SUCCESS = 0.7  # share of the planned bitrate that must be proved to go on
USEFUL = 1.25  # no train beyond this much of what could be used
TIMEOUT_US = 1_000_000  # for a report besides the round trip


@dataclass(frozen=True, slots=True)
class ProbePlan:
    """Send `packets` padding packets of `packet_size` bytes evenly over `duration_us`, which makes `bitrate` bit/s.

    Log each with kind PROBE. A plan not carried out, or only in part, is forgotten after a second.
    """

    cluster: int
    bitrate: float
    packets: int
    packet_size: int
    duration_us: int


class ProbePlanner:
    """One train at a time. `found` counts successes, `planned` trains; `filled`: the latest train took all that the path had."""

    __slots__ = (
        "_arrived",
        "_duration_us",
        "_failed_bitrate",
        "_failed_us",
        "_next_us",
        "_pause_us",
        "_plan",
        "_planned_us",
        "filled",
        "found",
        "planned",
    )

    def __init__(self) -> None:
        self._plan: ProbePlan | None = None
        self._planned_us = 0
        self._arrived: list[tuple[int, int, int]] = []  # (send time, arrival, size), at most the plan's packets
        self._next_us = -1
        self._duration_us = DURATION_US
        self._failed_bitrate = float("inf")  # the slowest train that was too fast for the path
        self._failed_us = 0
        self._pause_us = 0
        self.filled = False
        self.planned = 0
        self.found = 0

    @property
    def is_running(self) -> bool:
        """Whether a train is under way: the queue it makes says nothing about the media."""
        return self._plan is not None

    def reset(self, now_us: int) -> None:
        """The path is new: forget the train, and try soon."""
        self._plan = None
        self._arrived.clear()
        self._next_us = now_us + FIRST_US
        self._failed_bitrate = float("inf")

    def postpone(self, now_us: int) -> None:
        """The queue grows: no train for a while."""
        self._next_us = max(self._next_us, now_us + INTERVAL_US // 2)

    def plan(self, estimate: float, desired: float, now_us: int) -> ProbePlan | None:
        """Return a train to send now, if more than `estimate` could be used and it is time."""
        if self._plan is not None or estimate >= desired or now_us < self._next_us or self._next_us < 0:
            return None
        bitrate = min(estimate * STEP, desired * USEFUL)
        if bitrate > self._failed_bitrate / STEP and now_us < self._failed_us + self._pause_us:
            return None
        total = bitrate * self._duration_us / 8e6  # bytes
        size = min(max(int(total / PACKETS), MIN_SIZE), MAX_SIZE)
        packets = min(max(PACKETS, round(total / size)), MAX_PACKETS)
        self.planned += 1
        self._plan = ProbePlan(self.planned, bitrate, packets, size, int(packets * size * 8e6 / bitrate))
        self._planned_us = now_us
        self._arrived.clear()
        return self._plan

    def add(self, arrived: Sequence[tuple[int, int, int]]) -> None:
        """Take what a feedback message says of probes: (send time us, arrival time us, size) of each packet."""
        plan = self._plan
        if plan is None:
            return
        for packet in arrived:
            if packet[0] >= self._planned_us and len(self._arrived) < plan.packets:
                self._arrived.append(packet)

    def conclude(self, round_trip_us: int, inherent_loss: float, now_us: int) -> float | None:
        """Return the bitrate a finished train has proved; None while it runs or when it proved nothing.

        `inherent_loss`: share the path loses at any rate, which is no reason to call the train incomplete.
        """
        plan = self._plan
        if plan is None:
            return None
        whole = len(self._arrived) >= plan.packets
        if not whole and now_us - self._planned_us < plan.duration_us + round_trip_us + TIMEOUT_US:
            return None
        proved = self._measure(plan, 1 - inherent_loss)
        self._plan = None
        self.filled = proved is not None and proved < SUCCESS * plan.bitrate
        if proved is not None and not self.filled:
            self._succeeded(plan.bitrate, now_us)
        elif self._arrived:
            self._failed(plan, max(proved or 0.0, plan.bitrate / STEP), now_us)  # beside media a train proves less
        else:
            self._next_us = now_us + RETRY_US
        return proved

    def _succeeded(self, bitrate: float, now_us: int) -> None:
        """Go on at once, but not again as fast as what failed a while ago."""
        self.found += 1
        self._next_us = now_us
        self._duration_us = DURATION_US
        if bitrate >= self._failed_bitrate:
            self._failed_bitrate = float("inf")

    def _failed(self, plan: ProbePlan, carried: float, now_us: int) -> None:
        """Wait before the next train that is as fast: on a slow path the sound feels each. `carried`: bit/s of the path."""
        self._failed_bitrate, self._failed_us = min(plan.bitrate, self._failed_bitrate), now_us
        self._pause_us = int(min(plan.packets * plan.packet_size * 8e6 / (COST * carried), MAX_INTERVAL_US))
        self._duration_us = LONG_US
        self._next_us = now_us + INTERVAL_US

    def _measure(self, plan: ProbePlan, passing: float) -> float | None:
        """The smaller of the bitrates sent and received; the last packet sent, the first received, only bound the time."""
        arrived = self._arrived
        if len(arrived) < max(COMPLETE * passing * plan.packets, 3):
            return None
        by_send = sorted(arrived)
        by_arrival = sorted(arrived, key=lambda packet: packet[1])
        total = sum(packet[2] for packet in arrived) / passing
        sent_for = by_send[-1][0] - by_send[0][0]
        received_for = _stretch([packet[1] for packet in by_arrival])
        if sent_for <= 0 or received_for <= 0:
            return None
        sent = (total - by_send[-1][2]) * 8e6 / sent_for
        received = (total - by_arrival[0][2]) * 8e6 / received_for
        if len(by_arrival) >= HALVED_FROM:
            received = min(received, _rate_of(by_arrival[len(by_arrival) // 2 :]) / passing)
        if received > sent * MAX_RATIO:
            return None
        return received * UTILISATION if received < sent * SATURATED else min(sent, received)


def _rate_of(arrived: list[tuple[int, int, int]]) -> float:
    """Return the bit/s of these packets, in order of arrival."""
    duration = _stretch([packet[1] for packet in arrived])
    return sum(packet[2] for packet in arrived[1:]) * 8e6 / duration if duration > 0 else float("inf")


def _stretch(arrivals: list[int]) -> float:
    """Return how long a train took to arrive, from the line through all its arrivals: the last alone is the latest of many."""
    count = len(arrivals)
    middle = (count - 1) / 2
    slope = sum((index - middle) * at for index, at in enumerate(arrivals)) / (count * (count * count - 1) / 12)
    return slope * (count - 1)
