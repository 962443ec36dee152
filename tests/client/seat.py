"""A second, independent client: stock aiortc, aiohttp and socketio, written from docs/protocol.md alone."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import socketio
from aiortc import RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError

from tests.client.canned import CannedTrack

IN_CALL = {"admitted", "connected", "reconnecting"}


def command_id() -> str:
    """A new intention."""
    return secrets.token_urlsafe(12)


class RefusedError(Exception):
    """The server answered with an error; `code` is its machine-readable name."""

    def __init__(self, status: int, error: dict[str, Any]) -> None:
        super().__init__(f"{status} {error.get('code')}: {error.get('message')}")
        self.status, self.code = status, error.get("code")


@dataclass
class Api:
    """HTTP calls as a non-browser client (protocol section 1.1)."""

    base_url: str
    http: aiohttp.ClientSession
    token: str | None = None

    async def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """One request; raises RefusedError for an error answer."""
        headers = {"X-Telemed-Client": "1"} | ({"Authorization": f"Bearer {self.token}"} if self.token else {})
        async with self.http.request(method, f"{self.base_url}/api/v1{path}", json=body, headers=headers) as response:
            answer = await response.json()
            if response.status >= 400:
                raise RefusedError(response.status, answer["error"])
            return dict(answer)

    async def post(self, path: str, **body: Any) -> dict[str, Any]:
        """POST with `body` as JSON."""
        return await self.call("POST", path, body)


@dataclass
class Received:
    """What arrived on one remote track."""

    track_id: str
    kind: str
    frames: int = 0
    last: float = 0.0
    longest_gap: float = 0.0
    energy: int = 0


@dataclass
class SeatClient:
    """One seat of one session with its socket and its peer connection."""

    api: Api
    session_id: str
    seat: str = "seat"
    state: dict[str, Any] = field(default_factory=dict)
    received: dict[str, Received] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.peer: RTCPeerConnection | None = None
        self.attempt = int(time.time() * 1000)
        self.offers = 0
        self.lines: dict[str, Any] = {}
        self.position: dict[str, Any] | None = None
        self.changed = asyncio.Event()
        self.goodbye: str | None = None
        self.readers: list[asyncio.Task[None]] = []
        self.negotiating = asyncio.Lock()
        self.socket = self._new_socket()

    def _new_socket(self) -> socketio.AsyncClient:
        socket = socketio.AsyncClient(reconnection=False, handle_sigint=False, http_session=self.api.http)
        socket.on("snapshot", self._on_snapshot, namespace="/call")
        socket.on("stream", self._on_stream, namespace="/call")
        return socket

    async def drop_socket(self) -> None:
        """Give up a connection, half made or whole, and be ready for another."""
        with contextlib.suppress(socketio.exceptions.SocketIOError, aiohttp.ClientError, OSError):
            await self.socket.disconnect()
        self.socket = self._new_socket()

    async def connect(self) -> None:
        """Open the socket; returns after the first snapshot."""
        ticket = (await self.api.post(f"/sessions/{self.session_id}/ticket", **{"as": self.seat}))["ticket"]
        auth = {"protocol": 1, "ticket": ticket}
        if self.position:
            auth["resume"] = self.position
        await self.socket.connect(self.api.base_url, namespaces=["/call"], auth=auth, transports=["websocket"], wait_timeout=10)
        await self.until(lambda: bool(self.state))

    def _on_snapshot(self, message: dict[str, Any]) -> None:
        self.state = message["state"]
        self._advance(message)

    def _on_stream(self, message: dict[str, Any]) -> None:
        kind, data = message["type"], message["data"]
        people = self.state.setdefault("participants", [])
        if kind in ("you", "session", "policy", "recording"):
            self.state[kind] = data
        elif kind == "participant":
            self.state["participants"] = [p for p in people if p["id"] != data["id"]] + [data]
        elif kind == "participant_gone":
            self.state["participants"] = [p for p in people if p["id"] != data["id"]]
        elif kind == "chat":
            self.state.setdefault("chat", []).append(data)
        elif kind == "goodbye":
            self.goodbye = data["reason"]
        elif kind == "media_reset":
            self.state["media_reset"] = self.state.get("media_reset", 0) + 1
        self._advance(message)

    def _advance(self, message: dict[str, Any]) -> None:
        self.position = {"epoch": message["epoch"], "sequence": message["sequence"]}
        self.changed.set()

    async def until(self, condition: Any, timeout: float = 15.0) -> None:
        """Wait until `condition()` holds, looking again at every event. Raises TimeoutError."""
        deadline = time.monotonic() + timeout
        while not condition():
            self.changed.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.changed.wait(), min(0.25, max(0.01, deadline - time.monotonic())))
            if time.monotonic() > deadline and not condition():
                raise TimeoutError("the awaited state did not come")

    async def command(self, name: str, /, **fields: Any) -> dict[str, Any]:
        """Send a command and return its result; raises RefusedError."""
        fields.setdefault("command_id", command_id())
        answer = await self.socket.call(name, fields, namespace="/call", timeout=10)
        if not answer["ok"]:
            raise RefusedError(400, answer["error"])
        return dict(answer.get("result") or {})

    def tracks(self) -> dict[str, dict[str, Any]]:
        """Remote tracks announced now: track id -> track."""
        me = self.state["you"]["participant_id"]
        return {t["id"]: t for p in self.state["participants"] if p["id"] != me for t in p["tracks"]}

    @property
    def participant_id(self) -> str:
        """This seat."""
        return str(self.state["you"]["participant_id"])

    async def negotiate(self, *, new_attempt: bool = False) -> None:
        """Offer everything this seat sends and wants to receive now, and apply the answer (section 3)."""
        async with self.negotiating:
            if self.peer is None or new_attempt:
                await self._new_peer()
            assert self.peer is not None
            wanted = {k: v for k, v in self.tracks().items() if k not in self.lines}
            for track_id, track in wanted.items():
                self.lines[track_id] = self.peer.addTransceiver(track["kind"], direction="recvonly")
            await self.peer.setLocalDescription(await self.peer.createOffer())
            self.offers += 1
            answer = await self.api.post(f"/sessions/{self.session_id}/offer", **self._offer())
            await self.peer.setRemoteDescription(RTCSessionDescription(answer["sdp"], "answer"))
            for track_id in wanted:
                track = self.lines[track_id].receiver.track
                if track is not None:  # else it ended meanwhile, and its line was answered without it
                    self._read(track_id, track)
            await self.command("negotiated", attempt=self.attempt, offer=self.offers)

    async def _new_peer(self) -> None:
        await self._close_peer()
        self.attempt, self.offers, self.lines = max(self.attempt + 1, int(time.time() * 1000)), 0, {}
        self.peer = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        self.sending = [self.peer.addTransceiver(CannedTrack(kind), direction="sendonly") for kind in ("audio", "video")]

    def _offer(self) -> dict[str, Any]:
        assert self.peer is not None
        publish = [{"mid": t.mid, "source": s} for t, s in zip(self.sending, ("microphone", "camera"), strict=True)]
        known = self.tracks()
        subscribe = [{"mid": t.mid, "track_id": track_id} for track_id, t in self.lines.items() if track_id in known]
        sdp = self.peer.localDescription.sdp
        seat = {"as": self.seat}
        return {"attempt": self.attempt, "offer": self.offers, "sdp": sdp, "publish": publish, "subscribe": subscribe} | seat

    def _read(self, track_id: str, track: Any) -> None:
        record = self.received.setdefault(track_id, Received(track_id, track.kind))

        async def count() -> None:
            with contextlib.suppress(MediaStreamError):
                while True:
                    frame = await track.recv()
                    now = time.monotonic()
                    if record.frames:
                        record.longest_gap = max(record.longest_gap, now - record.last)
                    record.frames, record.last = record.frames + 1, now
                    if track.kind == "audio" and record.frames % 10 == 0:
                        record.energy += sum(bytes(frame.planes[0])[:200])

        self.readers.append(asyncio.create_task(count()))

    async def receives(self, videos: int, audios: int, timeout: float = 20.0) -> None:
        """Wait until that many tracks of each kind delivered ten more frames. Raises AssertionError with the counts."""
        start = {k: r.frames for k, r in self.received.items()}
        deadline = time.monotonic() + timeout
        while True:
            grown = [r for k, r in self.received.items() if r.frames >= start.get(k, 0) + 10]
            if sum(r.kind == "video" for r in grown) >= videos and sum(r.kind == "audio" for r in grown) >= audios:
                return
            if time.monotonic() > deadline:
                raise AssertionError(f"not received: {[(r.kind, r.frames, start.get(k, 0)) for k, r in self.received.items()]}")
            await asyncio.sleep(0.1)

    async def _close_peer(self) -> None:
        if self.peer is not None:
            await self.peer.close()
            self.peer = None
        for reader in self.readers:
            reader.cancel()
        await asyncio.gather(*self.readers, return_exceptions=True)
        self.readers.clear()

    async def close(self) -> None:
        """Give back the peer connection and the socket."""
        await self._close_peer()
        if self.socket.connected:
            await self.socket.disconnect()


async def sign_in(base_url: str, http: aiohttp.ClientSession, account: tuple[str, str]) -> Api:
    """A staff member's API access."""
    api = Api(base_url, http)
    api.token = (await api.post("/auth/login", email=account[0], password=account[1]))["token"]
    return api


async def open_link(base_url: str, http: aiohttp.ClientSession, url: str, device: str | None = None) -> SeatClient:
    """Exchange a link for a seat."""
    api = Api(base_url, http)
    answer = await api.post("/links/open", token=url.rsplit("#", 1)[1], device=device or secrets.token_urlsafe(18))
    api.token = answer["token"]
    return SeatClient(api, answer["session_id"])
