"""Traffic for benchmarks: starts a worker process, fills it with hand-made peers, sends prebuilt RTP in frame bursts, measures.

Run alone: `python -m tests.bench.rtp_load --viewers 10`. `make bench` calls `measure` with the plans it wants.
CPU is the worker process's own (user and system), read over its control socket at both ends of the window.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import secrets
import struct
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import psutil

from telemed.congestion.twcc import TwccRecorder
from telemed.media.control import RecordedTrack, SetRecording, Source
from telemed.rtp.header import WIDE_OFFSET
from telemed.rtp.rtcp import build_receiver_report, build_sender_report
from telemed.rtp.rtcp_records import ReportBlock
from telemed.sfu import seam
from telemed.sfu.client import MediaClient
from tests.bench.rtp_client import (
    KEYFRAME,
    RtpClient,
    audio_line,
    receive_audio,
    receive_video,
    rtp_packet,
    video_line,
)

FRAME_RATE = 30  # video frames a second: packets leave in bursts as a camera's do
AUDIO_RATE = 50  # packets a second
FAILURES = ("drop", "fail", "kernel", "send_blocked")
REPORT_INTERVAL = 1.0  # seconds between a peer's RTCP reports
ARRIVALS_INTERVAL = 0.1  # seconds between its reports on transport-wide numbers
GOLDEN_RATIO = 0.618  # its multiples spread any number of peers evenly over an interval
WORKER = """
import asyncio, signal, sys
from pathlib import Path
from telemed.recording.journal_writer import JournalThread
from telemed.sfu.worker import Worker, WorkerSettings
async def main():
    settings = WorkerSettings(0, 0, Path(sys.argv[1]), ("127.0.0.1",), own_process=True)
    worker = Worker(settings, journals=JournalThread())
    await worker.start()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await stop.wait()
    await worker.close()
if sys.argv[2] == "uvloop":
    import uvloop
    uvloop.run(main())
else:
    asyncio.run(main())
"""


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """Who is there and what they send. `mesh`: publishers also receive each other."""

    rooms: int = 1
    publishers: int = 1  # per room
    viewers: int = 10  # per room, receiving only
    mesh: bool = False
    video_rate: float = 200.0  # packets/s per publisher
    payload: int = 850  # bytes: with 200 packets/s about 1.4 Mbit/s
    audio: bool = False
    recorded: bool = False  # everything that is sent is written to the disk as well
    reported: bool = False  # subscribers report what arrives by transport-wide numbers: their congestion control is in charge
    seconds: float = 10.0
    idle_seconds: float = 2.0  # connected, nobody sending: what checks and timers cost
    warm_seconds: float = 1.5  # of traffic before the window
    loop: str = "asyncio"  # or uvloop


@dataclass(slots=True)
class LoadResult:
    """What was measured. Times per packet in microseconds of worker CPU."""

    plan: dict[str, Any]
    seconds: float = 0.0
    in_packets: int = 0
    out_packets: int = 0
    received: int = 0  # by all receivers together
    cpu_percent: float = 0.0
    idle_percent: float = 0.0  # with everybody connected and nobody sending
    us_per_in: float = 0.0  # all CPU over packets in
    us_per_out: float = 0.0  # all CPU over packets out
    us_per_packet: float = 0.0  # all CPU over packets in and out
    latency: dict[str, int] = field(default_factory=dict)
    loop: dict[str, int] = field(default_factory=dict)
    collections: dict[str, int] = field(default_factory=dict)
    failures: dict[str, int] = field(default_factory=dict)
    rss_kib: int = 0


class LoadPeer(RtpClient):
    """A client that counts what it gets instead of reading it."""

    def __init__(self) -> None:
        super().__init__()
        self.received = 0
        self.reports = 0
        self.recorder: TwccRecorder | None = None
        self._reporting: asyncio.Task[None] | None = None

    def _on_media(self, data: bytes) -> None:
        if 192 <= data[1] <= 223:
            self.reports += 1
            return
        self.received += 1
        if self.recorder is not None:  # header extensions are not encrypted
            self.recorder.record(int.from_bytes(data[WIDE_OFFSET : WIDE_OFFSET + 2], "big"), time.monotonic_ns() // 1000)

    def report_from(self, phase: float) -> None:
        """Report what arrives every 100 ms from now on, as browsers do, the first time after `phase` seconds."""
        self.recorder = TwccRecorder()
        self._reporting = asyncio.create_task(self._report_forever(self.recorder, phase))

    async def close(self, notify: bool = True) -> None:
        """As the client's; reports end first."""
        if self._reporting is not None:
            self._reporting.cancel()
            await asyncio.gather(self._reporting, return_exceptions=True)
        await super().close(notify)

    async def _report_forever(self, recorder: TwccRecorder, phase: float) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time() + phase
        while True:
            await asyncio.sleep(due - loop.time())
            due = max(due + ARRIVALS_INTERVAL, loop.time())
            for message in recorder.build(1, 2) if self.dtls.transmit is not None else ():
                self.send_rtcp(message)


