"""Dropped sockets, reloads, sleeping pages, replaced connections: the same seat comes back, nothing is lost or doubled."""

from __future__ import annotations

from tests.adapters.signaling.offers import offer
from tests.adapters.signaling.world import World, until


async def test_a_dropped_socket_resumes_with_exactly_what_it_missed(world: World) -> None:
    visit = await world.start_visit()
    doctor, patient, seat = await visit.call()
    await patient.close()
    await visit.gone(visit.patient_id)
    for number in range(5):
        await doctor.do("chat", body=f"line {number}")
    back = await world.join(seat, visit.id, resume=(patient.epoch, patient.sequence))
    await until(lambda: back.types().count("chat") == 5, "the missed lines")
    assert back.snapshots == 0
    assert [e["data"]["body"] for e in back.stream if e["type"] == "chat"] == [f"line {n}" for n in range(5)]


async def test_too_old_or_foreign_positions_get_one_snapshot(world: World) -> None:
    visit = await world.start_visit()
    doctor, patient, seat = await visit.call()
    epoch, sequence = patient.epoch, patient.sequence
    for position in ((epoch, sequence + 1000), ("e_of_another_process", sequence)):
        back = await world.client("/call", await world.visits.issue_ticket(seat, visit.id), resume=position)
        await until(lambda back=back: back.snapshots == 1, "a snapshot")
        assert back.state["you"]["state"] == "admitted"
    assert not doctor.faults


async def test_more_than_a_ring_of_events_gets_a_snapshot(world: World) -> None:
    visit = await world.start_visit()
    _doctor, patient, seat = await visit.call()
    position = (patient.epoch, patient.sequence)
    await patient.close()
    await visit.gone(visit.patient_id)
    live = world.signaling.live.get(visit.id)
    for number in range(501):
        live.live(visit.doctor_id).camera = number % 2 == 0
        world.signaling.live.publish(live)
    back = await world.client("/call", await world.visits.issue_ticket(seat, visit.id), resume=position)
    await until(lambda: back.snapshots == 1)
    assert back.person(visit.doctor_id)["media"]["camera"] is True and not back.stream


async def test_a_second_connection_replaces_the_first(world: World) -> None:
    visit = await world.start_visit()
    doctor, patient, seat = await visit.call()
    again = await world.join(seat, visit.id)
    await patient.disconnected.wait()
    assert patient.types()[-1] == "replaced"
    await doctor.do("chat", body="hello")
    await until(lambda: "chat" in again.types())
    assert "replaced" not in again.types() and again.state["you"]["state"] == "admitted"


async def test_polling_clients_get_the_same_stream(world: World) -> None:
    visit = await world.start_visit()
    doctor = await visit.doctor_joins()
    seat = await world.seat_of(await visit.open())
    patient = await world.join(seat, visit.id, transports=["polling"])
    await patient.do("enter_waiting")
    await doctor.do("admit", participant_id=visit.patient_id)
    await until(lambda: patient.state["you"]["state"] == "admitted")


async def test_a_reload_is_not_sleep_and_a_silent_page_is_not_gone(world: World) -> None:
    visit = await world.start_visit()
    doctor = await visit.doctor_joins()
    patient, seat = await visit.patient_joins()
    await patient.close()
    await visit.gone(visit.patient_id)
    await world.sweep(ahead=1)
    assert doctor.person(visit.patient_id).get("state") == "waiting", "a reload takes a second or two"
    await world.sweep(ahead=3)
    await until(lambda: doctor.person(visit.patient_id).get("state") == "asleep")
    await world.sweep(ahead=14 * 60)
    assert doctor.person(visit.patient_id).get("state") == "asleep"
    back = await world.join(seat, visit.id)
    await until(lambda: back.state["you"]["state"] == "waiting", "awake again")
    await back.close()
    await visit.gone(visit.patient_id)
    await world.sweep(ahead=4)
    await world.sweep(ahead=15 * 60 + 1)
    await until(lambda: doctor.person(visit.patient_id).get("state") == "lost")
    late = await world.join(seat, visit.id)
    await until(lambda: late.state["you"]["state"] == "waiting", "even lost seats keep their place")


async def test_a_hidden_page_sleeps_while_its_socket_lives_and_is_never_lost(world: World) -> None:
    visit = await world.start_visit()
    doctor = await visit.doctor_joins()
    patient, _seat = await visit.patient_joins()
    await patient.do("visibility", hidden=True)
    await until(lambda: doctor.person(visit.patient_id).get("state") == "asleep")
    await world.sweep(ahead=60 * 60)
    assert doctor.person(visit.patient_id).get("state") == "asleep", "its socket is there: nobody is given up"
    await doctor.do("admit", participant_id=visit.patient_id)
    await until(lambda: patient.state["you"]["state"] == "admitted")
    await patient.do("visibility", hidden=False)


