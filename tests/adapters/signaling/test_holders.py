"""What a login or seat cookie opened ends with it: at once, after a death of control, and by the clock; calls are not cut."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from telemed.care.identity import Staff
from telemed.care.login_rules import IDLE, LIFE
from telemed.care.records import LoginRecord
from telemed.ids import new_id, new_secret
from telemed.signaling.holders import LOOK_SECONDS
from tests.adapters.signaling.offers import offer
from tests.adapters.signaling.test_death_after_commit import Died, bury, doomed, dying
from tests.adapters.signaling.world import Client, Visit, World, until

HOUR = 3600.0


async def signed_in(world: World, name: str = "doctor") -> Staff:
    """A member of staff with a login of the real kind."""
    staff, now = world.staff[name], world.clock.utcnow()
    login = LoginRecord(new_id("lgn"), staff.user_id, new_secret(), now, now, now + LIFE)
    async with world.store.write() as tx:
        await tx.logins.create(login)
    return replace(staff, login_id=login.id)


async def login_of(world: World, staff: Staff) -> LoginRecord:
    async with world.store.read() as tx:
        login = await tx.logins.get(staff.login_id)
    assert login is not None
    return login


async def revoke(world: World, staff: Staff) -> None:
    async with world.store.write() as tx:
        await tx.logins.revoke(staff.login_id, world.clock.utcnow())


async def talking(world: World, doctor: Staff) -> tuple[Visit, Client, Client]:
    """Doctor and patient in a call, with media."""
    visit = await world.start_visit(doctor)
    at_doctor, at_patient, seat = await visit.call()
    for identity, participant_id in ((doctor, visit.doctor_id), (seat, visit.patient_id)):
        await world.visits.offer(identity, visit.id, offer())
        world.plane.connect(visit.id, participant_id)
    await until(lambda: {p["state"] for p in at_doctor.state["participants"]} == {"connected"}, "both connected")
    return visit, at_doctor, at_patient


async def look(world: World, ahead: float = LOOK_SECONDS) -> None:
    await world.sweep(ahead)
    await asyncio.sleep(0)


async def test_a_control_that_died_before_it_evicted_the_old_device_does_so_when_it_is_back(world: World) -> None:
    visit, at_doctor, _ = await talking(world, await signed_in(world))
    await world.visits.ask_move(visit.token, "another-device-of-theirs")
    await until(lambda: at_doctor.state["moves"], "the request")
    await at_doctor.do("decide_move", request_id=at_doctor.state["moves"][0]["request_id"], approve=True)
    store = await dying(world)

    async def move() -> Any:
        doomed.set(True)
        return await visit.open("another-device-of-theirs")

    moving = asyncio.create_task(move())
    await asyncio.wait_for(store.died.wait(), 10)
    assert visit.patient_id in world.plane.rooms[visit.id], "committed, and nobody told the worker"
    await bury(world, store)
    with pytest.raises(Died):
        await moving
    await until(lambda: visit.patient_id not in world.plane.rooms[visit.id], "the old device's media end", seconds=3.0)
    assert visit.doctor_id in world.plane.rooms[visit.id]


async def test_a_control_that_died_at_a_sign_out_ends_the_media_when_it_is_back(world: World) -> None:
    doctor = await signed_in(world)
    visit, _, _ = await talking(world, doctor)
    await world.halt()
    await revoke(world, doctor)
    assert visit.doctor_id in world.plane.rooms[visit.id]
    await world.restart_after_halt()
    await until(lambda: visit.doctor_id not in world.plane.rooms[visit.id], "the media end", seconds=3.0)
    assert visit.patient_id in world.plane.rooms[visit.id]


async def test_a_new_control_leaves_good_calls_alone(world: World) -> None:
    visit, _, _ = await talking(world, await signed_in(world))
    calls = len(world.plane.calls)
    await world.restart()
    await look(world)
    assert set(world.plane.rooms[visit.id]) == {visit.doctor_id, visit.patient_id}
    assert world.plane.calls[calls:] == []


async def test_a_sign_out_nobody_told_us_of_is_seen(world: World) -> None:
    doctor = await signed_in(world)
    visit, at_doctor, at_patient = await talking(world, doctor)
    board = await world.today(doctor)
    await revoke(world, doctor)
    await look(world)
    await at_doctor.disconnected.wait()
    await board.disconnected.wait()
    await until(lambda: visit.doctor_id not in world.plane.rooms[visit.id], "the media end")
    assert at_patient.sio.connected and visit.patient_id in world.plane.rooms[visit.id]


async def test_today_ends_with_the_lock_and_the_call_behind_it_goes_on(world: World) -> None:
    doctor, elsewhere = await signed_in(world), await signed_in(world)
    visit, at_doctor, _ = await talking(world, doctor)
    board, other = await world.today(doctor), await world.today(elsewhere)
    early = await world.visits.issue_staff_ticket(doctor)
    login = await login_of(world, doctor)
    async with world.store.write() as tx:
        await tx.logins.save(replace(login, locked_at=world.clock.utcnow()))
    world.visits.hide_today(doctor.user_id, doctor.login_id)
    await asyncio.wait_for(board.disconnected.wait(), 10)
    for ticket in (early, await world.visits.issue_staff_ticket(doctor)):
        assert await world.refusal("/staff", {"protocol": 1, "ticket": ticket}) == "bad_ticket"
    assert at_doctor.sio.connected and other.sio.connected
    assert visit.doctor_id in world.plane.rooms[visit.id]
    async with world.store.write() as tx:
        await tx.logins.save(login)
    assert (await world.today(doctor)).sio.connected, "unlocked, it opens again"


@pytest.mark.parametrize("who", ["staff", "guest", "today"])
async def test_who_is_signed_out_or_moved_while_coming_in_gets_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    doctor = await signed_in(world)
    visit = await world.start_visit(doctor)
    seat = await world.seat_of(await visit.open())
    entry = world.signaling.entry
    name = "accept_staff" if who == "today" else "accept_call"
    accept = getattr(entry, name)

    async def overtaken(token: str) -> Any:
        accepted = await accept(token)
        if who == "guest":
            entry.revoke(visit.patient_id)  # as a move does
        else:
            world.visits.drop_user(doctor.user_id, doctor.login_id)
        return accepted

    monkeypatch.setattr(entry, name, overtaken)
    if who == "today":
        client = await world.client("/staff", await world.visits.issue_staff_ticket(doctor))
    else:
        client = await world.client("/call", await world.visits.issue_ticket(seat if who == "guest" else doctor, visit.id))
    await asyncio.wait_for(client.disconnected.wait(), 10)
    assert client.heard == []
    assert world.signaling.counters.get("socket.revoked_on_arrival") == 1


async def test_a_ticket_of_a_login_that_ended_meanwhile_is_worthless(world: World) -> None:
    doctor = await signed_in(world)
    visit = await world.start_visit(doctor)
    tickets = await world.visits.issue_ticket(doctor, visit.id), await world.visits.issue_staff_ticket(doctor)
    await revoke(world, doctor)
    assert await world.refusal("/call", {"protocol": 1, "ticket": tickets[0]}) == "bad_ticket"
    assert await world.refusal("/staff", {"protocol": 1, "ticket": tickets[1]}) == "bad_ticket"


async def test_idle_screens_close_and_used_ones_stay(world: World) -> None:
    idle, used = await signed_in(world), await signed_in(world, "desk")
    visit = await world.start_visit(idle)
    patient, _ = await visit.patient_joins()
    at_idle, at_used = await world.today(idle), await world.today(used)
    await look(world, IDLE.total_seconds() - HOUR)
    await until(lambda: at_used.state["waiting"], "somebody waits")
    await at_used.do("acknowledge", participant_id=visit.patient_id)
    await look(world)
    assert at_idle.sio.connected
    await look(world, HOUR)
    await at_idle.disconnected.wait()
    assert at_used.sio.connected, "a command is activity"
    assert patient.sio.connected, "a patient who waits is not idle staff"
    await look(world, LIFE.total_seconds())
    await at_used.disconnected.wait()


async def test_a_call_keeps_its_login_from_idling(world: World) -> None:
    doctor = await signed_in(world)
    _, at_doctor, _ = await talking(world, doctor)
    board = await world.today(doctor)
    for _ in range(11):
        await look(world, HOUR)
    assert at_doctor.sio.connected and board.sio.connected
    assert world.clock.utcnow() - (await login_of(world, doctor)).last_seen_at < timedelta(minutes=1)


async def test_a_call_outlives_the_absolute_end_of_its_login_and_nothing_else_does(world: World) -> None:
    doctor = await signed_in(world)
    visit, at_doctor, at_patient = await talking(world, doctor)
    board = await world.today(doctor)
    await look(world, LIFE.total_seconds() + 1)
    await board.disconnected.wait()
    await look(world)
    assert at_doctor.sio.connected and visit.doctor_id in world.plane.rooms[visit.id]
    assert world.visits.in_call(doctor.login_id, visit.id)
    assert not world.visits.in_call("", visit.id) and not world.visits.in_call("lgn_other", visit.id)
    assert not world.visits.in_call(doctor.login_id, "ses_other")
    await world.restart()
    await until(lambda: world.visits.in_call(doctor.login_id, visit.id), "a new control knows by the media whose call it is")
    back = await world.join(doctor, visit.id)
    seat = await world.seat_of(await visit.open(seat_token=None))
    at_patient = await world.join(seat, visit.id)
    await at_patient.do("leave")
    await until(lambda: not world.visits.in_call(doctor.login_id, visit.id), "the call is over")
    await look(world)
    await back.disconnected.wait()
    await until(lambda: visit.doctor_id not in world.plane.rooms.get(visit.id, {}), "and the media end")


async def test_a_camera_left_on_alone_is_no_call(world: World) -> None:
    doctor = await signed_in(world)
    visit = await world.start_visit(doctor)
    at_doctor = await world.join(doctor, visit.id)
    await world.visits.offer(doctor, visit.id, offer())
    world.plane.connect(visit.id, visit.doctor_id)
    await until(lambda: at_doctor.me()["state"] == "connected", "alone in the room")
    await look(world, IDLE.total_seconds() + 1)
    await at_doctor.disconnected.wait()
    await until(lambda: visit.doctor_id not in world.plane.rooms.get(visit.id, {}), "the media end")


async def test_signing_out_of_one_browser_leaves_the_call_in_another_alone(world: World) -> None:
    here, there = await signed_in(world), await signed_in(world)
    visit, at_doctor, _ = await talking(world, here)
    elsewhere = await world.today(there)
    await revoke(world, there)
    world.visits.drop_user(there.user_id, there.login_id)
    await elsewhere.disconnected.wait()
    await look(world)
    assert at_doctor.sio.connected and visit.doctor_id in world.plane.rooms[visit.id]


async def test_signing_in_again_in_a_call_does_not_cut_it(world: World) -> None:
    before, after = await signed_in(world), await signed_in(world)
    visit, at_doctor, _ = await talking(world, before)
    world.visits.login_renewed(before.login_id, after.login_id)
    await revoke(world, before)
    await look(world)
    assert at_doctor.sio.connected and visit.doctor_id in world.plane.rooms[visit.id]
    await revoke(world, after)
    await look(world)
    await at_doctor.disconnected.wait()


async def test_a_disabled_account_is_out_even_of_a_call(world: World) -> None:
    doctor = await signed_in(world)
    visit, at_doctor, _ = await talking(world, doctor)
    async with world.store.write() as tx:
        user = await tx.users.get(doctor.user_id)
        assert user is not None
        await tx.users.save(replace(user, is_active=False))
    await look(world)
    await at_doctor.disconnected.wait()
    await until(lambda: visit.doctor_id not in world.plane.rooms.get(visit.id, {}), "the media end")