class Publisher:
    """Sends the packets of one camera (and microphone) of a peer, patched from a prebuilt one."""

    def __init__(self, peer: LoadPeer, plan: LoadPlan, ssrc: int) -> None:
        self.peer = peer
        self.ssrc = ssrc
        self._per_frame = plan.video_rate / FRAME_RATE
        self._sequence = random.randrange(0x8000)
        self._audio_sequence = random.randrange(0x8000)
        self._wide = 0
        self._due = 0.0
        self._frame = 0
        chance = random.Random(ssrc)
        body = chance.randbytes(plan.payload)
        self._video = self._prepare(rtp_packet(96, 0, 0, ssrc, b"\x00\x01" + body, transport_sequence=0))
        self._key = self._prepare(rtp_packet(96, 0, 0, ssrc, KEYFRAME + body, transport_sequence=0))
        self._sound = self._prepare(rtp_packet(111, 0, 0, ssrc + 2, body[:80], transport_sequence=0, level=40))
        self._buffer = bytearray(2048)
        self._pointer, self._cell = seam.pin(self._buffer), seam.length_cell()

    @staticmethod
    def _prepare(packet: bytes) -> tuple[bytes, int]:
        """Return the packet and the offset of its transport-wide sequence number."""
        return packet, packet.index(b"\x31\x00\x00", 12) + 1

    def send_frame(self, *, key: bool = False) -> int:
        """Send one video frame; return the number of packets."""
        self._due += self._per_frame
        count = int(self._due)
        self._due -= count
        self._frame += 1
        for n in range(count):
            template, offset = self._key if key and n == 0 else self._video
            self._sequence = (self._sequence + 1) & 0xFFFF
            self._send(template, offset, self._sequence, self._frame * 3000, n == count - 1)
        return count

    def send_sound(self) -> None:
        """Send one audio packet."""
        self._audio_sequence = (self._audio_sequence + 1) & 0xFFFF
        self._send(*self._sound, self._audio_sequence, self._audio_sequence * 960, False)

    def report(self) -> None:
        """Send a sender report for the camera."""
        ntp = int(time.time() * 2**32) & (2**64 - 1)
        self.peer.send_rtcp(build_sender_report(self.ssrc, ntp, self._frame * 3000, self._sequence, 0, "load"))

    def _send(self, template: bytes, offset: int, sequence: int, timestamp: int, marker: bool) -> None:
        buffer, size = self._buffer, len(template)
        buffer[:size] = template
        struct.pack_into("!HI", buffer, 2, sequence, timestamp & 0xFFFFFFFF)
        if marker:
            buffer[1] |= 0x80
        self._wide = (self._wide + 1) & 0xFFFF
        struct.pack_into("!H", buffer, offset, self._wide)
        self._cell[0] = size
        assert self.peer.dtls.transmit is not None
        assert seam.protect(self.peer.dtls.transmit.handle, self._pointer, self._cell) == 0
        self.peer.send_raw(bytes(buffer[: self._cell[0]]))


