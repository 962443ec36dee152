"""A seeded link in virtual time: a bottleneck with a queue, loss, delay, jitter, and others who use it too."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

MILLISECOND = 1_000
SECOND = 1_000_000


@dataclass
class Conditions:
    """`rates`: (from second, bit/s) steps, ascending from 0. Times in ms, `loss` a share, `burst` its mean length in packets."""

    rates: list[tuple[float, float]]
    queue_ms: float = 300.0
    delay_ms: float = 30.0
    jitter_ms: float = 0.0
    loss: float = 0.0
    burst: float = 1.0
    cross: float = 0.0  # bit/s of constant traffic beside ours
    feedback_loss: float = 0.0
    feedback_delay: Callable[[float], float] | None = None  # second -> ms, when the way back is another
    seed: int = 1
    steps: list[tuple[float, float]] = field(default_factory=list)  # (at second, clock of the receiver jumps by ms)


class Link:
    """`send` tells when a packet arrives, or None. FIFO, fluid between calls; calls must not go back in time."""

    def __init__(self, conditions: Conditions) -> None:
        self.conditions = conditions
        self._random = random.Random(conditions.seed)
        self._starts = [start * SECOND for start, _ in conditions.rates]
        self._bad = False
        self._backlog = 0.0  # bits
        self._at = 0.0
        self._latest = 0.0

    def rate(self, at_us: float) -> float:
        """bit/s the bottleneck leaves to whom it serves here."""
        rate = self.conditions.rates[bisect_right(self._starts, at_us) - 1][1]
        return max(rate - self.conditions.cross, 8_000.0)

    def backlog_ms(self, at_us: float) -> float:
        """How long the queue takes to empty."""
        self._drain(at_us)
        return (self._served_at(self._backlog) - self._at) / 1000

    def send(self, at_us: float, size: int) -> float | None:
        """Put `size` bytes (and 28 of IP and UDP) into the queue."""
        self._drain(at_us)
        bits = (size + 28) * 8
        if self._backlog + bits > self.rate(at_us) * self.conditions.queue_ms / 1000 + 12_000:
            return None
        self._backlog += bits
        if self._is_lost():
            return None
        jitter = self._random.expovariate(1 / self.conditions.jitter_ms) * 1000 if self.conditions.jitter_ms else 0.0
        arrival = self._served_at(self._backlog) + self.conditions.delay_ms * 1000 + jitter
        self._latest = max(arrival, self._latest)  # jitter delays, it does not reorder
        return self._latest

    def _drain(self, at_us: float) -> None:
        while self._at < at_us:
            position = bisect_right(self._starts, self._at)
            end = min(at_us, self._starts[position]) if position < len(self._starts) else at_us
            self._backlog = max(self._backlog - self.rate(self._at) * (end - self._at) / SECOND, 0.0)
            self._at = end

    def _served_at(self, bits: float) -> float:
        at = self._at
        while True:
            position = bisect_right(self._starts, at)
            end = self._starts[position] if position < len(self._starts) else float("inf")
            need = bits / self.rate(at) * SECOND
            if at + need <= end:
                return at + need
            bits -= self.rate(at) * (end - at) / SECOND
            at = end

    def _is_lost(self) -> bool:
        """Gilbert's model: in a bad spell everything is lost; a mean length of 1 is independent loss."""
        loss, burst = self.conditions.loss, self.conditions.burst
        if not loss:
            return False
        if burst <= 1:
            return self._random.random() < loss
        leave, enter = 1 / burst, loss / (burst * (1 - loss))
        self._bad = self._random.random() >= leave if self._bad else self._random.random() < enter
        return self._bad


class Reno:
    """A bulk transfer that shares the bottleneck: slow start, one packet more per round trip, half after a loss."""

    def __init__(self, link: Link, back_ms: float) -> None:
        self._link = link
        self._back = back_ms * 1000
        self._window = 4.0
        self._threshold = 1e9
        self._flight: deque[tuple[float, bool]] = deque()  # (when its fate is known, arrived)
        self._recovered_at = 0.0
        self.bits = 0

    def run(self, now_us: float) -> None:
        """Take acknowledgements due, then fill the window."""
        flight = self._flight
        while flight and flight[0][0] <= now_us:
            if flight.popleft()[1]:
                self.bits += 9_600
                self._window += 1.0 if self._window < self._threshold else 1 / self._window
            elif now_us >= self._recovered_at:
                self._threshold = self._window = max(self._window / 2, 2.0)
                self._recovered_at = flight[-1][0] if flight else now_us
        while len(flight) < int(self._window):
            arrival = self._link.send(now_us, 1172)
            known = arrival if arrival is not None else now_us + self._link.backlog_ms(now_us) * 1000 + 60_000
            flight.append((max(known + self._back, flight[-1][0] if flight else 0.0), arrival is not None))
