"""Whatever happens to a room, in whatever order: nothing is written that may not be, and what may be is.

The real rooms, peers and packet path with encryption taken out. A packet may be written when its track was in the set as it came,
and still is, and its sender was not on hold; not one that comes late from before that. Of sound, and of a picture in one size,
each of them must be.
"""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

from hypothesis import given, settings
from hypothesis import strategies as st

from telemed.errors import NotFound
from telemed.media.control import (
    Fingerprint,
    Negotiate,
    PublishLine,
    RecordedTrack,
    RemoteTransport,
    SetRecording,
    Source,
    StopRecording,
)
from telemed.media.control_codec import to_json
from telemed.rtp.rtcp import Bye
from telemed.sfu import dataplane as dataplane_module
from telemed.sfu.recording import open_limit
from telemed.sfu.worker import Worker, WorkerSettings
from tests.adapters.sfu.journals import MemoryBook, MemoryJournals
from tests.adapters.sfu.recorded import wanted
from tests.bench.rtp_client import (
    EXTENSIONS,
    INTERFRAME,
    KEYFRAME,
    LAYERS,
    OPUS,
    VP8,
    rtp_packet,
)

PEERS = ("alice", "bob")
SOURCES = {"mic": Source.MICROPHONE, "screen": Source.SCREEN, "cam": Source.CAMERA}  # the camera comes in layers
TRACKS = [f"{peer}-{name}" for peer in PEERS for name in SOURCES]
STEP = st.one_of(
    st.tuples(st.just("send"), st.sampled_from(TRACKS), st.integers(0, 2), st.booleans(), st.integers(0, 3)),
    st.tuples(st.just("late")),
    st.tuples(st.just("set"), st.sets(st.sampled_from(TRACKS))),
    st.tuples(st.just("set"), st.just(frozenset(TRACKS))),
    st.tuples(st.just("stop")),
    st.tuples(st.just("negotiate"), st.sampled_from(PEERS), st.sets(st.sampled_from(list(SOURCES)), min_size=1), st.booleans()),
    st.tuples(st.just("close_peer"), st.sampled_from(PEERS)),
    st.tuples(st.just("close_room")),
    st.tuples(st.just("hold"), st.sampled_from(PEERS), st.booleans()),
    st.tuples(st.just("bye"), st.sampled_from(TRACKS)),
    st.tuples(st.just("tick")),
)


@dataclass
class Sender:
    """One track as it is sent: its numbers, by layer, and those that were skipped and may come late."""

    ssrc: int
    sequences: list[int] = field(default_factory=lambda: [100, 20_000, 40_000])
    skipped: list[list[int]] = field(default_factory=lambda: [[], [], []])
    floor: list[int] = field(default_factory=lambda: [0, 0, 0])  # highest number that came while it might not be captured


