"""A clinic with a real store, a real Socket.IO server and real clients; only the media plane is made of memory."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import socketio
from aiohttp import web

from telemed.care.identity import Identity, Seat, Staff
from telemed.care.notify.ports import NoNotifier, Notifier
from telemed.care.policies import policies_from
from telemed.care.ports import LinkOpened
from telemed.care.records import OrganisationRecord, UserRecord
from telemed.care.roles import Role
from telemed.care.stills.ports import NoStillVault, StillVault
from telemed.clock import SystemClock
from telemed.ids import new_id
from telemed.signaling.desk import Around
from telemed.signaling.recording_means import RecordingMeans
from telemed.signaling.server import Signaling
from telemed.signaling.settings import SignalingSettings
from telemed.store import Store
from tests.adapters.signaling.fake_media import FakeMediaPlane
from tests.adapters.signaling.fake_recordings import FakeRecordings

Json = dict[str, Any]
SECRET = b"x" * 32
_commands = itertools.count(1)


def command_id() -> str:
    return f"command-{next(_commands):06d}"


class Clock:
    """The machine's clock, which a test may push forward."""

    def __init__(self) -> None:
        self._system = SystemClock()
        self.ahead = 0.0  # seconds that have passed besides
        self.stepped = 0.0  # seconds by which somebody set the wall clock

    def monotonic(self) -> float:
        return self._system.monotonic() + self.ahead

    def utcnow(self) -> datetime:
        return self._system.utcnow() + timedelta(seconds=self.ahead + self.stepped)


async def until(condition: Callable[[], Any], what: str = "condition", seconds: float = 20.0) -> Any:
    """Poll until `condition()` is truthy and return it."""
    deadline = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < deadline:
        if value := condition():
            return value
        await asyncio.sleep(0.005)
    raise AssertionError(f"not within {seconds} s: {what}")


def reduce_call(state: Json, kind: str, data: Json) -> None:
    """What a client does with a stream event of /call."""
    if kind in ("you", "session", "policy", "recording", "scene", "incident", "queue", "frame"):
        state[kind] = data
    elif kind == "participant":
        _put(state["participants"], "id", data)
    elif kind == "participant_gone":
        state["participants"] = [p for p in state["participants"] if p["id"] != data["id"]]
    elif kind == "chat":
        _put(state["chat"], "id", data)
    elif kind == "position":
        state["positions"].append(data)
    elif kind == "position_gone":
        state["positions"] = [p for p in state["positions"] if not data.items() <= p.items()]
    elif kind in ("instruction", "still"):
        _put(state[f"{kind}s"], "id", data)
    elif kind in ("instruction_gone", "still_gone"):
        rows = f"{kind.removesuffix('_gone')}s"
        state[rows] = [row for row in state[rows] if row["id"] != data["id"]]
    elif kind == "move":
        _put(state.setdefault("moves", []), "request_id", data)
    elif kind == "move_gone":
        state["moves"] = [m for m in state["moves"] if m["request_id"] != data["request_id"]]


BY_ID = {"session_row": "sessions", "page": "pages", "handover": "handovers", "incident": "incidents"}
BY_ID |= {"queue": "queues", "entry": "entries", "follow_up": "follow_ups"}
GONE = {f"{kind}_gone": rows for kind, rows in BY_ID.items()} | {"session_gone": "sessions"}


def reduce_staff(state: Json, kind: str, data: Json) -> None:
    """What a client does with a stream event of /staff."""
    if kind == "waiting":
        _put(state["waiting"], "participant_id", data)
    elif kind == "waiting_gone":
        state["waiting"] = [w for w in state["waiting"] if w["participant_id"] != data["participant_id"]]
    elif kind in BY_ID:
        _put(state[BY_ID[kind]], "id", data)
    elif kind in GONE:
        state[GONE[kind]] = [row for row in state[GONE[kind]] if row["id"] != data["id"]]
    elif kind == "follow_ups_more":
        state[kind] = data["count"]
    elif kind == "task":
        state["tasks"] = [t for t in state["tasks"] if _task(t) != _task(data)] + [data]
    elif kind == "task_gone":
        state["tasks"] = [t for t in state["tasks"] if _task(t) != _task(data)]


