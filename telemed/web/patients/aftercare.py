"""What was agreed after a patient's visits, for who cares for the person: messages and follow-ups. Every look is audited."""

from __future__ import annotations

from telemed.care.aftercare.views import follow_up_view, message_view
from telemed.care.audit_actions import AuditAction
from telemed.care.identity import Staff
from telemed.care.permissions import Action
from telemed.care.ports import Json, Store
from telemed.clock import Clock
from telemed.web.patients.step import PatientStep, visits_in_reach


class PatientAftercare:
    """Lists."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def read(self, actor: Staff, patient_id: str) -> Json:
        """-> {messages, follow_ups}: newest first, the latest day first. Raises NotFound, NotAllowed `record_closed`."""
        async with self._store.write() as tx:
            step = await PatientStep.open(tx, self._clock.utcnow(), actor, patient_id, Action.READ_PATIENT_AFTERCARE)
            await step.audit(AuditAction.PATIENT_AFTERCARE_READ)
            messages = await tx.visit_messages.of_patient(step.patient.id)
            follow_ups = await tx.follow_ups.of_patient(step.patient.id)
            named = [*(one.session_id for one in messages), *(one.session_id for one in follow_ups)]
            visits = await visits_in_reach(tx, actor, named)
            messages = [one for one in messages if one.session_id in visits]
            follow_ups = [one for one in follow_ups if one.session_id in visits]
            owners = await tx.users.names({one.user_id for one in follow_ups})
            sent = {one.id: await tx.outbox.about(one.id) for one in messages}
        rows = []
        for one in follow_ups:
            whose = {"owner": owners.get(one.user_id, ""), "mine": one.user_id == actor.user_id}
            rows.append({**follow_up_view(one, visits[one.session_id]), **whose})
        return {"messages": [message_view(one, sent[one.id]) for one in messages], "follow_ups": rows}
