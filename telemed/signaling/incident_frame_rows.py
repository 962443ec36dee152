"""What stays of a frozen picture: when it was shown, to whom, by whom, and how much was drawn on it. Never the picture."""

from __future__ import annotations

from dataclasses import replace

from telemed.care.audit_actions import AuditAction
from telemed.care.identity import Staff
from telemed.care.incidents.frames import Frame
from telemed.care.incidents.records import FrameRecord
from telemed.signaling import incident_steps
from telemed.signaling.step import VisitStep


async def shown(step: VisitStep, frame_id: str, participant_id: str, by: Staff, former: Frame | None) -> None:
    """One is shown; the one before it is not any more."""
    incident = (await incident_steps.rows_of(step)).incident
    if former is not None:
        await changed(step, former, None)
    ids = (frame_id, incident.id if incident is not None else None, step.session.id, participant_id)
    await step.tx.incidents.add_frame(FrameRecord(*ids, by.user_id, by.name, step.now))


async def changed(step: VisitStep, before: Frame, after: Frame | None) -> None:
    """Something was drawn, or (None) the live picture is back."""
    row = await step.tx.incidents.frame(before.id)
    if row is None or row.ended_at is not None:
        return
    if after is None:
        await step.tx.incidents.save_frame(replace(row, ended_at=step.now))
    elif len(after.shapes) > row.shapes:
        await step.tx.incidents.save_frame(replace(row, shapes=len(after.shapes)))
        if row.shapes == 0:
            await step.audit(AuditAction.FRAME_DRAWN, before.id)
