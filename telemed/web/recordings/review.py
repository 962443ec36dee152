"""What becomes of a review: tags and status, verification, and the hold that keeps a recording."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from telemed.care.audit_actions import AuditAction
from telemed.care.identity import Staff
from telemed.care.permissions import Action
from telemed.care.ports import Json
from telemed.care.recording import retention
from telemed.care.recording.words import RecordingState, ReviewStatus
from telemed.errors import Conflict
from telemed.web.recordings.door import RecordingDoor
from telemed.web.recordings.withdrawing import take_out


class RecordingReview:
    """Writes what reviewers say of a recording."""

    def __init__(self, door: RecordingDoor) -> None:
        self._door = door

    async def tag(self, actor: Staff, recording_id: str, tags: Sequence[str]) -> Json:
        """Give it exactly these tags; -> {tags}. Raises NotFound."""
        async with self._door.change(actor, recording_id, Action.REVIEW_RECORDING) as step:
            await step.tx.recordings.set_tags(step.recording, tags)
            await step.audit(AuditAction.RECORDING_TAGGED)
            return {"tags": await step.tx.recordings.tags_of(recording_id)}

    async def status(self, actor: Staff, recording_id: str, status: ReviewStatus) -> Json:
        """-> {review_status}. Raises NotFound, Conflict `not_ready`."""
        async with self._door.change(actor, recording_id, Action.REVIEW_RECORDING) as step:
            if step.recording.state is not RecordingState.READY:
                raise Conflict("It cannot be reviewed yet.", code="not_ready")
            if status is not step.recording.review_status:
                by = None if status is ReviewStatus.UNREVIEWED else actor.user_id
                at = None if by is None else step.now
                await step.tx.recordings.save(replace(step.recording, review_status=status, reviewed_by=by, reviewed_at=at))
                await step.audit(AuditAction.RECORDING_REVIEWED)
            return {"review_status": status.value}

    async def hold(self, actor: Staff, recording_id: str, hold: bool, reason: str) -> Json:
        """Put a legal hold on it, or lift it; -> {hold, hold_reason}. Raises NotFound."""
        async with self._door.change(actor, recording_id, Action.HOLD_RECORDING) as step:
            after = retention.held(step.recording, hold, reason, actor)
            await step.tx.recordings.save(after)
            await step.audit(AuditAction.RECORDING_HELD if hold else AuditAction.RECORDING_RELEASED)
            await take_out(step.tx, after, step.now)  # who withdrew meanwhile has waited for this
        return {"hold": after.hold, "hold_reason": after.hold_reason}
