"""Ending a recording before its time: two different people, or one and a week; and the decision on an emergency.

Key and files are destroyed inside the transaction that says so: when they cannot be, nothing is said. Should the process die
between the two, the recording is gone and its row still there; confirming again mends it, for erasing twice does nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from telemed.care.audit_actions import AuditAction
from telemed.care.identity import Staff
from telemed.care.notify import compose
from telemed.care.notify.catalogue import Template
from telemed.care.notify.compose import Wanted
from telemed.care.notify.ports import Notifier
from telemed.care.notify.records import Medium
from telemed.care.permissions import Action
from telemed.care.ports import Json
from telemed.care.recording import erasing, retention, states
from telemed.care.recording.ports import RecordingVault
from telemed.care.recording.records import EraseRequest
from telemed.care.recording.words import RecordingCause, RecordingEvent
from telemed.care.records import UserRecord
from telemed.errors import Conflict, InvalidInput
from telemed.ids import new_id
from telemed.web.recordings import views
from telemed.web.recordings.door import RecordingDoor, RecordingStep

NOTICE_LIFE = timedelta(days=7)  # a notice that could not be sent by then says nothing new


@dataclass(frozen=True, slots=True)
class RecordingErasing:
    """The steps of erasing. Everybody with the right is told of each."""

    door: RecordingDoor
    vault: RecordingVault
    notifier: Notifier
    base_url: str

    async def ask(self, actor: Staff, recording_id: str, reason: str) -> Json:
        """-> {erase}. Raises NotFound, InvalidInput, Conflict `erase_asked`, `recording_held`, `recording_in_use`."""
        async with self.door.change(actor, recording_id, Action.ERASE_RECORDING) as step:
            before = await step.tx.erase_requests.open_of(recording_id)
            if before is not None and erasing.is_stale(before, step.now):
                await step.tx.erase_requests.save(erasing.cancelled(before, actor, step.now))
            officers = await _officers(step)
            request = erasing.asked(new_id("ers"), step.recording, actor, reason, _others(officers, actor), step.now)
            await step.tx.erase_requests.create(request)
            await step.audit(AuditAction.RECORDING_ERASE_ASKED)
            await self._tell(step, request, officers, "asked")
        self.notifier.wake()
        return {"erase": views.erase_view(request, actor.name, actor.user_id)}

    async def confirm(self, actor: Staff, recording_id: str) -> Json:
        """Erase it; -> {}. Raises NotFound, Conflict `erase_over`, `own_request`, `too_early`, `recording_held`."""
        async with self.door.change(actor, recording_id, Action.ERASE_RECORDING) as step:
            request, officers = await _request(step), await _officers(step)
            done = erasing.confirmed(request, step.recording, actor, _others(officers, actor), step.now)
            await step.tx.erase_requests.save(done)
            await step.audit(AuditAction.RECORDING_ERASE_CONFIRMED)
            await self._destroy(step)
            await self._tell(step, done, officers, "done")
        self.notifier.wake()
        return {}

    async def cancel(self, actor: Staff, recording_id: str) -> Json:
        """Take the wish back; -> {}. Raises NotFound, Conflict `erase_over`."""
        async with self.door.change(actor, recording_id, Action.ERASE_RECORDING) as step:
            request = await _request(step)
            await step.tx.erase_requests.save(erasing.cancelled(request, actor, step.now))
            await step.audit(AuditAction.RECORDING_ERASE_CANCELLED)
            await self._tell(step, request, await _officers(step), "cancelled")
        self.notifier.wake()
        return {}

    async def decide(self, actor: Staff, recording_id: str, keep: bool, reason: str) -> Json:
        """Keep what was recorded in an emergency, or destroy it; -> {}. Raises NotFound, Conflict `not_emergency`,
        `recording_held`, `recording_in_use`."""
        async with self.door.change(actor, recording_id, Action.DECIDE_RECORDING) as step:
            retention.check_undecided(step.recording)
            if keep:
                await step.tx.recordings.save(retention.kept(step.recording))
                await step.audit(AuditAction.RECORDING_EMERGENCY_KEPT)
            else:
                erasing.check_erasable(step.recording)
                await step.audit(AuditAction.RECORDING_EMERGENCY_DESTROYED)
                await self._destroy(step)
        return {}

    async def _destroy(self, step: RecordingStep) -> None:
        after, action = states.apply(step.recording, RecordingEvent.ERASED, RecordingCause.OFFICER, step.now)
        await step.tx.recordings.save(after)
        if action is not None:
            await step.audit(action)
        if await self.vault.erase(step.recording.id):
            await step.audit(AuditAction.RECORDING_KEY_DESTROYED)

    async def _tell(self, step: RecordingStep, request: EraseRequest, officers: list[UserRecord], what: str) -> None:
        """Put the notices into the outbox: that something is to be looked at, not what."""
        for user in erasing.whom_to_tell(officers, request):
            wanted = Wanted(
                id=new_id("out"),
                organisation_id=user.organisation_id,
                medium=Medium.MAIL,
                recipient=user.email,
                template=Template.RECORDING_ERASE_NOTICE,
                language=user.language or "en",
                about_id=request.id,
                dedupe_key=f"erase:{request.id}:{what}:{user.id}",
                expires_at=step.now + NOTICE_LIFE,
                details={"link": f"{self.base_url}/recordings/{step.recording.id}"},
            )
            try:
                compose.check_recipient(Medium.MAIL, user.email)
                await step.tx.outbox.put(compose.compose(wanted, step.now))
            except InvalidInput:
                continue  # an address few mail servers take: the others are told


async def _officers(step: RecordingStep) -> list[UserRecord]:
    staff = await step.tx.users.in_organisation(step.recording.organisation_id)
    return erasing.officers(staff, step.recording.site_id)


def _others(officers: list[UserRecord], actor: Staff) -> int:
    return sum(user.id != actor.user_id for user in officers)


async def _request(step: RecordingStep) -> EraseRequest:
    """The wish that waits. Raises Conflict `erase_over`."""
    request = await step.tx.erase_requests.open_of(step.recording.id)
    if request is None:
        raise Conflict("Nobody has asked for this.", code="erase_over")
    return request
