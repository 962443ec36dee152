"""A line of chat and its trail, in the transaction that keeps both."""

from __future__ import annotations

from telemed.care import views
from telemed.care.audit_actions import AuditAction
from telemed.care.ports import Json
from telemed.care.records import MessageRecord, ParticipantRecord
from telemed.ids import new_id
from telemed.signaling.step import VisitStep


async def append_line(
    step: VisitStep, seat: ParticipantRecord, body: str, command_id: str, to_participant_id: str | None
) -> Json:
    """Keep what `seat` says; -> {message}."""
    line = MessageRecord(new_id("msg"), step.session.id, 0, seat.id, seat.name, body, step.now, command_id, to_participant_id)
    stored = await step.tx.messages.append(line)
    step.messages.append(stored)
    await step.audit(AuditAction.CHAT_SENT, stored.id)
    return {"message": views.message_view(stored)}
