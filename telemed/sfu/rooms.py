"""Rooms of one worker: who is in them, which tracks they have, and the difference a `Negotiate` makes."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from telemed.errors import Conflict, NotFound
from telemed.media.control import (
    Candidate,
    Grant,
    Kind,
    Negotiate,
    Negotiated,
    PeerSnapshot,
    PeerState,
    PeerStateChanged,
    SetMode,
    SetWishes,
    SpeakerChanged,
    SubscribeLine,
    VideoPaused,
)
from telemed.media.speaker import SpeakerDetector
from telemed.sfu.feedback import FeedbackHandler
from telemed.sfu.flows import EgressFlow
from telemed.sfu.peer import Peer
from telemed.sfu.reports import PeerReporter
from telemed.sfu.services import Services
from telemed.sfu.streams import InboundStream, PublishedLine
from telemed.sfu.tracks import Track
from telemed.sfu.transport import ENDED

if TYPE_CHECKING:
    from telemed.sfu.recording.room_recorder import RoomRecorder

EMPTY_ROOM_LIFETIME = 60.0  # seconds a room without peers is kept
MAX_REMEMBERED_ATTEMPTS = 256  # ended attempts per room, so that they cannot be continued; drop rule: oldest first


class Room:
    """One session's media. Owns its peers and tracks; tells control what happens through `services.emit`."""

    def __init__(self, services: Services, room_id: str) -> None:
        self.services = services
        self.room_id = room_id
        self.cname = secrets.token_hex(8)
        self.peers: dict[str, Peer] = {}
        self.reporters: dict[str, PeerReporter] = {}
        self.tracks: dict[str, Track] = {}
        self.speaker = SpeakerDetector()
        self.feedback = FeedbackHandler(self)
        self.recorder: RoomRecorder | None = None  # set by `Recordings`
        self.empty_since = services.clock.monotonic()
        self._cnames: dict[str, str] = {}  # by publisher's peer id
        self._ended_attempts: dict[str, int] = {}  # peer id -> latest attempt that is over

    # --- control asks ----------------------------------------------------------------------------------------------------

    def negotiate(self, request: Negotiate, candidates: tuple[Candidate, ...]) -> Negotiated:
        """Make a peer publish and receive what `request` says. Repeating it changes nothing.

        Raises Conflict (`stale_attempt`) for an attempt that is over or older than the current one.
        """
        now = self.services.clock.monotonic()
        peer = self._peer_for(request)
        peer.holder, peer.mode = request.holder, request.mode
        if request.transport.ice_ufrag != peer.remote_ufrag:
            peer.restart_ice(request.transport)
        self._publish(peer, request, now)
        self._subscribe(peer, request, now)
        grants = (peer.flows[line.mid] for line in request.subscribe)
        credentials = peer.agent.credentials
        return Negotiated(
            credentials.ufrag,
            credentials.password,
            peer.fingerprint,
            candidates,
            tuple(Grant(f.line.mid, f.track.track_id, f.ssrc, f.rtx_ssrc, f.track.cname) for f in grants),
        )

    def close_peer(self, peer_id: str) -> None:
        """End a peer. Unknown ones are gone already: that is fine."""
        peer = self.peers.get(peer_id)
        if peer is not None:
            peer.end(PeerState.CLOSED)

    def close(self) -> None:
        """End every peer."""
        for peer in list(self.peers.values()):
            peer.end(PeerState.CLOSED)

    def set_flow(self, peer_id: str, sending: bool, receiving: bool) -> None:
        """Hold or resume a peer: nothing from it, nothing to it; its transport stays. Raises NotFound."""
        peer = self._known(peer_id)
        peer.sending, peer.receiving = sending, receiving
        if not sending:
            self.speaker.remove(peer_id)
        self.on_ready_changed(peer)

    def set_mode(self, request: SetMode) -> None:
        """The peer's person needs something else most from now on. Raises NotFound."""
        self._known(request.peer_id).mode = request.mode

    def set_wishes(self, request: SetWishes) -> None:
        """The peer shows what it receives in these sizes; what is not named it has not said anything about. Raises NotFound."""
        peer = self._known(request.peer_id)
        peer.wishes = {wish.track_id: wish.height for wish in request.wishes}
        peer.first = next((wish.track_id for wish in request.wishes if wish.first), "")
        now = self.services.clock.monotonic()
        for flow in peer.flows.values():
            if flow.is_video:
                flow.look(peer.wishes.get(flow.track.track_id), now)
                flow.track.tell_publisher(now)

    def request_keyframes(self, peer_id: str) -> None:
        """The peer is about to show its video: ask for key frames of all it receives. Raises NotFound."""
        now = self.services.clock.monotonic()
        for flow in self._known(peer_id).flows.values():
            if flow.is_video and flow.ready:
                flow.track.want_keyframe(now, urgent=True, flow=flow)

    def snapshot(self) -> list[PeerSnapshot]:
        """Return the room's peers as control wants them."""
        return [
            PeerSnapshot(
                self.room_id,
                peer.peer_id,
                peer.attempt,
                peer.state,
                peer.sending,
                peer.receiving,
                tuple(entry.line.track_id for entry in peer.published.values()),
                peer.holder,
                peer.mode,
            )
            for peer in self.peers.values()
        ]

    # --- peers and their transports tell ---------------------------------------------------------------------------------

    def on_stream(self, line: PublishedLine, now: float) -> None:
        """A published line got its source: feed its track."""
        track = self.tracks.get(line.line.track_id)
        if track is not None and track.publisher is line.peer:
            track.feed(line.stream, now)

    def on_stream_ended(self, stream: InboundStream, now: float) -> None:
        """A source said BYE."""
        track = self.tracks.get(stream.published.line.track_id)
        if track is not None and track.stream is stream:
            track.feed(None, now)

    def on_ready_changed(self, peer: Peer) -> None:
        """Keys or hold of a peer changed: rebuild the fan-out of all it sends and receives."""
        now = self.services.clock.monotonic()
        for track in self._tracks_of(peer):
            track.compile(now)

    def tell_publishers(self, peer: Peer, now: float) -> None:
        """Every 100 ms: let a peer know what is taken of its pictures and its voice, if that has changed."""
        for entry in peer.published.values():
            track = self.tracks.get(entry.line.track_id)
            if track is not None and track.publisher is peer:
                track.tell_publisher(now)

    def on_moved(self, peer: Peer) -> None:
        """A connected peer is reached at another address: what was on the old path is lost, so its pictures begin anew, both
        ways. A peer that moves to and fro gets no more than each source's spacing allows."""
        now = self.services.clock.monotonic()
        published = (self.tracks.get(line.line.track_id) for line in peer.published.values())
        for track in (track for track in published if track is not None and track.publisher is peer):
            track.want_keyframe(now)
        for flow in peer.flows.values():
            if flow.is_video and flow.ready:
                flow.track.want_keyframe(now, flow=flow)

    def on_peer_state(self, peer: Peer, state: PeerState) -> None:
        """A peer's transport changed state: tell control, and let go of what has ended."""
        if state in ENDED:
            self._remove(peer)
            if peer.video_paused:  # its next attempt begins with a picture
                self.services.emit(VideoPaused(self.room_id, peer.peer_id, False))
        self.services.emit(PeerStateChanged(self.room_id, peer.peer_id, peer.attempt, state))

    def pause_video(self, peer: Peer, paused: bool, now: float) -> None:
        """Stop (or resume) all video towards a peer; sound goes on."""
        for flow in peer.flows.values():
            if flow.is_video:
                flow.paused = paused
                flow.track.compile(now)

    def tick_speaker(self, now: float) -> None:
        """Every 100 ms: tell control when somebody else dominates."""
        change = self.speaker.tick(now)
        if change is not None:
            self.services.emit(SpeakerChanged(self.room_id, change.current))

    # --- the difference --------------------------------------------------------------------------------------------------

    def _peer_for(self, request: Negotiate) -> Peer:
        """Return the peer of this attempt, replacing an older one (which keeps its hold)."""
        peer = self.peers.get(request.peer_id)
        newest = max(peer.attempt if peer is not None else 0, self._ended_attempts.get(request.peer_id, -1))
        if peer is not None and peer.attempt == request.attempt:
            return peer
        if request.attempt < newest or self._ended_attempts.get(request.peer_id) == request.attempt:
            raise Conflict("This attempt is over.", code="stale_attempt")
        fresh = Peer(self.services, self, request)
        if peer is not None:
            fresh.sending, fresh.receiving = peer.sending, peer.receiving
            fresh.wishes, fresh.first = peer.wishes, peer.first  # the same page, in the same size
            peer.end(PeerState.CLOSED)
        self.peers[request.peer_id] = fresh
        self.reporters[request.peer_id] = PeerReporter(fresh)
        return fresh

    def _publish(self, peer: Peer, request: Negotiate, now: float) -> None:
        gone, new = peer.set_published(request.publish)
        for line in gone:
            self._unpublish(line, now)
        for line in new:
            track = self._track(line.line.track_id, peer.peer_id)
            track.publisher = peer
            if line.layers is not None:
                track.feed_layers(line.layers, now)
            else:
                track.feed(line.stream, now)

    def _unpublish(self, line: PublishedLine, now: float) -> None:
        track = self.tracks.get(line.line.track_id)
        if track is not None and track.publisher is line.peer:
            track.feed(None, now)
            track.publisher = None
            self._forget_if_unused(track)
        line.stream = None  # they know each other: without this its packets would lie there until a collection
        if line.layers is not None:
            line.layers.release()
            line.layers.cut()

    def _subscribe(self, peer: Peer, request: Negotiate, now: float) -> None:
        gone, new = peer.set_subscribed(request.subscribe, lambda line: self._make_flow(peer, line))
        for flow in gone:
            self._unsubscribe(flow, now)
        for flow in new:
            flow.paused = flow.is_video and peer.video_paused
            flow.tile_height = peer.wishes.get(flow.track.track_id) if flow.is_video else None
            flow.track.flows.append(flow)
            flow.track.compile(now)

    def _unsubscribe(self, flow: EgressFlow, now: float) -> None:
        track = flow.track
        if flow in track.flows:
            track.flows.remove(flow)
        track.compile(now)
        flow.detach()
        flow.subscriber.release(flow)
        self._forget_if_unused(track)

    def _make_flow(self, peer: Peer, line: SubscribeLine) -> EgressFlow:
        """Grant fresh SSRCs for a line; an RTX one where the subscriber takes resends."""
        wants_rtx = line.codec.kind is Kind.VIDEO and line.codec.rtx_payload_type is not None
        ssrcs = peer.fresh_ssrc(), peer.fresh_ssrc() if wants_rtx else 0
        return EgressFlow(peer, self._track(line.track_id), line, *ssrcs, peer.control_for(line))

    def _remove(self, peer: Peer) -> None:
        """Take an ended peer out of every table."""
        now = self.services.clock.monotonic()
        for line in peer.published.values():
            self._unpublish(line, now)
        for flow in peer.flows.values():
            self._unsubscribe(flow, now)
        peer.published.clear()
        peer.lanes = ()
        peer.flows.clear()
        peer.flows_by_ssrc.clear()
        peer.forget_sources()
        self.speaker.remove(peer.peer_id)
        self._ended_attempts.pop(peer.peer_id, None)
        if len(self._ended_attempts) >= MAX_REMEMBERED_ATTEMPTS:
            del self._ended_attempts[next(iter(self._ended_attempts))]
        self._ended_attempts[peer.peer_id] = peer.attempt
        if self.peers.get(peer.peer_id) is peer:
            del self.peers[peer.peer_id]
            del self.reporters[peer.peer_id]
            self.empty_since = now

    def _track(self, track_id: str, publisher_id: str | None = None) -> Track:
        """Return the track, made new when a line names it first. Its CNAME is its publisher's, or one of its own."""
        track = self.tracks.get(track_id)
        if track is None:
            cname = secrets.token_hex(8)
            if publisher_id is not None:
                cname = self._cnames.setdefault(publisher_id, cname)
            track = self.tracks[track_id] = Track(track_id, cname)
            if self.recorder is not None:
                self.recorder.attach(track)
        return track

    def _forget_if_unused(self, track: Track) -> None:
        if track.publisher is None and not track.flows:
            self.tracks.pop(track.track_id, None)

    def _tracks_of(self, peer: Peer) -> list[Track]:
        published = (self.tracks.get(line.line.track_id) for line in peer.published.values())
        return [track for track in published if track is not None] + [flow.track for flow in peer.flows.values()]

    def _known(self, peer_id: str) -> Peer:
        peer = self.peers.get(peer_id)
        if peer is None:
            raise NotFound("There is no such peer.")
        return peer
