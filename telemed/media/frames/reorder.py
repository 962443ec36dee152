"""Puts the packets of one lane back into order, however late a resent one came.

A viewer's jitter buffer gives up after a fraction of a second. Here nothing waits but the finaliser, so a gap is kept open for
longer than any publisher answers for what it sent: what has not come by then is in no journal.
"""

from __future__ import annotations

import heapq

from telemed.media.frames.records import Packet
from telemed.rtp.sequence import SEQUENCE_CYCLE

PATIENCE_US = 10_000_000  # publishers keep packets for resending 1-2 s, and we ask for less long
CAPACITY = 16_384  # packets that wait, some 20 MB: half of what a 16-bit number can tell apart
PAUSE_US = 30_000_000  # without any packet: numbers may have gone round meanwhile, so counting starts anew
JUMP = 8_000  # numbers: no loss is that long, the sender has begun elsewhere; 10 s of a picture at 8 Mbit/s


class ReorderBuffer:
    """Takes packets as they arrived and gives them in order, each once. Memory: at most CAPACITY packets.

    Drop rule: a packet older than what was given out, or one that is there already, is dropped.
    """

    __slots__ = ("_highest", "_last_us", "_next", "_numbers", "_waiting")

    def __init__(self) -> None:
        self._next = -1  # extended number that may be given next; -1: any
        self._highest = 0
        self._last_us = 0
        self._numbers: list[int] = []  # heap
        self._waiting: dict[int, Packet] = {}

    def push(self, sequence: int, packet: Packet) -> list[Packet]:
        """Take a packet with its 16-bit number; its extended one is set. Returns what is in order now."""
        arrival = packet.arrival_us
        if self._next < 0:
            self._highest = self._next = sequence + SEQUENCE_CYCLE
        delta = ((sequence - self._highest + 0x8000) & 0xFFFF) - 0x8000
        paused = arrival - self._last_us > PAUSE_US and self._last_us > 0
        given: list[Packet] = []
        if paused or not -JUMP < delta < JUMP:
            given = self.flush()
            delta = SEQUENCE_CYCLE + ((sequence - self._highest) & 0xFFFF)  # a number not given before, and not the next one
            self._next = self._highest + delta
        number = packet.number = self._highest + delta
        self._last_us = arrival
        if delta > 0:
            self._highest = number
        if number == self._next and not self._waiting:
            self._next = number + 1
            given.append(packet)
            return given
        return given + self._keep(number, packet)

    def flush(self) -> list[Packet]:
        """All that waits, in order, whatever is missing between."""
        rest = [self._waiting[number] for number in sorted(self._waiting)]
        if rest:
            self._next = rest[-1].number + 1
        self._waiting.clear()
        self._numbers.clear()
        return rest

    def _keep(self, number: int, packet: Packet) -> list[Packet]:
        waiting = self._waiting
        if number < self._next or number in waiting:
            return []
        waiting[number] = packet
        heapq.heappush(self._numbers, number)
        given: list[Packet] = []
        horizon = packet.arrival_us - PATIENCE_US
        while self._numbers:
            first = self._numbers[0]
            if first != self._next and waiting[first].arrival_us > horizon and len(waiting) <= CAPACITY:
                break
            heapq.heappop(self._numbers)
            self._next = first + 1
            given.append(waiting.pop(first))
        return given
