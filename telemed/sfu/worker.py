"""A media worker: one UDP and one TCP port, its rooms, and the control socket. Runs as a process of its own, or inside a test."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from telemed.clock import Clock, SystemClock
from telemed.errors import ProtocolError, Unavailable
from telemed.media.control import (
    CONTROL_VERSION,
    Hello,
    LoadChanged,
    Negotiate,
    PeerSnapshot,
    SetMode,
    SetRecording,
    SetWishes,
    Snapshot,
    StopRecording,
    WorkerEvent,
)
from telemed.media.control_codec import MAX_ID, from_json, to_json
from telemed.media.journal.ports import JournalMaker
from telemed.media.overload import LoadLimits, Overload
from telemed.sfu import seam
from telemed.sfu.addresses import host_candidates, interface_addresses, tcp_candidates
from telemed.sfu.control_server import ControlServer, Handler
from telemed.sfu.counters import Counters
from telemed.sfu.dataplane import Dataplane
from telemed.sfu.garbage import CollectionTimer
from telemed.sfu.histogram import LatencyHistogram
from telemed.sfu.load_meter import LoadMeter
from telemed.sfu.paced_send import Departures
from telemed.sfu.peer import Peer
from telemed.sfu.recording.recordings import Recordings
from telemed.sfu.reports import PeerReporter
from telemed.sfu.rooms import EMPTY_ROOM_LIFETIME, Room
from telemed.sfu.services import Services
from telemed.sfu.tcp_listener import TcpListener
from telemed.sfu.tcp_socket import open_media_listener
from telemed.sfu.timers import CONTROL, SECOND, TENTH, Job, TimerWheel, falls_due
from telemed.sfu.udp_mux import UdpMux
from telemed.sfu.udp_socket import open_media_socket

ORPHAN_LIFETIME = 600.0  # seconds rooms live on without a control connection
CLOSE_TIMEOUT = 1.0  # seconds for the last close_notify records
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """What a worker needs to know. `addresses` empty: announce those of the interfaces that are up."""

    index: int
    udp_port: int  # 0: any free one
    socket_path: Path
    addresses: tuple[str, ...] = ()  # public addresses to announce instead (NAT 1:1)
    announce_loopback: bool = False  # 127.0.0.1 besides, for demonstrations and tests on one machine
    tcp_port: int = 0  # 0: the number of the UDP port if it is free, else any free one
    load: LoadLimits = LoadLimits()  # beyond it pictures are lowered and new rooms refused; by default never
    own_process: bool = False  # tune the garbage collector for a process that does nothing else


class Worker:
    """Owns everything of one worker; `start` and `close` are its whole life."""

    def __init__(self, settings: WorkerSettings, clock: Clock | None = None, journals: JournalMaker | None = None) -> None:
        """`journals`: where recordings go; the worker closes it. None: it refuses to record."""
        self.settings = settings
        self.generation = secrets.token_hex(8)
        self.counters = Counters()
        self.latency = LatencyHistogram()
        self.rooms: dict[str, Room] = {}
        self.draining = False
        self.udp_port = self.tcp_port = 0
        self._clock = clock or SystemClock()
        self.overload = Overload(settings.load)
        self._meter = LoadMeter(self.counters, self.latency)
        self._collections = CollectionTimer()
        self._wheel = TimerWheel(self._jobs)
        self._journals = journals
        self._services: Services | None = None
        self._recordings: Recordings | None = None
        self._listener: TcpListener | None = None
        self._control: ControlServer | None = None
        self._alone_since: float | None = None

    async def start(self) -> None:
        """Test the libraries, open the ports and the control socket. Raises SeamError, OSError, Unavailable."""
        await seam.self_test()
        media_socket = open_media_socket(self.settings.udp_port)
        self.udp_port = media_socket.port
        mux = UdpMux(media_socket, self.counters)
        try:
            listener = open_media_listener(self.settings.tcp_port, self.udp_port)
        except OSError:
            mux.close()
            raise
        self.tcp_port = listener.port
        self._listener = TcpListener(listener, mux, self.counters)
        dataplane = Dataplane(mux, self.counters, self.latency)
        departures = Departures(self.counters)
        self._services = Services(mux, dataplane, self.counters, departures, self._clock, self._emit)
        self._recordings = Recordings(self._services, self._journals)
        hello = Hello(CONTROL_VERSION, self.generation, self.settings.index, self.udp_port, self.tcp_port)
        self._control = ControlServer(self.settings.socket_path, hello, self._handlers())
        self._control.on_connected = self._on_control
        self._alone_since = self._clock.monotonic()
        try:
            await self._control.start()
        except (OSError, Unavailable):
            self._listener.close()
            mux.close()
            raise
        self._wheel.start()
        mux.start(dataplane, self._wheel.poll)
        self._listener.start()
        self._collections.start(self.settings.own_process)

    async def close(self) -> None:
        """End every room, say goodbye, release port and socket file. Idempotent."""
        self._wheel.close()
        for room_id in list(self.rooms):
            self._end_room(room_id)
        if self._services is not None:
            self._services.departures.close()
            await self._services.tasks.drain(CLOSE_TIMEOUT)
            if self._listener is not None:
                self._listener.close()
            self._services.mux.close()
        if self._recordings is not None:
            await self._recordings.close()
        if self._control is not None:
            await self._control.close()
        self._collections.close()

    def negotiate(self, request: Negotiate) -> dict[str, Any]:
        """Control's `negotiate`: opens the room by itself. Raises Conflict, Unavailable while draining."""
        room = self._open_room(request.room_id)
        return to_json(room.negotiate(request, self._candidates()))

    def snapshot(self) -> Snapshot:
        """Return all rooms and peers."""
        peers: list[PeerSnapshot] = []
        for room in self.rooms.values():
            peers.extend(room.snapshot())
        recordings = self._recordings.snapshot() if self._recordings is not None else ()
        return Snapshot(self.generation, tuple(self.rooms), tuple(peers), self.overload.level, recordings)

    def stats(self, reset: bool = False) -> dict[str, Any]:
        """Return counters, latency (kernel stamp to return of the last send), loop lag and collections."""
        services = self._require_services()
        latency = self.latency.snapshot()
        if reset:
            self.latency.reset()
        media_socket = services.mux.media_socket
        return {
            "counters": self.counters.snapshot(),
            "latency": latency,
            "loop": {
                "lag_us": self._wheel.take_lag_us(),
                "skipped_ticks": self._wheel.skipped,
                "failed_jobs": self._wheel.failed,
                "slow_callbacks": self._wheel.slow_callbacks + services.mux.slow_callbacks,
            },
            "load": {"level": self.overload.level.value, "pressure": round(self.overload.pressure, 3)},
            "collections": self._collections.snapshot(),
            "cpu_seconds": round(time.process_time(), 6),
            "tasks": len(asyncio.all_tasks()),
            "rooms": len(self.rooms),
            "recordings": len(self._recordings) if self._recordings is not None else 0,
            "connections": len(self._listener) if self._listener is not None else 0,
            "peers": sum(len(room.peers) for room in self.rooms.values()),
            "flooded": int(services.mux.guard.flooded),
            "peer_sockets": len(services.mux.guard),
            "dropped_events": self._control.dropped_events if self._control is not None else 0,
            "socket": {"receive_buffer": media_socket.receive_buffer, "send_buffer": media_socket.send_buffer},
        }

    def _handlers(self) -> dict[str, Handler]:
        return {
            "open_room": lambda args: self._on_open(_text_args(args, "room_id")[0]),
            "close_room": lambda args: self._on_close_room(_text_args(args, "room_id")[0]),
            "negotiate": lambda args: self.negotiate(from_json(Negotiate, args)),
            "close_peer": self._on_close_peer,
            "set_flow": self._on_set_flow,
            "set_mode": self._on_mode,
            "set_wishes": self._on_wishes,
            "request_keyframes": self._on_keyframes,
            "set_recording": self._on_recording,
            "stop_recording": self._on_stop_recording,
            "snapshot": lambda args: to_json(self.snapshot()),
            "stats": lambda args: self.stats(isinstance(args, dict) and args.get("reset") is True),
            "drain": self._on_drain,
        }

    def _on_open(self, room_id: str) -> dict[str, Any]:
        self._open_room(room_id)
        return {}

    def _on_close_room(self, room_id: str) -> dict[str, Any]:
        self._end_room(room_id)
        return {}

    def _end_room(self, room_id: str) -> None:
        """End a room and its recording; unknown ones are gone already."""
        room = self.rooms.pop(room_id, None)
        if room is None:
            return
        if self._recordings is not None:
            self._recordings.end(room, "room")
        room.close()

    def _on_close_peer(self, args: object) -> dict[str, Any]:
        room_id, peer_id = _text_args(args, "room_id", "peer_id")
        room = self.rooms.get(room_id)
        if room is not None:
            room.close_peer(peer_id)
        return {}

    def _on_set_flow(self, args: object) -> dict[str, Any]:
        if not isinstance(args, dict) or args.keys() != {"room_id", "peer_id", "sending", "receiving"}:
            raise ProtocolError("set_flow has missing or unknown arguments.")
        sending, receiving = args["sending"], args["receiving"]
        if type(sending) is not bool or type(receiving) is not bool:
            raise ProtocolError("set_flow wants two booleans.")
        room_id, peer_id = _text_args({"room_id": args["room_id"], "peer_id": args["peer_id"]}, "room_id", "peer_id")
        self._known_room(room_id).set_flow(peer_id, sending, receiving)
        return {}

    def _on_mode(self, args: object) -> dict[str, Any]:
        request = from_json(SetMode, args)
        self._known_room(request.room_id).set_mode(request)
        return {}

    def _on_wishes(self, args: object) -> dict[str, Any]:
        request = from_json(SetWishes, args)
        self._known_room(request.room_id).set_wishes(request)
        return {}

    def _on_keyframes(self, args: object) -> dict[str, Any]:
        room_id, peer_id = _text_args(args, "room_id", "peer_id")
        self._known_room(room_id).request_keyframes(peer_id)
        return {}

    def _on_recording(self, args: object) -> dict[str, Any]:
        self._require_recordings().set(from_json(SetRecording, args), self._open_room)
        return {}

    async def _on_stop_recording(self, args: object) -> dict[str, Any]:
        await self._require_recordings().stop(from_json(StopRecording, args))
        return {}

    def _on_drain(self, _args: object) -> dict[str, Any]:
        self.draining = True
        return {}

    def _on_control(self, connected: bool) -> None:
        self._alone_since = None if connected else self._clock.monotonic()

    def _open_room(self, room_id: str) -> Room:
        room = self.rooms.get(room_id)
        if room is None:
            if self.draining:
                raise Unavailable("The worker takes no new rooms.", code="draining")
            room = self.rooms[room_id] = Room(self._require_services(), room_id)
        return room

    def _known_room(self, room_id: str) -> Room:
        room = self.rooms.get(room_id)
        if room is None:
            raise ProtocolError("There is no such room.", code="not_found")
        return room

    def _candidates(self) -> tuple[Any, ...]:
        """Addresses are read anew for each answer: a laptop's or a server's interfaces come and go."""
        settings = self.settings
        addresses = list(settings.addresses) or interface_addresses(False)
        if settings.announce_loopback and "127.0.0.1" not in addresses:
            addresses.append("127.0.0.1")
        dual_stack = self._require_services().mux.media_socket.dual_stack
        return (
            *host_candidates(addresses, self.udp_port, dual_stack),
            *tcp_candidates(addresses, self.tcp_port, dual_stack),
        )

    def _emit(self, event: WorkerEvent) -> None:
        if self._control is not None:
            self._control.send_event(event)

    def _require_services(self) -> Services:
        if self._services is None:
            raise Unavailable("The worker has not started.")
        return self._services

    def _require_recordings(self) -> Recordings:
        if self._recordings is None:
            raise Unavailable("The worker has not started.")
        return self._recordings

    def _jobs(self, before: int, tick: int) -> Iterator[Job]:
        """Yield the work of one tick: peers take turns within the second so that reports never come all at once."""
        if falls_due(TENTH, before, tick):
            for room in list(self.rooms.values()):
                yield room.tick_speaker
            yield from self._require_recordings().jobs()
        if falls_due(SECOND, before, tick):
            yield self._sweep
            yield self._judge_load
            if self._listener is not None:
                yield self._listener.sweep
        self._wheel.pressing = False
        for phase, peer, reporter in self._turns():
            probing = peer.video is not None and not peer.video.steady and falls_due(CONTROL, before + phase, tick + phase)
            if peer.receive is not None and (peer.published or probing):
                yield reporter.each_tick
                if reporter.pressing:
                    self._wheel.pressing = True
            if falls_due(TENTH, before + phase, tick + phase):
                yield from _slow_jobs(peer, reporter, falls_due(SECOND, before + phase, tick + phase))

    def _turns(self) -> list[tuple[int, Peer, PeerReporter]]:
        """Return everybody, each with its place in the order of its room."""
        return [
            (phase, peer, room.reporters[peer_id])
            for room in self.rooms.values()
            for phase, (peer_id, peer) in enumerate(room.peers.items())
            if peer_id in room.reporters
        ]

    def _judge_load(self, now: float) -> None:
        """Every second: what this worker does against too much load. Control is told what it may no longer place here."""
        sample = self._meter.sample(now, self._wheel.take_load_lag())
        if sample is not None and self.overload.judge(sample, now):
            log.warning("load level=%s pressure=%.2f", self.overload.level.value, self.overload.pressure)
            self._require_services().layer_cap = self.overload.level.cap
            self._emit(LoadChanged(self.overload.level))

    def _sweep(self, now: float) -> None:
        """Every second: close empty rooms, and all rooms that control left alone for ten minutes."""
        orphaned = self._alone_since is not None and now - self._alone_since > ORPHAN_LIFETIME
        for room_id, room in list(self.rooms.items()):
            if orphaned or (not room.peers and now - room.empty_since > EMPTY_ROOM_LIFETIME):
                self._end_room(room_id)


def _slow_jobs(peer: Peer, reporter: PeerReporter, second: bool) -> Iterator[Job]:
    """Yield what is this peer's every 100 ms, and every `second`."""
    if peer.receive is not None:
        if peer.published or peer.video is not None:
            yield reporter.each_tenth
        if second:
            yield reporter.each_second
    if second:
        yield peer.watch


def _text_args(args: object, *names: str) -> list[str]:
    """Return the named string arguments. Raises ProtocolError unless `args` has exactly those, each 1 to 64 characters."""
    if not isinstance(args, dict) or args.keys() != set(names):
        raise ProtocolError("The operation has missing or unknown arguments.")
    values = [args[name] for name in names]
    if not all(isinstance(value, str) and 0 < len(value) <= MAX_ID for value in values):
        raise ProtocolError("An argument has the wrong type or size.")
    return values
