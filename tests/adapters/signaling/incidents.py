"""An incident made for a test, its caller and its crews."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from telemed.care.identity import Seat, Staff
from telemed.care.incidents.ports import CameIn, Fix, IncidentOrder, NewCaller, WayIn
from telemed.care.incidents.words import Allowed, IncidentEvent
from tests.adapters.signaling.world import Client, Json, World, command_id

FIX = Fix(52.52, 13.405, 12.0, 34.0, None, 0.0, datetime(2026, 11, 23, 12, 0, tzinfo=UTC))


def an_order(**changes: Any) -> IncidentOrder:
    order = IncidentOrder(
        None, "Fell off a ladder", (Allowed.LOCATION, Allowed.VIDEO), "de", "2026-11", True, False, command_id()
    )
    return replace(order, **changes)


def fix(seconds: float = 0.0, **changes: Any) -> Fix:
    return replace(FIX, taken_at=FIX.taken_at + timedelta(seconds=seconds), **changes)


def token_of(made: Json) -> str:
    return str(made["link"]["url"].split("#")[1])


@dataclass
class Emergency:
    """An incident and the ways into it."""

    world: World
    staff: Staff
    made: Json

    @property
    def id(self) -> str:
        return str(self.made["incident"]["id"])

    @property
    def session_id(self) -> str:
        return str(self.made["incident"]["session_id"])

    @property
    def caller_id(self) -> str:
        return str(self.made["link"]["participant_id"])

    @property
    def incidents(self) -> Any:
        return self.world.visits.incidents

    async def lead(self) -> Client:
        """The dispatcher in the call."""
        return await self.world.join(self.staff, self.session_id)

    async def open(self, device: str = "device-of-the-caller", seat_token: str | None = None) -> CameIn:
        came: CameIn = await self.incidents.open_caller(WayIn(token_of(self.made), device, seat_token))
        return came

    async def caller(self) -> tuple[Client, Seat]:
        """The caller in the call."""
        seat = await self.seat_of(await self.open())
        return await self.world.join(seat, self.session_id), seat

    async def seat_of(self, came: CameIn) -> Seat:
        assert came.seat_token is not None
        seat = await self.world.visits.seat(came.seat_token)
        assert seat is not None
        return seat  # type: ignore[no-any-return]

    async def share(self, name: str = "Crew 4") -> Json:
        shared: Json = await self.incidents.share(self.staff, self.id, name, command_id())
        return shared

    async def crew(self, shared: Json) -> tuple[Client, Seat]:
        """A crew in the call."""
        came = await self.incidents.open_crew(WayIn(token_of(shared), "device-of-the-crew", None, shared["pin"]))
        seat = await self.seat_of(came)
        return await self.world.join(seat, self.session_id), seat

    async def move(self, event: IncidentEvent, note: str | None = None) -> Json:
        moved: Json = await self.incidents.change_state(self.staff, self.id, event, note, command_id())
        return moved

    async def row(self) -> Json:
        detail = await self.incidents.detail(self.staff, self.id)
        return dict(detail["incident"])


async def an_emergency(world: World, **changes: Any) -> Emergency:
    staff = world.staff["dispatcher"]
    return Emergency(world, staff, await world.visits.incidents.create(staff, an_order(**changes)))


async def another(emergency: Emergency, phone: str | None = None, name: str = "", silent: bool | None = None) -> Emergency:
    """The same incident by the link of one caller more."""
    wanted = NewCaller(phone, name, silent, command_id())
    return replace(emergency, made=await emergency.incidents.add_caller(emergency.staff, emergency.id, wanted))
