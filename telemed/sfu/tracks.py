"""A track of a room: one source of one participant, whatever attempt feeds it, and the flows that carry it on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telemed.sfu.flows import EgressFlow
from telemed.sfu.streams import InboundStream

if TYPE_CHECKING:
    from telemed.sfu.peer import Peer


class Track:
    """Joins one publisher's current stream to its subscribers' flows. It outlives both: a reconnect changes only `stream`."""

    __slots__ = ("cname", "flows", "publisher", "stream", "track_id")

    def __init__(self, track_id: str, cname: str) -> None:
        self.track_id = track_id
        self.cname = cname  # one per publisher, so that receivers may line up its sound and picture (RFC 3550 section 6.5.1)
        self.publisher: Peer | None = None
        self.stream: InboundStream | None = None
        self.flows: list[EgressFlow] = []

    def feed(self, stream: InboundStream | None, now: float) -> None:
        """Let `stream` (or none) be what subscribers get from now on."""
        if self.stream is not None and self.stream is not stream:
            self.stream.set_flows(())
        self.stream = stream
        self.compile(now)

    def compile(self, now: float) -> None:
        """Rebuild the packet path's fan-out list after any change; asks for a key frame when a flow waits for one."""
        stream = self.stream
        if stream is None:
            return
        sending = self.publisher is not None and self.publisher.sending
        stream.set_flows(tuple(flow for flow in self.flows if flow.ready) if sending else ())
        if any(flow.waiting_for_keyframe for flow in stream.flows):
            self.want_keyframe(now, urgent=True)
        elif not stream.flows:
            stream.keyframes.cancel()

    def want_keyframe(self, now: float, urgent: bool = False) -> None:
        """Somebody needs a key frame of this track; requests are merged and spaced per source."""
        stream, publisher = self.stream, self.publisher
        if stream is None or publisher is None or not stream.is_video or not stream.flows:
            return
        if stream.keyframes.wanted(now, urgent):
            publisher.send_pli(stream)
