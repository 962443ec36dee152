"""A real server with a small configured load: beyond it new calls are refused with the reason, running ones go on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import pytest
import pytest_asyncio

from telemed.admin.client import ask
from tests.browser.prepared import start_prepared_server
from tests.browser.server import Server, stop_server
from tests.client.seat import Api, RefusedError, SeatClient, command_id, open_link, sign_in
from tests.net.conditions.judged import judged
from tests.net.conditions.verdict import Verdict
from tests.prove.figures import note

T = TypeVar("T")
PACKETS = 70  # a second; a call of two test clients sends 44: sound every 60 ms and five pictures, each way
FULL = ("full", "closed")
SECONDS = 30.0  # for anything a busy machine may take its time with


@pytest_asyncio.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    """One media worker that may send little."""
    running = await start_prepared_server(tmp_path, program=("-m", "tests.media.demo_with_limit", str(PACKETS)))
    try:
        yield running
    finally:
        await stop_server(running)


class Clinic:
    """The doctor's access and the calls that run."""

    def __init__(self, server: Server, http: aiohttp.ClientSession, staff: Api) -> None:
        self.server, self.http, self.staff = server, http, staff
        self.people: list[SeatClient] = []

    def load(self) -> dict[str, Any]:
        return dict(ask(self.server.var / "run" / "admin.sock", "status", {})["workers"][0]["load"])

    async def planned(self, kind: str = "group") -> dict[str, Any]:
        """A visit with nobody's media in it."""
        return await self.staff.post("/sessions", kind=kind, command_id=command_id())

    async def doctor(self, made: dict[str, Any]) -> SeatClient:
        doctor = SeatClient(self.staff, made["session"]["id"], seat="staff")
        self.people.append(doctor)
        await doctor.connect()
        return doctor

    async def joiner(self, doctor: SeatClient, url: str) -> SeatClient:
        """Somebody admitted, with media."""
        person = await open_link(self.server.base_url, self.http, url)
        self.people.append(person)
        await person.connect()
        await person.command("enter_waiting")
        await doctor.until(lambda: person.participant_id in {p["id"] for p in doctor.state["participants"]})
        await doctor.command("admit", participant_id=person.participant_id)
        await person.until(lambda: person.state["you"]["state"] == "admitted")
        await person.negotiate()
        return person

    async def call(self) -> tuple[SeatClient, SeatClient]:
        """Two people who see and hear each other."""
        made = await self.planned()
        doctor = await self.doctor(made)
        await doctor.negotiate()
        patient = await self.joiner(doctor, made["link"]["url"])
        for person in (doctor, patient):
            await person.until(lambda p=person: len(p.tracks()) == 2)
            await person.negotiate()
            await person.receives(videos=1, audios=1)
        return doctor, patient

    async def until(self, condition: Callable[[], object], what: str, seconds: float = SECONDS) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"not in time: {what}, {self.load()}"
            await asyncio.sleep(0.2)


@pytest_asyncio.fixture
async def clinic(server: Server) -> AsyncIterator[Clinic]:
    """Signed in; everybody leaves at the end."""
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()))
        opened = Clinic(server, http, await sign_in(server.base_url, http, server.account("clinician")))
        try:
            yield opened
        finally:
            for person in opened.people:
                await person.close()


async def refusal(call: Any) -> str:
    with pytest.raises(RefusedError) as caught:
        await call
    assert caught.value.status == 503
    return str(caught.value.code)


def sound(people: tuple[SeatClient, ...]) -> tuple[int, float]:
    """Frames of sound heard by all together, and the longest silence anybody had."""
    heard = [record for person in people for record in person.received.values() if record.kind == "audio"]
    return sum(record.frames for record in heard), max(record.longest_gap for record in heard)


def mark(people: tuple[SeatClient, ...]) -> None:
    for person in people:
        for record in person.received.values():
            record.longest_gap = 0.0


async def test_a_full_server_refuses_new_calls_and_serves_running_ones(clinic: Clinic) -> None:
    before = await clinic.planned()
    doctor, patient = await clinic.call()
    assert clinic.load()["level"] not in FULL, "one call fits"
    await clinic.call()
    await clinic.until(lambda: clinic.load()["level"] in FULL, "two are too many")
    assert await refusal(clinic.planned()) == "server_full"
    late = await clinic.doctor(before)
    assert await refusal(late.negotiate()) == "server_full", "a visit planned earlier gets no room either"
    link = await clinic.staff.post(f"/sessions/{doctor.session_id}/links", role="guest", name="Guest", command_id=command_id())
    guest = await clinic.joiner(doctor, link["link"]["url"])
    await guest.until(lambda: len(guest.tracks()) == 4)
    await guest.negotiate()
    await asyncio.gather(guest.receives(videos=2, audios=2), doctor.receives(1, 1), patient.receives(1, 1))


@pytest.mark.prove
async def test_figures_of_running_calls_at_twice_the_load(clinic: Clinic) -> None:
    """Twenty seconds alone, then twenty beside more than twice the configured load."""
    with judged("2x the configured load", "new rooms refused with the reason, running calls keep their figures") as verdict:
        first = await clinic.call()
        alone, gap_alone, _ = await heard_in(first, lambda: asyncio.sleep(1.0))
        # All begin before the first sample: later ones would be refused, and urgent ones beyond the reserve too.
        others = await asyncio.gather(*(clinic.call() for _ in range(3)))
        await clinic.until(lambda: clinic.load()["level"] in FULL, "too many calls")
        heard, gap, samples = await heard_in(first, lambda: refused_at(clinic))
        pressure, refused = max(load for load, _ in samples), sum(was_refused for _, was_refused in samples)
        verdict.holds(f"{pressure:.1f} x the load ({PACKETS} packets/s)", pressure >= 2.0)
        verdict.holds(f"{refused} of {len(samples)} new calls refused with `server_full`", refused == len(samples))
        verdict.holds(f"the running call's sound: {heard} frames in 20 s ({alone} alone)", heard >= alone * 0.95)
        verdict.seconds("its longest silence", gap, gap_alone + 0.5)
        verdict.tell(f"{gap_alone:.2f} s alone")
        await place_again(clinic, others, verdict)
    note("2 x the configured load", ", ".join(verdict.figures))


async def heard_in(people: tuple[SeatClient, ...], second: Callable[[], Awaitable[T]]) -> tuple[int, float, list[T]]:
    """Do `second`, which takes one, twenty times: frames heard meanwhile, the longest silence, and what it found."""
    mark(people)
    start = sound(people)[0]
    found = [await second() for _ in range(20)]
    return sound(people)[0] - start, sound(people)[1], found


async def refused_at(clinic: Clinic) -> tuple[float, bool]:
    """The load as a multiple of the configured one, and whether a new call was refused for it."""
    load, was_refused = clinic.load()["pressure"], False
    try:
        await clinic.planned()
    except RefusedError as answer:
        was_refused = (answer.status, answer.code) == (503, "server_full")
    await asyncio.sleep(1.0)
    return load, was_refused


async def place_again(clinic: Clinic, others: list[tuple[SeatClient, SeatClient]], verdict: Verdict) -> None:
    """Once the others have left, new calls are taken by themselves."""
    for pair in others:
        for person in pair:
            await person.close()
    ended = time.monotonic()
    await clinic.until(lambda: clinic.load()["level"] not in FULL, "there is place again", 60.0)
    await clinic.planned()
    verdict.tell(f"new calls again {time.monotonic() - ended:.0f} s after the others left")
