"""Visits brought to where something about their recording makes sense."""

from __future__ import annotations

from typing import Any

from telemed.care.identity import Seat
from telemed.care.recording.texts import CURRENT_TEXT
from telemed.media.control import SetRecording
from tests.adapters.signaling.offers import offer
from tests.adapters.signaling.world import Client, Json, Visit, World, until

AGREE: Json = {"answer": "agree", "text_version": CURRENT_TEXT, "language": "en"}
REFUSE: Json = {**AGREE, "answer": "refuse"}
WITHDRAW: Json = {**AGREE, "answer": "withdraw"}


async def agree(*clients: Client) -> None:
    for client in clients:
        await client.do("recording_consent", **AGREE)


async def with_media(world: World, visit: Visit, seat: Seat) -> None:
    """Doctor and patient are connected to the worker."""
    for identity, participant_id in ((world.doctor, visit.doctor_id), (seat, visit.patient_id)):
        await world.visits.offer(identity, visit.id, offer())
        world.plane.connect(visit.id, participant_id)


async def asked(world: World) -> tuple[Visit, Client, Client, Seat, str]:
    """In the call with media, a recording asked for, nobody has answered."""
    visit = await world.start_visit()
    doctor, patient, seat = await visit.call()
    await with_media(world, visit, seat)
    recording_id = (await doctor.do("recording_ask"))["recording_id"]
    await until(lambda: patient.state["recording"]["you"]["asked"], "the patient is asked")
    return visit, doctor, patient, seat, recording_id


async def running(world: World) -> tuple[Visit, Client, Client, Seat, str]:
    """Both have agreed, and the worker captures both."""
    visit, doctor, patient, seat, recording_id = await asked(world)
    await agree(doctor, patient)
    await until(lambda: captured(world, visit) == {visit.doctor_id, visit.patient_id}, "both are captured")
    await until(lambda: doctor.state["recording"]["state"] == "recording")
    return visit, doctor, patient, seat, recording_id


def told(world: World, visit: Visit) -> SetRecording | None:
    """What the worker was told last of the visit's recording."""
    for plane in world.planes:
        if visit.id in plane.recordings:
            return plane.recordings[visit.id]
    return None


def captured(world: World, visit: Visit) -> set[str]:
    """Whose tracks the worker may write."""
    request = told(world, visit)
    return {track.participant_id for track in request.tracks} if request is not None else set()


def sources(world: World, visit: Visit, participant_id: str) -> set[str]:
    """Which of a seat's tracks the worker may write."""
    request = told(world, visit)
    tracks = request.tracks if request is not None else ()
    return {track.source.value for track in tracks if track.participant_id == participant_id}


async def third(world: World, visit: Visit, doctor: Client, role: str = "guest") -> tuple[Client, str]:
    """Somebody more, let into the call."""
    token, participant_id = await visit.invite(role)
    seat = await world.seat_of(await world.visits.open_link(token, f"device-of-the-{role}-{participant_id}", None))
    client = await world.join(seat, visit.id)
    await client.do("enter_waiting")
    await doctor.do("admit", participant_id=participant_id)
    await until(lambda: client.state["you"]["state"] == "admitted", "admitted")
    return client, participant_id


async def recording_rows(world: World, visit: Visit) -> list[Any]:
    async with world.store.read() as tx:
        return await tx.recordings.of_session(visit.id)


async def acts(world: World, visit: Visit) -> list[tuple[str, str]]:
    """(person, act) in order."""
    async with world.store.read() as tx:
        return [(event.person_id, event.act.value) for event in await tx.consents.of_session(visit.id)]


async def audit_words(world: World) -> list[str]:
    async with world.store.read() as tx:
        return [row.action for row in await tx.audit.page(limit=500)]
