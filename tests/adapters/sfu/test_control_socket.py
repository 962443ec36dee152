"""The control socket: framing, checks, reconnecting, reconciliation."""

from __future__ import annotations

import asyncio
import socket
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from telemed.congestion.demands import Mode
from telemed.errors import Conflict, InvalidInput, NotFound, Unavailable
from telemed.media.control import PeerState, PeerStateChanged, SetMode, Snapshot, SpeakerChanged, WorkerEvent
from telemed.media.control_codec import HEADER_BYTES, decode_frame, encode_frame, frame_length
from telemed.sfu import client as client_module
from telemed.sfu import control_server
from telemed.sfu.client import MediaClient
from telemed.sfu.control_server import ControlServer
from telemed.sfu.worker import Worker, WorkerSettings
from tests.adapters.sfu.conftest import Stage, until
from tests.bench.rtp_client import audio_line, receive_audio, rtp_packet


class Control:
    """A MediaClient and all it was told."""

    def __init__(self, path: Path) -> None:
        self.client = MediaClient(path)
        self.events: list[WorkerEvent] = []
        self.snapshots: list[Snapshot] = []
        self.losses = 0
        self.client.on_event = self.events.append
        self.client.on_worker_ready = self.snapshots.append
        self.client.on_worker_lost = self._lost

    def _lost(self) -> None:
        self.losses += 1


@pytest.fixture
async def control(stage: Stage) -> AsyncIterator[Control]:
    """A connected control."""
    found = Control(stage.worker.settings.socket_path)
    await found.client.start()
    await until(lambda: found.client.available)
    yield found
    await found.client.close()


async def raw(path: Path) -> tuple[asyncio.StreamReader, asyncio.StreamWriter, dict[str, object]]:
    """A bare connection and the worker's hello."""
    reader, writer = await asyncio.open_unix_connection(str(path))
    length = frame_length(await reader.readexactly(HEADER_BYTES))
    return reader, writer, decode_frame(await reader.readexactly(length))


async def test_a_call_by_way_of_the_socket(stage: Stage, control: Control) -> None:
    alice, bob = stage.client(), stage.client()
    stage.answers[alice] = await control.client.negotiate(alice.request("r", "alice", (audio_line("0", "mic", 7),)))
    stage.answers[bob] = await control.client.negotiate(bob.request("r", "bob", (), (receive_audio("0", "mic"),)))
    await asyncio.gather(alice.connect(stage.answers[alice]), bob.connect(stage.answers[bob]))
    connected = PeerStateChanged("r", "bob", 1, PeerState.CONNECTED)
    await until(lambda: connected in control.events)
    await until(lambda: stage.peer("alice", "r").receive is not None)
    alice.send_rtp(rtp_packet(111, 1, 1, 7, b"hi"))
    await until(lambda: bob.inbox.payloads(stage.ssrc(bob, "mic")) == [b"hi"])
    snapshot = await control.client.snapshot()
    assert snapshot is not None
    assert snapshot.rooms == ("r",)
    assert {(peer.peer_id, peer.state, peer.tracks) for peer in snapshot.peers} == {
        ("alice", PeerState.CONNECTED, ("mic",)),
        ("bob", PeerState.CONNECTED, ()),
    }
    stats = await control.client.stats(reset=True)
    assert stats["counters"]["out_rtp"] == 1
    assert stats["latency"]["count"] == 1
    await control.client.set_flow("r", "alice", False, True)
    assert stage.peer("alice", "r").sending is False
    await control.client.set_mode(SetMode("r", "alice", Mode.SIGN))
    assert stage.peer("alice", "r").mode is Mode.SIGN
    told = await control.client.snapshot()
    assert told is not None
    assert {peer.peer_id: peer.mode for peer in told.peers} == {"alice": Mode.SIGN, "bob": Mode.SPEECH}
    with pytest.raises(NotFound):
        await control.client.set_mode(SetMode("r", "nobody", Mode.SIGN))
    await control.client.request_keyframes("r", "bob")
    await control.client.close_peer("r", "alice")
    await control.client.close_peer("r", "alice")
    await control.client.close_room("r")
    await control.client.close_room("r")
    assert stage.worker.rooms == {}
    assert PeerStateChanged("r", "alice", 1, PeerState.CLOSED) in control.events


