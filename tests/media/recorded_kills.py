"""Recordings whose worker, control process and finaliser are killed at some moments: what is lost of them, and nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import psutil

from tests.browser.server import Server
from tests.client.seat import SeatClient
from tests.media.conftest import Visit
from tests.media.kill_loop import is_connected
from tests.media.recorded_losses import Death, lost, signed
from tests.media.restarts import come_back, insist, insist_http, kill, pids, reborn, renegotiate, see_each_other
from tests.media.test_recorded_call import AGREE, assert_sound, ready

WORKER, CONTROL = "media-0", "control"
MOST_LOST = 2.0  # seconds of each person for each death, besides the time in which no media came in
PAUSE = (0.3, 2.5)  # seconds between what happens and the next death
FINALISER = b"telemed.recording.finaliser"
FINALISER_COMES = 15.0  # seconds within which a finaliser shows itself, if it was not quicker than a look
FINALISER_LIVES = 0.7  # seconds: of so short a recording at least, on any machine


@dataclass
class Take:
    """One recording. Times on its clock."""

    id: str
    began: float  # UTC
    deaths: list[Death] = field(default_factory=list)

    @property
    def now(self) -> float:
        """Seconds since it began."""
        return time.time() - self.began


@dataclass
class Killed:
    """What became of the recordings."""

    victims: Counter[str] = field(default_factory=Counter)
    recordings: int = 0
    lost: list[float] = field(default_factory=list)  # seconds of one person for one death
    gave_up: int = 0  # clients that ended their own transport because this machine was too busy

    def words(self) -> str:
        """For the table of proofs."""
        died = ", ".join(f"{name} {count}" for name, count in sorted(self.victims.items()))
        busy = f"; {self.gave_up} times a test client gave up its own transport" if self.gave_up else ""
        most = f"at most {max(self.lost, default=0.0):.2f} s of a person lost for a death"
        return f"{died}: all {self.recordings} recordings finished and verified, {most}{busy}"


async def take(visit: Visit, patient: SeatClient, victims: Sequence[str], rng: random.Random, killed: Killed) -> Take:
    """Record, let each victim die and come back, stop, and end the finaliser somewhere in its work."""
    people = (visit.doctor, patient)
    made = await begun(visit, people)
    for victim in victims:
        await asyncio.sleep(rng.uniform(*PAUSE))
        made.deaths.append(await _die(visit, people, victim, made, killed))
    await asyncio.sleep(rng.uniform(*PAUSE))
    await insist(visit.doctor, "recording_stop", recording_id=made.id)
    if await _kill_finaliser(visit.server, rng):
        killed.victims["finaliser"] += 1
    return made


async def check(visit: Visit, people: Sequence[SeatClient], made: Take, killed: Killed) -> None:
    """It was finished by itself, is as it was signed, and holds all but what its deaths may cost."""
    await ready(visit, made.id)
    await assert_sound(visit, made.id)
    killed.recordings += 1
    manifest = signed(visit.server.var / "recordings" / made.id)
    for person in people:
        losses = lost(manifest, person.participant_id, made.deaths)
        killed.lost += losses
        assert max(losses, default=0.0) <= MOST_LOST, (person.seat, losses, made.deaths, manifest)


async def kill_everything(server: Server) -> None:
    """Supervisor, control and workers at once."""
    doomed = psutil.Process(server.process.pid).children(recursive=True)
    for pid in (server.process.pid, *(one.pid for one in doomed)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    await server.process.wait()
    await asyncio.to_thread(psutil.wait_procs, doomed, 30)


async def none_left(visit: Visit, takes: Sequence[Take]) -> None:
    """No recording is missing from the list, none is anything but ready."""
    asked = {"limit": 100}
    found = await insist_http(lambda: visit.staff.post("/recordings/search", **asked))
    states = {one["id"]: one["state"] for one in found["recordings"]}
    assert {one.id: "ready" for one in takes} == states


async def begun(visit: Visit, people: Sequence[SeatClient]) -> Take:
    """Ask, agree, and wait until both are captured."""
    recording_id = str((await insist(visit.doctor, "recording_ask"))["recording_id"])
    for person in people:
        await insist(person, "recording_consent", **AGREE)
    for person in people:
        await person.until(lambda p=person: p.state["recording"]["you"]["captured"], 60)
    return Take(recording_id, datetime.fromisoformat(visit.doctor.state["recording"]["started_at"]).timestamp())


async def _die(visit: Visit, people: Sequence[SeatClient], victim: str, made: Take, killed: Killed) -> Death:
    resets = {id(person): person.state.get("media_reset", 0) for person in people}
    at = made.now
    former = kill(visit.server, victim)
    killed.victims[victim] += 1
    await reborn(visit.server, victim, former)
    for person in people:
        if victim == WORKER:
            await person.until(lambda p=person: p.state.get("media_reset", 0) > resets[id(p)], 60)
        await come_back(person)
    gave_up = sum(not is_connected(person) for person in people) if victim == CONTROL else 0
    killed.gave_up += gave_up
    cut = victim == WORKER or gave_up > 0
    if cut:
        await asyncio.gather(*(renegotiate(person) for person in people))
        await see_each_other(*people)
    return Death(victim, at, made.now if cut else at)


async def _kill_finaliser(server: Server, rng: random.Random) -> bool:
    """Wait for a finaliser of this server and end it somewhere in its work; False: it was quicker."""
    control = pids(server)["control"]
    deadline = time.monotonic() + FINALISER_COMES
    while not (found := _finalisers(control)):
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.005)
    await asyncio.sleep(rng.uniform(0.0, FINALISER_LIVES))
    for pid in found:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            return True
    return False


def _finalisers(control: int) -> list[int]:
    """The finalisers that this control process started."""
    children = Path(f"/proc/{control}/task/{control}/children")
    try:
        found = [int(word) for word in children.read_text().split()]
        return [pid for pid in found if FINALISER in Path(f"/proc/{pid}/cmdline").read_bytes()]
    except OSError:
        return []
