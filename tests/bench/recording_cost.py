"""What recording costs a media worker for each packet: the loop's part and the writing thread's, CPU time of each.

`python -m tests.bench.recording_cost` reads `{window_seconds, runs, priority}` and prints the figures of each load. A participant
sends 150 video packets of 1,000 bytes a second in bursts of five, and 50 sound packets of 120; the writer does all it does in the
product: packing, sealing, writing and bringing to the disk each second. "In real time": the loop sleeps between bursts, as it
does in calls. "Isolated": what ten calls bring in a second comes without a pause, once a second, so that the cost of waking up
cold, which is the machine's and shared with everything else a worker does, stays out.
"""

from __future__ import annotations

import asyncio
import secrets
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from telemed.media.control import Source
from telemed.media.journal.ports import JournalCodec, JournalHead
from telemed.recording.journal_writer import JournalThread
from tests.bench import machine
from tests.bench.figures import quantile
from tests.bench.process import answer, in_process
from tests.bench.settings import Settings

BUDGET_US = 2.0  # for each recorded packet, thread included
VIDEO_BYTES, SOUND_BYTES = 1000, 120
BURST = 5  # packets of a frame
FRAMES = 30  # a second
SOUNDS = 50  # a second
STEP_SECONDS = 0.02  # one sound packet
STEPS_A_SECOND = round(1 / STEP_SECONDS)
POOL = (
    4096  # packets that differ: 4 MB, about what a second of the largest load brings, so that caches are no warmer than in a call
)
PER_CALL = 2  # participants of each recording
LOADS = {  # participants, and whether they take their time
    "isolated": (20, False),
    "a call of two in real time": (2, True),
    "ten calls of two in real time": (20, True),
}
SOURCES = {Source.CAMERA: JournalCodec("vp8", 96, 90_000, 1), Source.MICROPHONE: JournalCodec("opus", 111, 48_000, 2)}

Keep = Callable[[int, bytes, int], None]


class Participant:
    """Hands the packets of a camera and a microphone to their journals."""

    def __init__(self, camera: Keep, microphone: Keep, number: int) -> None:
        self._camera, self._microphone = camera, microphone
        self._frames = number / 7  # so that not all begin a frame at once

    def step(self, video: list[bytes], sound: bytes, stamp: int) -> int:
        """20 ms of both; returns how many packets."""
        self._microphone(0, sound, stamp)
        self._frames += FRAMES * STEP_SECONDS
        if self._frames < 1:
            return 1
        self._frames -= 1
        keep = self._camera
        for packet in video:
            keep(0, packet, stamp)
        return 1 + len(video)

    def idle(self, video: list[bytes], _sound: bytes, _stamp: int) -> None:
        """What `step` does beside keeping: the loop over the packets is the bench's own."""
        self._frames += FRAMES * STEP_SECONDS
        if self._frames < 1:
            return
        self._frames -= 1
        for _packet in video:
            pass


class Load:
    """Some participants for some seconds."""

    def __init__(self, participants: int, real_time: bool, seconds: float) -> None:
        self._participants, self._real_time, self._seconds = participants, real_time, seconds
        self._video = [secrets.token_bytes(VIDEO_BYTES) for _ in range(POOL)]
        self._sound = [secrets.token_bytes(SOUND_BYTES) for _ in range(POOL)]

    async def measure(self, directory: Path) -> dict[str, float]:
        """CPU of loop and thread in microseconds a packet."""
        maker = JournalThread()
        people, books = [], []
        for number in range(self._participants):
            books.append(maker.book(f"rec_{number // PER_CALL}", directory, secrets.token_bytes(32)))
            camera, microphone = (books[-1].open(_head(number, source, codec)).packet for source, codec in SOURCES.items())
            people.append(Participant(camera, microphone, number))
        (writer,) = (thread for thread in threading.enumerate() if thread.name == "journal-writer")
        await self._run(people, 1.0)  # files are open, code is warm
        clock = time.pthread_getcpuclockid(writer.ident or 0)
        before, started = time.clock_gettime_ns(clock), time.monotonic()
        packets, loop_ns = await self._run(people, self._seconds)
        after, seconds = time.clock_gettime_ns(clock), time.monotonic() - started
        await maker.close()
        dropped = sum(book.condition.dropped for book in books)
        loop, thread = loop_ns / packets / 1000, (after - before) / packets / 1000
        return {"loop_us": loop, "thread_us": thread, "per_second": packets / seconds, "dropped": dropped}

    async def _run(self, people: list[Participant], seconds: float) -> tuple[int, int]:
        """Packets kept, and nanoseconds of CPU it took this thread, the bench's own loop taken off."""
        packets = spent = 0
        started = time.monotonic()
        for step in range(round(seconds / STEP_SECONDS)):
            at = step * BURST % (POOL - BURST)
            video, sound = self._video[at : at + BURST], self._sound[at]
            stamp = time.monotonic_ns() // 1000
            begun = time.thread_time_ns()
            for person in people:
                packets += person.step(video, sound, stamp)
            spent += time.thread_time_ns() - begun
            begun = time.thread_time_ns()
            for person in _IDLE[: len(people)]:
                person.idle(video, sound, stamp)
            spent -= time.thread_time_ns() - begun
            if self._real_time:
                await asyncio.sleep(max(0.0, started + (step + 1) * STEP_SECONDS - time.monotonic()))
            elif (step + 1) % STEPS_A_SECOND == 0:
                await asyncio.sleep(1.0)
        return packets, spent


def _nothing(_lane: int, _packet: bytes, _stamp: int) -> None:
    """Keeps nothing."""


_IDLE = [Participant(_nothing, _nothing, number) for number in range(max(people for people, _ in LOADS.values()))]


def _head(number: int, source: Source, codec: JournalCodec) -> JournalHead:
    name = f"trk_{number}_{source.value}"
    return JournalHead(name, f"par_{number}", source, codec, (), time.time_ns() // 1000, time.monotonic_ns() // 1000)


async def measure_all(settings: Settings, say: Callable[[str], None]) -> dict[str, Any]:
    """In a process of its own."""
    say("recording, " + ", ".join(LOADS))
    orders = {"window_seconds": settings.window_seconds, "runs": settings.runs, "priority": settings.priority}
    return await in_process("tests.bench.recording_cost", orders)


async def work(orders: dict[str, Any]) -> dict[str, Any]:
    """Every load `runs` times; medians."""
    place = machine.ROOT / "var"
    await asyncio.to_thread(place.mkdir, exist_ok=True)
    rows: list[dict[str, Any]] = []
    for name, (participants, real_time) in LOADS.items():
        runs = []
        for _ in range(orders["runs"]):
            with tempfile.TemporaryDirectory(dir=place, prefix="bench-recording-") as directory:
                runs.append(await Load(participants, real_time, orders["window_seconds"]).measure(Path(directory)))
        middle = {key: round(quantile([run[key] for run in runs], 0.5), 3) for key in runs[0]}
        together = round(quantile([run["loop_us"] + run["thread_us"] for run in runs], 0.5), 3)
        rows.append({"load": name, **middle, "together_us": together})
    return {"loads": rows}


def lines(part: dict[str, Any]) -> list[tuple[str, ...]]:
    """A table for people."""
    rows: list[tuple[str, ...]] = [("recording", "packets/s", "us loop", "us thread", "us together", "dropped")]
    for row in part["loads"]:
        figures = (f"{row[name]:.2f}" for name in ("loop_us", "thread_us", "together_us"))
        rows.append((row["load"], f"{row['per_second']:.0f}", *figures, f"{row['dropped']:.0f}"))
    return rows


if __name__ == "__main__":
    answer(work)
