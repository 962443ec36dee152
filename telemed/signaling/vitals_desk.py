"""Vital signs of a session: noting, taking back, reading. Each method is one endpoint."""

from __future__ import annotations

from dataclasses import replace

from telemed.care.audit_actions import AuditAction
from telemed.care.identity import Staff
from telemed.care.oncall import views, vitals
from telemed.care.oncall.records import Vital
from telemed.care.oncall.requests import NewVital
from telemed.care.permissions import Action
from telemed.care.ports import Json
from telemed.errors import Conflict, NotAllowed, NotFound
from telemed.ids import new_id
from telemed.signaling import oncall_steps
from telemed.signaling.acting import authorise, require_live
from telemed.signaling.command_kinds import of_kind
from telemed.signaling.desk import Desk
from telemed.signaling.step import VisitStep


class VitalsDesk:
    """Everything noted reaches the staff in the call with the commit."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def note(self, actor: Staff, session_id: str, wanted: NewVital, command_id: str) -> Json:
        """-> {vital}. Raises InvalidInput naming the field, Conflict `too_many_vitals`, Gone."""
        value, second = vitals.checked(wanted.kind, wanted.value, wanted.second)

        @of_kind("vital.note")
        async def work(step: VisitStep) -> Json:
            authorise(step, actor, Action.KEEP_VITALS)
            require_live(step)
            seat = step.seat_of_user(actor.user_id)
            if seat is None:
                raise NotAllowed()
            at = wanted.at or step.now
            vitals.check_time(at, step.now)
            if len((await oncall_steps.rows_of(step)).vitals) >= vitals.MAX_OF_SESSION:
                raise Conflict("This visit has too many measurements.", code="too_many_vitals")
            vital = Vital(
                new_id("vit"), session_id, seat.id, actor.user_id, actor.name, wanted.kind, value, second, at, step.now
            )
            await oncall_steps.save_vital(step, vital)
            await step.audit(AuditAction.VITAL_NOTED, vital.id)
            return {"vital": views.vital_view(vital)}

        return await self._desk.transactor.command(session_id, actor.ref, actor.user_id, command_id, work)

    async def remove(self, actor: Staff, session_id: str, vital_id: str, command_id: str) -> Json:
        """-> {}: it stays in the store and is shown no more. Raises NotFound."""

        @of_kind("vital.remove")
        async def work(step: VisitStep) -> Json:
            authorise(step, actor, Action.KEEP_VITALS)
            vital = await step.tx.vitals.get(vital_id)
            if vital is None or vital.session_id != session_id:
                raise NotFound()
            if vital.removed_at is None:
                await oncall_steps.save_vital(step, replace(vital, removed_at=step.now, removed_by=actor.user_id))
                await step.audit(AuditAction.VITAL_REMOVED, vital.id)
            return {}

        return await self._desk.transactor.command(session_id, actor.ref, actor.user_id, command_id, work)

    async def read(self, actor: Staff, session_id: str) -> Json:
        """-> {vitals}. Reading is audited."""

        async def work(step: VisitStep) -> Json:
            authorise(step, actor, Action.KEEP_VITALS)
            await step.audit(AuditAction.VITALS_READ, session_id)
            rows = await oncall_steps.rows_of(step)
            return {"vitals": [views.vital_view(vital) for vital in rows.vitals]}

        return await self._desk.transactor.change(session_id, work, actor.ref)
