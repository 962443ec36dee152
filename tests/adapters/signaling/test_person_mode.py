"""What a patient needs most from the call reaches the media worker."""

from __future__ import annotations

from dataclasses import replace

import pytest

from telemed.care.patients.records import PatientRecord, TeamMemberRecord
from telemed.care.patients.words import Need
from telemed.care.records import ParticipantRecord
from telemed.care.roles import Role
from telemed.care.states import ParticipantState
from telemed.congestion.demands import Mode
from telemed.signaling.media_modes import READ_SECONDS
from telemed.signaling.person_mode import mode_for, mode_in_call
from tests.adapters.signaling.offers import offer
from tests.adapters.signaling.world import World, until
from tests.unit.care.builders import NOW


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
    assert mode_in_call(seat_in(role), patient, [seat_in(other) for other in others]) is mode


def seat_in(role: Role, needs: tuple[Need, ...] | None = None) -> ParticipantRecord:
    state = ParticipantState.CONNECTED
    return ParticipantRecord(f"par_{role}", "ses_1", role, "", state, NOW, NOW, needs=needs)


@pytest.mark.parametrize(
    ("needs", "recorded", "mode"),
    [
        (None, Mode.SIGN, Mode.SIGN),
        ((), Mode.SIGN, Mode.SPEECH),
        ((Need.CANNOT_HEAR,), Mode.SIGN, Mode.TEXT),
        ((Need.SIGN_LANGUAGE,), Mode.SPEECH, Mode.SIGN),
    ],
)
def test_what_the_patient_says_for_this_visit_counts_before_the_record(
    needs: tuple[Need, ...] | None, recorded: Mode, mode: Mode
) -> None:
    patient = seat_in(Role.PATIENT, needs)
    assert mode_in_call(patient, recorded, [patient, seat_in(Role.CLINICIAN)]) is mode


def test_anybody_in_the_call_who_signs_is_read_and_reads() -> None:
    guest, doctor = seat_in(Role.GUEST, (Need.SIGN_LANGUAGE,)), seat_in(Role.CLINICIAN)
    assert mode_in_call(guest, Mode.SPEECH, [guest, doctor]) is Mode.SIGN
    assert mode_in_call(doctor, Mode.SPEECH, [guest, doctor]) is Mode.SIGN
    gone = replace(guest, state=ParticipantState.LEFT)
    assert mode_in_call(doctor, Mode.SPEECH, [gone, doctor]) is Mode.SPEECH


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


async def test_a_record_attached_or_changed_during_the_call_counts_without_another_offer(world: World) -> None:
    patient_id = await attachable(world)
    visit = await world.start_visit(name="")
    _doctor, _patient, seat = await visit.call()
    for who in (seat, world.doctor):
        await world.visits.offer(who, visit.id, offer())
    peers = world.plane.rooms[visit.id]
    await world.visits.attach_patient(world.doctor, visit.id, patient_id)
    async with world.store.write() as tx:
        record = await tx.patients.get(patient_id)
        assert record is not None
        await tx.patients.save(replace(record, needs=(Need.SIGN_LANGUAGE,)))
    await world.sweep(ahead=READ_SECONDS)
    await until(lambda: {peer.mode for peer in peers.values()} == {Mode.SIGN}, "the worker knows")
    told = len([call for call in world.plane.calls if call[0] == "set_mode"])
    await world.sweep()
    await world.visits.attach_patient(world.doctor, visit.id, None)
    await until(lambda: {peer.mode for peer in peers.values()} == {Mode.SPEECH}, "the worker knows")
    assert len([call for call in world.plane.calls if call[0] == "set_mode"]) == told + 2, "only what has changed is said"


async def test_after_a_restart_of_control_a_mode_that_is_not_right_any_more_is_said(world: World) -> None:
    patient_id = await attachable(world, Need.SIGN_LANGUAGE)
    visit = await world.start_visit(name="")
    _doctor, _patient, seat = await visit.call()
    await world.visits.attach_patient(world.doctor, visit.id, patient_id)
    await world.visits.offer(seat, visit.id, offer())
    peer = world.plane.rooms[visit.id][seat.participant_id]
    peer.mode = Mode.SPEECH
    await world.restart()
    await until(lambda: peer.mode is Mode.SIGN, "the worker knows")


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
