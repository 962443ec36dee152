"""What a patient needs most from the call reaches the media worker."""

from __future__ import annotations

import pytest

from telemed.care.patients.records import PatientRecord, TeamMemberRecord
from telemed.care.patients.words import Need
from telemed.congestion.demands import Mode
from telemed.signaling.person_mode import mode_for
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


async def test_a_patient_who_signs_is_told_to_the_worker_once_the_record_is_attached(world: World) -> None:
    doctor, now = world.doctor, world.clock.utcnow()
    needs = (Need.SIGN_LANGUAGE,)
    record = PatientRecord("pat_1", doctor.organisation_id, "Zoë Müller", "", doctor.user_id, now, now, needs=needs)
    async with world.store.write() as tx:
        await tx.patients.create(record)
        await tx.care_teams.add(TeamMemberRecord("tmm_1", "pat_1", doctor.user_id, doctor.user_id, now))
    visit = await world.start_visit(name="")
    _doctor, _patient, seat = await visit.call()
    await world.visits.offer(seat, visit.id, offer())
    peers = world.plane.rooms[visit.id]
    assert peers[seat.participant_id].mode is Mode.SPEECH
    await world.visits.attach_patient(doctor, visit.id, "pat_1")
    await world.visits.offer(seat, visit.id, offer(number=2))
    assert peers[seat.participant_id].mode is Mode.SIGN
