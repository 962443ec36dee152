"""Numbers, places and tracks of incidents are deleted when their time is over. A chore, looked at once an hour."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from telemed.care.audit_actions import AuditAction
from telemed.care.incidents.records import IncidentRecord
from telemed.care.ports import Json
from telemed.signaling import incident_steps
from telemed.signaling.desk import Desk
from telemed.signaling.faults import report_fault
from telemed.signaling.step import VisitStep

LOOK_SECONDS = 3600.0
AT_ONCE = 50  # in one look: others wait for the writer, too


class IncidentRetention:
    """Remembers when it looked last; the first look is at the start."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._looked_at: float | None = None

    async def run(self) -> None:
        """Forget what is due."""
        now = self._desk.clock.monotonic()
        if self._looked_at is not None and now - self._looked_at < LOOK_SECONDS:
            return
        self._looked_at = now
        days = self._desk.around.recording.policies().location_days
        async with self._desk.store.read() as tx:
            due = await tx.incidents.due_to_forget(self._desk.clock.utcnow() - timedelta(days=days), AT_ONCE)
        for incident in due:
            try:
                await self._forget(incident)
            except Exception as error:  # noqa: BLE001 - what goes wrong with one must not keep the places of others
                report_fault("incident-retention", error)
        if len(due) == AT_ONCE:
            self._looked_at = None  # there is more: the next sweep goes on

    async def _forget(self, incident: IncidentRecord) -> None:
        async def work(step: VisitStep) -> Json:
            present = await incident_steps.incident_of(step)
            if present.ended_at != incident.ended_at:
                return {}  # opened again meanwhile
            gone = present.forgotten_positions + await step.tx.incidents.forget_places(present.id)
            for caller in (await incident_steps.rows_of(step)).callers:
                await incident_steps.save_caller(step, replace(caller, phone="", place="", call_back=None, facts={}))
            await incident_steps.save(step, replace(present, forgotten_at=step.now, forgotten_positions=gone))
            step.incident = replace(await incident_steps.rows_of(step), positions=())
            await step.audit(AuditAction.INCIDENT_FORGOTTEN, present.id)
            return {}

        await self._desk.transactor.change(incident.session_id, work)
