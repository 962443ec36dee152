"""One recipient: its stream and the connections that carry it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from telemed.care.ports import Json
from telemed.care.times import iso_utc
from telemed.signaling.changes import Change
from telemed.signaling.connection import Connection
from telemed.signaling.counters import Counters
from telemed.signaling.stream import Stream

MAX_CHANGES = 100  # more at once travel as one snapshot


class Channel:
    """Numbers the events of one recipient and hands them to every connection of it. `state` projects what it may see now."""

    def __init__(self, epoch: str, state: Callable[[], Json], counters: Counters) -> None:
        self.stream = Stream(epoch)
        self.connections: list[Connection] = []
        self.idle_since: float | None = None  # monotonic; None while somebody is connected
        self._state = state
        self._counters = counters

    def send(self, changes: list[Change], at: datetime) -> None:
        """Send what changed; very much at once travels as one snapshot."""
        if len(changes) > MAX_CHANGES:
            self.renew()
            return
        for event_type, data in changes:
            self.emit(event_type, data, at)

    def renew(self) -> None:
        """Begin anew with a snapshot: something changed that has no event of its own."""
        self.stream.invalidate()
        self._offer("snapshot", self.stream.snapshot(self._state()))

    def emit(self, event_type: str, data: Json | None, at: datetime) -> None:
        """Send one event of the stream."""
        event = self.stream.append(event_type, data, iso_utc(at))
        self._offer("stream", self.stream.envelope(event))

    def live(self, event_type: str, data: Json) -> None:
        """Send one unsequenced event; it may be lost."""
        for connection in self.connections:
            if not connection.offer_live("live", {"type": event_type, "data": data}):
                self._counters.add("stream.live_dropped")

    def attach(self, connection: Connection, resume: tuple[str, int] | None) -> None:
        """Begin with what the client missed, or with a snapshot."""
        self.idle_since = None
        connection.start()
        self.connections.append(connection)
        missed = self.stream.missed_since(*resume) if resume is not None else None
        if missed is None:
            connection.offer("snapshot", self.stream.snapshot(self._state()))
            return
        for event in missed:
            connection.offer("stream", self.stream.envelope(event))

    def replace(self, at: datetime) -> None:
        """Tell the present connections that another one takes their place, and close them. Not part of the stream."""
        farewell = {"epoch": self.stream.epoch, "sequence": self.stream.sequence + 1}
        farewell |= {"type": "replaced", "at": iso_utc(at), "data": {}}
        for connection in self.connections:
            connection.offer("stream", farewell)
        self.finish()

    def goodbye(self, reason: str, at: datetime) -> None:
        """End the stream: the reason, then the connections. Whoever comes back begins with a snapshot."""
        self.emit("goodbye", {"reason": reason}, at)
        self.stream.invalidate()
        self.finish()

    def finish(self) -> None:
        """Close the connections after what is queued."""
        for connection in self.connections:
            connection.finish()
        self.connections.clear()

    def detach(self, connection: Connection, now: float) -> None:
        """A connection is gone."""
        if connection in self.connections:
            self.connections.remove(connection)
        if not self.connections:
            self.idle_since = now

    def _offer(self, event: str, payload: Json) -> None:
        for connection in self.connections:
            if not connection.offer(event, payload):
                self._counters.add("stream.outbox_full")
