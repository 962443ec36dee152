"""A roster for tests of paging and handover."""

from __future__ import annotations

from datetime import timedelta

from telemed.care.identity import Staff
from telemed.care.oncall.records import Shift, Speciality
from telemed.care.oncall.requests import NewPage
from telemed.care.oncall.words import RingMode
from telemed.care.records import UserRecord
from telemed.care.roles import Role
from telemed.ids import new_id
from tests.adapters.signaling.world import Json, World, command_id

STEPS = "30,45,60"


async def colleague(world: World, role: Role = Role.CLINICIAN, name: str = "Dr. Second", site_id: str | None = None) -> Staff:
    """One more member of staff."""
    user = UserRecord(
        new_id("usr"),
        world.doctor.organisation_id,
        role,
        name,
        f"{new_id('m').lower()}@clinic.example",
        "!",
        world.clock.utcnow(),
        site_id=site_id,
    )
    async with world.store.write() as tx:
        await tx.users.create(user)
    return user.staff


async def speciality(world: World, *levels: list[Staff], mode: RingMode = RingMode.ESCALATE, steps: str = STEPS) -> str:
    """A speciality with these people on call now, level by level; its id."""
    now = world.clock.utcnow()
    until = now + timedelta(2)
    house, name = world.doctor.organisation_id, new_id("Trauma")
    made = Speciality(new_id("spc"), house, name, mode, "+49 30 112233", "UTC", steps, now)
    shifts = [  # on call now
        Shift(new_id("shf"), made.id, person.user_id, level, starts_at=now - timedelta(1), ends_at=until)
        for level, people in enumerate(levels, 1)
        for person in people
    ]
    async with world.store.write() as tx:
        await tx.rosters.create(made)
        await tx.rosters.set_shifts(made.id, shifts)
    return made.id


async def page(world: World, asker: Staff, speciality_id: str, session_id: str | None = None, brief: str = "Leg") -> Json:
    """Begin to page."""
    wanted = NewPage(speciality_id, session_id, brief, command_id())
    answer: Json = await world.signaling.on_call.paging.begin(asker, wanted)
    return answer
