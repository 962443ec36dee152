"""A voice over a path that loses packets independently, one by one, with NACK and redundancy: what a listener has to make up.

The receiver is the server's own gap scheduler and, of frames, whoever got one by any way in time for playout. Requests and
resends are lost like everything else; a sender repeats no packet twice within a round trip, as browsers and the server do.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from heapq import heappop, heappush

from telemed.media.nack import FOR_AUDIO, NackScheduler

FRAME = 0.020  # seconds
TICK = 0.020  # between looks at what is due to be asked for
FIRST = 65536


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of a voice: the share of frames that did not come in time, and the longest run of them in seconds."""

    concealed: float
    longest_gap: float


def play(loss: float, repeats: int, *, seconds: float, round_trip: float = 0.06, playout: float = 0.2, seed: int = 1) -> Heard:
    """Send a voice for so long. `playout`: how long after its sending a frame is needed at the latest; other times in seconds."""
    rng = random.Random(seed)
    scheduler = NackScheduler(FOR_AUDIO)
    count = int(seconds / FRAME)
    came: dict[int, float] = {}
    resent: dict[int, float] = {}
    events: list[tuple[float, int, str, int]] = []  # (when, order, what, packet)
    order = iter(range(1 << 40))

    def send(at: float, what: str, number: int) -> None:
        if rng.random() >= loss:
            heappush(events, (at + round_trip / 2, next(order), what, number))

    for n in range(count):
        heappush(events, (n * FRAME, next(order), "send", n))
    for n in range(int(seconds / TICK)):
        heappush(events, (n * TICK, next(order), "tick", 0))
    while events:
        now, _order, what, number = heappop(events)
        if what == "send":
            send(now, "packet", number)
        elif what == "packet":
            for earlier in range(max(number - repeats, 0), number + 1):
                came.setdefault(earlier, now)
                scheduler.on_packet(FIRST + earlier, now)
        elif what == "tick":
            for wanted in scheduler.due(now, round_trip):
                send(now, "asked", (wanted - FIRST) & 0xFFFF)
        elif now - resent.get(number, -1.0) >= round_trip:
            resent[number] = now
            send(now, "packet", number)
    return _judge([came.get(n, 1e9) - n * FRAME <= playout for n in range(count)])


def _judge(in_time: list[bool]) -> Heard:
    longest = run = 0
    for heard in in_time:
        run = 0 if heard else run + 1
        longest = max(longest, run)
    return Heard(1 - sum(in_time) / len(in_time), longest * FRAME)
