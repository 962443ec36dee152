"""The pictures of a patient's visits, for who cares for the person. Every look is audited."""

from __future__ import annotations

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.identity import Staff
from telemed.care.permissions import Action
from telemed.care.ports import Json, Store
from telemed.care.stills.ports import StillReader, StillVault
from telemed.care.stills.records import StillRecord
from telemed.care.stills.views import still_view
from telemed.care.stills.words import StillPart, StillState
from telemed.care.times import iso_utc
from telemed.clock import Clock
from telemed.errors import NotFound
from telemed.web.patients.step import PatientStep, visits_in_reach


class PatientStills:
    """Lists and opens."""

    def __init__(self, store: Store, clock: Clock, vault: StillVault) -> None:
        self._store = store
        self._clock = clock
        self._vault = vault

    async def read(self, actor: Staff, patient_id: str) -> Json:
        """-> {stills}: newest first. Raises NotFound, NotAllowed `record_closed`."""
        async with self._store.write() as tx:
            step = await PatientStep.open(tx, self._clock.utcnow(), actor, patient_id, Action.READ_STILLS)
            await step.audit(AuditAction.PATIENT_STILLS_LISTED)
            stills = await tx.stills.of_patient(step.patient.id)
            visits = await visits_in_reach(tx, actor, [still.session_id for still in stills])
        begun = {name: iso_utc(found.created_at) for name, found in visits.items()}
        return {
            "stills": [
                {**still_view(still, {}), "session_id": still.session_id, "session_at": begun[still.session_id]}
                for still in stills
                if still.session_id in visits
            ]
        }

    async def open(
        self, actor: Staff, patient_id: str, still_id: str, part: StillPart
    ) -> tuple[StillRecord, StillReader]:
        """One of them. Raises NotFound, NotAllowed `record_closed`, Unavailable."""
        async with self._store.write() as tx:
            step = await PatientStep.open(tx, self._clock.utcnow(), actor, patient_id, Action.READ_STILLS)
            still = await tx.stills.get(still_id)
            session = await tx.sessions.get(still.session_id) if still is not None else None
            if still is None or session is None or session.patient_id != step.patient.id:
                raise NotFound()
            if not actor.works_at(session.site_id):
                raise NotFound()
            if still.state is not StillState.KEPT or (part is StillPart.THUMBNAIL and not still.has_thumbnail):
                raise NotFound()
            if part is StillPart.PICTURE:
                await tx.audit.append(actor.ref, AuditAction.STILL_OPENED, still.id, AuditOutcome.DONE, step.now)
        return still, await self._vault.open(still_id, part)
