"""A journal whose faults stay its own: whatever it raises, rooms and peers go on as if nothing had been recorded."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from telemed.media.journal.ports import NO_DETAILS

if TYPE_CHECKING:
    from telemed.media.journal.ports import Journal

Tap = Callable[[bytes, int], None]  # packet, arrival in monotonic microseconds
LATE_SECONDS = 3.0  # longer than any packet is asked for again: after that a tap need not look at numbers any more
log = logging.getLogger(__name__)


def _keep_from(keep: Tap, first: int, packet: bytes, arrival_us: int) -> None:
    if not (int.from_bytes(packet[2:4], "big") - first) & 0x8000:
        keep(packet, arrival_us)


class GuardedJournal:
    """All of a journal but its packets, which the packet path guards by itself. `broken`: something raised, and nothing more is
    written."""

    __slots__ = ("_journal", "broken")

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.broken = False

    @property
    def waiting(self) -> bool:
        """Packets are dropped until a decoder can start anew: ask for a key frame."""
        return not self.broken and self._journal.waiting

    def tap(self, lane: int, first: int = -1) -> Tap:
        """Return what takes the packets of one lane. `first`: none with a lower number, which would be late ones from before
        they might be captured; -1: all."""
        keep = partial(self._journal.packet, lane)
        return keep if first < 0 else partial(_keep_from, keep, first & 0xFFFF)

    def report(self, lane: int, ssrc: int, report: tuple[int, int, float]) -> None:
        """Keep a sender report: NTP time (64 bits), RTP timestamp, arrival in monotonic seconds."""
        ntp, timestamp, arrival = report
        self._attempt(partial(self._journal.report, lane, ssrc, ntp, timestamp, int(arrival * 1e6)))

    def event(self, what: str, at_us: int, details: Mapping[str, object] = NO_DETAILS) -> None:
        """Keep what happened to the track."""
        self._attempt(partial(self._journal.event, what, at_us, details))

    def close(self) -> None:
        """Nothing more comes."""
        self._attempt(self._journal.close)

    def _attempt(self, call: Callable[[], None]) -> None:
        if self.broken:
            return
        try:
            call()
        except Exception:  # noqa: BLE001 - whatever is wrong with a recording, the call goes on
            self.broken = True
            log.exception("a recording journal failed")
