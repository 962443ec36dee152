"""`kill -9` at random moments while a call is recorded: at most two seconds are lost, no recording is, none stays unfinished."""

from __future__ import annotations

import random
import time

import pytest

from tests.media import recorded_kills
from tests.media.conftest import Visit
from tests.media.recorded_kills import CONTROL, WORKER, Killed
from tests.media.restarts import in_call
from tests.prove.figures import note

SEED = 5
PARTS = 5  # of the long form: each can be run by itself
TAKES = 10  # of a part, with three deaths each


async def killed_in(visit: Visit, takes: int, rng: random.Random) -> Killed:
    """So many recordings, each through the death of worker, control process and finaliser."""
    killed, patient, made = Killed(), await in_call(visit), []
    for _ in range(takes):
        victims = rng.sample((WORKER, CONTROL), 2)
        made.append(await recorded_kills.take(visit, patient, victims, rng, killed))
    for one in made:
        await recorded_kills.check(visit, (visit.doctor, patient), one, killed)
    await recorded_kills.none_left(visit, made)
    return killed


@pytest.mark.timeout(400)
async def test_a_recording_lives_through_the_death_of_each_part(visit: Visit) -> None:
    killed = await killed_in(visit, 1, random.Random(SEED))
    assert killed.recordings == 1 and killed.victims[WORKER] == killed.victims[CONTROL] == 1


@pytest.mark.prove
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("part", range(1, PARTS + 1))
async def test_recordings_live_through_fifty_deaths_of_each_part(visit: Visit, part: int) -> None:
    seed = int(time.time())
    try:
        killed = await killed_in(visit, TAKES, random.Random(seed))
    except AssertionError as error:
        raise AssertionError(f"seed {seed}") from error
    note(f"kill -9 of worker, control and finaliser while recording, part {part} of {PARTS}", killed.words())
