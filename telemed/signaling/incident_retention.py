"""What identifies callers of incidents is deleted when its time is over, and so are reason and note where the clinic says so.

Two policies: `location_days` for names (crews too), numbers, places and tracks; `incident_text_days` for the free text,
which is a record of care and stays with the visit unless the clinic sets a time. Counts, times, cards and the audit trail stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from telemed.care.audit_actions import AuditAction
from telemed.care.incidents.records import IncidentRecord
from telemed.care.ports import Json
from telemed.care.times import Mark
from telemed.signaling import incident_steps
from telemed.signaling.desk import Desk
from telemed.signaling.due_walk import DueWalk
from telemed.signaling.incident_making import CALLER_NAMES, CREW_NAMES, usual_names
from telemed.signaling.incident_rows import read_rows
from telemed.signaling.step import VisitStep


class IncidentRetention:
    """One chore of the upkeep."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._callers = DueWalk[IncidentRecord](desk, "incident-retention", _mark)
        self._texts = DueWalk[IncidentRecord](desk, "incident-texts-retention", _mark)

    async def run(self) -> None:
        """Forget what is due."""
        policies = self._desk.around.recording.policies()
        await self._callers.go_on(timedelta(days=policies.location_days), self._callers_due, self._forget_callers)
        if policies.incident_text_days:  # 0: kept with the visit
            await self._texts.go_on(timedelta(days=policies.incident_text_days), self._texts_due, self._forget_texts)

    async def _callers_due(self, before: datetime, after: Mark | None, limit: int) -> Sequence[IncidentRecord]:
        async with self._desk.store.read() as tx:
            return await tx.incidents.due_to_forget(before, after, limit)

    async def _texts_due(self, before: datetime, after: Mark | None, limit: int) -> Sequence[IncidentRecord]:
        async with self._desk.store.read() as tx:
            return await tx.incidents.texts_due(before, after, limit)

    async def _forget_callers(self, incident: IncidentRecord) -> None:
        async def work(step: VisitStep) -> Json:
            present = await incident_steps.incident_of(step)
            if present.ended_at != incident.ended_at or present.forgotten_at is not None:
                return {}  # opened again, or forgotten meanwhile
            gone = present.forgotten_positions + await step.tx.incidents.forget_places(present.id)
            usual = usual_names(present.language)
            await step.tx.incidents.forget_callers(present.id, CALLER_NAMES[present.language], usual)
            await step.tx.incidents.forget_crews(present.id, CREW_NAMES[present.language])
            await incident_steps.save(step, replace(present, forgotten_at=step.now, forgotten_positions=gone))
            step.incident = await read_rows(step.tx, step.session.id)
            step.seats = {seat.id: seat for seat in await step.tx.participants.in_session(step.session.id)}
            await step.audit(AuditAction.INCIDENT_FORGOTTEN, present.id)
            return {}

        await self._desk.transactor.change(incident.session_id, work)

    async def _forget_texts(self, incident: IncidentRecord) -> None:
        async def work(step: VisitStep) -> Json:
            present = await incident_steps.incident_of(step)
            if present.ended_at != incident.ended_at or present.texts_forgotten_at is not None:
                return {}
            await step.save_session(replace(step.session, reason=""))
            await step.tx.incidents.forget_reasons(present.id)
            await incident_steps.save(step, replace(present, reason="", note="", texts_forgotten_at=step.now))
            await step.audit(AuditAction.INCIDENT_TEXTS_FORGOTTEN, present.id)
            return {}

        await self._desk.transactor.change(incident.session_id, work)


def _mark(incident: IncidentRecord) -> Mark:
    assert incident.ended_at is not None, "it is due because it has ended"
    return incident.ended_at, incident.id
