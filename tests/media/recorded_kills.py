"""A recording whose worker, control process or finaliser is killed at some moment: what is lost of it, and nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.browser.server import Server
from tests.client.seat import SeatClient
from tests.media.conftest import Visit
from tests.media.kill_loop import is_connected
from tests.media.restarts import come_back, insist, kill, pids, reborn, renegotiate, see_each_other, until
from tests.media.test_recorded_call import AGREE, assert_sound, ready

VICTIMS = ("media-0", "control", "finaliser")
MOST_LOST = 2.0  # seconds before the death of a worker
LONGEST = 4.0  # seconds of recording before and after a death
FINALISER = b"telemed.recording.finaliser"


@dataclass
class Killed:
    """What became of the recordings."""

    victims: Counter[str] = field(default_factory=Counter)
    recordings: int = 0
    lost: list[float] = field(default_factory=list)  # seconds before the death of a worker

    def words(self) -> str:
        """For the table of proofs."""
        died = ", ".join(f"{name} {count}" for name, count in sorted(self.victims.items()))
        most = max(self.lost, default=0.0)
        return f"{died}: {self.recordings} recordings finished and verified; at most {most:.2f} s lost before a worker's death"


async def one(visit: Visit, patient: SeatClient, victim: str, rng: random.Random, killed: Killed) -> None:
    """Record, kill, go on, stop; the recording must come out whole."""
    recording_id = str((await insist(visit.doctor, "recording_ask"))["recording_id"])
    people = (visit.doctor, patient)
    for person in people:
        await insist(person, "recording_consent", **AGREE)
    for person in people:
        await person.until(lambda p=person: p.state["recording"]["you"]["captured"])
    began = datetime.fromisoformat(visit.doctor.state["recording"]["started_at"]).timestamp()
    await asyncio.sleep(rng.uniform(1.0, LONGEST))
    died = time.time() - began
    if victim != "finaliser":
        await _kill(visit, people, victim)
        await asyncio.sleep(rng.uniform(1.0, LONGEST))
    await insist(visit.doctor, "recording_stop", recording_id=recording_id)
    if victim == "finaliser":
        await _kill_finaliser(visit.server, rng)
    await ready(visit, recording_id)
    await assert_sound(visit, recording_id)
    killed.victims[victim] += 1
    killed.recordings += 1
    if victim == "media-0":
        killed.lost.append(lost_before(visit.server.var / "recordings" / recording_id, patient.participant_id, died))
        assert killed.lost[-1] <= MOST_LOST, killed.lost


async def _kill(visit: Visit, people: tuple[SeatClient, ...], victim: str) -> None:
    resets = {id(person): person.state.get("media_reset", 0) for person in people}
    former = kill(visit.server, victim)
    await reborn(visit.server, victim, former)
    for person in people:
        if victim != "control":
            await person.until(lambda p=person: p.state.get("media_reset", 0) > resets[id(p)])
        await come_back(person)
    if victim != "control" or not all(is_connected(person) for person in people):
        await asyncio.gather(*(renegotiate(person) for person in people))
        await see_each_other(*people)


async def _kill_finaliser(server: Server, rng: random.Random) -> None:
    """Wait for a finaliser of this server and end it somewhere in its work; one that was quicker has done it."""
    control = pids(server)["control"]
    with contextlib.suppress(AssertionError):  # it had done its work between two looks
        await until(lambda: _finalisers(control), "a finaliser", 10.0)
    await asyncio.sleep(rng.uniform(0.0, 0.5))
    for pid in _finalisers(control):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _finalisers(control: int) -> list[int]:
    """The finalisers that this control process started."""
    children = Path(f"/proc/{control}/task/{control}/children")
    try:
        found = [int(word) for word in children.read_text().split()]
        return [pid for pid in found if FINALISER in Path(f"/proc/{pid}/cmdline").read_bytes()]
    except OSError:
        return []


def lost_before(directory: Path, participant_id: str, died: float) -> float:
    """Seconds of somebody's sound and pictures that were sent before the death at `died` (on the recording's clock) and are not
    there."""
    signed: dict[str, Any] = json.loads((directory / "manifest.json").read_bytes())
    mine = [one for one in signed["segments"] if one["participant_id"] == participant_id]
    ends = [one["end_us"] / 1e6 for one in mine if one["end_us"] / 1e6 <= died]
    holes = [gap for gap in signed["gaps"] if gap["participant_id"] == participant_id]
    around = [gap["from_us"] / 1e6 for gap in holes if gap["from_us"] / 1e6 <= died <= gap["to_us"] / 1e6]
    assert ends or around, (died, mine, holes)
    return died - (min(around) if around else max(ends))
