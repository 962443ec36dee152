"""What a patient needs most from the call reaches the media worker."""

from __future__ import annotations

import pytest

from telemed.care.patients.records import PatientRecord, TeamMemberRecord
from telemed.care.patients.words import Need
from telemed.care.roles import Role
from telemed.congestion.demands import Mode
from telemed.signaling.person_mode import mode_for, mode_in_call
from tests.adapters.signaling.offers import offer
from tests.adapters.signaling.world import World


@pytest.mark.parametrize(
    ("needs", "mode"),
    [
        ((), Mode.SPEECH),
        ((Need.CANNOT_SPEAK, Need.INTERPRETER), Mode.SPEECH),
        ((Need.CANNOT_HEAR,), Mode.TEXT),
        ((Need.CANNOT_HEAR, Need.SIGN_LANGUAGE), Mode.SIGN),
    ],
)
def test_needs_make_the_mode(needs: tuple[Need, ...], mode: Mode) -> None:
    assert mode_for(needs) is mode


@pytest.mark.parametrize(
    ("role", "patient", "interpreted", "mode"),
    [
        (Role.PATIENT, Mode.SIGN, False, Mode.SIGN),
        (Role.PATIENT, Mode.SIGN, True, Mode.SIGN),
        (Role.PATIENT, Mode.TEXT, True, Mode.TEXT),
        (Role.INTERPRETER, Mode.SIGN, True, Mode.SIGN),
        (Role.INTERPRETER, Mode.SPEECH, True, Mode.SPEECH),
        (Role.CLINICIAN, Mode.SIGN, False, Mode.SIGN),
        (Role.CLINICIAN, Mode.SIGN, True, Mode.SPEECH),
        (Role.GUEST, Mode.SIGN, False, Mode.SIGN),
        (Role.CLINICIAN, Mode.TEXT, False, Mode.SPEECH),
    ],
)
def test_signing_takes_two(role: Role, patient: Mode, interpreted: bool, mode: Mode) -> None:
    others = {Role.PATIENT, Role.CLINICIAN, role} | ({Role.INTERPRETER} if interpreted else set())
    assert mode_in_call(role, patient, others) is mode


async def attachable(world: World, *needs: Need) -> str:
    """A record of a patient of the doctor's; returns its id."""
    doctor, now = world.doctor, world.clock.utcnow()
    record = PatientRecord("pat_1", doctor.organisation_id, "Zoë Müller", "", doctor.user_id, now, now, needs=needs)
    async with world.store.write() as tx:
        await tx.patients.create(record)
        await tx.care_teams.add(TeamMemberRecord("tmm_1", "pat_1", doctor.user_id, doctor.user_id, now))
    return record.id


async def test_a_patient_who_signs_is_told_to_the_worker_once_the_record_is_attached(world: World) -> None:
    patient_id = await attachable(world, Need.SIGN_LANGUAGE)
    visit = await world.start_visit(name="")
    _doctor, _patient, seat = await visit.call()
    await world.visits.offer(seat, visit.id, offer())
    peers = world.plane.rooms[visit.id]
    assert peers[seat.participant_id].mode is Mode.SPEECH
    await world.visits.attach_patient(world.doctor, visit.id, patient_id)
    answer = await world.visits.offer(seat, visit.id, offer(number=2))
    assert peers[seat.participant_id].mode is Mode.SIGN
    assert answer["mode"] == "sign"


async def test_the_doctors_picture_is_read_until_an_interpreter_is_in_the_call(world: World) -> None:
    patient_id = await attachable(world, Need.SIGN_LANGUAGE)
    visit = await world.start_visit(name="")
    doctor, _patient, _seat = await visit.call()
    await world.visits.attach_patient(world.doctor, visit.id, patient_id)
    assert (await world.visits.offer(world.doctor, visit.id, offer()))["mode"] == "sign"
    token, interpreter_id = await visit.invite("interpreter", "Kim")
    interpreter = await world.seat_of(await world.visits.open_link(token, "device-of-the-interpreter", None))
    client = await world.join(interpreter, visit.id)
    await client.do("enter_waiting")
    assert (await world.visits.offer(world.doctor, visit.id, offer(number=2)))["mode"] == "sign", "nobody interprets from outside"
    await doctor.do("admit", participant_id=interpreter_id)
    assert (await world.visits.offer(interpreter, visit.id, offer()))["mode"] == "sign"
    assert (await world.visits.offer(world.doctor, visit.id, offer(number=3)))["mode"] == "speech"
    modes = {peer_id: peer.mode for peer_id, peer in world.plane.rooms[visit.id].items()}
    assert modes == {visit.doctor_id: Mode.SPEECH, interpreter_id: Mode.SIGN}
