"""A carer's places in visits end with what the carer may do; nobody else's are touched."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from telemed.care.identity import Person, Seat
from telemed.care.patients.records import CarerRecord, PatientRecord, TeamMemberRecord
from telemed.care.patients.words import CarerScope, Relation
from telemed.care.ports import CarerChange, Json
from telemed.care.repositories import Transaction
from telemed.errors import Conflict, Gone, NotAllowed
from telemed.signaling.holders import LOOK_SECONDS
from tests.adapters.signaling.offers import offer
from tests.adapters.signaling.world import Client, Visit, World, command_id, until

PHONE, TABLET = "phone-device-0123456789", "tablet-device-012345678"


@pytest.fixture
async def clinic(world: World) -> AsyncIterator[World]:
    """The clinic with a patient and two carers."""
    doctor, now = world.doctor, world.clock.utcnow()
    carer = CarerRecord("car_1", "pat_1", "Carl", Relation.CHILD, (CarerScope.JOIN_VISITS,), doctor.user_id, now)
    async with world.store.write() as tx:
        await tx.patients.create(PatientRecord("pat_1", doctor.organisation_id, "Ada", "ada", doctor.user_id, now, now))
        await tx.carers.create(carer)
        await tx.carers.create(replace(carer, id="car_2", name="Carla"))
    yield world


async def attached(world: World) -> Visit:
    visit = await world.start_visit()
    async with world.store.write() as tx:
        session = await tx.sessions.get(visit.id)
        assert session is not None
        await tx.sessions.save(replace(session, patient_id="pat_1"))
    return visit


async def own_link(world: World, visit: Visit, carer_id: str | None = "car_1") -> str:
    token = await world.visits.join_own_visit(Person("pat_1", carer_id, world.doctor.organisation_id), visit.id)
    return str(token)


async def taken(world: World, visit: Visit, carer_id: str = "car_1") -> tuple[Seat, str]:
    """-> the seat of a carer that opened its link, and the cookie."""
    opened = await world.visits.open_link(await own_link(world, visit, carer_id), PHONE, None)
    return await world.seat_of(opened), opened.seat_token


async def talking(world: World, visit: Visit) -> tuple[Client, Client, Seat, str]:
    """Doctor, patient and carer in a call with media; -> doctor, carer, the carer's seat and cookie."""
    doctor, _, patient_seat = await visit.call()
    seat, cookie = await taken(world, visit)
    carer = await world.join(seat, visit.id)
    await carer.do("enter_waiting")
    await doctor.do("admit", participant_id=seat.participant_id)
    people = ((world.doctor, visit.doctor_id), (patient_seat, visit.patient_id), (seat, seat.participant_id))
    for identity, participant_id in people:
        await world.visits.offer(identity, visit.id, offer())
        world.plane.connect(visit.id, participant_id)
    await until(lambda: {p["state"] for p in doctor.state["participants"]} == {"connected"}, "all connected")
    return doctor, carer, seat, cookie


async def change(world: World, ended: str | None = "car_1", **changes: object) -> Json:
    """Change a carer's record as staff do."""

    async def work(tx: Transaction) -> CarerChange:
        record = await tx.carers.get("car_1")
        assert record is not None
        await tx.carers.save(replace(record, **changes))  # type: ignore[arg-type]
        return CarerChange({"done": True}, world.doctor.ref, world.clock.utcnow(), ended)

    answer: Json = await world.visits.change_carer(work)
    return answer


async def ends_at(world: World, at: datetime) -> None:
    await change(world, None, ends_at=at)


async def state_of(world: World, participant_id: str) -> str:
    async with world.store.read() as tx:
        seat = await tx.participants.get(participant_id)
    assert seat is not None
    return seat.state.value


async def test_a_call_ends_for_a_carer_whose_right_is_taken_away(clinic: World) -> None:
    visit = await attached(clinic)
    doctor, carer, seat, cookie = await talking(clinic, visit)
    assert await change(clinic, revoked_at=clinic.clock.utcnow()) == {"done": True}
    await asyncio.wait_for(carer.disconnected.wait(), 2)
    assert [event["data"]["reason"] for event in carer.stream if event["type"] == "goodbye"] == ["removed"]
    await until(lambda: seat.participant_id not in clinic.plane.rooms[visit.id], "the media end", seconds=2)
    assert doctor.person(visit.patient_id)["state"] == "connected"
    assert {visit.doctor_id, visit.patient_id} == set(clinic.plane.rooms[visit.id])
    assert await clinic.visits.seat(cookie) is None
    for come in (clinic.visits.issue_ticket(seat, visit.id), clinic.visits.offer(seat, visit.id, offer())):
        with pytest.raises(NotAllowed):
            await come
    async with clinic.store.read() as tx:
        rows = [(row.actor, row.action, row.object_id) for row in await tx.audit.page(limit=1000)]
        link = next(link for link in await tx.links.in_session(visit.id) if link.participant_id == seat.participant_id)
    assert (clinic.doctor.user_id, "participant.removed", seat.participant_id) in rows
    assert (clinic.doctor.user_id, "link.revoked", link.id) in rows and link.revoked_at is not None


