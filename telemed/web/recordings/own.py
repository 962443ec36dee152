"""A patient's own recordings: that they are there, and who watched them. No media."""

from __future__ import annotations

from dataclasses import replace

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.identity import Person
from telemed.care.permissions import Action
from telemed.care.ports import Json, Store
from telemed.care.recording.texts import WITHDRAWAL_TEXT
from telemed.clock import Clock
from telemed.web.persons.channel_checks import own_record
from telemed.web.recordings import views
from telemed.web.recordings.withdrawing import own_part


class OwnRecordings:
    """The list of the page Home; a carer's when its scope names who saw the record."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def read(self, person: Person) -> Json:
        """-> {recordings: [{id, started_at, duration_ms, erased, part, viewers}], text_version}, newest first. Raises NotFound,
        NotAllowed."""
        now = self._clock.utcnow()
        async with self._store.write() as tx:
            patient = await own_record(tx, person, Action.READ_OWN_RECORDINGS, now)
            await tx.audit.append(person.ref, AuditAction.PERSON_RECORDINGS_READ, patient.id, AuditOutcome.DONE, now)
            found = await tx.recordings.of_person(replace(person, patient_id=patient.id))  # the kept one of merged records
            watched = await tx.recording_views.of_recordings([recording.id for recording in found])
            parts = {recording.id: await own_part(tx, person, recording) for recording in found}
        lines = [views.own_view(recording, watched.get(recording.id, ()), parts[recording.id]) for recording in found]
        return {"recordings": lines, "text_version": WITHDRAWAL_TEXT}
