"""How fast lists are after some years of work: 10,000 patients, 1,000 staff, 100,000 visits, 1,000,000 rows of the audit trail.

A process of its own: `python -m tests.bench.lists` with `{patients, staff, visits, rounds, priority}`. One real server, one
person at the front desk, one admin and some privacy officers, of whom one asks for one thing after the other; times are the
client's, in milliseconds.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from tests.bench import list_data, machine, office_data
from tests.bench.control import Timings
from tests.bench.list_data import BETWEEN, FIRST, LAST, Size
from tests.bench.office_data import A_DAY, OFFICERS, ROWS_PER_VISIT, VISITS_PER_CHANGE, officer_token
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


@dataclass(frozen=True, slots=True)
class Askers:
    """Who asks, and what for: rows are picked at random, the same in every run."""

    desk: Api
    admin: Api
    officers: list[Api]
    clinicians: list[Api]
    orders: Figures
    chance: random.Random

    def any_of(self, kind: str, number: str) -> str:
        """An id among those of a kind."""
        return f"{kind}_{self.chance.randrange(self.orders[number])}"

    async def ask(self, timings: Timings, turn: int) -> None:
        """One round of everything."""
        record = f"/patients/{self.any_of('pat', 'patients')}"
        await timings.of("patient search", self.desk.post("/patients/search", text=typed(self.chance)))
        await timings.of("patient record", self.desk.call("GET", record))
        await timings.of("patient timeline", self.desk.call("GET", f"{record}/timeline"))
        await timings.of("list (today)", self.desk.call("GET", "/today"))
        await timings.of("session detail", self.desk.call("GET", f"/sessions/{self.any_of('ses', 'visits')}"))
        await self._ask_as_admin(timings)
        await self._search(timings, self.officers[turn % len(self.officers)])
        await self._list_recordings(timings, turn)

    async def _ask_as_admin(self, timings: Timings) -> None:
        """The newest page of each list, one somewhere in it, and people by a part of their names."""
        people = "/admin/users/search"
        message, change = self.any_of("out", "visits"), self.any_of("chg", "changes")
        await timings.of("people", self.admin.post(people, after=self.any_of("usr", "staff")))
        await timings.of("people by name", self.admin.post(people, text=self.chance.choice(LAST)[:4]))
        await timings.of("messages sent", self.admin.call("GET", "/admin/outbox"))
        await timings.of("messages sent, older", self.admin.call("GET", f"/admin/outbox?after={message}"))
        await timings.of("settings changed", self.admin.call("GET", "/admin/changes"))
        await timings.of("settings changed, older", self.admin.call("GET", f"/admin/changes?after={change}"))

    async def _search(self, timings: Timings, officer: Api) -> None:
        """The audit trail by each thing it can be searched by, and together."""
        path, patient, person = "/audit/search", self.any_of("pat", "patients"), self.any_of("usr", "staff")
        day = datetime.now(UTC) - timedelta(days=self.chance.uniform(1, self.orders["visits"] * BETWEEN / A_DAY))
        span = {"since": day.isoformat(), "until": (day + 7 * A_DAY).isoformat()}
        await timings.of("audit, newest", officer.post(path))
        await timings.of("audit of a person", officer.post(path, actor=person))
        await timings.of("audit about a patient", officer.post(path, object_id=patient))
        await timings.of("audit of a week", officer.post(path, **span))
        await timings.of("audit, one kind of act", officer.post(path, group="patient", **span))
        await timings.of("audit, refused", officer.post(path, outcome="refused", **span))
        await timings.of("audit, a person's week", officer.post(path, actor=person, group="session", **span))


    async def _list_recordings(self, timings: Timings, turn: int) -> None:
        """For somebody who finds all of them, by each thing they are searched by, and for a clinician who finds the own ones."""
        path, officer = "/recordings/search", self.officers[turn % len(self.officers)]
        doctor = self.clinicians[turn % len(self.clinicians)]
        older = self.any_of("rec", "visits")
        await timings.of("recordings", officer.post(path))
        await timings.of("recordings, older", officer.post(path, after=older))
        await timings.of("recordings, unread", officer.post(path, unread=True))
        await timings.of("recordings, status", officer.post(path, status="in_review"))
        await timings.of("recordings, tag", officer.post(path, tag="claim"))
        await timings.of("recordings of a patient", officer.post(path, patient_id=self.any_of("pat", "patients")))
        await timings.of("recordings of a clinician", officer.post(path, clinician_id=self.any_of("usr", "staff")))
        await timings.of("recordings by name", officer.post(path, text=self.chance.choice(LAST)))
        await timings.of("own recordings", doctor.post(path))
        await timings.of("own recordings by name", doctor.post(path, text=self.chance.choice(LAST)))


async def measure(server: Server, orders: Figures) -> Figures:
    """Ask for each list `rounds` times."""
    timings = Timings()
    machine.raise_family(orders["priority"], server.process.pid)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        desk, admin = [await sign_in(server.base_url, http, server.account(role)) for role in ("front_desk", "admin")]
        officers = [Api(server.base_url, http, officer_token(number)) for number in range(min(OFFICERS, orders["staff"]))]
        counted = {**orders, "changes": -(-orders["visits"] // VISITS_PER_CHANGE)}
        doctors = [Api(server.base_url, http, officer_token(number)) for number in office_data.clinicians(orders["staff"])]
        askers = Askers(desk, admin, officers, doctors, counted, random.Random(SEED))  # noqa: S311 - which names and records
        control = server.children()["control"]
        before, waited = machine.CpuSample.take(), machine.waited_seconds(control)
        for turn in range(orders["rounds"]):
            await askers.ask(timings, turn)
        after = machine.CpuSample.take()
    return {
        **{name: orders[name] for name in ("patients", "staff", "visits")},
        "audit_rows": orders["visits"] * ROWS_PER_VISIT,
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
