"""A waiting room of the clinic, the people who work in it, and those who walk in."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

from telemed.care.identity import Staff
from telemed.care.queues.ports import Arrival, Entered, QueueChange
from telemed.care.queues.records import QueueMember
from tests.adapters.signaling.world import Client, Json, World, command_id, until

_devices = itertools.count(1)


@dataclass
class Room:
    """A waiting room under test."""

    world: World
    made: Json
    token: str

    @property
    def id(self) -> str:
        return str(self.made["id"])

    @property
    def book(self) -> Any:
        return self.world.signaling.live.queues

    async def enter(self, name: str = "Ada", device: str = "", **fields: Any) -> Entered:
        arrival = Arrival(self.token, device or f"device-of-somebody-{next(_devices)}", name, "a cough", **fields)
        return await self.world.signaling.queues.enter(arrival)

    async def arrive(self, name: str = "Ada", **fields: Any) -> Waiting:
        """Somebody has tapped the link and has the page open."""
        entered = await self.enter(name, **fields)
        assert entered.opened.session_id is not None
        client = await self.world.join(await self.world.seat_of(entered.opened), entered.opened.session_id)
        return Waiting(self, entered, client)


@dataclass
class Waiting:
    """Somebody who came, and the page."""

    room: Room
    entered: Entered
    page: Client

    @property
    def entry_id(self) -> str:
        return self.entered.entry_id

    @property
    def session_id(self) -> str:
        return str(self.entered.opened.session_id)

    @property
    def seat_id(self) -> str:
        return str(self.entered.opened.participant_id)

    @property
    def place(self) -> Json:
        found: Json = self.page.state["queue"]
        return found

    async def state(self, wanted: str) -> None:
        await until(lambda: self.place["state"] == wanted, f"the page reads {wanted}")

    async def row(self, staff: Client) -> Json:
        found: Json = await until(lambda: row_of(staff, self.entry_id), "the row")
        return found

    async def goes_away(self) -> None:
        """The page is closed, and the server knows it."""
        await self.page.close()
        live = self.room.world.signaling.live.get(self.session_id)
        await until(lambda: not live.is_connected(self.seat_id), "the server notices")
        await self.room.world.sweep(5.0)


def row_of(staff: Client, entry_id: str) -> Json:
    return next((row for row in staff.state["entries"] if row["id"] == entry_id), {})


def room_of(staff: Client, queue_id: str) -> Json:
    return next((row for row in staff.state["queues"] if row["id"] == queue_id), {})


async def make_room(world: World, *members: Staff, name: str = "Walk-in", **fields: Any) -> Room:
    """A waiting room that is always open, with a link."""
    people = tuple(QueueMember("", one.user_id) for one in (members or (world.doctor, world.staff["colleague"])))
    admin = world.staff["admin"]
    made = await world.signaling.queues.create(admin, QueueChange({"name": name, **fields}, people), command_id())
    link = await world.signaling.queues.create_link(admin, made["queue"]["id"], command_id())
    return Room(world, made["queue"], link["link"]["url"].split("/w#")[1])