async def test_every_visit_and_nobody_else(clinic: World) -> None:
    first, second = await attached(clinic), await attached(clinic)
    guest, guest_id = await first.invite("guest", "Carl")
    mine = [(visit, await taken(clinic, visit)) for visit in (first, second)]
    unopened = await attached(clinic)
    token = await own_link(clinic, unopened)
    _, others = await taken(clinic, first, "car_2")
    patients = await own_link(clinic, first, None)
    await change(clinic, scope=(CarerScope.SEE_VISITS,))
    for _visit, (seat, cookie) in mine:
        assert await clinic.visits.seat(cookie) is None and await state_of(clinic, seat.participant_id) == "removed"
    with pytest.raises(Gone):
        await clinic.visits.open_link(token, PHONE, None)
    assert await clinic.visits.seat(others) is not None
    assert (await clinic.visits.open_link(patients, PHONE, None)).status == "seat"
    assert (await clinic.visits.open_link(guest, PHONE, None)).participant_id == guest_id


async def test_an_end_by_time_lets_nobody_in_and_cuts_no_call(clinic: World) -> None:
    visit, waiting = await attached(clinic), await attached(clinic)
    _, carer, seat, cookie = await talking(clinic, visit)
    other_seat, _ = await taken(clinic, waiting)
    at_door = await clinic.join(other_seat, waiting.id)
    unused = await clinic.visits.issue_ticket(seat, visit.id)
    token = await own_link(clinic, visit)
    await ends_at(clinic, clinic.clock.utcnow() + timedelta(seconds=1))
    await clinic.sweep(LOOK_SECONDS)
    assert await clinic.visits.seat(cookie) is None
    with pytest.raises(NotAllowed):
        await clinic.visits.issue_ticket(seat, visit.id)
    assert await clinic.refusal("/call", {"protocol": 1, "ticket": unused})
    for attempt in (clinic.visits.open_link(token, PHONE, None), clinic.visits.ask_move(token, TABLET)):
        with pytest.raises(Gone) as gone:
            await attempt
        assert gone.value.code == "link_revoked"
    with pytest.raises(Gone):
        await clinic.visits.open_link(token, PHONE, None)  # refused lately: looked at beside the writer
    await asyncio.wait_for(at_door.disconnected.wait(), 10)
    assert carer.sio.connected and seat.participant_id in clinic.plane.rooms[visit.id]
    assert carer.me()["state"] == "connected"


async def test_staff_cannot_invite_a_carer_who_may_not_join(clinic: World) -> None:
    visit = await attached(clinic)
    seat, _ = await taken(clinic, visit)

    async def invite() -> Json:
        made: Json = await clinic.visits.create_link(
            clinic.doctor, visit.id, "guest", "Carl", seat.participant_id, command_id()
        )
        return made

    await change(clinic, scope=())
    with pytest.raises(Conflict) as refused:
        await invite()
    assert refused.value.code == "carer_ended"
    await change(clinic, None, scope=(CarerScope.JOIN_VISITS,))
    token = (await invite())["link"]["url"].split("#")[1]
    assert (await clinic.visits.open_link(token, PHONE, None)).participant_id == seat.participant_id


async def test_a_change_that_fails_ends_nothing(clinic: World) -> None:
    visit = await attached(clinic)
    _, cookie = await taken(clinic, visit)

    async def fails(tx: Transaction) -> CarerChange:
        record = await tx.carers.get("car_1")
        assert record is not None
        await tx.carers.save(replace(record, revoked_at=clinic.clock.utcnow()))
        raise Conflict("No.")

    with pytest.raises(Conflict):
        await clinic.visits.change_carer(fails)
    assert await clinic.visits.seat(cookie) is not None


async def attach(world: World, visit: Visit, patient_id: str | None) -> None:
    await world.visits.attach_patient(world.doctor, visit.id, patient_id)


async def test_a_visit_of_somebody_else_is_none_of_the_carers(clinic: World) -> None:
    doctor, now = clinic.doctor, clinic.clock.utcnow()
    async with clinic.store.write() as tx:
        await tx.patients.create(PatientRecord("pat_2", doctor.organisation_id, "Bob", "bob", doctor.user_id, now, now))
        for number in (1, 2):
            member = TeamMemberRecord(f"tmm_{number}", f"pat_{number}", doctor.user_id, doctor.user_id, now)
            await tx.care_teams.add(member)
    visit = await attached(clinic)
    _, carer, seat, cookie = await talking(clinic, visit)
    token = await own_link(clinic, visit)
    await attach(clinic, visit, None)
    assert await clinic.visits.seat(cookie) is None
    with pytest.raises(NotAllowed):
        await clinic.visits.issue_ticket(seat, visit.id)
    with pytest.raises(Gone):
        await clinic.visits.open_link(token, PHONE, None)
    assert carer.sio.connected and await state_of(clinic, seat.participant_id) == "connected"  # it may have been a slip
    await attach(clinic, visit, "pat_1")
    assert await clinic.visits.seat(cookie) is not None and await clinic.visits.issue_ticket(seat, visit.id)
    await attach(clinic, visit, None)
    await attach(clinic, visit, "pat_2")
    await asyncio.wait_for(carer.disconnected.wait(), 2)
    assert await state_of(clinic, seat.participant_id) == "removed" and await clinic.visits.seat(cookie) is None
    assert await state_of(clinic, visit.patient_id) == "connected"
