"""Control stops and a new one starts on the same database: media go on, people come back to the right picture."""

from __future__ import annotations

from dataclasses import replace

from telemed.care.states import ParticipantState, SessionState
from telemed.media.control import PeerState
from tests.adapters.signaling.offers import offer
from tests.adapters.signaling.world import World, until


async def test_a_call_survives_control(world: World) -> None:
    visit = await world.start_visit()
    doctor, patient, seat = await visit.call()
    for identity, participant_id in ((world.doctor, visit.doctor_id), (seat, visit.patient_id)):
        await world.visits.offer(identity, visit.id, offer())
        world.plane.connect(visit.id, participant_id)
    await patient.do("chat", body="before")
    await until(lambda: doctor.person(visit.patient_id).get("state") == "connected")
    epoch, sequence = patient.epoch, patient.sequence
    tracks = doctor.person(visit.patient_id)["tracks"]
    calls = len(world.plane.calls)
    await world.restart()
    back = await world.client("/call", await world.visits.issue_ticket(seat, visit.id), resume=(epoch, sequence))
    await until(lambda: back.snapshots == 1, "another epoch: a snapshot")
    assert back.epoch != epoch
    assert {p["state"] for p in back.state["participants"]} == {"connected"}
    assert [line["body"] for line in back.state["chat"]] == ["before"]
    doctor = await visit.doctor_joins()
    assert doctor.person(visit.patient_id)["tracks"] == tracks
    assert world.plane.calls[calls:] == [], "nothing was done to their media"
    await doctor.do("hold", participant_id=visit.patient_id)
    await until(lambda: not world.plane.rooms[visit.id][visit.patient_id].sending, "and it is still led")


async def test_what_happened_to_media_meanwhile_is_seen(world: World) -> None:
    visit, ended = await world.start_visit(), await world.start_visit()
    doctor, _patient, seat = await visit.call()
    for identity, participant_id in ((world.doctor, visit.doctor_id), (seat, visit.patient_id)):
        await world.visits.offer(identity, visit.id, offer())
        world.plane.connect(visit.id, participant_id)
    other = await ended.doctor_joins()
    await world.visits.offer(world.doctor, ended.id, offer())
    await until(lambda: doctor.person(visit.patient_id).get("state") == "connected")
    await world.halt()
    room = world.plane.rooms[visit.id]
    room[visit.patient_id].state = PeerState.SILENT
    world.plane.rooms["ses_of_another_life"] = {"par_x": room[visit.doctor_id]}
    await other.close()
    async with world.store.write() as tx:
        session = await tx.sessions.get(ended.id)
        assert session is not None
        await tx.sessions.save(replace(session, state=SessionState.ENDED, ended_at=world.clock.utcnow()))
        removed = await tx.participants.get(visit.doctor_id)
        assert removed is not None
        await tx.participants.save(replace(removed, state=ParticipantState.REMOVED))
    await world.restart_after_halt()
    await until(lambda: set(world.plane.rooms) == {visit.id}, "unknown and ended rooms are closed")
    await until(lambda: visit.doctor_id not in world.plane.rooms[visit.id], "the removed seat is dropped")
    live = world.signaling.live.get(visit.id)
    await until(lambda: live.seats[visit.patient_id].state.value == "reconnecting", "not there until it is seen again")
    world.plane.connect(visit.id, visit.patient_id)
    await until(lambda: live.seats[visit.patient_id].state.value == "connected")


async def test_without_workers_seats_become_reconnecting_after_a_moment(world: World) -> None:
    visit = await world.start_visit()
    doctor, _patient, seat = await visit.call()
    await world.visits.offer(seat, visit.id, offer())
    world.plane.connect(visit.id, visit.patient_id)
    await until(lambda: doctor.person(visit.patient_id).get("state") == "connected")
    await world.halt()
    world.plane.available = False
    await world.restart_after_halt()
    live = world.signaling.live.get(visit.id)
    await world.sweep(ahead=1)
    assert live.seats[visit.patient_id].state.value == "connected", "workers get a moment to report"
    await world.sweep(ahead=5)
    assert live.seats[visit.patient_id].state.value == "reconnecting"


async def test_waiting_people_keep_their_place(world: World) -> None:
    visit = await world.start_visit()
    _patient, seat = await visit.patient_joins()
    await world.restart()
    today = await world.visits.today(world.doctor)
    assert [row["state"] for row in today["waiting"]] == ["waiting"]
    await world.sweep(ahead=4)
    today = await world.visits.today(world.doctor)
    assert [row["state"] for row in today["waiting"]] == ["asleep"]
    back = await world.join(seat, visit.id)
    await until(lambda: back.state["you"]["state"] == "waiting")
