"""`kill -9` at random moments while a call is recorded: at most two seconds are lost, no recording is, none stays unfinished."""

from __future__ import annotations

import asyncio
import pathlib
import random
import time
from collections.abc import Sequence

import aiohttp
import pytest

from tests.browser.prepared import start_prepared_server
from tests.browser.server import Server, start_server, stop_server
from tests.client.seat import SeatClient, sign_in
from tests.media import recorded_kills
from tests.media.conftest import Visit, open_visit
from tests.media.recorded_kills import CONTROL, WORKER, Killed
from tests.media.recorded_losses import signed
from tests.media.restarts import in_call
from tests.media.test_recorded_call import assert_sound, ready
from tests.prove.figures import note

SEED = 5
Deaths = Sequence[tuple[str, ...]]
ONE_EACH: Deaths = ((WORKER,), (CONTROL,))
MANY: Deaths = (*ONE_EACH, (WORKER, CONTROL), (WORKER, CONTROL))
PARTS, SECONDS = 6, 120.0  # of the long form: each part can be run by itself, and has some ten deaths of each on two busy cores


async def killed_in(visit: Visit, seconds: float, deaths: Deaths, finalisers: int, rng: random.Random) -> Killed:
    """As many recordings as can be begun in a time, each through these deaths in any order and so many of its finaliser."""
    killed, patient, made = Killed(), await in_call(visit), []
    ends = time.monotonic() + seconds
    async with recorded_kills.finalisers_die(visit.server, rng, killed):
        while not made or time.monotonic() < ends:
            killed.due += finalisers
            made.append(await recorded_kills.take(visit, patient, rng.sample(deaths, len(deaths)), rng, killed))
        for one in made:
            await recorded_kills.check(visit, (visit.doctor, patient), one, killed)
    await recorded_kills.none_left(visit, made)
    return killed


@pytest.mark.timeout(400)
async def test_a_recording_lives_through_the_death_of_each_part(visit: Visit) -> None:
    killed = await killed_in(visit, 0.0, ONE_EACH, 1, random.Random(SEED))
    assert killed.recordings == 1 and killed.victims[WORKER] == killed.victims[CONTROL] == 1


@pytest.mark.prove
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("part", range(1, PARTS + 1))
async def test_recordings_live_through_fifty_deaths_of_each_part(visit: Visit, part: int) -> None:
    seed = int(time.time())
    try:
        killed = await killed_in(visit, SECONDS, MANY, 2, random.Random(seed))
    except AssertionError as error:
        raise AssertionError(f"seed {seed}") from error
    note("kill -9 of worker, control and finaliser while recording", killed.words())


@pytest.mark.prove
@pytest.mark.timeout(600)
async def test_a_recording_lives_through_the_death_of_the_machine(tmp_path: pathlib.Path, http: aiohttp.ClientSession) -> None:
    """All at once, as when the power goes, and nothing but a start after it."""
    rng, server = random.Random(int(time.time())), await start_prepared_server(tmp_path)
    try:
        visit = await open_visit(server, http)
        patient = await in_call(visit)
        made = await recorded_kills.begun(visit, (visit.doctor, patient))
        await asyncio.sleep(rng.uniform(3.0, 6.0))
        died = made.now
        await recorded_kills.kill_everything(server)
        people = (visit.doctor.participant_id, patient.participant_id)
        await visit.close()
        server = await start_server(tmp_path)
        again = await return_to(server, http, visit)
        try:
            await again.doctor.command("recording_stop", recording_id=made.id)
            await ready(again, made.id)
            await assert_sound(again, made.id)
        finally:
            await again.close()
        shown = signed(server.var / "recordings" / made.id)
        costs = [died - max(one["end_us"] / 1e6 for one in shown["segments"] if one["participant_id"] == who) for who in people]
    finally:
        await stop_server(server)
    note("kill -9 of the whole server while recording, then a start", f"finished and verified, {max(costs):.2f} s lost at most")
    assert max(costs) <= recorded_kills.MOST_LOST, costs


async def return_to(server: Server, http: aiohttp.ClientSession, visit: Visit) -> Visit:
    """The doctor signs in again and opens the same visit."""
    staff = await sign_in(server.base_url, http, server.account("clinician"))
    doctor = SeatClient(staff, visit.doctor.session_id, seat="staff")
    await doctor.connect()
    return Visit(server, http, staff, doctor, visit.first_link)
