"""Stills of a recorded visit, for who may watch its recording: those of people who were in it."""

from __future__ import annotations

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.identity import Staff
from telemed.care.permissions import Action
from telemed.care.recording.words import RecordingState
from telemed.care.stills.ports import StillReader, StillVault
from telemed.care.stills.records import StillRecord
from telemed.care.stills.words import StillPart, StillState
from telemed.errors import NotFound
from telemed.web.recordings import acts_view
from telemed.web.recordings.door import RecordingDoor, RecordingStep
from telemed.web.recordings.watching import Watching


class RecordingStills:
    """Opens them. Who does is listed like who plays."""

    def __init__(self, door: RecordingDoor, vault: StillVault, watching: Watching) -> None:
        self._door = door
        self._vault = vault
        self._watching = watching

    async def open(
        self, actor: Staff, recording_id: str, still_id: str, part: StillPart
    ) -> tuple[StillRecord, StillReader]:
        """One of them. Raises NotFound, Unavailable."""
        async with self._door.change(actor, recording_id, Action.WATCH_RECORDING) as step:
            still = await _shown(step, still_id, part)
            if part is StillPart.PICTURE:
                await step.tx.audit.append(actor.ref, AuditAction.STILL_OPENED, still.id, AuditOutcome.DONE, step.now)
        await self._watching.note(actor, recording_id)
        return still, await self._vault.open(still_id, part)


async def _shown(step: RecordingStep, still_id: str, part: StillPart) -> StillRecord:
    """A still that the timeline shows with its picture; raises NotFound for any other."""
    still = await step.tx.stills.get(still_id)
    said = await step.tx.consents.of_session(step.recording.session_id)
    is_shown = step.recording.state is RecordingState.READY and acts_view.shows_still(still, step.recording, said)
    if still is None or not is_shown or still.state is not StillState.KEPT:
        raise NotFound()
    if part is StillPart.THUMBNAIL and not still.has_thumbnail:
        raise NotFound()
    return still
