"""Parts of the server die at bad moments: media goes on, people come back, nothing is lost or doubled."""

from __future__ import annotations

import asyncio
import pathlib
import random
import time
from collections import Counter

import aiohttp
import pytest

from tests.browser.prepared import start_prepared_server
from tests.browser.server import Server, stop_server
from tests.client.seat import SeatClient, command_id, open_link
from tests.media import kill_loop
from tests.media.conftest import Visit, open_visit
from tests.media.restarts import (
    come_back,
    in_call,
    insist,
    insist_http,
    kill,
    pids,
    port_of,
    reborn,
    renegotiate,
    see_each_other,
    start_over,
)
from tests.prove.figures import note

BACK_WITHIN = 5.0  # seconds for a call after its media worker died
SEED = 4  # of the short loop: control dies first, then the media worker
MEDIA_PAUSE = 1.5  # seconds of silence that a person would notice


async def test_media_goes_on_while_control_is_killed(visit: Visit) -> None:
    patient = await in_call(visit)
    for record in (*visit.doctor.received.values(), *patient.received.values()):
        record.longest_gap = 0.0
    kill(visit.server, "control")
    for person in (visit.doctor, patient):
        await person.until(lambda p=person: not p.socket.connected)
    await asyncio.gather(come_back(visit.doctor), come_back(patient))
    await visit.doctor.until(lambda: sum(p["state"] == "connected" for p in visit.doctor.state["participants"]) == 2)
    await asyncio.gather(*(p.receives(videos=1, audios=1) for p in (visit.doctor, patient)))
    gaps = [r.longest_gap for p in (visit.doctor, patient) for r in p.received.values()]
    assert max(gaps) < MEDIA_PAUSE, f"media paused: {gaps}"
    await patient.command("chat", body="still here")
    await visit.doctor.until(lambda: [m["body"] for m in visit.doctor.state["chat"]] == ["still here"])


async def test_the_call_comes_back_by_itself_when_its_worker_is_killed(visit: Visit) -> None:
    patient = await in_call(visit)
    started = time.monotonic()
    kill(visit.server, "media-0")
    people = (visit.doctor, patient)
    for person in people:
        await person.until(lambda p=person: p.state.get("media_reset", 0) >= 1)
    await asyncio.gather(*(renegotiate(person) for person in people))
    await see_each_other(*people)
    # `receives` itself waits for a second of ten more frames
    assert time.monotonic() - started < BACK_WITHIN + 1.5


async def test_commands_survive_kills_of_control_exactly_once(visit: Visit) -> None:
    """Seeded kills while chat is sent; each message stands once, in order, whatever was in flight."""
    patient = await in_call(visit)
    rng = random.Random(20261122)
    sent: list[str] = []
    for round_number in range(2):
        former = pids(visit.server)["control"]
        killer = asyncio.create_task(kill_loop.kill_later(visit.server, "control", rng.uniform(0.0, 0.08)))
        for number in range(12):
            sent.append(f"{round_number}-{number}")
            await insist(patient, "chat", body=sent[-1])
        await killer
        await reborn(visit.server, "control", former)
    state = await start_over(visit.doctor)
    assert [m["body"] for m in state["chat"]] == sent


async def test_the_list_of_people_is_right_after_control_died(visit: Visit) -> None:
    """One of each kind: in the call, waiting, on hold, gone, sent away, never come."""
    patient = await in_call(visit)
    held = await visit.bring_in(await visit.new_link(), "Held")
    gone = await visit.bring_in(await visit.new_link(), "Gone")
    removed = await visit.bring_in(await visit.new_link(), "Removed")
    await visit.new_link()
    waiting = await open_link(visit.server.base_url, visit.http, await visit.new_link())
    visit.people.append(waiting)
    await waiting.connect()
    await waiting.command("set_name", name="Waiting")
    await waiting.command("enter_waiting")
    await visit.doctor.command("hold", participant_id=held.participant_id)
    await gone.command("leave")
    await visit.doctor.command("remove", participant_id=removed.participant_id)
    before = listed(await start_over(visit.doctor))
    assert Counter(state for _, _, state in before) == {
        "connected": 2,
        "waiting": 1,
        "on_hold": 1,
        "left": 1,
        "removed": 1,
        "invited": 1,
    }
    kill(visit.server, "control")
    await visit.doctor.until(lambda: not visit.doctor.socket.connected)
    staying = (visit.doctor, patient, held, waiting)
    await asyncio.gather(*(come_back(person) for person in staying))
    assert listed(await start_over(visit.doctor)) == before, "at once"
    await asyncio.gather(*(p.receives(videos=1, audios=1) for p in (visit.doctor, patient)))
    assert listed(visit.doctor.state) == before, "and a while later"
    assert held.state["you"]["state"] == "on_hold" and waiting.state["you"]["state"] == "waiting"


