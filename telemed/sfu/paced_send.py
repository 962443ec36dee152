"""What leaves later than at once: video that the pacer holds back, and trains of padding that measure a path."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from telemed.congestion.probing import ProbePlan
from telemed.rtp.header import MAX_PADDING

if TYPE_CHECKING:
    from telemed.sfu.counters import Counters
    from telemed.sfu.flows import EgressFlow
    from telemed.sfu.subscriber_control import SubscriberControl

INTERVAL = 0.005  # seconds between departures while anything waits: the pacer's own grain
SLICE_US = 1000  # of departures at a time; then the loop sees to the sockets
PADDING_OVERHEAD = 40  # bytes of a packet of padding besides that: header, extensions, tag

monotonic_ns = time.monotonic_ns


class Held(NamedTuple):
    """A packet that was given its numbers and waits for its turn. Its bytes are shared with everybody who gets it."""

    flow: EgressFlow
    second_byte: int  # marker and payload type
    number: int  # extended sequence number
    timestamp: int
    payload: bytes


class Train:
    """A probe under way: how many packets of padding are due."""

    __slots__ = ("_gap_us", "_started_us", "left", "padding", "sent")

    def __init__(self, plan: ProbePlan, now_us: int) -> None:
        self.padding = min(max(plan.packet_size - PADDING_OVERHEAD, 1), MAX_PADDING)
        self.left = plan.packets
        self.sent = 0
        self._gap_us = plan.duration_us / plan.packets
        self._started_us = now_us

    def due(self, now_us: int) -> int:
        """Return how many packets are to leave by now."""
        passed = int((now_us - self._started_us) / self._gap_us) + 1
        return min(max(passed - self.sent, 0), self.left)


class Departures:
    """One timer for all subscribers of a worker, which runs while anything waits."""

    def __init__(self, counters: Counters) -> None:
        self._counters = counters
        self._waiting: dict[SubscriberControl, None] = {}
        self._round: deque[SubscriberControl] = deque()
        self._handle: asyncio.Handle | None = None
        self._closed = False

    def wake(self, control: SubscriberControl) -> None:
        """Something of `control` waits from now on."""
        self._waiting[control] = None
        if self._handle is None and not self._closed:
            self._handle = asyncio.get_running_loop().call_later(INTERVAL, self._begin)

    def close(self) -> None:
        """Stop; what waits is dropped. Idempotent."""
        self._closed = True
        self._waiting.clear()
        self._round.clear()
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _begin(self) -> None:
        self._round.extend(self._waiting)
        self._run()

    def _run(self) -> None:
        """Let everybody's due packets leave, a millisecond at a time."""
        loop = asyncio.get_running_loop()
        started_us = now_us = monotonic_ns() // 1000
        while self._round:
            if now_us - started_us > SLICE_US:
                self._handle = loop.call_soon(self._run)
                return
            control = self._round.popleft()
            if not self._depart(control, now_us):
                self._waiting.pop(control, None)
            now_us = monotonic_ns() // 1000
        self._handle = loop.call_later(INTERVAL, self._begin) if self._waiting else None

    def _depart(self, control: SubscriberControl, now_us: int) -> bool:
        """Let one subscriber's packets leave; tell whether more wait."""
        try:
            return control.depart(now_us)
        except Exception:  # noqa: BLE001 - one timer serves all: a hole in our own checks costs this subscriber, nobody else
            self._counters.fail_packet_path += 1
            return False
