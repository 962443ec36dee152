"""The times of which nothing of a source was written, and why: said in the manifest, so that a hole is not taken for a fault."""

from __future__ import annotations

from collections.abc import Sequence

from telemed.media.frames.records import Frame
from telemed.media.manifest import Gap

SOUND_US = 100_000  # of lost sound: shorter ones a decoder conceals
SWITCH_US = 500_000  # between two journals, or around an event: less is a change without a break
EVENTS = ("overflow", "muted")  # that say why there is a hole; muted: its sender was on hold
MERGE_US = 1_000_000  # between two gaps of one kind: one row for a stretch of losses
PICTURE_US = 40_000  # what one picture covers, at 25 pictures/s
MAX_GAPS = 10_000  # of one source; drop rule: the last one grows instead


class GapLog:
    """Gaps of one source of one participant. Frames come in the order of their times."""

    def __init__(
        self,
        participant_id: str,
        source: str,
        events: Sequence[tuple[int, str]],
        withheld: Sequence[tuple[int, int | None]] = (),
    ) -> None:
        """`events`: (time, what) of all its journals, in order. `withheld`: times of which it may not be written whatever its
        sender agreed to, because somebody else could be heard; None: to the end."""
        self._participant_id = participant_id
        self._source = source
        self._events = events
        self._withheld = withheld
        self._next_event = 0
        self._gaps: list[Gap] = []
        self._end_us = -1
        self._place = (-1, -1)

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """All so far, in order."""
        return tuple(self._gaps)

    def frame(self, frame: Frame, journal: int, span: int) -> None:
        """A frame that is written."""
        begin, end = self._end_us, frame.time_us
        before, self._place = self._place, (journal, span)
        self._end_us = end + (frame.samples * 1000 // 48 if frame.samples else PICTURE_US)
        happened = self._events_until(end)
        if begin < 0:
            return
        why = "withheld" if self._is_withheld(begin, end) else self._why(frame, end - begin, before, happened)
        if why and end > begin:
            self._note(begin, end, why)

    def broken_off(self, until_us: int, why: str) -> None:
        """Nothing more could be read, though something should have been there until then."""
        if 0 <= self._end_us < until_us:
            self._note(self._end_us, until_us, why)

    def _is_withheld(self, begin: int, end: int) -> bool:
        return any(start < end and (stop is None or begin < stop) for start, stop in self._withheld)

    def _why(self, frame: Frame, hole: int, before: tuple[int, int], happened: set[str]) -> str:
        journal, span = before
        lost = frame.after_loss and hole >= (SOUND_US if frame.samples else 0)
        if span != self._place[1]:
            return "withheld"
        if hole > SWITCH_US:
            if said := next((what for what in EVENTS if what in happened), ""):
                return said
            if journal != self._place[0]:
                return "interrupted"
        return "lost" if lost else ""

    def _events_until(self, at_us: int) -> set[str]:
        happened = set()
        while self._next_event < len(self._events) and self._events[self._next_event][0] <= at_us:
            happened.add(self._events[self._next_event][1])
            self._next_event += 1
        return happened

    def _note(self, begin: int, end: int, why: str) -> None:
        if self._gaps:
            last = self._gaps[-1]
            if (last.why == why and begin - last.to_us < MERGE_US) or len(self._gaps) >= MAX_GAPS:
                begin = last.from_us
                why = last.why
                self._gaps.pop()
        self._gaps.append(Gap(self._participant_id, self._source, begin, end, why))