async def test_media_goes_on_while_control_is_dead_and_the_snapshot_tells(stage: Stage, control: Control) -> None:
    alice = await stage.join("alice", (audio_line("0", "mic", 7),))
    bob = await stage.join("bob", (), (receive_audio("0", "mic"),))
    await control.client.close()
    for n in range(50):
        alice.send_rtp(rtp_packet(111, n, n, 7, b"%d" % n))
    await until(lambda: len(bob.inbox.payloads(stage.ssrc(bob, "mic"))) == 50)
    again = Control(stage.worker.settings.socket_path)
    await again.client.start()
    await until(lambda: again.snapshots)
    assert {peer.peer_id for peer in again.snapshots[0].peers} == {"alice", "bob"}
    assert again.snapshots[0].generation == stage.worker.generation
    await again.client.close()


async def test_orphaned_and_empty_rooms_are_closed(stage: Stage, control: Control) -> None:
    alice = await stage.join("alice")
    await control.client.open_room("empty")
    worker = stage.worker
    worker._sweep(worker.rooms["empty"].empty_since + 61)
    assert set(worker.rooms) == {"room"}
    await control.client.close()
    await until(lambda: worker._alone_since is not None)
    worker._sweep(worker._alone_since + 599)
    assert set(worker.rooms) == {"room"}
    worker._sweep(worker._alone_since + 601)
    assert worker.rooms == {}
    stage.clients.remove(alice)
    await alice.close()


async def test_errors_reach_the_caller_typed(stage: Stage, control: Control) -> None:
    client = control.client
    with pytest.raises(NotFound):
        await client.set_flow("nowhere", "nobody", True, True)
    with pytest.raises(NotFound):
        await client.request_keyframes("nowhere", "nobody")
    alice = stage.client()
    await client.negotiate(alice.request("r", "alice", attempt=5))
    with pytest.raises(Conflict) as caught:
        await client.negotiate(alice.request("r", "alice", attempt=4))
    assert caught.value.code == "stale_attempt"
    with pytest.raises(InvalidInput):
        await client.negotiate(alice.request("r" * 65, "alice"))
    await client.drain()
    with pytest.raises(Unavailable):
        await client.open_room("new")


async def test_requests_without_a_worker_are_unavailable(tmp_path: Path) -> None:
    control = Control(tmp_path / "nothing.sock")
    await control.client.start()
    with pytest.raises(Unavailable) as caught:
        await control.client.close_room("r")
    assert caught.value.code == "media_unavailable"
    assert await control.client.snapshot() is None
    await control.client.close()


async def test_a_worker_that_dies_and_returns(tmp_path: Path) -> None:
    settings = WorkerSettings(3, 0, tmp_path / "m.sock", ("127.0.0.1",))
    worker = Worker(settings)
    await worker.start()
    control = Control(settings.socket_path)
    await control.client.start()
    await until(lambda: control.client.available)
    first = control.client.hello
    waiting = [asyncio.create_task(control.client.stats()) for _ in range(3)]
    await worker.close()
    await asyncio.gather(*waiting, return_exceptions=True)
    await until(lambda: control.losses == 1)
    assert not control.client.available
    worker = Worker(settings)
    await worker.start()
    await until(lambda: control.client.available)
    assert control.client.hello is not None and first is not None
    assert control.client.hello.generation != first.generation
    assert control.client.hello.worker == 3
    await control.client.close()
    await worker.close()


async def test_a_new_control_replaces_the_older(stage: Stage, control: Control) -> None:
    newer = Control(stage.worker.settings.socket_path)
    await newer.client.start()
    await until(lambda: newer.client.available and control.losses >= 1)
    await newer.client.close()


