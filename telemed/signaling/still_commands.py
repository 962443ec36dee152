"""Commands of stills: asking for one, saying no, calling it off. The picture itself comes by HTTP."""

from __future__ import annotations

from telemed.care.audit_actions import AuditAction
from telemed.care.identity import Identity
from telemed.care.permissions import Action
from telemed.care.ports import Json
from telemed.care.states import IN_CALL
from telemed.care.stills import limits
from telemed.care.stills.records import StillRecord
from telemed.care.stills.words import StillCause, StillEvent, StillState
from telemed.errors import Conflict
from telemed.ids import new_id
from telemed.signaling.acting import Guest, authorise, require_live
from telemed.signaling.command_kinds import of_kind
from telemed.signaling.desk import Desk
from telemed.signaling.schemas import OnParticipant, OnStill
from telemed.signaling.step import VisitStep
from telemed.signaling.still_steps import cause_of, clear_former, discard, move_still, still_of


class StillCommands:
    """Each method is one command of protocol section 2.3."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def ask(self, guest: Guest, command: OnParticipant) -> Json:
        """Ask somebody in the call for a picture."""

        @of_kind("still.ask")
        async def work(step: VisitStep, identity: Identity) -> Json:
            require_live(step)
            authorise(step, identity, Action.ASK_STILL, command.participant_id)
            target = step.seat(command.participant_id)
            if target.id == guest.participant_id or target.state not in IN_CALL:
                raise Conflict("This person is not in the call.", code="not_in_call")
            stills = await step.tx.stills.shown(step.session.id)
            limits.check_ask(stills, target.id)
            await clear_former(step, stills, target.id)
            still = await step.create_still(
                StillRecord(
                    id=new_id("stl"),
                    session_id=step.session.id,
                    participant_id=target.id,
                    number=0,
                    state=StillState.ASKED,
                    state_since=step.now,
                    created_at=step.now,
                    asked_by=guest.participant_id,
                )
            )
            await step.audit(AuditAction.STILL_ASKED, still.id)
            return {"still_id": still.id}

        return await self._desk.command(guest, command.command_id, work)

    async def decline(self, guest: Guest, command: OnStill) -> Json:
        """The person asked says no."""

        @of_kind("still.decline")
        async def work(step: VisitStep, identity: Identity) -> Json:
            require_live(step)
            authorise(step, identity, Action.SEND_STILL)
            still = await still_of(step, command.still_id, guest.participant_id)
            await move_still(step, still, StillEvent.DECLINED, StillCause.TAKER)
            return {}

        return await self._desk.command(guest, command.command_id, work)

    async def cancel(self, guest: Guest, command: OnStill) -> Json:
        """Staff, or who takes it, call it off; what was sent is destroyed."""

        @of_kind("still.cancel")
        async def work(step: VisitStep, identity: Identity) -> Json:
            require_live(step)
            authorise(step, identity, Action.CANCEL_STILL)
            still = await still_of(step, command.still_id)
            cause = cause_of(step.seat(guest.participant_id), still)
            await move_still(step, still, StillEvent.CANCELLED, cause)
            return {}

        result = await self._desk.command(guest, command.command_id, work)
        await discard(self._desk, command.still_id)
        return result
