"""A waiting room of the running product and those who walk in: patients whose page is nothing but their seat and its stream."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Browser

from tests.browser.axe import SIDEWAYS, accessible
from tests.browser.browsers import ChromiumTab, chromium, eventually, open_chromium_tab, selector
from tests.browser.people import let_in
from tests.browser.server import Server

SIZES = ((1440, 900), (820, 1180), (390, 844), (320, 568))
QUIET = "localStorage.setItem('telemed.alerts', 'off')"
_numbers = itertools.count(1)
POST = """async ([path, body]) => { const answer = await fetch("/api/v1" + path, {method: "POST",
headers: {"Content-Type": "application/json"}, body: JSON.stringify(body)});
const said = await answer.json(); if (!answer.ok) throw new Error(path + ": " + JSON.stringify(said)); return said; }"""
STAFF = """async () => (await (await fetch("/api/v1/admin/queues")).json()).staff"""
LEAVE = """async (id) => { const { queues } = await (await fetch("/api/v1/admin/queues")).json();
const { revision } = queues.find((one) => one.id === id);
const answer = await fetch(`/api/v1/admin/queues/${id}`, {method: "PATCH", headers: {"Content-Type": "application/json"},
 body: JSON.stringify({members: [], revision})}); return answer.status; }"""
ALWAYS_OPEN: dict[str, Any] = {
    "phone": "",
    "notice": "",
    "time_zone": "Europe/Berlin",
    "hours": [],
    "closed_days": [],
    "reasons": [],
    "questions": [],
    "max_waiting": 50,
}
# The product's own connection and reducer; `window.seat` is what the person's page would know.
SIT_DOWN = """async (entered) => {
const post = async (path, body) => (await fetch("/api/v1" + path, {method: "POST",
 headers: {"Content-Type": "application/json"}, body: JSON.stringify(body)})).json();
const { Signal } = await import("/static/core/signal.js"); const { connectSocket } = await import("/static/core/socket.js");
const { reduce } = await import("/static/core/reducer.js");
const fetchTicket = async () => (await post(`/sessions/${entered.session_id}/ticket`, {as: "seat"})).ticket;
const link = new Signal({fetchTicket, connect: (payload) => connectSocket("/call", payload)});
window.seat = {link, state: null, queue: null, gone: ""};
const there = new Promise((done) => link.on("message", (message) => {
 if (message.type === "goodbye") seat.gone = message.data.reason;
 seat.state = reduce(seat.state, message);
 if (message.type === "snapshot") seat.queue = message.state.queue;
 if (message.type === "queue") seat.queue = message.data;
 done(); }));
link.start(); await there; }"""


@dataclass(frozen=True)
class Room:
    """A waiting room and its link for the door."""

    id: str
    name: str
    url: str

    @property
    def token(self) -> str:
        return self.url.split("#")[1]


@dataclass(frozen=True)
class Person:
    """Somebody who walked in."""

    tab: ChromiumTab
    name: str
    entered: dict[str, Any]

    @property
    def row(self) -> str:
        """The row on pages of staff."""
        return f'[data-testid="entry-row"][data-entry="{self.entered["entry_id"]}"]'

    async def knows(self, what: str) -> Any:
        """What the person's page knows, as an expression of `seat`."""
        return await self.tab.evaluate(f"() => {what}")

    async def learns(self, what: str) -> Any:
        """Wait until `what` of the page is true."""
        return await eventually(lambda: self.knows(what))


async def enter_staff(tab: ChromiumTab, server: Server, role: str, page: str) -> None:
    """Sign in as the demo's person of a role and open a page."""
    await let_in(tab, server, role)
    await tab.page.goto(server.base_url + page)


async def open_room(admin: ChromiumTab, name: str, roles: tuple[str, ...], **fields: Any) -> Room:
    """What an admin's forms do: a room that is always open, and its link."""
    staff = {person["role"]: person["id"] for person in await admin.evaluate(STAFF)}
    members = [{"user_id": staff[role], "alerts": False} for role in roles]
    body = {**ALWAYS_OPEN, "name": name, "members": members, "command_id": f"command-room-{next(_numbers)}", **fields}
    queue = (await admin.page.evaluate(POST, ["/admin/queues", body]))["queue"]
    asked = {"command_id": f"command-link-{next(_numbers)}"}
    link = (await admin.page.evaluate(POST, [f"/admin/queues/{queue['id']}/links", asked]))["link"]
    return Room(queue["id"], name, link["url"])


async def leave_room(admin: ChromiumTab, room: Room) -> None:
    """Nobody looks after it any more: it goes from every page of staff."""
    assert await admin.page.evaluate(LEAVE, room.id) == 200


async def walk_in(browser: Browser, server: Server, room: Room, name: str, *, sits: bool = True, **fields: Any) -> Person:
    """Somebody opens the link and enters; with `sits` the page stays open, otherwise it is away."""
    tab = await open_chromium_tab(browser, viewport={"width": 390, "height": 844})
    await tab.goto(server.base_url + "/not-found")
    number = next(_numbers)
    asked = {"token": room.token, "device": f"device-number-{number:022d}", "name": name, "reason": "Cough", **fields}
    entered = await tab.page.evaluate(POST, ["/walk-ins/enter", {**asked, "command_id": f"command-enter-{number}"}])
    if sits:
        await tab.page.evaluate(SIT_DOWN, entered)
    return Person(tab, name, entered)


async def act(staff: ChromiumTab, person: Person, name: str) -> None:
    """Choose an act in the menu of a person's row."""
    await staff.page.click(f"{person.row} {selector('entry-menu')}")
    await staff.click(name)


@dataclass(frozen=True)
class Floor:
    """A clinician before the waiting rooms, and an admin who made them."""

    browser: Browser
    server: Server
    doctor: ChromiumTab
    admin: ChromiumTab
    room: Room

    def here(self, testid: str) -> str:
        """Something of this test's room."""
        return f'[data-queue="{self.room.id}"] {selector(testid)}'

    async def walk_in(self, name: str, **more: Any) -> Person:
        """Somebody enters and is seen."""
        person = await walk_in(self.browser, self.server, self.room, name, **more)
        await self.doctor.wait(person.row)
        return person


@asynccontextmanager
async def a_floor(server: Server, name: str, *roles: str) -> AsyncIterator[Floor]:
    """A room of its own for a test, whose clinician is on the page of waiting rooms."""
    async with chromium() as browser:
        admin, doctor = await open_chromium_tab(browser), await open_chromium_tab(browser, preload=QUIET, reduced_motion="reduce")
        await enter_staff(admin, server, "admin", "/admin")
        room = await open_room(admin, name, roles or ("clinician",))
        await enter_staff(doctor, server, "clinician", "/queues")
        await doctor.wait(f'[data-queue="{room.id}"]')
        try:
            yield Floor(browser, server, doctor, admin, room)
        finally:
            await leave_room(admin, room)
        assert doctor.problems == [] and admin.problems == [], (doctor.problems, admin.problems)


async def looks_right(tab: ChromiumTab, name: str) -> None:
    """At every width: nothing sideways, nothing axe-core objects to."""
    for width, height in SIZES:
        await tab.page.set_viewport_size({"width": width, "height": height})
        assert await tab.evaluate(SIDEWAYS) <= 0, f"{name} at {width}"
        await accessible(tab, f"{name} at {width} px")
    await tab.page.set_viewport_size({"width": 1440, "height": 900})