def _task(row: Json) -> tuple[str, str]:
    return row["kind"], row["session_id"]


def _put(rows: list[Json], key: str, row: Json) -> None:
    for index, old in enumerate(rows):
        if old[key] == row[key]:
            rows[index] = row
            return
    rows.append(row)


class Client:
    """A socket client that keeps state as the protocol says and checks that its stream has no gap."""

    def __init__(self, base: str, namespace: str) -> None:
        self.namespace = namespace
        self.base = base
        self.state: Json = {}
        self.epoch = ""
        self.sequence = -1
        self.heard: list[tuple[str, Json]] = []  # everything, for the privacy test
        self.stream: list[Json] = []
        self.live: list[Json] = []
        self.snapshots = 0
        self.faults: list[str] = []
        self.refusal = ""
        self.disconnected = asyncio.Event()
        self.sio = socketio.AsyncClient(reconnection=False)
        self.sio.on("snapshot", self._on_snapshot, namespace=namespace)
        self.sio.on("stream", self._on_stream, namespace=namespace)
        self.sio.on("live", self._on_live, namespace=namespace)
        self.sio.on("connect_error", self._on_refused, namespace=namespace)
        self.sio.on("disconnect", self._on_disconnect, namespace=namespace)

    async def connect(self, ticket: str, resume: tuple[str, int] | None = None, transports: Any = None) -> Client:
        auth: Json = {"protocol": 1, "ticket": ticket}
        if resume is not None:
            auth["resume"] = {"epoch": resume[0], "sequence": resume[1]}
            self.epoch, self.sequence = resume
        await self.sio.connect(
            self.base, namespaces=[self.namespace], auth=auth, transports=transports or ["websocket"], wait_timeout=20
        )
        return self

    async def ready(self) -> Client:
        await until(lambda: self.snapshots, "snapshot")
        return self

    async def send(self, event: str, payload: Any = None, **fields: Any) -> Json:
        body = payload if payload is not None else {"command_id": command_id(), **fields}
        answer = await self.sio.call(event, body, namespace=self.namespace, timeout=20)
        assert isinstance(answer, dict)
        return answer

    async def do(self, event: str, **fields: Any) -> Json:
        answer = await self.send(event, **fields)
        assert answer["ok"], (event, answer)
        result: Json = answer["result"]
        return result

    async def refused(self, event: str, payload: Any = None, **fields: Any) -> str:
        answer = await self.send(event, payload, **fields)
        assert not answer["ok"], (event, answer)
        code: str = answer["error"]["code"]
        return code

    async def close(self) -> None:
        if self.sio.connected:
            await self.sio.disconnect()
        await until(lambda: self.sio.eio.state == "disconnected", "the client's end")

    def me(self) -> Json:
        return self.person(self.state["you"]["participant_id"])

    def person(self, participant_id: str) -> Json:
        return next((p for p in self.state["participants"] if p["id"] == participant_id), {})

    def types(self) -> list[str]:
        return [event["type"] for event in self.stream]

    def _on_snapshot(self, data: Json) -> None:
        self.heard.append(("snapshot", data))
        self.snapshots += 1
        self.state, self.epoch, self.sequence = data["state"], data["epoch"], data["sequence"]

    def _on_stream(self, data: Json) -> None:
        self.heard.append(("stream", data))
        if data["epoch"] != self.epoch or data["sequence"] != self.sequence + 1:
            self.faults.append(f"gap: {self.sequence} -> {data['sequence']}")
        self.sequence = data["sequence"]
        self.stream.append(data)
        (reduce_call if self.namespace == "/call" else reduce_staff)(self.state, data["type"], data["data"])

    def _on_live(self, data: Json) -> None:
        self.heard.append(("live", data))
        self.live.append(data)

    def _on_refused(self, data: Any) -> None:
        self.refusal = data["message"] if isinstance(data, dict) else str(data)

    def _on_disconnect(self, *_reason: Any) -> None:
        self.disconnected.set()


