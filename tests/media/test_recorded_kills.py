"""`kill -9` at random moments while a call is recorded: at most two seconds are lost, no recording is, none stays unfinished."""

from __future__ import annotations

import random
import time

import pytest

from tests.media import recorded_kills
from tests.media.conftest import Visit
from tests.media.restarts import in_call
from tests.prove.figures import note

SEED = 5


@pytest.mark.timeout(400)
async def test_a_recording_lives_through_the_death_of_each_part(visit: Visit) -> None:
    rng, killed = random.Random(SEED), recorded_kills.Killed()
    patient = await in_call(visit)
    for victim in recorded_kills.VICTIMS:
        await recorded_kills.one(visit, patient, victim, rng, killed)
    assert killed.recordings == len(recorded_kills.VICTIMS)


@pytest.mark.prove
@pytest.mark.timeout(3600)
async def test_recordings_live_through_fifty_kills(visit: Visit) -> None:
    rng, killed = random.Random(int(time.time())), recorded_kills.Killed()
    patient = await in_call(visit)
    for number in range(51):
        await recorded_kills.one(visit, patient, recorded_kills.VICTIMS[number % 3], rng, killed)
    note("kill -9 of worker, control and finaliser while recording", killed.words())
    assert killed.recordings == 51