async def test_silent_media_mean_reconnecting_and_a_dropped_socket_does_not(world: World) -> None:
    visit = await world.start_visit()
    doctor, patient, seat = await visit.call()
    await world.visits.offer(seat, visit.id, offer())
    world.plane.connect(visit.id, visit.patient_id)
    await until(lambda: doctor.person(visit.patient_id).get("state") == "connected")
    await patient.close()
    await visit.gone(visit.patient_id)
    await world.sweep(ahead=30)
    assert doctor.person(visit.patient_id).get("state") == "connected", "a dropped WebSocket never drops media"
    world.plane.rooms[visit.id][visit.patient_id].state = world.plane.rooms[visit.id][visit.patient_id].state.SILENT
    world.plane.connect(visit.id, visit.patient_id, world.plane.rooms[visit.id][visit.patient_id].state.SILENT)
    await until(lambda: doctor.person(visit.patient_id).get("state") == "reconnecting")
    await world.sweep(ahead=61)
    await until(lambda: doctor.person(visit.patient_id).get("state") == "lost")
    await until(lambda: visit.patient_id not in world.plane.rooms[visit.id], "its peer is closed")
    back = await world.join(seat, visit.id)
    await until(lambda: back.state["you"]["state"] == "admitted", "back without being admitted again")


async def test_the_patient_stays_and_is_told_when_the_last_clinician_drops(world: World) -> None:
    visit = await world.start_visit()
    doctor, patient, seat = await visit.call()
    for identity, participant_id in ((world.doctor, visit.doctor_id), (seat, visit.patient_id)):
        await world.visits.offer(identity, visit.id, offer())
        world.plane.connect(visit.id, participant_id)
    await until(lambda: patient.person(visit.doctor_id).get("state") == "connected")
    await doctor.close()
    await visit.gone(visit.doctor_id)
    peer_state = type(world.plane.rooms[visit.id][visit.doctor_id].state)
    world.plane.connect(visit.id, visit.doctor_id, peer_state.CLOSED)
    await until(lambda: patient.person(visit.doctor_id).get("state") == "reconnecting", "told")
    await world.sweep(ahead=61)
    await until(lambda: not patient.person(visit.doctor_id), "the tile goes")
    assert patient.state["you"]["state"] == "connected" and patient.state["session"]["state"] == "active"
    await world.visits.take_seat(world.doctor, visit.id)
    again = await visit.doctor_joins()
    await until(lambda: patient.person(visit.doctor_id).get("state") == "admitted")
    assert again.state["you"]["state"] == "admitted"


async def test_leaving_is_not_the_end_and_an_empty_session_ends_after_a_quarter_of_an_hour(world: World) -> None:
    visit = await world.start_visit()
    doctor, patient, seat = await visit.call()
    await patient.do("leave")
    await patient.disconnected.wait()
    assert patient.stream[-1]["data"] == {"reason": "left"}
    opened = await visit.open(seat_token=None)
    assert opened.state == "admitted", "who comes back is not admitted again"
    seat = await world.seat_of(opened)
    back = await world.join(seat, visit.id)
    await back.do("leave")
    await doctor.do("leave")
    await until(lambda: world.signaling.live.get(visit.id).session.state.value == "empty")
    await world.sweep(ahead=14 * 60)
    assert world.signaling.live.get(visit.id).session.state.value == "empty"
    await world.sweep(ahead=61)
    assert world.signaling.live.get(visit.id).session.state.value == "ended"
    await world.sweep(ahead=24 * 3600 + 1)
    assert world.signaling.live.find(visit.id) is None
    async with world.store.read() as tx:
        session = await tx.sessions.get(visit.id)
    assert session is not None and session.state.value == "sealed"


async def test_a_clock_set_forward_by_a_day_loses_nobody(world: World) -> None:
    visit = await world.start_visit()
    doctor = await visit.doctor_joins()
    patient, _seat = await visit.patient_joins()
    await patient.close()
    await visit.gone(visit.patient_id)
    await world.sweep(ahead=4)
    await until(lambda: doctor.person(visit.patient_id).get("state") == "asleep")
    world.clock.stepped += 86_400
    await world.sweep()
    assert doctor.person(visit.patient_id)["state"] == "asleep"
    assert world.signaling.live.get(visit.id).session.state.value == "open"
    await world.sweep(ahead=15 * 60 + 1)
    await until(lambda: doctor.person(visit.patient_id)["state"] == "lost")
