"""How fast lists are after some years of work: 10,000 patients, 1,000 staff, 100,000 visits.

A process of its own: `python -m tests.bench.lists` with `{patients, staff, visits, rounds, priority}`. One real server, one
person at the front desk who asks for one thing after the other; times are the client's, in milliseconds.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp

from tests.bench import list_data, machine
from tests.bench.control import Timings
from tests.bench.list_data import FIRST, LAST, Size
from tests.bench.process import Figures, answer, in_process
from tests.bench.settings import Settings
from tests.browser.server import Server, start_server, stop_server
from tests.client.seat import Api, sign_in

SEED = 5


async def measure_all(settings: Settings, say: Callable[[str], None]) -> Figures:
    """Run this part in its own process."""
    orders = {
        "patients": settings.patients,
        "staff": settings.patients // 10,
        "visits": settings.patients * 10,
        "rounds": settings.lists,
        "priority": settings.mild_priority,
    }
    figures = await in_process("tests.bench.lists", orders)
    for name, row in figures["latency_ms"].items():
        say(f"{name:>24}  p50 {row['p50']:.1f}  p95 {row['p95']:.1f} ms")
    return figures


def typed(chance: random.Random) -> str:
    """A name as somebody types it: often one word, often with a slip, sometimes with a birth date."""
    name = f"{chance.choice(FIRST)} {chance.choice(LAST)}"
    if chance.random() < 0.3:
        name = name.split()[1]
    if chance.random() < 0.5:
        at = chance.randrange(len(name) - 1)
        name = name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    return f"{name} 12.3.1956" if chance.random() < 0.2 else name.lower()


async def measure(server: Server, orders: Figures) -> Figures:
    """Ask for each list `rounds` times."""
    chance = random.Random(SEED)  # noqa: S311 - which names and records
    timings = Timings()
    machine.raise_family(orders["priority"], server.process.pid)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        desk: Api = await sign_in(server.base_url, http, server.account("front_desk"))
        control = server.children()["control"]
        before, waited = machine.CpuSample.take(), machine.waited_seconds(control)
        for _ in range(orders["rounds"]):
            record = f"/patients/pat_{chance.randrange(orders['patients'])}"
            await timings.of("patient search", desk.post("/patients/search", text=typed(chance)))
            await timings.of("patient record", desk.call("GET", record))
            await timings.of("patient timeline", desk.call("GET", f"{record}/timeline"))
            await timings.of("list (today)", desk.call("GET", "/today"))
            await timings.of("session detail", desk.call("GET", f"/sessions/ses_{chance.randrange(orders['visits'])}"))
        after = machine.CpuSample.take()
    return {
        **{name: orders[name] for name in ("patients", "staff", "visits")},
        "latency_ms": timings.summaries(),
        "control_wait_share": round((machine.waited_seconds(control) - waited) / (after.at - before.at), 4),
        "busy_cores": after.foreign_since(before, 0.0),
        "steal_share": after.steal_since(before),
    }


async def work(orders: dict[str, Any]) -> Figures:
    """Let a server make its database, fill it, measure a second one on it."""
    with tempfile.TemporaryDirectory() as folder:
        first = await start_server(Path(folder))
        await stop_server(first)
        size = Size(orders["patients"], orders["staff"], orders["visits"])
        list_data.fill(next((Path(folder) / "var").glob("*.sqlite3")), size, datetime.now(UTC))
        server = await start_server(Path(folder))
        try:
            return await measure(server, orders)
        finally:
            await stop_server(server)


if __name__ == "__main__":
    answer(work)
