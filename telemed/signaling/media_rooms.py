"""Keeps the workers as the visits say: who flows, who is held, who is gone; and tells the visits what workers report.

Nothing is commanded step by step. A change marks its room; a follower task per worker compares what should be with what the
worker was told and sends the difference. What fails is marked again by the sweep, so a lost message heals.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from telemed.care.ports import MediaPlane
from telemed.care.states import IN_CALL, ParticipantState
from telemed.clock import Clock
from telemed.errors import NotFound, TelemedError
from telemed.media.control import (
    LayersWanted,
    LoadChanged,
    PeerQuality,
    PeerSnapshot,
    PeerState,
    PeerStateChanged,
    RecordingReport,
    Snapshot,
    SpeakerChanged,
    VideoPaused,
    WorkerEvent,
)
from telemed.media.overload import LoadLevel
from telemed.signaling.faults import report_fault
from telemed.signaling.live import LiveVisits
from telemed.signaling.media_modes import MediaModes
from telemed.signaling.media_placement import Placement
from telemed.signaling.media_probe import is_probe
from telemed.signaling.media_room import MediaPeer, MediaRoom, source_of
from telemed.signaling.quality_keeper import QualityKeeper
from telemed.signaling.quality_views import quality_figures, quality_view
from telemed.signaling.recording_watch import RecordingWatch
from telemed.signaling.still_pace import tell_itself
from telemed.signaling.visit import LiveVisit

CALL_TIMEOUT = 5.0  # seconds: a worker answers within milliseconds
_DEAD = frozenset({PeerState.CLOSED, PeerState.FAILED})  # nothing will come over this transport any more


@dataclass(slots=True)
class _Follower:
    """What is to be compared for one worker, and the task that does it."""

    plane: MediaPlane
    ready: bool = False  # its snapshot was reconciled
    marked: set[str] = field(default_factory=set)  # room ids
    surplus: set[str] = field(default_factory=set)  # rooms it holds that live elsewhere now
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None


@dataclass(frozen=True, slots=True)
class RoomParts:
    """What of a room others bring in line."""

    modes: MediaModes
    recordings: RecordingWatch


class MediaRooms:
    """Owns the follower tasks and the callbacks of every media plane."""

    def __init__(
        self,
        planes: Sequence[MediaPlane],
        live: LiveVisits,
        placement: Placement,
        clock: Clock,
        quality: QualityKeeper,
        parts: RoomParts,
    ) -> None:
        self._live = live
        self._modes = parts.modes
        self.recordings = parts.recordings
        self._quality = quality
        self._placement = placement
        self._clock = clock
        self.counters = quality.counters
        self._followers = [_Follower(plane) for plane in planes]
        self.on_load: Callable[[LoadLevel], None] | None = None  # how loaded the freest worker is
        self.on_presence: Callable[[], None] | None = None  # a peer came or went
        self.on_adopted: Callable[[], None] | None = None  # a worker reported peers nobody here has let in

    def start(self) -> None:
        """Take the planes' callbacks and begin to follow."""
        for follower in self._followers:
            self._listen(follower)
            follower.task = asyncio.create_task(self._follow(follower), name="media-follower")
        self._live.on_change = self.mark

    async def stop(self) -> None:
        """Stop following; the workers keep their rooms."""
        self._live.on_change = None
        for follower in self._followers:
            follower.plane.on_event = follower.plane.on_worker_lost = follower.plane.on_worker_ready = None
            if follower.task is not None:
                follower.task.cancel()
                await asyncio.gather(follower.task, return_exceptions=True)
        await self.recordings.stop()

    @property
    def all_ready(self) -> bool:
        """Whether every worker has reported its peers since this process began."""
        return all(follower.ready for follower in self._followers)

    def is_media_connected(self, session_id: str, participant_id: str) -> bool:
        """Whether a seat's media are there now."""
        room = self._placement.find(session_id)
        peer = room.peers.get(participant_id) if room is not None else None
        return peer is not None and peer.state is PeerState.CONNECTED

    def mark(self, visit: LiveVisit) -> None:
        """Something about a visit changed: compare its room soon, and what is recorded of it at once."""
        self.recordings.sync(visit)
        room = self._placement.find(visit.session.id)
        if room is not None:
            self._mark(room)
        elif not visit.is_live:
            self._placement.drop(visit.session.id)

    def evict(self, session_id: str, participant_id: str) -> None:
        """Close the peer of a device that lost its seat, even one whose offer is being answered; the new one begins anew."""
        room = self._placement.find(session_id)
        peer = room.peers.get(participant_id) if room is not None else None
        if room is not None and peer is not None and (peer.present or peer.negotiating):
            peer.evicted = True
            peer.evictions += 1
            self._mark(room)

    def mark_all(self) -> None:
        """Compare every room again."""
        self.recordings.sweep()
        for room in self._placement:
            self._mark(room)

    def _mark(self, room: MediaRoom) -> None:
        for follower in self._followers:
            if follower.plane is room.plane and not is_probe(room.room_id):
                follower.marked.add(room.room_id)
                follower.wake.set()

    def _listen(self, follower: _Follower) -> None:
        plane = follower.plane
        plane.on_event = lambda event: self._on_event(follower, event)
        plane.on_worker_lost = lambda: self._on_lost(follower)
        plane.on_worker_ready = lambda snapshot: self._on_ready(follower, snapshot)

    async def _follow(self, follower: _Follower) -> None:
        if follower.plane.available and not follower.ready:
            await self._adopt_present(follower)
        while True:
            await follower.wake.wait()
            follower.wake.clear()
            while follower.surplus:
                await self._close_surplus(follower, follower.surplus.pop())
            while follower.marked:
                room = self._placement.find(follower.marked.pop())
                if room is not None and room.plane is follower.plane and follower.plane.available:
                    await self._bring_in_line(room)

    async def _adopt_present(self, follower: _Follower) -> None:
        """The worker was connected before we listened: ask it once what it holds."""
        try:
            async with asyncio.timeout(CALL_TIMEOUT):
                snapshot = await follower.plane.snapshot()
            if snapshot is not None and not follower.ready:
                self._on_ready(follower, snapshot)
        except (TimeoutError, TelemedError):
            self.counters.add("media.snapshot_failed")
        except Exception as error:  # noqa: BLE001 - a fault in what is reported must not stop the follower
            report_fault("media-follower", error)

    async def _close_surplus(self, follower: _Follower, room_id: str) -> None:
        try:
            async with asyncio.timeout(CALL_TIMEOUT):
                await follower.plane.close_room(room_id)
        except (TimeoutError, TelemedError):
            self.counters.add("media.command_failed")  # it goes when the worker finds it empty

    async def _bring_in_line(self, room: MediaRoom) -> None:
        visit = self._live.find(room.room_id)
        try:
            async with asyncio.timeout(CALL_TIMEOUT):
                if visit is None or not visit.is_live:
                    await room.plane.close_room(room.room_id)
                    self._placement.drop(room.room_id)
                    return
                for participant_id, peer in list(room.peers.items()):
                    await self._bring_peer_in_line(room, visit, participant_id, peer)
                await self._modes.bring_in_line(room, visit)
        except (TimeoutError, TelemedError):
            self.counters.add("media.command_failed")  # the sweep marks the room again
        except Exception as error:  # noqa: BLE001 - a fault in one room must not stop the follower of all others
            report_fault("media-follower", error)

    @staticmethod
    async def _bring_peer_in_line(room: MediaRoom, visit: LiveVisit, participant_id: str, peer: MediaPeer) -> None:
        if not peer.present:
            return
        seat = visit.seats.get(participant_id)
        admitted = seat is not None and (seat.state in IN_CALL or seat.state is ParticipantState.ON_HOLD)
        if seat is None or not admitted or peer.evicted:
            await room.plane.close_peer(room.room_id, participant_id)
            peer.state, peer.evicted = None, False
            return
        flowing, hearing = seat.state in IN_CALL, not seat.silent
        if (flowing, hearing) == (peer.flowing, peer.hearing):
            return
        try:
            await room.plane.set_flow(room.room_id, participant_id, flowing, flowing and hearing)
        except NotFound:
            peer.state = None  # it closed a moment ago; its event is on the way
            return
        peer.flowing, peer.hearing = flowing, hearing

    # What workers report. Callbacks are synchronous: they change memory, tell the seats and wake tasks.

    def _on_lost(self, follower: _Follower) -> None:
        """Every peer of the worker is gone: its seats begin anew, in whatever worker is there."""
        self.recordings.on_lost(follower.plane)
        for room in self._placement.in_plane(follower.plane):
            self._placement.drop(room.room_id)
            visit = self._live.find(room.room_id)
            if visit is not None:
                self._placement.displace(room.room_id)
                self._reset(visit, room)
        self.counters.add("media.worker_lost")
        self._on_level(follower.plane, LoadLevel.NORMAL)
        self._presence_changed()

    def _reset(self, visit: LiveVisit, room: MediaRoom) -> None:
        now = self._clock.utcnow()
        for participant_id in visit.seats:
            visit.live(participant_id).tracks = {}
            visit.live(participant_id).video_paused = False
        visit.publish(now)
        for participant_id, peer in room.peers.items():
            visit.live(participant_id).attempt_over = peer.attempt
            channel = visit.channel(participant_id)
            seat = visit.seats.get(participant_id)
            if channel is not None and seat is not None and seat.state in IN_CALL | {ParticipantState.ON_HOLD}:
                channel.emit("media_reset", {"reason": "worker_lost"}, now)

    def _on_ready(self, follower: _Follower, snapshot: Snapshot) -> None:
        """Take over the rooms a worker holds; those we do not know or that ended are closed by the follower."""
        follower.ready = True
        self._on_level(follower.plane, snapshot.load)
        for room_id in snapshot.rooms:
            if self._placement.adopt(room_id, follower.plane) is None:
                follower.surplus.add(room_id)  # placed in another worker since
        for peer in snapshot.peers:
            self._adopt_peer(follower, peer)
        for room in self._placement.in_plane(follower.plane):
            self._forget_absent(room, snapshot)
            follower.marked.add(room.room_id)
        self.recordings.on_ready(follower.plane, snapshot)
        follower.wake.set()
        if self.on_adopted is not None:
            self.on_adopted()
        self._presence_changed()

    def _on_level(self, plane: MediaPlane, level: LoadLevel) -> None:
        self._placement.set_level(plane, level)
        if self.on_load is not None:
            self.on_load(self._placement.level)

    def _adopt_peer(self, follower: _Follower, reported: PeerSnapshot) -> None:
        room = self._placement.find(reported.room_id)
        if room is None or room.plane is not follower.plane:
            return
        peer = room.peer(reported.peer_id, self._clock.monotonic())
        peer.attempt = max(peer.attempt, reported.attempt)
        peer.state, peer.holder, peer.mode = reported.state, reported.holder, reported.mode
        peer.flowing, peer.hearing = reported.sending, reported.receiving or not reported.sending
        visit = self._live.find(reported.room_id)
        if visit is None or reported.peer_id not in visit.seats:
            return
        sources = ((source_of(reported.peer_id, track), track) for track in reported.tracks)
        visit.live(reported.peer_id).tracks = {source: track for source, track in sources if source is not None}
        self._live.publish(visit)

    @staticmethod
    def _forget_absent(room: MediaRoom, snapshot: Snapshot) -> None:
        there = {peer.peer_id for peer in snapshot.peers if peer.room_id == room.room_id}
        for participant_id, peer in room.peers.items():
            if participant_id not in there and not peer.negotiating:
                peer.state = None

    def _on_event(self, follower: _Follower, event: WorkerEvent) -> None:
        if isinstance(event, LoadChanged):
            self._on_level(follower.plane, event.level)
            return
        if isinstance(event, PeerStateChanged):
            self._on_peer_state(event)
            return
        if isinstance(event, RecordingReport):
            self.recordings.on_report(follower.plane, event)
            return
        visit = self._live.find(event.room_id)
        if visit is None:
            return
        if isinstance(event, SpeakerChanged):
            visit.speaker_event(event.peer_id)
            self.recordings.speakers.heard(visit, event.peer_id)
        elif isinstance(event, VideoPaused):
            if event.peer_id in visit.seats:
                visit.live(event.peer_id).video_paused = event.paused
                self._live.publish(visit)
        elif isinstance(event, LayersWanted):
            _tell_publisher(visit, event)
        else:
            self._on_quality(visit, event)

    def _on_peer_state(self, event: PeerStateChanged) -> None:
        room = self._placement.find(event.room_id)
        peer = room.peers.get(event.peer_id) if room is not None else None
        if room is None or peer is None or event.attempt < peer.attempt:
            return  # of a transport that was replaced
        if not peer.present:
            peer.flowing = peer.hearing = True  # a transport we had given up begins flowing: a hold must be said again
        peer.attempt, peer.state = event.attempt, event.state
        visit = self._live.find(event.room_id)
        if event.state in _DEAD and visit is not None and event.peer_id in visit.seats:
            visit.live(event.peer_id).tracks = {}
            visit.live(event.peer_id).attempt_over = event.attempt
            self._live.publish(visit)
        self._mark(room)
        if visit is not None:
            self.recordings.sync(visit)
        self._presence_changed()

    def _on_quality(self, visit: LiveVisit, event: PeerQuality) -> None:
        if event.peer_id not in visit.seats:
            return
        figures = quality_figures(event, self._quality.heard(event))
        visit.live_event("quality", quality_view(event), event.peer_id, staff=figures)
        tell_itself(visit, event, figures, self._clock.monotonic())

    def _presence_changed(self) -> None:
        if self.on_presence is not None:
            self.on_presence()


def _tell_publisher(visit: LiveVisit, event: LayersWanted) -> None:
    """Tell a seat what is taken of its picture. It may be lost: the worker says it again."""
    source = source_of(event.peer_id, event.track_id)
    channel = visit.channel(event.peer_id)
    if source is not None and channel is not None:
        channel.live(
            "send_layers",
            {
                "source": source.value,
                "layers": list(event.layers),
                "max_bitrate": event.max_bitrate,
                "redundant": event.redundant,
                "paused": event.paused,
            },
        )