@dataclass
class World:
    """One clinic under test."""

    path: Path
    store: Store
    planes: list[FakeMediaPlane]
    clock: Clock
    staff: dict[str, Staff]
    signaling: Signaling
    base: str = ""
    runner: web.AppRunner | None = None
    clients: list[Client] = field(default_factory=list)
    recordings: FakeRecordings = field(default_factory=FakeRecordings)
    notifier: Notifier = field(default_factory=NoNotifier)  # of the next start
    stills: StillVault = field(default_factory=NoStillVault)  # likewise

    @property
    def visits(self) -> Any:
        return self.signaling.visits

    @property
    def plane(self) -> FakeMediaPlane:
        return self.planes[0]

    @property
    def doctor(self) -> Staff:
        return self.staff["doctor"]

    async def serve(self) -> None:
        """Start control: a new signaling object on the same database."""
        app = web.Application()
        self.signaling.mount(app)
        self.runner = web.AppRunner(app, shutdown_timeout=1)
        await self.runner.setup()
        site = web.TCPSite(self.runner, "127.0.0.1", 0)
        await site.start()
        port = self.runner.addresses[0][1]
        self.base = f"http://127.0.0.1:{port}"
        await self.signaling.start()
        if all(plane.available for plane in self.planes):
            await until(lambda: self.signaling.media.all_ready, "the workers' snapshots")

    async def halt(self) -> None:
        """Stop control; the store and the media plane stay."""
        await self.signaling.stop()
        if self.runner is not None:
            await self.runner.cleanup()

    async def restart(self) -> None:
        """Control dies and a new one starts on the same database, with the same media plane."""
        await self.halt()
        await self.restart_after_halt()

    async def restart_after_halt(self) -> None:
        """The second half of a restart."""
        self.signaling = make_signaling(self.store, self.planes, self.clock, self.recordings, self.notifier, self.stills)
        await self.serve()

    async def client(self, namespace: str, ticket: str, **options: Any) -> Client:
        client = Client(self.base, namespace)
        self.clients.append(client)
        await client.connect(ticket, **options)
        return client

    async def refusal(self, namespace: str, auth: Any) -> str:
        """Try to connect with any CONNECT payload and return the code of the refusal."""
        client = Client(self.base, namespace)
        self.clients.append(client)
        try:
            await client.sio.connect(self.base, namespaces=[namespace], auth=auth, transports=["websocket"])
        except socketio.exceptions.ConnectionError:
            return client.refusal
        raise AssertionError("it was let in")

    async def join(self, identity: Identity, session_id: str, **options: Any) -> Client:
        """Connect a seat to /call and wait for its state."""
        client = await self.client("/call", await self.visits.issue_ticket(identity, session_id), **options)
        return client if "resume" in options else await client.ready()

    async def today(self, staff: Staff) -> Client:
        return await (await self.client("/staff", await self.visits.issue_staff_ticket(staff))).ready()

    async def start_visit(self, staff: Staff | None = None, name: str = "Ada Example") -> Visit:
        made = await self.visits.create_session(staff or self.doctor, "scheduled", name, "a cough", command_id())
        return Visit(self, staff or self.doctor, made)

    async def seat_of(self, opened: LinkOpened) -> Seat:
        seat = await self.visits.seat(opened.seat_token)
        assert seat is not None
        return seat

    async def sweep(self, ahead: float = 0.0) -> None:
        """Let time pass and look at it."""
        self.clock.ahead += ahead
        await self.signaling.presence.sweep()
        await self.signaling.upkeep.look()


