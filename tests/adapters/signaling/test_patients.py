"""Visits and patients' records: attached at the start, in the call or later, by staff who may, and seen by staff alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from telemed.care.identity import Staff
from telemed.care.patients.records import PatientRecord, TeamMemberRecord
from telemed.care.roles import Role
from telemed.errors import Conflict, NotAllowed, NotFound
from tests.adapters.signaling.world import World, command_id, until


async def add_patient(world: World, patient_id: str, name: str, *team: Staff, organisation_id: str | None = None) -> None:
    doctor, now = world.doctor, world.clock.utcnow()
    async with world.store.write() as tx:
        record = PatientRecord(patient_id, organisation_id or doctor.organisation_id, name, "", doctor.user_id, now, now)
        await tx.patients.create(record)
        for number, member in enumerate(team):
            row = TeamMemberRecord(f"tmm_{patient_id[4:]}{number}", patient_id, member.user_id, doctor.user_id, now)
            await tx.care_teams.add(row)


async def trail(world: World, object_id: str) -> list[str]:
    async with world.store.read() as tx:
        return [row.action for row in await tx.audit.page(limit=500) if row.object_id == object_id]


async def test_a_visit_begun_from_a_record_carries_it_and_its_name(world: World) -> None:
    await add_patient(world, "pat_1", "Zoë Müller", world.doctor)
    made = await world.visits.create_session(world.doctor, "urgent", "", "", command_id(), "pat_1")
    assert (made["session"]["patient_id"], made["session"]["patient_name"]) == ("pat_1", "Zoë Müller")
    async with world.store.read() as tx:
        seats = await tx.participants.in_session(made["session"]["id"])
        visits = await tx.patient_sessions.timeline("pat_1", world.doctor, None, 10)
    assert "Zoë Müller" in {seat.name for seat in seats} and [visit.id for visit in visits] == [made["session"]["id"]]
    assert "patient.session_attached" in await trail(world, "pat_1")


async def test_a_guest_in_the_call_is_attached_and_detached_before_everybodys_eyes_but_the_guests(world: World) -> None:
    await add_patient(world, "pat_1", "Zoë Müller", world.doctor)
    visit = await world.start_visit(name="")
    doctor, patient, _ = await visit.call()
    today = await world.today(world.doctor)
    await world.visits.attach_patient(world.doctor, visit.id, "pat_1")
    await until(lambda: doctor.state["session"]["patient_id"] == "pat_1", "the doctor sees it")
    await until(lambda: [row["patient_id"] for row in today.state["sessions"] if row["id"] == visit.id] == ["pat_1"], "Today")
    assert "patient_id" not in patient.state["session"] and "pat_1" not in repr(patient.state)
    again = await world.visits.attach_patient(world.doctor, visit.id, "pat_1")
    assert again["session"]["patient_name"] == "Zoë Müller"
    await world.visits.attach_patient(world.doctor, visit.id, None)
    await until(lambda: doctor.state["session"]["patient_id"] is None, "detached")
    assert (await trail(world, "pat_1")).count("patient.session_attached") == 1
    assert (await trail(world, "pat_1"))[-1] == "patient.session_detached"


async def test_who_does_not_care_for_the_person_attaches_nothing(world: World) -> None:
    await add_patient(world, "pat_1", "Zoë Müller")
    await add_patient(world, "pat_2", "Hans Meier", world.doctor)
    visit = await world.start_visit()
    with pytest.raises(NotAllowed) as closed:
        await world.visits.attach_patient(world.doctor, visit.id, "pat_1")
    with pytest.raises(NotAllowed):
        await world.visits.create_session(world.doctor, "urgent", "", "", command_id(), "pat_1")
    with pytest.raises(NotFound):
        await world.visits.attach_patient(world.doctor, visit.id, "pat_9")
    with pytest.raises(NotFound):
        await world.visits.attach_patient(replace(world.doctor, organisation_id="org_far"), visit.id, "pat_2")
    desk = replace(world.doctor, user_id="usr_desk", role=Role.FRONT_DESK)
    await world.visits.attach_patient(desk, visit.id, "pat_1")
    with pytest.raises(Conflict) as other:
        await world.visits.attach_patient(world.doctor, visit.id, "pat_2")
    assert (closed.value.code, other.value.code) == ("record_closed", "already_attached")
    stranger = replace(world.doctor, user_id="usr_other")
    with pytest.raises(NotAllowed):
        await world.visits.attach_patient(stranger, visit.id, None)


async def test_an_ended_visit_is_attached_later(world: World) -> None:
    await add_patient(world, "pat_1", "Zoë Müller", world.doctor)
    visit = await world.start_visit()
    doctor, _, _ = await visit.call()
    await doctor.do("end")
    answer = await world.visits.attach_patient(world.doctor, visit.id, "pat_1")
    assert answer["session"]["patient_id"] == "pat_1" and answer["session"]["patient_name"] == "Ada Example"
