"""From "Start consultation" to goodbye, as doctor and patient live it."""

from __future__ import annotations

from telemed.care.identity import Seat
from telemed.care.states import ParticipantEvent
from tests.adapters.signaling.offers import offer
from tests.adapters.signaling.world import Client, Visit, World, command_id, until


async def test_the_whole_visit(world: World) -> None:
    today = await world.today(world.doctor)
    visit = await world.start_visit()
    assert visit.made["link"]["url"].startswith("http://clinic.example/j#") and len(visit.token) == 22
    assert {len(row) for row in visit.made["link"]["qr"]} == {len(visit.made["link"]["qr"])}, "the code is square"
    await until(lambda: any(row["id"] == visit.id and row["mine"] for row in today.state["sessions"]))
    doctor = await visit.doctor_joins()
    can = ["admit", "hold", "remove", "confirm", "invite", "end", "note", "chat", "share_screen", "record", "still"]
    assert doctor.state["you"]["can"] == can
    patient, seat = await _arrive(world, visit, today)
    await doctor.do("admit", participant_id=visit.patient_id)
    await until(lambda: patient.state["you"]["state"] == "admitted" and len(patient.state["participants"]) == 2)
    await until(lambda: not today.state["waiting"])
    await _see_and_hear(world, visit, patient, seat)
    said = await patient.do("chat", body="Good morning, doctor")
    await until(lambda: [c["body"] for c in doctor.state["chat"]] == ["Good morning, doctor"])
    assert doctor.state["chat"] == [said["message"]]
    await world.visits.write_note(world.doctor, visit.id, "CANARY-NOTE", 0)
    await _end(world, visit, today, (doctor, patient))
    assert "CANARY-NOTE" not in str(patient.heard)
    async with world.store.read() as tx:
        events = [e.event for e in await tx.events.in_session(visit.id) if e.participant_id == visit.patient_id]
    assert events == [
        ParticipantEvent.LINK_OPENED,
        ParticipantEvent.ENTERED_WAITING,
        ParticipantEvent.ADMITTED,
        ParticipantEvent.MEDIA_CONNECTED,
        ParticipantEvent.SESSION_ENDED,
    ]


async def _arrive(world: World, visit: Visit, today: Client) -> tuple[Client, Seat]:
    """From the tapped link to the waiting list."""
    opened = await visit.open()
    assert (opened.status, opened.state, opened.participant_id) == ("seat", "checking", visit.patient_id)
    seat = await world.seat_of(opened)
    patient = await world.join(seat, visit.id)
    assert [p["id"] for p in patient.state["participants"]] == [visit.patient_id], "nobody else before admission"
    assert patient.state["session"]["clinicians"] == ["Dr. doctor"]
    await patient.do("set_name", name="Ada Lovelace")
    await patient.do("device_report", camera="ok", microphone="ok", speaker="untested", network="good", rtt_ms=41.6)
    await patient.do("enter_waiting")
    row = await until(lambda: next((w for w in today.state["waiting"]), None), "seen waiting")
    assert (row["name"], row["state"], row["device"]["rtt_ms"]) == ("Ada Lovelace", "waiting", 42)
    await today.do("acknowledge", participant_id=visit.patient_id)
    await until(lambda: today.state["waiting"][0]["acknowledged"])
    return patient, seat


async def _see_and_hear(world: World, visit: Visit, patient: Client, seat: Seat) -> None:
    sent = await world.visits.offer(world.doctor, visit.id, offer())
    tracks = await until(lambda: patient.person(visit.doctor_id)["tracks"], "the doctor's tracks")
    assert {t["id"] for t in tracks} == {p["track_id"] for p in sent["publish"]}
    answer = await world.visits.offer(seat, visit.id, offer(tracks=tuple((t["id"], t["kind"]) for t in tracks)))
    assert answer["refused"] == [] and f"a=msid:{visit.doctor_id} " in answer["sdp"]
    world.plane.connect(visit.id, visit.doctor_id)
    world.plane.connect(visit.id, visit.patient_id)
    await until(lambda: {p["state"] for p in patient.state["participants"]} == {"connected"})
    await patient.do("negotiated", attempt=1, offer=1)
    assert ("keyframes", visit.id, visit.patient_id) in world.plane.calls


async def _end(world: World, visit: Visit, today: Client, people: tuple[Client, ...]) -> None:
    await people[0].do("end")
    for client in people:
        await until(lambda client=client: client.types()[-1:] == ["goodbye"], "goodbye")
        assert client.stream[-1]["data"] == {"reason": "ended"}
        await client.disconnected.wait()
    await until(lambda: visit.id not in world.plane.rooms, "the room is closed")
    await until(lambda: [t["kind"] for t in today.state["tasks"]] == ["outcome"])
    done = await world.visits.complete(world.doctor, visit.id, "completed", "all is well", command_id())
    assert done["session"]["outcome"] == "completed"
    await until(lambda: not today.state["tasks"])