async def test_stale_generations_and_unknown_operations_are_refused(stage: Stage) -> None:
    reader, writer, hello = await raw(stage.worker.settings.socket_path)
    cases = [
        ({"id": 1, "generation": "old", "op": "snapshot", "args": {}}, "stale_generation"),
        ({"id": 2, "generation": hello["generation"], "op": "explode", "args": {}}, "unknown_operation"),
        ({"id": 3, "generation": hello["generation"], "op": ["snapshot"], "args": {}}, "unknown_operation"),
        ({"id": 4, "generation": hello["generation"], "op": "negotiate", "args": {"room_id": 5}}, "protocol_error"),
        ({"id": 5, "generation": hello["generation"], "op": "open_room", "args": {"room_id": "x", "more": 1}}, "protocol_error"),
        ({"id": 6, "generation": hello["generation"], "op": "open_room", "args": None}, "protocol_error"),
        ({"id": 7, "generation": hello["generation"], "op": "set_flow", "args": {}}, "protocol_error"),
    ]
    for request, code in cases:
        writer.write(encode_frame(request))
        reply = decode_frame(await reader.readexactly(frame_length(await reader.readexactly(HEADER_BYTES))))
        assert (reply["id"], reply["ok"], reply["code"]) == (request["id"], False, code)
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize(
    "junk", [b"\xff\xff\xff\xff", b"\x00\x00\x00\x00", b"\x00\x00\x00\x03abc", b"\x00\x00\x00\x02[]", encode_frame({"id": True})]
)
async def test_broken_frames_end_that_connection_only(stage: Stage, junk: bytes) -> None:
    reader, writer, _hello = await raw(stage.worker.settings.socket_path)
    writer.write(junk)
    assert await asyncio.wait_for(reader.read(), 5.0) == b""
    writer.close()
    control = Control(stage.worker.settings.socket_path)
    await control.client.start()
    await until(lambda: control.client.available)
    await control.client.close()


async def test_a_control_that_does_not_read_loses_passing_events_first(
    stage: Stage, control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    await control.client.close()
    _reader, writer, _hello = await raw(stage.worker.settings.socket_path)
    server = stage.worker._control
    assert server is not None
    await until(lambda: server._writer is not None)
    held = server._writer
    monkeypatch.setattr(control_server, "SOFT_LIMIT", 10_000)
    monkeypatch.setattr(control_server, "HARD_LIMIT", 20_000)
    while held is not None and held.transport.get_write_buffer_size() <= 10_000:
        server.send_event(SpeakerChanged("r", "p" * 60))
    server.send_event(SpeakerChanged("r", "p"))
    assert server.dropped_events == 1
    for n in range(300):
        server.send_event(PeerStateChanged("r", "p" * 60, n, PeerState.CLOSED))
    assert held is not None
    assert held.transport.is_closing()
    writer.close()


async def test_the_socket_file_is_private_and_a_stale_one_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "m.sock"
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(path))
    worker = Worker(WorkerSettings(0, 0, path, ("127.0.0.1",)))
    await worker.start()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    second = Worker(WorkerSettings(1, 0, path, ("127.0.0.1",)))
    with pytest.raises(Unavailable):
        await second.start()
    await second.close()
    await worker.close()
    assert not path.exists()
    path.write_text("not a socket")
    with pytest.raises(Unavailable):
        await Worker(WorkerSettings(0, 0, path)).start()


async def test_a_worker_that_does_not_answer_times_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stage: Stage) -> None:
    monkeypatch.setattr(client_module, "REQUEST_TIMEOUT", 0.1)
    path = tmp_path / "deaf.sock"

    class Deaf(ControlServer):
        async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read()

    server = stage.worker._control
    assert server is not None
    deaf = Deaf(path, server._hello, {})
    await deaf.start()
    client = MediaClient(path)
    await client.start()
    await until(lambda: client._writer is not None)
    with pytest.raises(Unavailable):
        await client.stats()
    assert not client.available
    await client.close()
    await deaf.close()


async def test_a_fault_in_handling_an_event_costs_neither_the_connection_nor_later_events(
    stage: Stage, control: Control
) -> None:
    def fail_once(event: WorkerEvent) -> None:
        control.events.append(event)
        if len(control.events) == 1:
            raise KeyError("a fault of ours")

    control.client.on_event = fail_once
    for _ in range(2):
        stage.worker._emit(SpeakerChanged("r", None))
    await until(lambda: len(control.events) == 2)
    assert control.client.available
    assert control.losses == 0


async def test_a_fault_when_the_worker_goes_does_not_end_reconnecting(stage: Stage, control: Control) -> None:
    def fail() -> None:
        raise KeyError("a fault of ours")

    control.client.on_worker_lost = fail
    _reader, writer, _hello = await raw(stage.worker.settings.socket_path)  # takes the place of control's connection
    await until(lambda: not control.client.available)
    writer.close()
    await until(lambda: control.client.available)
