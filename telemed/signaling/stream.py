"""One recipient's ordered stream of events: gapless sequence numbers, a ring for resuming, snapshots beyond it. Pure."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

RING_EVENTS = 500  # protocol section 2.1: what a resuming client may have missed


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """One event of a stream. `at` is ISO 8601 UTC."""

    sequence: int
    type: str
    at: str
    data: dict[str, Any] | None


class Stream:
    """Events for one seat of a call or one staff user's Today page.

    The epoch is new at every control start, so a client of an earlier process never mistakes our numbers for its own.
    """

    __slots__ = ("_ring", "epoch", "sequence")

    def __init__(self, epoch: str) -> None:
        self.epoch = epoch
        self.sequence = 0
        self._ring: deque[StreamEvent] = deque(maxlen=RING_EVENTS)

    def append(self, event_type: str, data: dict[str, Any] | None, at: str) -> StreamEvent:
        """Number one event, keep it for resuming and return it."""
        self.sequence += 1
        event = StreamEvent(self.sequence, event_type, at, data)
        self._ring.append(event)
        return event

    def missed_since(self, epoch: str, sequence: int) -> list[StreamEvent] | None:
        """The events after `sequence`, or None when only a snapshot can help (another epoch, too old, or from the future)."""
        if epoch != self.epoch or not 0 <= sequence <= self.sequence:
            return None
        missing = self.sequence - sequence
        if missing > len(self._ring):
            return None
        return [event for event in self._ring if event.sequence > sequence]

    def invalidate(self) -> None:
        """Forget the ring: whoever resumes from before this point gets a snapshot."""
        self._ring.clear()
        self.sequence += 1

    def envelope(self, event: StreamEvent) -> dict[str, Any]:
        """The wire form of an event."""
        return {
            "epoch": self.epoch,
            "sequence": event.sequence,
            "type": event.type,
            "at": event.at,
            "data": event.data,
        }

    def snapshot(self, state: dict[str, Any]) -> dict[str, Any]:
        """The wire form of a snapshot of `state` as of now."""
        return {"epoch": self.epoch, "sequence": self.sequence, "state": state}