def listed(state: dict[str, list[dict[str, str]]]) -> list[tuple[str, str, str]]:
    """Who is there, by which name, in which state."""
    return sorted((p["id"], p["name"], p["state"]) for p in state["participants"])


async def test_other_workers_rooms_do_not_notice_a_dead_worker(tmp_path: pathlib.Path, http: aiohttp.ClientSession) -> None:
    server = await start_prepared_server(tmp_path, "--workers", "2")
    visits: list[Visit] = []
    try:
        for _ in range(2):
            visits.append(await open_visit(server, http))
            await in_call(visits[-1])
        first, second = ((visit.doctor, visit.people[0]) for visit in visits)
        assert port_of(first[0]) != port_of(second[0]), "two rooms, two workers"
        await one_worker_dies(server, first, second)
    finally:
        for visit in visits:
            await visit.close()
        await stop_server(server)


async def one_worker_dies(server: Server, theirs: tuple[SeatClient, SeatClient], others: tuple[SeatClient, SeatClient]) -> None:
    """Kill the worker of the first two; the other two must not notice, the first come back."""
    for person in others:
        for record in person.received.values():
            record.longest_gap, record.last = 0.0, time.monotonic()
    kill(server, f"media-{server.ready['media_ports'].index(port_of(theirs[0]))}")
    for person in theirs:
        await person.until(lambda p=person: p.state.get("media_reset", 0) >= 1)
    await asyncio.gather(*(renegotiate(person) for person in theirs))
    await see_each_other(*theirs)
    await asyncio.gather(*(p.receives(videos=1, audios=1) for p in others))
    gaps = [record.longest_gap for person in others for record in person.received.values()]
    assert max(gaps) < MEDIA_PAUSE, gaps
    assert all(person.socket.connected and not person.state.get("media_reset") for person in others)


async def test_a_visit_lives_through_kills_at_random_moments(visit: Visit) -> None:
    """The short, seeded form: every command of a visit, each said until answered, while children of the supervisor die."""
    figures = await kill_loop.run(visit, random.Random(SEED), rounds=1)
    assert set(figures.victims) == {"control", "media-0"}


@pytest.mark.prove
@pytest.mark.timeout(3600)
async def test_a_visit_lives_through_sixty_kills(visit: Visit) -> None:
    figures = await kill_loop.run(visit, random.Random(int(time.time())), rounds=30)
    note("kill -9 of control and media worker during a visit", figures.words())
    assert figures.kills >= 60


async def test_a_killed_child_between_http_commit_and_answer_makes_one_session(visit: Visit) -> None:
    """Creating and linking by HTTP while control dies: one session, one seat each."""
    rng = random.Random(7)
    made = []
    for _ in range(2):
        former = pids(visit.server)["control"]
        killer = asyncio.create_task(kill_loop.kill_later(visit.server, "control", rng.uniform(0.0, 0.02)))
        command = command_id()
        made.append(await insist_http(lambda c=command: visit.staff.post("/sessions", kind="urgent", command_id=c)))
        again = await insist_http(lambda c=command: visit.staff.post("/sessions", kind="urgent", command_id=c))
        assert again == made[-1], "the link too is the same"
        await killer
        await reborn(visit.server, "control", former)
    today = await insist_http(lambda: visit.staff.call("GET", "/today"))
    mine = {visit.doctor.session_id, *(entry["session"]["id"] for entry in made)}
    assert {row["id"] for row in today["sessions"]} == mine
