"""The demo's patient and carer: somebody to sign in as at /my, where no real person must be made first."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.identity import SYSTEM
from telemed.care.patients.names import fold
from telemed.care.patients.records import CarerRecord, ChannelRecord, PatientRecord, TeamMemberRecord
from telemed.care.patients.words import CarerScope, ChannelKind, Relation
from telemed.care.records import UserRecord
from telemed.care.repositories import Transaction
from telemed.ids import new_id

NAME, BORN, ADDRESS = "Anna Beispiel", date(1956, 3, 12), "anna@demo.example"  # the domain is reserved (RFC 2606)
CARER_NAME, CARER_ADDRESS = "Ben Beispiel", "ben@demo.example"
_SCOPE = (CarerScope.JOIN_VISITS, CarerScope.SEE_VISITS, CarerScope.SEE_DETAILS)


async def ensure_demo_patient(tx: Transaction, clinician: UserRecord, at: datetime) -> None:
    """Make the patient, its carer and their confirmed addresses, unless the address is known. Again it writes nothing."""
    if await tx.channels.by_value(ChannelKind.EMAIL.value, ADDRESS):
        return
    patient = PatientRecord(
        new_id("pat"), clinician.organisation_id, NAME, fold(NAME), clinician.id, at, at, birth_date=BORN
    )
    carer = CarerRecord(new_id("car"), patient.id, CARER_NAME, Relation.CHILD, _SCOPE, clinician.id, at)
    channel = ChannelRecord(new_id("chn"), patient.id, ChannelKind.EMAIL, ADDRESS, at, verified_at=at)
    await tx.patients.create(patient)
    await tx.carers.create(carer)
    await tx.channels.create(channel)
    await tx.channels.create(replace(channel, id=new_id("chn"), value=CARER_ADDRESS, carer_id=carer.id))
    await tx.care_teams.add(TeamMemberRecord(new_id("tmm"), patient.id, clinician.id, clinician.id, at))
    await tx.audit.append(SYSTEM, AuditAction.PATIENT_CREATED, patient.id, AuditOutcome.DONE, at)
