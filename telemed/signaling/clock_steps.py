"""Forward steps of the wall clock, so that time-outs of persisted rows do not all fall due at once. Pure.

Rows carry wall-clock times because they outlive the process. When the clock is set forward while it runs (NTP after a wrong
start, an operator), what was due in a minute would be over at once: people asleep lost, sessions expired. A time-out that began
before the step is therefore put off by it. A step back only delays, which harms nobody.
"""

from __future__ import annotations

STEP_SECONDS = 2.0  # more than a sweep under load or a slewing NTP daemon makes of it
MAX_STEPS = 100  # remembered; drop rule: the oldest, whose rows have long timed out


class ClockSteps:
    """Compares both clocks at every look."""

    __slots__ = ("_last", "_steps")

    def __init__(self, monotonic: float, wall: float) -> None:
        self._last = (monotonic, wall)
        self._steps: list[tuple[float, float]] = []  # (wall clock before the step, by how much)

    def look(self, monotonic: float, wall: float) -> None:
        """Note how far the wall clock moved beyond the time that passed. Both in seconds."""
        passed = monotonic - self._last[0]
        before = self._last[1] + passed
        if wall - before > STEP_SECONDS:
            self._steps = [*self._steps, (before, wall - before)][-MAX_STEPS:]
        self._last = (monotonic, wall)

    def put_off(self, began: float, due: float) -> float:
        """When something that began at wall time `began` and was to be over at `due` is over now."""
        return due + sum(step for before, step in self._steps if began <= before)