class Story:
    """One room, and what a reader of the rules expects of it."""

    def __init__(self, worker: Worker, journals: MemoryJournals, room_id: str) -> None:
        self.worker, self.journals, self.room_id = worker, journals, room_id
        self.recording = 0
        self.allowed: set[str] = set()
        self.attempts = dict.fromkeys(PEERS, 0)
        self.published: dict[str, set[str]] = {peer: set() for peer in PEERS}
        self.held = dict.fromkeys(PEERS, False)
        self.senders: dict[str, Sender] = {}
        self.serial = 0
        self.now_us = 1_000_000
        self.permitted: dict[int, bool] = {}  # of each packet, as it came
        self.must: set[int] = set()
        self.looked: dict[int, int] = {}  # journal -> packets looked at
        self.written: set[int] = set()
        self.books_before = len(journals.books)

    @property
    def room(self) -> Any:
        return self.worker.rooms.get(self.room_id)

    def peer(self, name: str) -> Any:
        return self.room.peers.get(name) if self.room is not None else None

    async def step(self, step: tuple[Any, ...]) -> None:
        """Something happens; then a packet of every track comes."""
        await getattr(self, step[0])(*step[1:])
        self.look()
        for track in TRACKS:
            await self.send(track, self.serial % 3, self.serial % 4 == 0, int(self.serial % 5 == 0))
        self.look()

    # --- what control says ---

    async def set(self, tracks: set[str]) -> None:
        request = SetRecording(
            self.room_id,
            f"{self.room_id}-{self.recording}",
            "/srv/rec",
            wanted().key,
            tuple(RecordedTrack(track, track.split("-")[0], SOURCES[track.split("-")[1]]) for track in sorted(tracks)),
        )
        self.worker._on_recording(to_json(request) | {"tracks": [to_json(track) for track in request.tracks]})
        self.allowed = set(tracks)

    async def stop(self) -> None:
        recording = f"{self.room_id}-{self.recording}"
        await self.worker._on_stop_recording(to_json(StopRecording(self.room_id, recording)))
        self.allowed = set()
        try:
            await self.set(set(TRACKS))
        except NotFound:
            self.recording += 1
        else:
            raise AssertionError("what was stopped began again")

    async def negotiate(self, name: str, sources: set[str], anew: bool) -> None:
        if anew or self.peer(name) is None:
            self.attempts[name] += 1
            self.published[name] = set()
            self.senders = {track: sender for track, sender in self.senders.items() if not track.startswith(name)}
        if self.peer(name) is None:
            self.held[name] = False
        gone = self.published[name] - sources
        self.senders = {track: s for track, s in self.senders.items() if track not in {f"{name}-{one}" for one in gone}}
        self.published[name] = set(sources)
        lines = tuple(self.line(name, source) for source in sorted(sources))
        remote = RemoteTransport(f"{name}{self.attempts[name]}", "p" * 22, (Fingerprint("sha-256", "AA"),))
        self.worker.negotiate(Negotiate(self.room_id, name, self.attempts[name], remote, lines, ()))
        peer = self.peer(name)
        peer.receive = object()
        peer.path = SimpleNamespace(owner=peer, address=("127.0.0.1", 9), ancillary=None, connection=None)

    def line(self, name: str, source: str) -> PublishLine:
        ssrc = self.ssrc(f"{name}-{source}")
        codec = OPUS if source == "mic" else VP8
        layers = LAYERS if source == "cam" else None
        announced = 0 if layers else ssrc
        return PublishLine(source[0], f"{name}-{source}", SOURCES[source], codec, EXTENSIONS, announced, 0, layers)

    def ssrc(self, track: str) -> int:
        name, source = track.split("-")
        return 10_000 * (1 + PEERS.index(name)) + 100 * self.attempts[name] + 10 * list(SOURCES).index(source)

    async def close_peer(self, name: str) -> None:
        if self.room is not None:
            self.room.close_peer(name)
        self.published[name] = set()
        self.held[name] = False

    async def close_room(self) -> None:
        self.worker._on_close_room(self.room_id)
        self.allowed = set()
        for name in PEERS:
            self.published[name] = set()
            self.held[name] = False

    async def hold(self, name: str, held: bool) -> None:
        if self.peer(name) is not None:
            self.room.set_flow(name, not held, True)
            self.held[name] = held

    # --- what clients do ---

    async def bye(self, track: str) -> None:
        name, source = track.split("-")
        if source in self.published[name] and self.peer(name) is not None:
            self.room.feedback.handle(self.peer(name), [Bye((self.ssrc(track),))], self.now_us * 1e-6)

    async def send(self, track: str, layer: int, key: bool, skip: int) -> None:
        sender = self.sender(track)
        if sender is None:
            return
        layer = layer if track.endswith("cam") else 0
        for _ in range(skip):
            sender.sequences[layer] += 1
            sender.skipped[layer].append(sender.sequences[layer])
        sender.sequences[layer] += 1
        self.deliver(track, sender, layer, sender.sequences[layer], key)

    async def late(self) -> None:
        for track in TRACKS:
            sender = self.sender(track)
            for layer in range(3) if sender is not None else ():
                if sender is not None and sender.skipped[layer]:
                    self.deliver(track, sender, layer, sender.skipped[layer].pop(), True)

    def sender(self, track: str) -> Sender | None:
        name, source = track.split("-")
        if source not in self.published[name] or self.peer(name) is None:
            return None
        return self.senders.setdefault(track, Sender(self.ssrc(track)))

    def deliver(self, track: str, sender: Sender, layer: int, sequence: int, key: bool) -> None:
        name, source = track.split("-")
        self.serial += 1
        self.now_us += 5_000
        late = sequence < sender.sequences[layer]
        permitted = track in self.allowed and not self.held[name]
        if not permitted:
            sender.floor[layer] = sender.sequences[layer]
        self.permitted[self.serial] = permitted and sequence > sender.floor[layer]
        if permitted and source != "cam" and not late:
            self.must.add(self.serial)
        body = (b"sound" if source == "mic" else KEYFRAME if key else INTERFRAME) + b"#%d" % self.serial
        packet = rtp_packet(
            111 if source == "mic" else 96,
            sequence,
            sequence * 960,
            sender.ssrc + layer,
            body,
            mid=source[0],
            rid=(LAYERS.rid_extension, LAYERS.rids[layer]) if source == "cam" else None,
        )
        peer = self.peer(name)
        mux = self.worker._services.mux  # type: ignore[union-attr]
        mux.buffer[: len(packet)] = packet
        self.worker._services.dataplane.on_media(peer.path, len(packet), self.now_us)  # type: ignore[union-attr]

    async def tick(self) -> None:
        now = self.now_us * 1e-6
        if self.room is None:
            return
        for peer in self.room.peers.values():
            for line in peer.published.values():
                if line.layers is not None:
                    line.layers.aim(now)
        if self.room.recorder is not None:
            self.room.recorder.tick(now)

    # --- what is written ---

    def look(self) -> None:
        """Judge all that was written since the last look."""
        for book in self.journals.books[self.books_before :]:
            self.look_at(book)
        missing = self.must - self.written
        assert not missing, f"not written: {missing}"

    def look_at(self, book: MemoryBook) -> None:
        for number, journal in enumerate(book.journals):
            track = journal.head.track_id
            seen = self.looked.get(id(journal), 0)
            for one in journal.packets[seen:]:
                serial = int(one.packet.rsplit(b"#", 1)[1])
                assert track in self.allowed, "out of the set"
                assert self.permitted[serial], "out of the set, or on hold, as it came"
                assert serial not in self.written, "twice"
                assert book.recording_id == f"{self.room_id}-{self.recording}" and not journal.closed
                assert number == max(n for n, other in enumerate(book.journals) if other.head.track_id == track)
                self.written.add(serial)
            self.looked[id(journal)] = len(journal.packets)


