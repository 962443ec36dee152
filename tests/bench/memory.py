"""What one more participant costs in memory: the slope of resident memory over the number of seats, worker and control.

Worker: calls of two who send and receive sound and picture, after enough traffic to fill every history. Control: sessions of two
on a real server, everybody admitted, socket open, an offer of a real Chromium answered; media itself does not pass through it.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import aiohttp

from tests.bench import machine, plans
from tests.bench.figures import slope
from tests.bench.process import Figures, answer, in_process
from tests.bench.settings import Settings
from tests.browser.server import Server, start_server, stop_server
from tests.client.seat import RefusedError, SeatClient
from tests.media.conftest import open_visit

FILL_SECONDS = 5.0  # of traffic: 1000 packets of a publisher, more than its history keeps
OFFER = machine.ROOT / "tests" / "unit" / "sdp" / "offers" / "chromium_1.sdp"
RETRY_SECONDS = 1.0  # after "too many": the offers of all sessions come from one doctor

Points = list[tuple[int, int]]  # (seats, resident KiB)


async def worker_points(settings: Settings) -> Points:
    """Resident memory of a fresh media worker for each number of seats."""
    points: Points = []
    for seats in settings.seats[1:]:
        seconds = settings.window_seconds if settings.quick else FILL_SECONDS
        plan = replace(plans.meeting(seats // 2, 2), seconds=seconds, idle_seconds=0.1, warm_seconds=0.1)
        run = await in_process("tests.bench.generator", {"plan": asdict(plan), "priority": settings.mild_priority})
        if not points:
            points.append((0, run["resident_empty_kib"]))
        points.append((seats, run["resident_kib"]))
    return points


async def control_points(server: Server, sizes: list[int]) -> Points:
    """Resident memory of the control process as seats are taken."""
    control = server.children()["control"]
    points: Points = []
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        visits = [await open_visit(server, http)]  # the first session loads what later ones share
        await visits[0].bring_in(visits[0].first_link, "First")
        for size in sizes:
            while 2 * (len(visits) - 1) < size:
                visit = await open_visit(server, http)
                visits.append(visit)
                patient = await visit.bring_in(visit.first_link, "Patient")
                await _offer(visit.doctor)
                await _offer(patient)
            points.append((size, machine.resident_kib(control)))
        for visit in visits:
            await visit.close()
    return points


async def _offer(person: SeatClient) -> None:
    """Let control and worker answer a browser's first offer."""
    publish = [{"mid": "0", "source": "microphone"}, {"mid": "1", "source": "camera"}]
    body: dict[str, Any] = {"attempt": person.attempt, "offer": 1, "sdp": OFFER.read_text(), "publish": publish, "subscribe": []}
    while True:
        try:
            await person.api.post(f"/sessions/{person.session_id}/offer", **body, **{"as": person.seat})
            return
        except RefusedError as refusal:
            if refusal.status != 429:
                raise
        await asyncio.sleep(RETRY_SECONDS)


async def measure_all(settings: Settings, say: Callable[[str], None]) -> Figures:
    """Both slopes."""
    worker = await worker_points(settings)
    say(f"worker {worker}")
    control = (await in_process("tests.bench.memory", {"seats": settings.seats, "priority": settings.mild_priority}))["points"]
    say(f"control {control}")
    return {
        "points": {"worker": worker, "control": control},
        "kib_per_seat": {"worker": round(slope(worker)), "control": round(slope([(n, kib) for n, kib in control]))},
    }


async def work(orders: Figures) -> Figures:
    """The part of control, in a process of its own with a server of its own."""
    with tempfile.TemporaryDirectory() as folder:
        server = await start_server(Path(folder))
        machine.raise_family(orders["priority"], server.process.pid)
        try:
            return {"points": await control_points(server, orders["seats"])}
        finally:
            await stop_server(server)


if __name__ == "__main__":
    answer(work)
