"""A track of a room: one source of one participant, whatever attempt feeds it, and the flows that carry it on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telemed.sfu.flows import EgressFlow
from telemed.sfu.streams import InboundStream
from telemed.sfu.wants import PublisherWants, VoiceWants

if TYPE_CHECKING:
    from telemed.sfu.layers import LayeredSource
    from telemed.sfu.peer import Peer
    from telemed.sfu.recording.track_recorder import TrackRecorder


class Track:
    """Joins one publisher's current stream, or its layers, to its subscribers' flows. It outlives both: a reconnect changes only
    `stream` and `layers`, of which one at most is there. `recorder`: while what it carries may be captured."""

    __slots__ = ("cname", "flows", "layers", "publisher", "recorder", "stream", "track_id", "voice", "wants")

    def __init__(self, track_id: str, cname: str) -> None:
        self.track_id = track_id
        self.cname = cname  # one per publisher, so that receivers may line up its sound and picture (RFC 3550 section 6.5.1)
        self.publisher: Peer | None = None
        self.stream: InboundStream | None = None
        self.layers: LayeredSource | None = None
        self.flows: list[EgressFlow] = []
        self.recorder: TrackRecorder | None = None
        self.wants = PublisherWants()
        self.voice = VoiceWants()

    @property
    def is_sound(self) -> bool:
        """Whether it is somebody's voice, or the sound of a screen."""
        return self.stream is not None and not self.stream.is_video

    def feed(self, stream: InboundStream | None, now: float) -> None:
        """Let `stream` (or none) be what subscribers get from now on."""
        if self.stream is not None and self.stream is not stream:
            self.stream.set_flows(())
        self._end_layers()
        self.stream = stream
        self.compile(now)

    def feed_layers(self, layers: LayeredSource, now: float) -> None:
        """Let subscribers get one of `layers` each from now on."""
        if self.stream is not None:
            self.stream.set_flows(())
            self.stream = None
        if self.layers is not layers:
            self._end_layers()
        self.layers = layers
        self.compile(now)

    def _end_layers(self) -> None:
        if self.layers is not None:
            self.layers.release()
            self.layers = None

    def compile(self, now: float) -> None:
        """Rebuild the packet path's fan-out list after any change; asks for a key frame when a flow waits for one."""
        if self.recorder is not None:
            self.recorder.follow(self, now)
        stream, layers = self.stream, self.layers
        if stream is None and layers is None:
            return
        for flow in self.flows:
            flow.follow(layers)
        sending = self.publisher is not None and self.publisher.sending
        flows = tuple(flow for flow in self.flows if flow.ready) if sending else ()
        if layers is not None:
            layers.set_flows(flows)
            layers.aim(now)
        if stream is None:
            return
        stream.set_flows(flows)
        if any(flow.waiting_for_keyframe for flow in stream.flows):
            self.want_keyframe(now, urgent=True)
        elif not stream.is_taken:
            stream.keyframes.cancel()

    def want_keyframe(self, now: float, urgent: bool = False, flow: EgressFlow | None = None) -> None:
        """Somebody (None: everybody) needs a key frame of this track; requests are merged and spaced per source."""
        if self.layers is not None:
            self.layers.want_keyframe(now, urgent, flow)
            return
        stream, publisher = self.stream, self.publisher
        if stream is None or publisher is None or not stream.is_video or not stream.is_taken:
            return
        if stream.keyframes.wanted(now, urgent):
            publisher.send_pli(stream)

    def tell_publisher(self, now: float) -> None:
        """Let the publisher know which layers are taken, and how much: on changes, and again every few seconds."""
        wanted = self.voice.look(self, now) if self.is_sound else self.wants.look(self, now)
        if wanted is not None and self.publisher is not None:
            self.publisher.services.emit(wanted)
