"""Visits that come and go, in every way people come and go, for as long as one likes; and what that leaves in the server."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from dataclasses import dataclass, field

import aiohttp
import psutil

from telemed.admin.client import ask
from tests.adapters.ops.serving import Running
from tests.bench.rtp_client import rtp_packet
from tests.client.seat import Api, RefusedError, SeatClient, command_id, open_link, sign_in
from tests.hostile.raw_seat import Line, RawPeer

AT_ONCE = 4  # calls
PACKETS_PER_SECOND = 50
SPEAKING = (0.3, 2.0)  # seconds a call lasts
SETTLE = 75.0  # seconds for the server to let go of what it keeps for returners: empty rooms live for 60 s


@dataclass(frozen=True)
class Footprint:
    """What the two processes hold."""

    control_rss: int  # bytes
    media_rss: int
    control_fds: int
    media_fds: int
    control_tasks: int
    media_tasks: int
    threads: int
    rooms: int
    peers: int


def footprint(server: Running) -> Footprint:
    """Look at the processes and ask the server."""
    pids = server.pids()
    control, media = psutil.Process(pids["control"]), psutil.Process(pids["media-0"])
    status = ask(server.var / "run" / "admin.sock", "status", {})
    worker = status["workers"][0]
    return Footprint(
        control.memory_info().rss,
        media.memory_info().rss,
        control.num_fds(),
        media.num_fds(),
        status["tasks"],
        worker["tasks"],
        control.num_threads() + media.num_threads(),
        worker["rooms"],
        worker["peers"],
    )


@dataclass
class Churn:
    """Runs calls until a deadline."""

    server: Running
    staff: Api
    http: aiohttp.ClientSession
    chance: random.Random
    leavers: float  # share of visits that are left instead of ended
    calls: int = 0
    packets: int = 0
    heard: int = 0
    faults: list[str] = field(default_factory=list)

    async def until(self, deadline: float) -> None:
        """Keep AT_ONCE calls going until `deadline` (monotonic), and finish those that run."""
        await asyncio.gather(*(self._one_after_another(deadline) for _ in range(AT_ONCE)))

    async def _one_after_another(self, deadline: float) -> None:
        while time.monotonic() < deadline:
            try:
                await self.call()
            except RefusedError as error:
                if error.code != "too_many":
                    self.faults.append(str(error))
                await asyncio.sleep(1)

    async def call(self) -> None:
        """One visit from the click to its end or to being left alone."""
        async with contextlib.AsyncExitStack() as stack:
            made = await self.staff.post("/sessions", kind="group", command_id=command_id())
            doctor = SeatClient(self.staff, made["session"]["id"], seat="staff")
            stack.push_async_callback(doctor.close)
            await doctor.connect()
            patient = await open_link(self.staff.base_url, self.http, made["link"]["url"])
            stack.push_async_callback(patient.close)
            await patient.connect()
            await patient.command("enter_waiting")
            await doctor.command("admit", participant_id=patient.participant_id)
            await patient.until(lambda: patient.state["you"]["state"] == "admitted")
            speaker, listener = RawPeer(patient), RawPeer(doctor)
            stack.push_async_callback(speaker.rtp.close, self.chance.random() < 0.5)  # with or without a goodbye
            stack.push_async_callback(listener.rtp.close)
            await self._talk(doctor, speaker, listener)
            self.calls += 1
            if self.chance.random() < self.leavers:
                await patient.command("leave")
            else:
                await doctor.command("end")

    async def _talk(self, doctor: SeatClient, speaker: RawPeer, listener: RawPeer) -> None:
        """Sound in one direction, with a reconnection of the transport now and then."""
        await speaker.connect(Line("0", "microphone", 7001), Line("1", "camera", 7002))
        await doctor.until(lambda: len(doctor.tracks()) == 2)
        track = next(t["id"] for t in doctor.tracks().values() if t["kind"] == "audio")
        await listener.connect(Line("0", track_id=track, kind="audio"))
        ends = time.monotonic() + self.chance.uniform(*SPEAKING)
        sequence = 0
        while time.monotonic() < ends:
            sequence += 1
            speaker.rtp.send_rtp(rtp_packet(111, sequence, sequence * 960, 7001, b"sound", transport_sequence=sequence))
            self.packets += 1
            await asyncio.sleep(1 / PACKETS_PER_SECOND)
        self.heard += len(listener.received(track))


async def emptied(server: Running, before: Footprint) -> Footprint:
    """Wait until no room is left, nor the ping of any socket that was closed (it ends when it was due next), and look."""
    deadline = time.monotonic() + SETTLE
    while True:
        seen = footprint(server)
        settled = not seen.rooms and seen.control_tasks <= before.control_tasks
        if settled or time.monotonic() > deadline:
            return seen
        await asyncio.sleep(1)


async def prepared(server: Running, http: aiohttp.ClientSession, seed: int, leavers: float) -> Churn:
    """Sign in."""
    account = next(entry for entry in server.ready["accounts"] if entry["role"] == "clinician")
    staff = await sign_in(server.base_url, http, (account["email"], account["password"]))
    return Churn(server, staff, http, random.Random(seed), leavers)
