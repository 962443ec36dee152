"""Pictures opened and erased. Fulfils `care.stills.ports.StillShelf`."""

from __future__ import annotations

from dataclasses import dataclass, replace

from telemed.care.audit_actions import AuditAction
from telemed.care.identity import Identity, Staff
from telemed.care.permissions import Action
from telemed.care.ports import Json
from telemed.care.stills import states
from telemed.care.stills.ports import StillReader
from telemed.care.stills.records import StillRecord
from telemed.care.stills.views import sees_still
from telemed.care.stills.words import SHOWN, StillCause, StillEvent, StillPart, StillState
from telemed.errors import NotFound
from telemed.signaling.acting import authorise, own_seat, require_live
from telemed.signaling.chat_audience import ChatAudience
from telemed.signaling.desk import Desk
from telemed.signaling.step import VisitStep
from telemed.signaling.still_steps import ref_of, still_of


@dataclass(frozen=True, slots=True)
class StillShelf:
    """Owns nothing."""

    desk: Desk

    async def open(
        self, who: Identity, session_id: str, still_id: str, part: StillPart
    ) -> tuple[StillRecord, StillReader]:
        """For who sees it in the call, and staff of the session afterwards."""
        found: list[StillRecord] = []

        async def work(step: VisitStep) -> Json:
            still = await _seen(step, who, still_id)
            _check_there(still, part)
            if part is StillPart.PICTURE:
                await step.audit(AuditAction.STILL_OPENED, still.id)
            found.append(still)
            return {}

        if part is StillPart.PICTURE:
            await self.desk.transactor.change(session_id, work, ref_of(who))
        else:
            async with self.desk.store.read() as tx:
                await work(await VisitStep.load(tx, session_id, self.desk.clock.utcnow(), ref_of(who)))
        return found[0], await self.desk.around.stills.open(still_id, part)

    async def erase(self, actor: Staff, session_id: str, still_id: str, reason: str) -> None:
        """Destroy a kept picture and its key. Repeating it does nothing."""

        async def work(step: VisitStep) -> Json:
            authorise(step, actor, Action.ERASE_STILL)
            still = await still_of(step, still_id)
            after, action = states.apply(still, StillEvent.ERASED, StillCause.STAFF, step.now)
            if action is not None:
                await step.save_still(replace(after, erased_at=step.now, erase_reason=reason, size=0, has_thumbnail=False))
                await step.audit(action, still.id)
            await self.desk.around.stills.discard(still_id)  # inside: when it cannot be destroyed, nothing is said
            return {}

        await self.desk.transactor.change(session_id, work, actor.ref)


async def _seen(step: VisitStep, who: Identity, still_id: str) -> StillRecord:
    """A still that this person sees; raises NotFound."""
    authorise(step, who, Action.SEE_STILL)
    still = await still_of(step, still_id)
    seat = own_seat(step, who)
    if isinstance(who, Staff):
        return still  # of the session, as the table has it
    require_live(step)
    audience = ChatAudience(await step.tx.events.in_session(step.session.id))
    at = still.kept_at or still.created_at
    if seat is None or not sees_still(step.session, seat, still, audience.was_there(seat, at)):
        raise NotFound()
    return still


def _check_there(still: StillRecord, part: StillPart) -> None:
    """Raise NotFound for what is not kept, or not any more."""
    there = still.state is StillState.KEPT if part is StillPart.PICTURE else still.has_thumbnail
    if not there or still.state not in SHOWN:
        raise NotFound()
