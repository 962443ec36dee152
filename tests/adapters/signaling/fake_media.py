"""A media plane in memory: it grants what is published, remembers what it was told, and can be killed or told to report."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from telemed.congestion.demands import Mode
from telemed.errors import Conflict, NotFound, Unavailable
from telemed.media.control import (
    Candidate,
    Fingerprint,
    Grant,
    Kind,
    Negotiate,
    Negotiated,
    PeerSnapshot,
    PeerState,
    PeerStateChanged,
    RecordingSnapshot,
    SetMode,
    SetRecording,
    SetWishes,
    Snapshot,
    WorkerEvent,
)


@dataclass
class FakePeer:
    attempt: int
    state: PeerState
    publish: tuple[str, ...]
    subscribe: tuple[str, ...]
    sending: bool = True
    receiving: bool = True
    holder: str = ""
    mode: Mode = Mode.SPEECH


class FakeMediaPlane:
    """Implements telemed.care.ports.MediaPlane."""

    def __init__(self) -> None:
        self.on_event: Callable[[WorkerEvent], None] | None = None
        self.on_worker_lost: Callable[[], None] | None = None
        self.on_worker_ready: Callable[[Snapshot], None] | None = None
        self.available = True
        self.rooms: dict[str, dict[str, FakePeer]] = {}
        self.calls: list[tuple[str, ...]] = []
        self.recordings: dict[str, SetRecording] = {}  # by room
        self.stopped: set[str] = set()  # recordings that may not be opened again
        self.hold_answers: asyncio.Event | None = None
        self.refuse_recordings = False
        self.hold_recordings: asyncio.Event | None = None  # `set_recording` is carried out and answered only then
        self._ssrc = 1000
        self._generation = 1

    def _check(self) -> None:
        if not self.available:
            raise Unavailable("Media are not available right now.", code="media_unavailable")

    async def negotiate(self, request: Negotiate) -> Negotiated:
        self._check()
        if self.hold_answers is not None:
            await self.hold_answers.wait()
        room = self.rooms.setdefault(request.room_id, {})
        old = room.get(request.peer_id)
        publish = tuple(line.track_id for line in request.publish)
        subscribe = tuple(line.track_id for line in request.subscribe)
        fresh = old is None or request.attempt > old.attempt
        peer = FakePeer(request.attempt, PeerState.CONNECTING if fresh or old is None else old.state, publish, subscribe)
        if old is not None:
            peer.sending, peer.receiving = old.sending, old.receiving
        peer.holder, peer.mode = request.holder, request.mode
        room[request.peer_id] = peer
        self.calls.append(("negotiate", request.room_id, request.peer_id))
        published = {track for other in room.values() for track in other.publish}
        grants = []
        for line in request.subscribe:
            if line.track_id in published:
                self._ssrc += 2
                rtx = self._ssrc + 1 if line.codec.kind is Kind.VIDEO else 0
                grants.append(Grant(line.mid, line.track_id, self._ssrc, rtx, "cname"))
        candidate = Candidate("127.0.0.1", 40000, "udp", 2130706431, "1")
        return Negotiated("ufrg", "p" * 24, Fingerprint("sha-256", ":".join(["AB"] * 32)), (candidate,), tuple(grants))

    async def close_peer(self, room_id: str, peer_id: str) -> None:
        self._check()
        self.calls.append(("close_peer", room_id, peer_id))
        self.rooms.get(room_id, {}).pop(peer_id, None)

    async def close_room(self, room_id: str) -> None:
        self._check()
        self.calls.append(("close_room", room_id))
        self.rooms.pop(room_id, None)
        self.recordings.pop(room_id, None)

    async def set_flow(self, room_id: str, peer_id: str, sending: bool, receiving: bool) -> None:
        self._check()
        self.calls.append(("set_flow", room_id, peer_id, str(sending), str(receiving)))
        peer = self.rooms.get(room_id, {}).get(peer_id)
        if peer is not None:
            peer.sending, peer.receiving = sending, receiving

    async def set_mode(self, request: SetMode) -> None:
        self._check()
        self.calls.append(("set_mode", request.room_id, request.peer_id, request.mode.value))
        peer = self.rooms.get(request.room_id, {}).get(request.peer_id)
        if peer is None:
            raise NotFound("There is no such peer.")
        peer.mode = request.mode

    async def set_wishes(self, request: SetWishes) -> None:
        self._check()
        wishes = ",".join(f"{wish.track_id}={wish.height}{'!' if wish.first else ''}" for wish in request.wishes)
        self.calls.append(("wishes", request.room_id, request.peer_id, wishes))

    async def request_keyframes(self, room_id: str, peer_id: str) -> None:
        self._check()
        self.calls.append(("keyframes", room_id, peer_id))

    async def set_recording(self, request: SetRecording) -> None:
        self._check()
        if self.refuse_recordings:
            raise Unavailable("The media worker does not answer.", code="media_unavailable")
        tracks = ",".join(track.track_id for track in request.tracks)
        self.calls.append(("set_recording", request.room_id, request.recording_id, tracks))
        if request.recording_id in self.stopped:
            raise NotFound("The recording is closed.", code="recording_closed")
        open_one = self.recordings.get(request.room_id)
        if open_one is not None and open_one.recording_id != request.recording_id:
            raise Conflict("The room is being recorded already.", code="recording_exists")
        self.recordings[request.room_id] = request
        if self.hold_recordings is not None:
            await self.hold_recordings.wait()

    async def stop_recording(self, room_id: str, recording_id: str) -> None:
        self._check()
        self.calls.append(("stop_recording", room_id, recording_id))
        self.stopped.add(recording_id)
        open_one = self.recordings.get(room_id)
        if open_one is not None and open_one.recording_id == recording_id:
            del self.recordings[room_id]

    async def snapshot(self) -> Snapshot | None:
        self._check()
        peers = tuple(
            PeerSnapshot(
                room_id,
                peer_id,
                peer.attempt,
                peer.state,
                peer.sending,
                peer.receiving,
                peer.publish,
                peer.holder,
                peer.mode,
            )
            for room_id, room in self.rooms.items()
            for peer_id, peer in room.items()
        )
        recordings = tuple(
            RecordingSnapshot(room_id, one.recording_id, tuple(track.track_id for track in one.tracks))
            for room_id, one in self.recordings.items()
        )
        return Snapshot(f"g{self._generation}", tuple(self.rooms), peers, recordings=recordings)

    # What a test makes happen.

    def report(self, event: WorkerEvent) -> None:
        if self.on_event is not None:
            self.on_event(event)

    def connect(self, room_id: str, peer_id: str, state: PeerState = PeerState.CONNECTED) -> None:
        peer = self.rooms[room_id][peer_id]
        peer.state = state
        self.report(PeerStateChanged(room_id, peer_id, peer.attempt, state))

    def die(self) -> None:
        self.available = False
        self.rooms.clear()
        self.recordings.clear()
        if self.on_worker_lost is not None:
            self.on_worker_lost()

    def come_back(self) -> None:
        self.available = True
        self._generation += 1
        if self.on_worker_ready is not None:
            self.on_worker_ready(Snapshot(f"g{self._generation}", (), ()))
