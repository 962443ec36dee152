"""Visits and the records of the people in them: attached and detached by staff, while the call runs or long after."""

from __future__ import annotations

from dataclasses import replace

from telemed.care import views
from telemed.care.audit_actions import AuditAction
from telemed.care.identity import Staff
from telemed.care.patients.records import ChangeRecord, PatientRecord
from telemed.care.patients.words import ChangeKind
from telemed.care.permissions import Action, may_patient
from telemed.care.ports import Json
from telemed.errors import Conflict, NotAllowed, NotFound
from telemed.ids import new_id
from telemed.signaling.acting import authorise
from telemed.signaling.carer_places import end_places_of_others
from telemed.signaling.desk import Desk
from telemed.signaling.own_links import end_own_links
from telemed.signaling.step import VisitStep


class PatientDesk:
    """The two endpoints of protocol section 1.4 that begin with a session."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def attach(self, actor: Staff, session_id: str, patient_id: str | None) -> Json:
        """Attach a visit to a record, or detach it (None); -> {session}. The same again changes nothing."""

        async def work(step: VisitStep) -> Json:
            authorise(step, actor, Action.EDIT_SESSION)
            if patient_id is not None:
                await attach(step, actor, patient_id)
            elif step.session.patient_id is not None:
                patient = await _record(step, actor, step.session.patient_id)
                await step.save_session(replace(step.session, patient_id=None))
                await end_own_links(step, self._desk.settings.link_key, patient.id)
                await _note(step, patient, ChangeKind.SESSION_DETACHED, AuditAction.PATIENT_SESSION_DETACHED)
            return {"session": views.staff_session_view(step.session)}

        return await self._desk.transactor.change(session_id, work, actor.ref)


async def attach(step: VisitStep, actor: Staff, patient_id: str) -> None:
    """Attach the visit of a step to a record, or to the one it was merged into. An empty name of the visit becomes the person's.

    Raises NotFound, NotAllowed `record_closed` (attaching would open the record to who leads the visit: only who cares for the
    person, or the front desk, may), Conflict `already_attached` to another record.
    """
    patient = await _record(step, actor, patient_id)
    if step.session.patient_id == patient.id:
        return
    if step.session.patient_id is not None:
        raise Conflict("This visit is attached to another record.", code="already_attached")
    name = step.session.patient_name or patient.name
    await step.save_session(replace(step.session, patient_id=patient.id, patient_name=name))
    await end_places_of_others(step)
    await _note(step, patient, ChangeKind.SESSION_ATTACHED, AuditAction.PATIENT_SESSION_ATTACHED)


async def _record(step: VisitStep, actor: Staff, patient_id: str) -> PatientRecord:
    patient = await step.tx.patients.kept(patient_id)
    if patient is None or patient.organisation_id != actor.organisation_id or not actor.works_at(patient.site_id):
        raise NotFound()
    if not may_patient(actor, Action.ATTACH_SESSION, patient, await step.tx.standings.of_staff(actor, patient.id, step.now)):
        raise NotAllowed("This record is open to those who care for the person.", code="record_closed")
    return patient


async def _note(step: VisitStep, patient: PatientRecord, kind: ChangeKind, action: AuditAction) -> None:
    """Write it down in the record's history and twice in the trail: under the person and under the visit."""
    before, after = (None, step.session.id) if kind is ChangeKind.SESSION_ATTACHED else (step.session.id, None)
    line = ChangeRecord(
        new_id("chg"), patient.id, patient.revision, kind.value, {"session": [before, after]}, step.actor, step.now
    )
    await step.tx.patient_history.append(line)
    await step.audit(action, patient.id)
    await step.audit(AuditAction.SESSION_EDITED, step.session.id)
