"""A visit whose every command is in flight when a part of the server is killed; afterwards everything stands exactly once."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections import Counter
from dataclasses import dataclass, field

from tests.browser.server import Server
from tests.client.seat import SeatClient, command_id, open_link
from tests.media.conftest import Visit
from tests.media.restarts import (
    PATIENCE,
    come_back,
    in_call,
    insist,
    insist_http,
    kill,
    pids,
    reborn,
    renegotiate,
    see_each_other,
    start_over,
)

VICTIMS = ("control", "control", "media-0")  # control holds the commands, so it dies twice as often
LATEST = 0.3  # seconds after the first command of a phase within which its victim dies
DEVICES = {"camera": "ok", "microphone": "ok", "speaker": "ok", "network": "good", "rtt_ms": 20}


@dataclass
class Figures:
    """What was tried and what had to be true."""

    kills: int = 0
    commands: int = 0
    gave_up: int = 0  # clients that ended their own transport because this machine was too busy
    victims: Counter[str] = field(default_factory=Counter)

    def words(self) -> str:
        """For the table of proofs."""
        died = ", ".join(f"{name} {count}" for name, count in sorted(self.victims.items()))
        right = "0 lost, 0 doubled, list of people right each time"
        busy = f"; {self.gave_up} times a test client gave up its own transport" if self.gave_up else ""
        return f"{self.kills} kills ({died}) during {self.commands} commands: {right}{busy}"


async def kill_later(server: Server, name: str, seconds: float) -> int:
    """Kill a child after a while; returns the pid it had."""
    await asyncio.sleep(seconds)
    return kill(server, name)


@dataclass
class Expected:
    """What must stand in the end."""

    names: dict[str, str] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    chat: list[str] = field(default_factory=list)
    trail: Counter[tuple[str, str]] = field(default_factory=Counter)  # (action, seat) of the audit trail


async def run(visit: Visit, rng: random.Random, rounds: int) -> Figures:
    """Each round a guest comes, is let in, talks, is held, released, and goes; in each phase somebody is killed."""
    figures, expected = Figures(), Expected()
    patient = await in_call(visit)
    for number in range(rounds):
        await _phase(visit, patient, rng, figures, _arrival(visit, figures, expected, f"Guest {number}"))
        guest = visit.people[-1]
        await _phase(visit, patient, rng, figures, _talk(visit, guest, figures, expected, number))
        await guest.close()
        visit.people.remove(guest)
        await _check(visit, expected)
    return figures


async def _phase(
    visit: Visit, patient: SeatClient, rng: random.Random, figures: Figures, commands: asyncio._CoroutineLike[None]
) -> None:
    """Run commands while a seeded victim dies; then the call of the first two must be whole."""
    victim = rng.choice(VICTIMS)
    former = pids(visit.server)[victim]
    killer = asyncio.create_task(kill_later(visit.server, victim, rng.uniform(0.0, LATEST)))
    try:
        await commands
    finally:
        await killer
    figures.kills += 1
    figures.victims[victim] += 1
    await reborn(visit.server, victim, former)
    people = (visit.doctor, patient)
    for person in people:
        await come_back(person)
    gave_up = [person for person in people if not is_connected(person)]
    if victim != "control":
        await asyncio.gather(*(renegotiate(person) for person in people))
        await see_each_other(*people)
    elif gave_up:  # the library of these clients ends a call when six checks in a row take longer than half a second
        figures.gave_up += len(gave_up)
        await asyncio.gather(*(renegotiate(person) for person in people))
        await see_each_other(*people)
    else:
        await asyncio.gather(*(person.receives(videos=1, audios=1, timeout=PATIENCE) for person in people))


def is_connected(person: SeatClient) -> bool:
    """Whether the client itself still holds its transport."""
    return person.peer is not None and person.peer.connectionState == "connected"


async def _arrival(visit: Visit, figures: Figures, expected: Expected, name: str) -> None:
    """From the link to being in the call."""
    link_command = command_id()
    path = f"/sessions/{visit.doctor.session_id}/links"
    made = await insist_http(lambda: visit.staff.post(path, role="guest", name="", command_id=link_command))
    device = command_id()
    opened: list[SeatClient] = []

    async def tap() -> dict[str, str]:
        opened.append(await open_link(visit.server.base_url, visit.http, made["link"]["url"], device * 2))
        return {}

    await insist_http(tap)
    guest = opened[-1]
    visit.people.append(guest)
    seat = made["link"]["participant_id"]
    await insist(guest, "set_name", name=name)
    await insist(guest, "device_report", **DEVICES)
    await insist(guest, "enter_waiting")
    await insist(visit.doctor, "admit", participant_id=seat)
    figures.commands += 5
    expected.names[seat], expected.states[seat] = name, "admitted"
    expected.trail.update({("participant.created", seat): 1, ("participant.renamed", seat): 1, ("participant.admitted", seat): 1})


async def _talk(visit: Visit, guest: SeatClient, figures: Figures, expected: Expected, number: int) -> None:
    """Chat, hold, resume, and out: by oneself or by staff, in turn."""
    seat = guest.participant_id
    for line in range(3):
        expected.chat.append(f"{number}.{line}")
        await insist(guest, "chat", body=expected.chat[-1])
    await insist(visit.doctor, "hold", participant_id=seat)
    await insist(visit.doctor, "resume", participant_id=seat)
    expected.trail.update({("participant.held", seat): 1, ("participant.resumed", seat): 1})
    if number % 2:
        await insist(visit.doctor, "remove", participant_id=seat)
        expected.states[seat] = "removed"
        expected.trail[("participant.removed", seat)] += 1
    else:
        await insist(guest, "leave")
        expected.states[seat] = "left"
    figures.commands += 6


async def _check(visit: Visit, expected: Expected) -> None:
    """What a fresh connection is told, and what the rows say, is exactly what was commanded."""
    state = await start_over(visit.doctor)
    guests = {p["id"]: p for p in state["participants"] if p["role"] == "guest"}
    assert {seat: p["name"] for seat, p in guests.items()} == expected.names
    assert {seat: p["state"] for seat, p in guests.items()} == expected.states
    assert [line["body"] for line in state["chat"]] == expected.chat
    database = sqlite3.connect(visit.server.var / "telemed.sqlite3", timeout=5)
    try:
        rows = database.execute("SELECT action, object_id FROM audit WHERE role != 'system'").fetchall()
        said = database.execute("SELECT count(*) FROM message").fetchone()[0]
    finally:
        database.close()
    found = Counter((action, seat) for action, seat in rows if seat in expected.names)
    doubled = {key: (found[key], count) for key, count in expected.trail.items() if found[key] != count}
    assert not doubled and said == len(expected.chat), doubled