@asynccontextmanager
async def worker_process(loop: str) -> AsyncIterator[tuple[MediaClient, int]]:
    """A media worker of its own; yields a connected client and the process id."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "media.sock"
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", WORKER, str(path), loop)
        client = MediaClient(path)
        ready = asyncio.Event()
        client.on_worker_ready = lambda _snapshot: ready.set()
        await client.start()
        try:
            await asyncio.wait_for(ready.wait(), 20)
            yield client, process.pid
        finally:
            await client.close()
            process.terminate()
            await process.wait()


@asynccontextmanager
async def recording(control: MediaClient, plan: LoadPlan) -> AsyncIterator[None]:
    """Record every room while the block runs, where the plan wants it; what was written is removed."""
    if not plan.recorded:
        yield
        return
    key = b64encode(secrets.token_bytes(32)).decode()
    with tempfile.TemporaryDirectory() as directory:
        for room in range(plan.rooms):
            place = Path(directory) / f"rec{room}"
            place.mkdir(mode=0o700)
            tracks = tuple(track for number in range(plan.publishers) for track in _recorded(plan, room, number))
            await control.set_recording(SetRecording(f"r{room}", f"rec{room}", str(place), key, tracks))
        yield
        for room in range(plan.rooms):
            await control.stop_recording(f"r{room}", f"rec{room}")


def _recorded(plan: LoadPlan, room: int, number: int) -> list[RecordedTrack]:
    """The tracks of one publisher."""
    sources = {"cam": Source.CAMERA} | ({"mic": Source.MICROPHONE} if plan.audio else {})
    return [RecordedTrack(f"r{room}-{name}{number}", f"p{number}", source) for name, source in sources.items()]


async def fill(control: MediaClient, plan: LoadPlan) -> tuple[list[Publisher], list[LoadPeer]]:
    """Connect everybody of a plan."""
    publishers: list[Publisher] = []
    peers: list[LoadPeer] = []
    for room in range(plan.rooms):
        tracks = [(f"r{room}-cam{n}", f"r{room}-mic{n}", 10_000 + 10 * n) for n in range(plan.publishers)]
        for number in range(plan.publishers + plan.viewers):
            peer = LoadPeer()
            peer.check_interval = 2.5
            peers.append(peer)
            publishes = number < plan.publishers
            camera, microphone, ssrc = tracks[number] if publishes else ("", "", 0)
            sends = [video_line("s", camera, ssrc, ssrc + 1)] if publishes else []
            sends += [audio_line("t", microphone, ssrc + 2)] if publishes and plan.audio else []
            takes = [track for track in tracks if (plan.mesh or not publishes) and track[0] != camera]
            receives = [receive_video(f"v{n}", track[0], reported=plan.reported) for n, track in enumerate(takes)]
            receives += [receive_audio(f"a{n}", track[1], reported=plan.reported) for n, track in enumerate(takes) if plan.audio]
            await peer.connect(await control.negotiate(peer.request(f"r{room}", f"p{number}", tuple(sends), tuple(receives))))
            if plan.reported and receives:  # everybody at a moment of their own
                peer.report_from(len(peers) * GOLDEN_RATIO % 1 * ARRIVALS_INTERVAL)
            if publishes:
                publishers.append(Publisher(peer, plan, ssrc))
    return publishers, peers


def report_all(publishers: list[Publisher], peers: list[LoadPeer]) -> None:
    """Send everybody's sender and receiver reports."""
    for publisher in publishers:
        publisher.report()
    for peer in peers:
        grants = peer.remote.grants if peer.remote is not None else ()
        blocks = [ReportBlock(grant.ssrc, 0, 0, 0, 0, 0, 0) for grant in grants]
        if blocks:
            peer.send_rtcp(build_receiver_report(1, blocks))


