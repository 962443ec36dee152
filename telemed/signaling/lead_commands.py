"""Commands of staff about others: admit, deny, hold, resume, remove, second devices, ending, silencing the arrival sound."""

from __future__ import annotations

from dataclasses import replace

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.identity import ActorRef, Identity
from telemed.care.identity_check import decided
from telemed.care.incidents.words import Part
from telemed.care.permissions import Action
from telemed.care.ports import Json
from telemed.care.states import Cause, ParticipantEvent, SessionEvent
from telemed.errors import Conflict, NotFound
from telemed.signaling.acting import Guest, authorise, own_seat, require_live, staff_of
from telemed.signaling.command_kinds import of_kind
from telemed.signaling.desk import Desk
from telemed.signaling.schemas import Command, ConfirmIdentity, DecideMove, OnParticipant, OnParticipantWithReason
from telemed.signaling.step import VisitStep


class LeadCommands:
    """Each method is one command of protocol section 2.3."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def admit(self, guest: Guest, command: OnParticipant) -> Json:
        """Waiting or asleep -> admitted."""
        return await self._move(guest, command, Action.ADMIT, ParticipantEvent.ADMITTED)

    async def hold(self, guest: Guest, command: OnParticipant) -> Json:
        """In the call -> on hold."""
        return await self._move(guest, command, Action.HOLD, ParticipantEvent.HELD)

    async def resume(self, guest: Guest, command: OnParticipant) -> Json:
        """On hold -> in the call."""
        return await self._move(guest, command, Action.HOLD, ParticipantEvent.RESUMED)

    async def _move(self, guest: Guest, command: OnParticipant, action: Action, event: ParticipantEvent) -> Json:
        @of_kind(f"seat.{event.value}")
        async def work(step: VisitStep, identity: Identity) -> Json:
            require_live(step)
            authorise(step, identity, action, command.participant_id)
            await step.move_seat(command.participant_id, event, Cause.STAFF)
            return {}

        return await self._desk.command(guest, command.command_id, work)

    async def deny(self, guest: Guest, command: OnParticipantWithReason) -> Json:
        """Waiting or asleep -> denied. The reason is kept for staff."""

        @of_kind("lead.deny")
        async def work(step: VisitStep, identity: Identity) -> Json:
            require_live(step)
            authorise(step, identity, Action.DENY, command.participant_id)
            seat = await step.move_seat(command.participant_id, ParticipantEvent.DENIED, Cause.STAFF)
            await step.save_seat(replace(seat, reason=command.reason or ""))
            return {}

        return await self._desk.command(guest, command.command_id, work)

    async def remove(self, guest: Guest, command: OnParticipantWithReason) -> Json:
        """-> removed: links and seat cookies of the seat are dead with it."""

        @of_kind("lead.remove")
        async def work(step: VisitStep, identity: Identity) -> Json:
            require_live(step)
            authorise(step, identity, Action.REMOVE, command.participant_id)
            seat = await step.move_seat(command.participant_id, ParticipantEvent.REMOVED, Cause.STAFF)
            await step.save_seat(replace(seat, reason=command.reason or ""))
            await step.tx.links.revoke_of_participant(seat.id, step.now)
            await step.tx.seats.revoke_of_participant(seat.id, step.now)
            return {}

        return await self._desk.command(guest, command.command_id, work)

    async def confirm_identity(self, guest: Guest, command: ConfirmIdentity) -> Json:
        """Who somebody that came by a link is was made sure of, or that is taken back. Raises Conflict `not_in_call`."""

        @of_kind("lead.confirm_identity")
        async def work(step: VisitStep, identity: Identity) -> Json:
            require_live(step)
            authorise(step, identity, Action.CONFIRM_IDENTITY, command.participant_id)
            seat = step.seat(command.participant_id)
            if seat.user_id is not None or seat.part is not Part.NONE or seat.admitted_at is None:
                raise Conflict("Only who came into the call by a link is confirmed.", code="not_in_call")
            leader = own_seat(step, identity)
            name = leader.name if leader is not None else ""
            checked = decided(seat.identity, command.how, guest.user_id, name, step.now)
            if checked != seat.identity:
                await step.save_seat(replace(seat, identity=checked))
                action = AuditAction.IDENTITY_UNCONFIRMED if checked is None else AuditAction.IDENTITY_CONFIRMED
                await step.audit(action, seat.id)
            return {}

        return await self._desk.command(guest, command.command_id, work)

    async def decide_move(self, guest: Guest, command: DecideMove) -> Json:
        """Let a second device take a live seat, or not."""

        @of_kind("lead.decide_move")
        async def work(step: VisitStep, identity: Identity) -> Json:
            require_live(step)
            authorise(step, identity, Action.DECIDE_MOVE)
            request = await step.tx.moves.get(command.request_id)
            if request is None or request.session_id != step.session.id:
                raise NotFound()
            if request.approved is not None:
                raise Conflict("This was decided already.")
            decided = replace(request, approved=command.approve, decided_by=guest.participant_id, decided_at=step.now)
            await step.tx.moves.save(decided)
            action = AuditAction.MOVE_APPROVED if command.approve else AuditAction.MOVE_DENIED
            await step.audit(action, request.participant_id)
            return {}

        return await self._desk.command(guest, command.command_id, work)

    async def end(self, guest: Guest, command: Command) -> Json:
        """End the visit for all."""

        @of_kind("lead.end")
        async def work(step: VisitStep, identity: Identity) -> Json:
            require_live(step)
            authorise(step, identity, Action.END_SESSION)
            await end_visit(step, Cause.STAFF)
            return {}

        return await self._desk.command(guest, command.command_id, work)

    async def acknowledge(self, user_id: str, command: OnParticipant) -> Json:
        """Silence the arrival sound of one visit on every screen of the organisation."""
        visit = next((visit for visit in self._desk.live if command.participant_id in visit.seats), None)
        if visit is None:
            raise NotFound()

        @of_kind("lead.acknowledge")
        async def work(step: VisitStep) -> Json:
            staff = staff_of(await step.tx.users.get(user_id))
            authorise(step, staff, Action.ACKNOWLEDGE_ARRIVAL, command.participant_id)
            seat = step.seat(command.participant_id)
            if seat.acknowledged_at is None:
                await step.save_seat(replace(seat, acknowledged_at=step.now))
                await step.tx.audit.append(
                    staff.ref, AuditAction.ARRIVAL_ACKNOWLEDGED, seat.id, AuditOutcome.DONE, step.now
                )
            return {}

        actor = ActorRef(user_id, "staff")
        return await self._desk.transactor.command(visit.session.id, actor, user_id, command.command_id, work)


async def end_visit(step: VisitStep, cause: Cause) -> None:
    """The session ends and every seat with it; links find it ended."""
    event = SessionEvent.ENDED if cause is Cause.STAFF else SessionEvent.TIMED_OUT
    await step.move_session(event, cause)
    for participant_id in list(step.seats):
        await step.move_seat(participant_id, ParticipantEvent.SESSION_ENDED, cause)
