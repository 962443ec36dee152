"""Bursts of packets and how much longer each took than the one before (draft-ietf-rmcat-gcc-02 sections 5.2 and 5.3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

BURST_US = 5_000  # packets sent within 5 ms of the first are one group: the burst of a frame is one sample
MAX_BURST_US = 100_000  # a group held together by queueing alone is cut here
MAX_STEP_US = 3_000_000  # arrivals that jump further than sends did: the subscriber's clock was set, or its machine slept
MAX_REORDERED = 3  # groups in a row that arrive before their predecessor: the arrival clock went back


class ArrivalGroups:
    """Groups packets by send time; feed in order of arrival. `resets` counts starts from nothing after a clock step."""

    __slots__ = (
        "_arrival_us",
        "_first_arrival_us",
        "_first_sent_us",
        "_prev_arrival_us",
        "_prev_sent_us",
        "_reordered",
        "_sent_us",
        "resets",
    )

    def __init__(self) -> None:
        self.resets = 0
        self._forget()

    def _forget(self) -> None:
        self._first_sent_us = -1  # of the group being filled; -1: none
        self._sent_us = self._arrival_us = self._first_arrival_us = 0
        self._prev_sent_us = -1
        self._prev_arrival_us = 0
        self._reordered = 0

    def add(self, sent_us: int, arrival_us: int) -> tuple[int, int] | None:
        """Return (send delta, arrival delta) in us between the last two whole groups when this packet begins a new one."""
        if self._first_sent_us < 0:
            self._begin(sent_us, arrival_us)
            return None
        if sent_us < self._first_sent_us:
            return None  # reordered: belongs to a group that is gone
        if sent_us - self._first_sent_us <= BURST_US or self._is_burst(sent_us, arrival_us):
            if sent_us > self._sent_us:
                self._sent_us = sent_us
            if arrival_us > self._arrival_us:
                self._arrival_us = arrival_us
            return None
        deltas = self._deltas()
        if deltas is None or deltas[1] >= 0:
            self._reordered = 0
        if deltas is not None and self._stepped(*deltas):
            self._forget()
            self.resets += 1
            self._begin(sent_us, arrival_us)
            return None
        self._prev_sent_us, self._prev_arrival_us = self._sent_us, self._arrival_us
        self._begin(sent_us, arrival_us)
        return None if deltas is None or deltas[1] < 0 else deltas

    def feed(self, sent: Sequence[int], arrivals: Sequence[int], judge: Callable[[int, int, int], object]) -> None:
        """`add` all packets of a message, given by their times; `judge(send delta, arrival delta, arrival)` each result.

        Packets of the burst of the one before are by far the most: they are dealt with here.
        """
        first_us, sent_us, latest_us = self._first_sent_us, self._sent_us, self._arrival_us
        for at_us, arrival_us in zip(sent, arrivals, strict=True):
            if first_us >= 0 and 0 <= at_us - first_us <= BURST_US:
                if at_us > sent_us:
                    sent_us = at_us
                if arrival_us > latest_us:
                    latest_us = arrival_us
                continue
            self._sent_us, self._arrival_us = sent_us, latest_us
            deltas = self.add(at_us, arrival_us)
            first_us, sent_us, latest_us = self._first_sent_us, self._sent_us, self._arrival_us
            if deltas is not None:
                judge(deltas[0], deltas[1], arrival_us)
        self._sent_us, self._arrival_us = sent_us, latest_us

    def _begin(self, sent_us: int, arrival_us: int) -> None:
        self._first_sent_us = self._sent_us = sent_us
        self._first_arrival_us = self._arrival_us = arrival_us

    def _is_burst(self, sent_us: int, arrival_us: int) -> bool:
        """Packets that arrive together although sent apart waited in the same queue: one sample."""
        gap = arrival_us - self._arrival_us
        sooner = gap - (sent_us - self._sent_us) < 0
        return sooner and 0 <= gap <= BURST_US and arrival_us - self._first_arrival_us < MAX_BURST_US

    def _deltas(self) -> tuple[int, int] | None:
        if self._prev_sent_us < 0:
            return None
        return self._sent_us - self._prev_sent_us, self._arrival_us - self._prev_arrival_us

    def _stepped(self, sent_delta_us: int, arrival_delta_us: int) -> bool:
        if abs(arrival_delta_us - sent_delta_us) >= MAX_STEP_US:
            return True
        if arrival_delta_us < 0:
            self._reordered += 1
        return self._reordered >= MAX_REORDERED