async def drive(publishers: list[Publisher], peers: list[LoadPeer], plan: LoadPlan, seconds: float) -> None:
    """Send for `seconds`: each publisher's frames spread over the frame interval, reports once a second."""
    loop = asyncio.get_running_loop()
    started = loop.time()
    slots = len(publishers)
    step = 1 / FRAME_RATE / slots
    sounds = [0] * slots
    reported = started
    for tick in range(int(seconds * FRAME_RATE) * slots):
        wait = started + tick * step - loop.time()
        if wait > 0.0005:
            await asyncio.sleep(wait)
        elif tick % 8 == 0:
            await asyncio.sleep(0)
        publisher = publishers[tick % slots]
        publisher.send_frame(key=tick < 2 * slots)
        elapsed = loop.time() - started
        while plan.audio and sounds[tick % slots] < elapsed * AUDIO_RATE:
            sounds[tick % slots] += 1
            publisher.send_sound()
        if loop.time() - reported > REPORT_INTERVAL:
            reported = loop.time()
            report_all(publishers, peers)


async def measure(plan: LoadPlan) -> LoadResult:
    """Run one plan against a fresh worker process."""
    async with worker_process(plan.loop) as (control, process_id):
        publishers, peers = await fill(control, plan)
        try:
            before = await control.stats()
            started = time.monotonic()
            await asyncio.sleep(plan.idle_seconds)
            after = await control.stats()
            idle = (after["cpu_seconds"] - before["cpu_seconds"]) / (time.monotonic() - started)
            async with recording(control, plan):
                await drive(publishers, peers, plan, plan.warm_seconds)  # key frames out, caches warm
                return await _window(control, publishers, peers, plan, idle, process_id)
        finally:
            for peer in peers:
                await peer.close()


async def _window(  # noqa: PLR0913
    control: MediaClient, publishers: list[Publisher], peers: list[LoadPeer], plan: LoadPlan, idle: float, process_id: int
) -> LoadResult:
    """Measure over `plan.seconds` of traffic."""
    received = sum(peer.received for peer in peers)
    before = await control.stats(reset=True)
    started = time.monotonic()
    await drive(publishers, peers, plan, plan.seconds)
    await asyncio.sleep(0.1)
    after = await control.stats()
    result = LoadResult(asdict(plan), seconds=round(time.monotonic() - started, 2), idle_percent=round(idle * 100, 2))
    cpu = after["cpu_seconds"] - before["cpu_seconds"]
    counts = {name: value - before["counters"][name] for name, value in after["counters"].items()}
    result.in_packets, result.out_packets = counts["in_rtp"], counts["out_rtp"]
    result.received = sum(peer.received for peer in peers) - received
    result.cpu_percent = round(100 * cpu / result.seconds, 2)
    if result.in_packets:
        result.us_per_in = round(cpu * 1e6 / result.in_packets, 2)
        result.us_per_packet = round(cpu * 1e6 / (result.in_packets + result.out_packets), 2)
    if result.out_packets:
        result.us_per_out = round(cpu * 1e6 / result.out_packets, 2)
    result.latency, result.loop, result.collections = after["latency"], after["loop"], after["collections"]
    result.failures = {name: count for name, count in counts.items() if count and name.startswith(FAILURES)}
    result.rss_kib = psutil.Process(process_id).memory_info().rss // 1024
    return result


def split_cost(alone: LoadResult, fanned: LoadResult) -> tuple[float, float]:
    """Return (us per ingress packet, us per egress copy) from a run without receivers and one with them."""
    ingress = alone.us_per_in
    egress = (fanned.us_per_in - ingress) * fanned.in_packets / max(fanned.out_packets, 1)
    return ingress, round(egress, 2)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rooms", type=int, default=1)
    parser.add_argument("--publishers", type=int, default=1)
    parser.add_argument("--viewers", type=int, default=10)
    parser.add_argument("--mesh", action="store_true")
    parser.add_argument("--audio", action="store_true")
    parser.add_argument("--reported", action="store_true")
    parser.add_argument("--recorded", action="store_true")
    parser.add_argument("--video-rate", type=float, default=200.0)
    parser.add_argument("--payload", type=int, default=850)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--loop", choices=("asyncio", "uvloop"), default="asyncio")
    plan = replace(LoadPlan(), **vars(parser.parse_args()))
    print(json.dumps(asdict(asyncio.run(measure(plan)))))


if __name__ == "__main__":
    main()
