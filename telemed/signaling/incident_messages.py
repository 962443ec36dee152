"""The message with a caller's link: put into the outbox with the incident, and followed until it is known how it went."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from telemed.care.audit_actions import AuditAction
from telemed.care.incidents import sending
from telemed.care.incidents.records import IncidentRecord
from telemed.care.incidents.words import OVER, IncidentCause, IncidentEvent, SendState
from telemed.care.notify.catalogue import Template
from telemed.care.notify.compose import Wanted, compose
from telemed.care.notify.records import Medium, OutboxMessage
from telemed.care.ports import Json
from telemed.errors import Conflict
from telemed.ids import new_id
from telemed.signaling import incident_steps
from telemed.signaling.desk import Desk
from telemed.signaling.incident_limits import check_limits
from telemed.signaling.step import VisitStep

MESSAGE_LIFE = timedelta(minutes=15)  # whoever has an accident needs the link now; later it only confuses
REPORT_LIFE = timedelta(hours=1)  # how long a delivery report is waited for


async def put_message(step: VisitStep, desk: Desk, link_id: str) -> None:
    """Put a message with the link of the present caller into the outbox, in the transaction of its cause."""
    incident = await incident_steps.incident_of(step)
    if not incident.phone:
        return
    if not desk.notifier.can_send(Medium.SMS):
        await incident_steps.save(step, replace(incident, send_state=SendState.NO_WAY, send_since=step.now))
        return
    if incident.sends >= sending.MAX_SENDS:
        raise Conflict("This link was sent too often.", code="resend_limit")
    await check_limits(step, incident.phone)
    message = await step.tx.outbox.put(compose(_wanted(incident, link_id, step), step.now))
    sent = replace(incident, send_state=SendState.QUEUED, send_since=step.now, sends=incident.sends + 1, message_id=message.id)
    await incident_steps.save(step, sent)
    await step.audit(AuditAction.INCIDENT_MESSAGE, incident.id)


def _wanted(incident: IncidentRecord, link_id: str, step: VisitStep) -> Wanted:
    return Wanted(
        id=new_id("out"),
        organisation_id=incident.organisation_id,
        medium=Medium.SMS,
        recipient=incident.phone,
        template=Template.EMERGENCY_LINK,
        language=incident.language,
        about_id=link_id,
        dedupe_key=f"incident:{link_id}:{incident.sends + 1}",
        expires_at=step.now + MESSAGE_LIFE,
        details={"actor_id": incident.link_actor_id, "command_id": incident.link_command_id},
    )


class IncidentMessages:
    """A chore of every sweep: what became of messages on their way is told to dispatchers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def run(self) -> None:
        """Look at the messages of open incidents that something may still be heard of."""
        pending = [incident for visit in self._desk.live if (incident := self._pending(visit.incident.incident)) is not None]
        if not pending:
            return
        async with self._desk.store.read() as tx:
            found = [(incident, await tx.outbox.get(incident.message_id or "")) for incident in pending]
        now = self._desk.clock.utcnow()
        for incident, message in found:
            if message is not None and sending.send_state(message, now) is not incident.send_state:
                await self._note(incident, message)

    def _pending(self, incident: IncidentRecord | None) -> IncidentRecord | None:
        if incident is None or incident.message_id is None or incident.send_since is None or incident.state in OVER:
            return None
        recent = self._desk.clock.utcnow() - incident.send_since < REPORT_LIFE
        return incident if recent and incident.send_state in sending.OPEN else None

    async def _note(self, incident: IncidentRecord, message: OutboxMessage) -> None:
        async def work(step: VisitStep) -> Json:
            present = await incident_steps.incident_of(step)
            state = sending.send_state(message, step.now)
            if present.message_id != message.id or state is present.send_state:
                return {}
            await incident_steps.save(step, replace(present, send_state=state, send_since=step.now))
            if sending.went_out(state):
                await incident_steps.move(step, IncidentEvent.SENT, IncidentCause.SYSTEM)
            return {}

        await self._desk.transactor.change(incident.session_id, work)
