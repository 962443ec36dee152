"""The connection of a visit, minute by minute, for staff who may read the visit."""

from __future__ import annotations

from telemed.care.audit_actions import AuditAction
from telemed.care.identity import Staff
from telemed.care.permissions import Action
from telemed.care.ports import Json
from telemed.care.quality_views import connection_view
from telemed.signaling.acting import authorise
from telemed.signaling.desk import Desk
from telemed.signaling.step import VisitStep

MAX_MINUTES = 3000  # of participants, in one answer: ten people for five hours


class QualityDesk:
    """One endpoint of protocol section 1.2."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def read(self, actor: Staff, session_id: str) -> Json:
        """-> {participants, more}. Reading is audited as reading the visit."""

        async def work(step: VisitStep) -> Json:
            authorise(step, actor, Action.READ_SESSION)
            await step.audit(AuditAction.SESSION_READ, session_id)
            return {}

        await self._desk.transactor.change(session_id, work, actor.ref)
        async with self._desk.store.read() as tx:
            seats = await tx.participants.in_session(session_id)
            minutes = await tx.quality.in_session(session_id, MAX_MINUTES + 1)
        return connection_view(seats, minutes, MAX_MINUTES)
