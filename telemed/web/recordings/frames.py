"""Frozen pictures of a recorded visit, for who may watch its recording: those of people who were in it."""

from __future__ import annotations

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.identity import Staff
from telemed.care.incidents import frames
from telemed.care.permissions import Action
from telemed.care.recording.words import RecordingState
from telemed.care.stills.ports import StillVault
from telemed.care.stills.words import StillPart
from telemed.errors import NotFound
from telemed.web.recordings import acts_view
from telemed.web.recordings.door import RecordingDoor, RecordingStep
from telemed.web.recordings.watching import Watching


class RecordingFrames:
    """Opens them. Who does is listed like who plays."""

    def __init__(self, door: RecordingDoor, vault: StillVault, watching: Watching) -> None:
        self._door = door
        self._vault = vault
        self._watching = watching

    async def open(self, actor: Staff, recording_id: str, frame_id: str) -> bytes:
        """The JPEG of one. Raises NotFound, Unavailable."""
        async with self._door.change(actor, recording_id, Action.WATCH_RECORDING) as step:
            await _check_shown(step, frame_id)
            await step.tx.audit.append(actor.ref, AuditAction.FRAME_OPENED, frame_id, AuditOutcome.DONE, step.now)
        await self._watching.note(actor, recording_id)
        reader = await self._vault.open(frame_id, StillPart.PICTURE)
        try:
            return await reader.read(0, min(reader.size, frames.MAX_BYTES))
        finally:
            await reader.close()


async def _check_shown(step: RecordingStep, frame_id: str) -> None:
    """Raise NotFound for a picture that the timeline does not show."""
    frame = await step.tx.incidents.frame(frame_id)
    said = await step.tx.consents.of_session(step.recording.session_id)
    if step.recording.state is not RecordingState.READY or not acts_view.shows_frame(frame, step.recording, said):
        raise NotFound()
