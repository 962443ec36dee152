"""What an admin sets counts for people who are connected and for links made from now on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from telemed.care.tokens import token_hash
from telemed.signaling.desk import Around
from telemed.signaling.server import Signaling
from telemed.signaling.settings import SignalingSettings
from tests.adapters.signaling.world import SECRET, World, until


async def test_everybody_connected_hears_of_the_clinics_new_number(world: World) -> None:
    visit = await world.start_visit()
    doctor, patient, _ = await visit.call()
    live = world.signaling.live
    clinic = live.board.clinic_of(live.get(visit.id).session.organisation_id)
    live.set_clinic(replace(clinic, name="Clinic of the North", emergency_number="911"))
    for seat in (doctor, patient):
        await until(lambda seat=seat: seat.state["clinic"]["emergency_number"] == "911")  # type: ignore[misc]
        assert seat.state["clinic"]["name"] == "Clinic of the North"
    again = await world.start_visit()
    assert (await again.open("the-phone-of-another")).clinic["emergency_number"] == "911"


async def test_links_live_as_long_as_the_clinic_says_when_they_are_made(world: World) -> None:
    days = 3
    await world.halt()
    settings, around = SignalingSettings("http://clinic.example", SECRET), Around(link_life=lambda: timedelta(days=days))
    world.signaling = Signaling(settings, world.store, world.planes, world.clock, around)
    await world.serve()
    for days in (3, 60):
        visit = await world.start_visit()
        async with world.store.read() as tx:
            link = await tx.links.by_token_hash(token_hash(visit.token))
        assert link is not None and link.expires_at - link.created_at == timedelta(days=days)
