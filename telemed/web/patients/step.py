"""One decision about one patient's record inside one write transaction: rows, history and audit, never without each other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.identity import Staff
from telemed.care.patients.records import ChangeRecord, PatientRecord
from telemed.care.patients.words import ChangeKind
from telemed.care.permissions import Action, may_patient
from telemed.care.records import SessionRecord
from telemed.care.repositories import Transaction
from telemed.errors import NotAllowed, NotFound
from telemed.ids import new_id


@dataclass(slots=True)
class PatientStep:
    """The record as the transaction read it, and who works on it."""

    tx: Transaction
    now: datetime
    actor: Staff
    patient: PatientRecord

    @classmethod
    async def open(cls, tx: Transaction, now: datetime, actor: Staff, patient_id: str, action: Action) -> PatientStep:
        """Read a record, or the one it was merged into. Raises NotFound when there is none in the reader's organisation and site,
        NotAllowed `record_closed` when the reader does not care for this person."""
        patient = await find(tx, actor, patient_id)
        if not may_patient(actor, action, patient, await tx.standings.of_staff(actor, patient.id, now)):
            raise closed()
        return cls(tx, now, actor, patient)

    async def change(self, kind: ChangeKind, change: dict[str, list[Any]], action: AuditAction) -> None:
        """Write a change down: a line of the history and the audit row."""
        line = ChangeRecord(new_id("chg"), self.patient.id, self.patient.revision, kind.value, change, self.actor.ref, self.now)
        await self.tx.patient_history.append(line)
        await self.audit(action)

    async def audit(self, action: AuditAction) -> None:
        """Record what the actor did with this record."""
        await self.tx.audit.append(self.actor.ref, action, self.patient.id, AuditOutcome.DONE, self.now)

    def of(self, patient: PatientRecord) -> PatientStep:
        """The same work on another record."""
        return replace(self, patient=patient)


def closed() -> NotAllowed:
    """The answer to somebody of the house who does not care for this person: whom to ask stands at the record's door."""
    return NotAllowed("This record is open to those who care for the person.", code="record_closed")


async def find(tx: Transaction, actor: Staff, patient_id: str) -> PatientRecord:
    """A record of the reader's organisation and site, the kept one of merged ones. Raises NotFound."""
    patient = await tx.patients.kept(patient_id)
    if patient is None or patient.organisation_id != actor.organisation_id or not actor.works_at(patient.site_id):
        raise NotFound()
    return patient


async def visits_in_reach(tx: Transaction, actor: Staff, session_ids: Iterable[str]) -> dict[str, SessionRecord]:
    """Of these visits of a record those at the reader's site, by id: one of the whole organisation has visits at every site."""
    visits = {}
    for session_id in dict.fromkeys(session_ids):
        session = await tx.sessions.get(session_id)
        if session is not None and actor.works_at(session.site_id):
            visits[session_id] = session
    return visits