@given(st.lists(STEP, min_size=10, max_size=40))
@settings(max_examples=150, deadline=None)
def test_no_packet_of_a_track_outside_the_set_is_ever_written(steps: list[tuple[Any, ...]]) -> None:
    asyncio.run(tell(steps))


async def tell(steps: list[tuple[Any, ...]]) -> Story:
    """Live through a story in a worker of its own."""
    journals = MemoryJournals()
    plain = mock.patch.multiple(dataplane_module, _protect=lambda *_args: 0, _unprotect=lambda *_args: 0)
    with tempfile.TemporaryDirectory() as directory, plain, mock.patch.object(open_limit, "BURST", 1000.0):
        worker = Worker(WorkerSettings(0, 0, Path(directory) / "w.sock", ("127.0.0.1",)), journals=journals)
        await worker.start()
        worker._wheel.close()  # time is the story's
        try:
            story = Story(worker, journals, "room")
            for name in PEERS:
                await story.negotiate(name, set(SOURCES), True)
            await story.set(set(TRACKS))
            for step in steps:
                await story.step(step)
            return story
        finally:
            await worker.close()


async def test_a_story_in_which_everything_is_written() -> None:
    packets = [("send", track, 2, True, 0) for _ in range(5) for track in TRACKS]
    story = await tell([*packets[:6], ("tick",), *packets])
    assert all(story.permitted.values())
    assert len(story.written - story.must) > 30, "cameras too"
