"""Floods of junk from a process of their own, and calls light enough not to be slowed by sharing the machine with them."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import functools
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

from telemed.sfu.udp_socket import SO_TIMESTAMPNS
from tests.bench.rtp_client import RtpClient, rtp_packet
from tests.client.seat import SeatClient
from tests.hostile.raw_seat import Line, RawPeer

SOURCE = Path(__file__).with_name("flood.c")
PACE = 0.02  # seconds between packets of sound
HEARD = 20.0  # seconds until somebody must be heard: the machine may be busy
STRANGER = 4_000_000_007  # SSRC of nobody
_unpack_timespec = struct.Struct("@ll").unpack


@functools.cache
def flood_program() -> str:
    """Path of the generator, built once."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    assert compiler, "a C compiler is needed (see Makefile)"
    folder = tempfile.mkdtemp(prefix="telemed-flood-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    subprocess.run([compiler, "-O2", "-o", f"{folder}/flood", str(SOURCE)], check=True, timeout=60)
    return f"{folder}/flood"


async def flood(  # noqa: PLR0913 - what the generator is told
    source: socket.socket, place: tuple[str, int], rate: int, seconds: float, ssrc: int = STRANGER, kinds: str = "media"
) -> int:
    """Send junk from this socket's address; how many datagrams the kernel took. `kinds`: "media" or "checks"."""
    words = (str(source.fileno()), place[0], str(place[1]), str(rate), str(seconds), str(ssrc), kinds)
    program = await asyncio.to_thread(flood_program)
    process = await asyncio.create_subprocess_exec(program, *words, pass_fds=(source.fileno(),), stdout=asyncio.subprocess.PIPE)
    try:
        output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0
    return int(output)


@contextlib.contextmanager
def stranger_socket() -> Iterator[socket.socket]:
    """A UDP socket nobody knows."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
        opened.bind(("127.0.0.1", 0))
        yield opened


class Hearer(RtpClient):
    """Measures silence by the kernel's time stamps: how late this process itself runs does not count."""

    def __init__(self) -> None:
        self.heard = 0
        self.silence = 0.0  # seconds: the longest since `mark`
        self._last = 0.0
        super().__init__()

    def mark(self) -> None:
        """Measure anew."""
        self.heard, self.silence, self._last = 0, 0.0, time.time()

    def longest(self) -> float:
        """The longest silence, the one of this moment included."""
        return max(self.silence, time.time() - self._last)

    def _open(self) -> socket.socket:
        opened = super()._open()
        opened.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        return opened

    def _on_readable(self, handle: socket.socket) -> None:
        for _ in range(256):
            try:
                data, ancillary, _, _ = handle.recvmsg(2048, socket.CMSG_SPACE(16))
            except (BlockingIOError, OSError):
                return
            if 128 <= data[0] <= 191 and not 192 <= data[1] <= 223:
                seconds, nanoseconds = _unpack_timespec(ancillary[0][2])
                now = seconds + nanoseconds * 1e-9
                self.heard, self.silence, self._last = self.heard + 1, max(self.silence, now - self._last), now
            elif data:
                self._on_packet(data)


class SpokenCall:
    """A call in which one speaks and the other listens."""

    def __init__(self, doctor: SeatClient, patient: SeatClient, ssrc: int) -> None:
        self.doctor, self.patient, self.ssrc = doctor, patient, ssrc
        self.hearer = Hearer()
        self.speaker = RawPeer(patient)
        self._hearing = RawPeer(doctor, self.hearer)
        self._number = 0

    @property
    def place(self) -> tuple[str, int]:
        """Where its media goes."""
        return self.speaker.rtp.address

    @property
    def said(self) -> int:
        return self._number

    async def connect(self) -> None:
        """Bring both transports up."""
        for peer in (self.speaker, self._hearing):
            peer.rtp.check_interval = 2.5  # as browsers do
        await self.speaker.connect(Line("0", "microphone", self.ssrc))
        await self.doctor.until(lambda: len(self.doctor.tracks()) == 1)
        await self._hearing.connect(Line("0", track_id=next(iter(self.doctor.tracks())), kind="audio"))

    def say(self) -> None:
        """Send 20 ms of sound."""
        self._number += 1
        self.speaker.rtp.send_rtp(rtp_packet(111, self._number, self._number * 960, self.ssrc, b"word" * 20))

    async def is_heard(self, packets: int = 1) -> None:
        """Wait for as many more packets; AssertionError when they do not come."""
        wanted, deadline = self.hearer.heard + packets, time.monotonic() + HEARD
        while self.hearer.heard < wanted:
            assert time.monotonic() < deadline, "nothing is heard"
            await asyncio.sleep(0.02)

    async def close(self) -> None:
        """End the transports; the seats are their owner's."""
        await self.speaker.rtp.close()
        await self.hearer.close()


class Speakers:
    """Speaks for all calls, every 20 ms. `late`: the longest they paused since it was last set to 0."""

    def __init__(self, calls: Sequence[SpokenCall]) -> None:
        self.calls = list(calls)
        self.late = 0.0

    async def run(self) -> None:
        due = before = time.monotonic()
        while True:
            for call in self.calls:
                call.say()
            now = time.monotonic()
            before, self.late = now, max(self.late, now - before - PACE)
            due = max(due + PACE, now - PACE)
            await asyncio.sleep(max(0.0, due - time.monotonic()))


@contextlib.asynccontextmanager
async def speaking(calls: Sequence[SpokenCall]) -> AsyncIterator[Speakers]:
    """Everybody speaks; begins once everybody is heard."""
    speakers = Speakers(calls)
    task = asyncio.create_task(speakers.run())
    try:
        for call in calls:
            await call.is_heard(20)
        yield speakers
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@contextlib.contextmanager
def busy_programs(count: int) -> Iterator[None]:
    """So many programs that never rest, at the priority of everybody else."""
    started = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for process in started:
            process.kill()
        for process in started:
            process.wait()
