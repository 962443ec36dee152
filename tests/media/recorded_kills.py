"""Recordings whose worker, control process and finaliser are killed at some moments: what is lost of them, and nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
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
FINALISER, FINALISER_NAME = b"telemed.recording.finaliser", "finaliser"
AT_LAST = 300.0  # seconds after the end: a finaliser gives way to everything, and several recordings wait for one another
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
    due: int = 0  # finalisers that may have died by now
    recordings: int = 0
    lost: list[float] = field(default_factory=list)  # seconds of one person for one death
    gave_up: int = 0  # clients that ended their own transport because this machine was too busy

    def words(self) -> str:
        """For the table of proofs."""
        died = ", ".join(f"{name} {count}" for name, count in sorted(self.victims.items()))
        busy = f"; {self.gave_up} times a test client gave up its own transport" if self.gave_up else ""
        most = f"at most {max(self.lost, default=0.0):.2f} s of a person lost for a death"
        return f"{died}: all {self.recordings} recordings finished and verified, {most}{busy}"


async def take(visit: Visit, patient: SeatClient, deaths: Sequence[tuple[str, ...]], rng: random.Random, killed: Killed) -> Take:
    """Record, let the victims of each death die at once and come back, and stop."""
    people = (visit.doctor, patient)
    made = await begun(visit, people)
    for victims in deaths:
        await asyncio.sleep(rng.uniform(*PAUSE))
        made.deaths.append(await _die(visit, people, victims, made, killed))
    await asyncio.sleep(rng.uniform(*PAUSE))
    await insist(visit.doctor, "recording_stop", recording_id=made.id)
    return made


async def check(visit: Visit, people: Sequence[SeatClient], made: Take, killed: Killed) -> None:
    """It was finished by itself, is as it was signed, and holds all but what its deaths may cost."""
    await ready(visit, made.id, AT_LAST)
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


async def _die(visit: Visit, people: Sequence[SeatClient], victims: tuple[str, ...], made: Take, killed: Killed) -> Death:
    at = made.now
    former = {victim: kill(visit.server, victim) for victim in victims}
    killed.victims.update(victims)
    for victim, pid in former.items():
        await reborn(visit.server, victim, pid)
    for person in people:
        await come_back(person)
    gave_up = 0 if WORKER in victims else sum(not is_connected(person) for person in people)
    killed.gave_up += gave_up
    cut = WORKER in victims or gave_up > 0
    if cut:
        await asyncio.gather(*(renegotiate(person) for person in people))
        await see_each_other(*people)
    return Death(" and ".join(victims), at, made.now if cut else at)


@contextlib.asynccontextmanager
async def finalisers_die(server: Server, rng: random.Random, killed: Killed) -> AsyncIterator[None]:
    """Meanwhile each finaliser is killed somewhere in its work, as long as some are due to be."""
    task = asyncio.create_task(_reap(server, rng, killed))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _reap(server: Server, rng: random.Random, killed: Killed) -> None:
    seen: set[int] = set()
    while True:
        for pid in set(_finalisers(pids(server).get(CONTROL, 0))) - seen:
            if killed.victims[FINALISER_NAME] >= killed.due:
                break
            seen.add(pid)
            await asyncio.sleep(rng.uniform(0.0, FINALISER_LIVES))
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                killed.victims[FINALISER_NAME] += 1
        await asyncio.sleep(0.01)


def _finalisers(control: int) -> list[int]:
    """The finalisers that this control process started and that still run."""
    children = Path(f"/proc/{control}/task/{control}/children")
    try:
        found = [int(word) for word in children.read_text().split()]
        return [pid for pid in found if FINALISER in Path(f"/proc/{pid}/cmdline").read_bytes()]
    except OSError:
        return []