@dataclass
class Visit:
    """A session made for a test and the way into it."""

    world: World
    staff: Staff
    made: Json

    @property
    def id(self) -> str:
        return str(self.made["session"]["id"])

    @property
    def token(self) -> str:
        return str(self.made["link"]["url"].split("#")[1])

    @property
    def patient_id(self) -> str:
        return str(self.made["link"]["participant_id"])

    @property
    def doctor_id(self) -> str:
        return str(self.made["participant"]["id"])

    async def open(self, device: str = "device-of-the-patient", seat_token: str | None = None) -> LinkOpened:
        opened: LinkOpened = await self.world.visits.open_link(self.token, device, seat_token)
        return opened

    async def doctor_joins(self) -> Client:
        return await self.world.join(self.staff, self.id)

    async def patient_joins(self, waiting: bool = True) -> tuple[Client, Seat]:
        seat = await self.world.seat_of(await self.open())
        client = await self.world.join(seat, self.id)
        if waiting:
            await client.do("enter_waiting")
        return client, seat

    async def call(self) -> tuple[Client, Client, Seat]:
        """Doctor and patient in the call, without media."""
        doctor = await self.doctor_joins()
        patient, seat = await self.patient_joins()
        await doctor.do("admit", participant_id=self.patient_id)
        await until(lambda: patient.state["you"]["state"] == "admitted", "admitted")
        return doctor, patient, seat

    async def gone(self, participant_id: str) -> None:
        """Wait until the server knows that a seat has no connection."""
        live = self.world.signaling.live.get(self.id)
        await until(lambda: not live.is_connected(participant_id), "the server notices")

    async def invite(self, role: str = "guest", name: str = "Guest") -> tuple[str, str]:
        """-> (token, participant id)."""
        made = await self.world.visits.create_link(self.staff, self.id, role, name, None, command_id())
        return made["link"]["url"].split("#")[1], made["link"]["participant_id"]


def make_signaling(
    store: Store,
    planes: list[FakeMediaPlane],
    clock: Clock,
    recordings: FakeRecordings | None = None,
    notifier: Notifier | None = None,
    stills: StillVault | None = None,
) -> Signaling:
    settings = SignalingSettings("http://clinic.example", SECRET, frozenset({"http://127.0.0.1"}))
    kept = recordings or FakeRecordings()
    means = RecordingMeans(kept, lambda: policies_from(kept.policies, is_demo=False))
    around = Around(recording=means, notifier=notifier or NoNotifier(), stills=stills or NoStillVault())
    return Signaling(settings, store, planes, clock, around)


async def make_template(path: Path) -> dict[str, Staff]:
    """A database with the clinic and its people, to be copied for each test."""
    store = await Store.open(path)
    staff = await _people(store)
    await store.close()
    return staff


async def make_world(path: Path, staff: dict[str, Staff], workers: int = 1) -> World:
    """Serve the database at `path`."""
    store = await Store.open(path)
    planes = [FakeMediaPlane() for _ in range(workers)]
    clock = Clock()
    recordings = FakeRecordings()
    signaling = make_signaling(store, planes, clock, recordings)
    world = World(path, store, planes, clock, staff, signaling, recordings=recordings)
    await world.serve()
    return world


async def _people(store: Store) -> dict[str, Staff]:
    now = datetime.now(UTC)
    clinic = OrganisationRecord(new_id("org"), "Amsel Clinic", "+49 30 1", "112", is_demo=False, created_at=now)
    roles = {
        "doctor": Role.CLINICIAN,
        "colleague": Role.CLINICIAN,
        "desk": Role.FRONT_DESK,
        "admin": Role.ADMIN,
        "dispatcher": Role.DISPATCHER,
        "second": Role.DISPATCHER,
    }
    staff = {}
    async with store.write() as tx:
        await tx.organisations.create(clinic)
        for name, role in roles.items():
            user = UserRecord(new_id("usr"), clinic.id, role, f"Dr. {name}", f"{name}@clinic.example", "hash", now)
            await tx.users.create(user)
            staff[name] = Staff(user.id, clinic.id, role, user.name)
    return staff
