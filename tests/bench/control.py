"""How fast the control process answers while many sessions are open: sign-in, lists, details, chat, joining.

A process of its own: `python -m tests.bench.control` with `{sessions, rounds, priority}`. One real server; every session has a
doctor and a patient with their sockets open, who chat and look things up at random moments, as people do. Times are the client's,
from the request to the answer read, in milliseconds; the clients share one process and one core with whatever else runs.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import aiohttp

from tests.bench import machine
from tests.bench.figures import summary
from tests.bench.process import Figures, answer, in_process
from tests.bench.settings import Settings
from tests.browser.server import Server, start_server, stop_server
from tests.client.seat import sign_in
from tests.media.conftest import Visit, open_visit

THINK = (0.5, 2.5)  # seconds before each action of a session: 20 sessions ask for about 13 things a second, most of them written
BURST = 10  # messages of each patient, one after the other and all patients at once: how many the server acknowledges a second
SEED = 7  # of the pauses: two benches act at the same moments

T = TypeVar("T")


class Timings:
    """Milliseconds by name of what was done."""

    def __init__(self) -> None:
        self.values: dict[str, list[float]] = defaultdict(list)

    async def of(self, name: str, work: Awaitable[T]) -> T:
        """Await `work` and note how long it took."""
        started = time.perf_counter()
        result = await work
        self.values[name].append((time.perf_counter() - started) * 1000)
        return result

    def summaries(self) -> Figures:
        """p50 and p95 by name."""
        return {name: summary(values) for name, values in self.values.items()}


async def begin(server: Server, http: aiohttp.ClientSession, sessions: int, priority: str) -> list[Visit]:
    """Open the sessions: a doctor and a patient in each."""
    machine.raise_family(priority, server.process.pid)
    visits: list[Visit] = []
    for number in range(sessions):
        visit = await open_visit(server, http)
        visits.append(visit)
        await visit.bring_in(visit.first_link, f"Patient {number}")
    return visits


async def live(visit: Visit, rounds: int, chance: random.Random, timings: Timings) -> None:
    """What one session's people do: look at Today and at the session, chat, and in the middle let one more person in."""
    patient = visit.people[0]
    actions: list[tuple[str, Callable[[int], Awaitable[object]]]] = [
        ("list (today)", lambda _: visit.staff.call("GET", "/today")),
        ("session detail", lambda _: visit.staff.call("GET", f"/sessions/{visit.doctor.session_id}")),
        ("chat, to its ack", lambda number: patient.command("chat", body=f"Message {number}")),
        ("note saved", lambda number: _save_note(visit, number)),
    ]
    for number in range(rounds):
        for name, action in actions:
            await asyncio.sleep(chance.uniform(*THINK))
            await timings.of(name, action(number))
        if number == rounds // 2:
            link = await visit.new_link()
            await timings.of("join: link to admitted", visit.bring_in(link, "Guest"))


async def _save_note(visit: Visit, revision: int) -> None:
    path = f"/sessions/{visit.doctor.session_id}/note"
    await visit.staff.call("PUT", path, {"body": f"Revision {revision}", "revision": revision})


async def burst(visits: list[Visit], control: int) -> Figures:
    """Everybody writes as fast as the acknowledgements come: messages a second, and what one costs control in CPU."""

    async def write(visit: Visit) -> None:
        for number in range(BURST):
            await visit.people[0].command("chat", body=f"Burst {number}")

    started, cpu = time.perf_counter(), machine.cpu_seconds(control)
    await asyncio.gather(*(write(visit) for visit in visits))
    elapsed, cpu = time.perf_counter() - started, machine.cpu_seconds(control) - cpu
    count = BURST * len(visits)
    return {"chats_per_second": round(count / elapsed, 1), "cpu_ms_per_chat": round(cpu * 1000 / count, 1)}


async def sign_ins(server: Server, http: aiohttp.ClientSession, count: int, timings: Timings) -> None:
    """Sign in again and again meanwhile, one at a time."""
    for _ in range(count):
        await timings.of("sign-in", sign_in(server.base_url, http, server.account("clinician")))
        await asyncio.sleep(THINK[0])


async def measure_all(settings: Settings, say: Callable[[str], None]) -> Figures:
    """Run this part in its own process."""
    orders = {"sessions": settings.sessions, "rounds": settings.rounds, "priority": settings.mild_priority}
    figures = await in_process("tests.bench.control", orders)
    for name, row in figures["latency_ms"].items():
        say(f"{name:>24}  p50 {row['p50']:.1f}  p95 {row['p95']:.1f} ms")
    return figures


async def measure(server: Server, orders: Figures) -> Figures:
    """Open the sessions, let them live, and tell how long everything took."""
    chance = random.Random(SEED)  # noqa: S311 - pauses
    timings = Timings()
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        visits = await begin(server, http, orders["sessions"], orders["priority"])
        control = server.children()["control"]
        before, waited = machine.CpuSample.take(), machine.waited_seconds(control)
        await asyncio.gather(
            sign_ins(server, http, orders["sessions"], timings),
            *(live(visit, orders["rounds"], chance, timings) for visit in visits),
        )
        after = machine.CpuSample.take()
        figures = {
            "sessions": orders["sessions"],
            "latency_ms": timings.summaries(),
            "control_wait_share": round((machine.waited_seconds(control) - waited) / (after.at - before.at), 4),
            **await burst(visits, control),
            "busy_cores": after.foreign_since(before, 0.0),
            "steal_share": after.steal_since(before),
        }
        for visit in visits:
            await visit.close()
    return figures


async def work(orders: dict[str, Any]) -> Figures:
    """Start a server of its own, measure, stop it."""
    with tempfile.TemporaryDirectory() as folder:
        server = await start_server(Path(folder))
        try:
            return await measure(server, orders)
        finally:
            await stop_server(server)


if __name__ == "__main__":
    answer(work)
