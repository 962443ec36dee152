"""A waiting room of the running product and a clinician who works in it over the wire, for the pages of those who wait."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import socketio

from tests.browser.browsers import Tab, eventually, selector
from tests.browser.server import Server
from tests.client.seat import Api, command_id, sign_in

REASONS = ["Cold, cough, fever", "A wound or an injury"]
_numbers = itertools.count(1)
NO_PLACE = "() => document.querySelector('[data-testid=\"line-place\"]')?.getAttribute('data-place') ?? null"


@dataclass
class Staff:
    """Somebody's `/staff` connection: what it shows, and commands."""

    api: Api
    state: dict[str, Any] = field(default_factory=dict)
    former: frozenset[str] = frozenset()  # entries that were there before
    socket: socketio.AsyncClient = field(default_factory=lambda: socketio.AsyncClient(handle_sigint=False))

    async def connect(self) -> None:
        """Open it; returns after the first snapshot."""
        self.socket.on("snapshot", self._on_snapshot, namespace="/staff")
        self.socket.on("stream", self._on_stream, namespace="/staff")
        ticket = (await self.api.post("/staff/ticket"))["ticket"]
        auth = {"protocol": 1, "ticket": ticket}
        await self.socket.connect(self.api.base_url, namespaces=["/staff"], auth=auth, transports=["websocket"], wait_timeout=10)
        await eventually(lambda: asyncio.sleep(0, bool(self.state)))

    def _on_snapshot(self, message: dict[str, Any]) -> None:
        if not self.state:  # whom this clinician answered in tests before stays on the list
            self.former = frozenset(one["id"] for one in message["state"].get("entries", []))
        self.state = message["state"]
        self.state["entries"] = [one for one in self.state.get("entries", []) if one["id"] not in self.former]

    def _on_stream(self, message: dict[str, Any]) -> None:
        entries = self.state.setdefault("entries", [])
        kind, data = message["type"], message["data"]
        if kind == "entry" and data["id"] in self.former:
            return
        if kind in ("entry", "entry_gone"):
            others = [one for one in entries if one["id"] != data["id"]]
            self.state["entries"] = [*others, data] if kind == "entry" else others

    def entry(self, name: str) -> dict[str, Any] | None:
        """The row of whoever has this name."""
        return next((one for one in self.state.get("entries", []) if one["name"] == name), None)

    async def sees(self, name: str, timeout: float = 10.0, **facts: Any) -> dict[str, Any]:
        """Wait until somebody of this name waits, with these facts."""

        async def there() -> dict[str, Any] | None:
            row = self.entry(name)
            return row if row and all(row.get(key) == value for key, value in facts.items()) else None

        return dict(await eventually(there, timeout, 0.02))

    async def do(self, command: str, **fields: Any) -> dict[str, Any]:
        """A command; its result."""
        answer = await self.socket.call(command, {**fields, "command_id": command_id()}, namespace="/staff", timeout=10)
        assert answer["ok"], answer
        return dict(answer.get("result") or {})


@dataclass
class Room:
    """A waiting room: its admin, a clinician, and the link on the clinic's site."""

    admin: Api
    staff: Staff
    queue: dict[str, Any]
    link: dict[str, Any]

    @property
    def url(self) -> str:
        return str(self.link["url"])

    async def change(self, **fields: Any) -> None:
        """Set something of it."""
        path = f"/admin/queues/{self.queue['id']}"
        self.queue = (await self.admin.call("PATCH", path, {**fields, "revision": self.queue["revision"]}))["queue"]

    async def revoke(self) -> None:
        """Withdraw the link."""
        await self.admin.post(f"/admin/queues/{self.queue['id']}/links/{self.link['id']}/revoke")


def fields_of(**changes: Any) -> dict[str, Any]:
    """A waiting room that is always open; its name is its own."""
    usual: dict[str, Any] = {"name": f"Walk-in surgery {next(_numbers)}", "phone": "", "notice": "", "time_zone": "Europe/Berlin"}
    return {
        **usual,
        "hours": [],
        "closed_days": [],
        "members": [],
        "reasons": REASONS,
        "questions": [],
        "max_waiting": 50,
        **changes,
    }


@contextlib.asynccontextmanager
async def waiting_room(server: Server, **changes: Any) -> AsyncIterator[Room]:
    """A new waiting room of the demo's clinic, with its clinician looking at it."""
    async with aiohttp.ClientSession() as http:
        admin = await sign_in(server.base_url, http, server.account("admin"))
        doctor = await sign_in(server.base_url, http, server.account("clinician"))
        member = {"user_id": (await doctor.call("GET", "/me"))["user"]["id"], "alerts": False}
        made = await admin.post("/admin/queues", **fields_of(members=[member], **changes), command_id=command_id())
        queue = made["queue"]
        link = (await admin.post(f"/admin/queues/{queue['id']}/links", command_id=command_id()))["link"]
        staff = Staff(doctor)
        await staff.connect()
        try:
            yield Room(admin, staff, queue, link)
        finally:
            await staff.socket.disconnect()
            await leave(admin, queue["id"])


async def leave(admin: Api, queue_id: str) -> None:
    """Nobody looks after it any more: it and who waits in it go from every page of staff."""
    queues = (await admin.call("GET", "/admin/queues"))["queues"]
    revision = next(one["revision"] for one in queues if one["id"] == queue_id)
    await admin.call("PATCH", f"/admin/queues/{queue_id}", {"members": [], "revision": revision})


async def fill_form(tab: Tab, name: str = "Ada Example") -> None:
    """Everything but the tap on a reason."""
    await tab.wait("walk-in-form")
    await tab.fill("walk-name", name)
    for part, text in (("day", "3"), ("month", "4"), ("year", "1956")):
        await tab.fill(f"birth-{part}", text)


async def tap_reason(tab: Tab) -> None:
    """The first of the clinic's reasons."""
    await tab.click(".choice__option")


async def stand_in_line(tab: Tab, url: str, name: str = "Ada Example") -> None:
    """From the link into the line."""
    await tab.goto(url)
    await fill_form(tab, name)
    await tap_reason(tab)
    await tab.click("walk-enter")
    await tab.wait("line-place")


async def place_is(tab: Tab, place: int | None) -> None:
    """The page says this place."""
    wanted = "" if place is None else str(place)

    async def shown() -> bool:
        return bool(await tab.evaluate(NO_PLACE) == wanted)

    await eventually(shown)


def shown(testid: str) -> str:
    """JavaScript: whether something is on the page."""
    return f"() => !!document.querySelector('{selector(testid)}')"
