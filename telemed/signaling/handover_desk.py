"""Handing a session over: whom to, offering, answering, letting go. Each method is one endpoint. Media are never touched."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps

from telemed.care.audit_actions import AuditAction
from telemed.care.identity import Staff
from telemed.care.oncall import handovers, views
from telemed.care.oncall.records import Handover
from telemed.care.oncall.words import MAY_BE_ON_CALL, HandoverEvent, HandoverState
from telemed.care.permissions import Action, check
from telemed.care.ports import Json
from telemed.care.states import IN_CALL
from telemed.errors import Conflict, NotFound
from telemed.ids import new_id
from telemed.signaling import oncall_steps
from telemed.signaling.acting import authorise, require_live
from telemed.signaling.command_kinds import of_kind
from telemed.signaling.desk import Desk
from telemed.signaling.page_ladder import IsReached
from telemed.signaling.staff_seats import take_seat
from telemed.signaling.step import VisitStep

HandoverWork = Callable[[VisitStep, Handover], Awaitable[Json]]
MAX_COLLEAGUES = 300


class HandoverDesk:
    """One handover of a session at a time; who leads is who took the last one."""

    def __init__(self, desk: Desk, is_reached: IsReached) -> None:
        self._desk = desk
        self._is_reached = is_reached

    async def colleagues(self, actor: Staff, session_id: str) -> Json:
        """-> {colleagues}: who could take it, those with a page open first."""

        async with self._desk.store.read() as tx:
            step = await VisitStep.load(tx, session_id, self._desk.clock.utcnow(), actor.ref)
            authorise(step, actor, Action.HAND_OVER)
            users = await tx.users.in_organisation(actor.organisation_id)
        rows = []
        for user in users:
            fits = user.is_active and user.role in MAY_BE_ON_CALL and user.staff.works_at(step.session.site_id)
            if not fits or user.id == actor.user_id:
                continue
            seat = step.seat_of_user(user.id)
            in_call = seat is not None and seat.state in IN_CALL
            person: Json = {"user_id": user.id, "name": user.name, "role": user.role.value}
            rows.append({**person, "online": self._is_reached(user.id), "in_call": in_call})
        rows.sort(key=lambda row: (not row["in_call"], not row["online"], str(row["name"])))
        return {"colleagues": rows[:MAX_COLLEAGUES]}

    async def offer(self, actor: Staff, session_id: str, to_user: str, brief: str, command_id: str) -> Json:
        """-> {handover}. Raises NotFound, Conflict `handover_open`, `not_lead`."""

        @of_kind("handover.offer")
        async def work(step: VisitStep) -> Json:
            authorise(step, actor, Action.HAND_OVER)
            require_live(step)
            await _withdraw_left_behind(step, actor.user_id)
            rows = await oncall_steps.rows_of(step)
            lead = handovers.lead_of(step.session.created_by, rows.handovers)
            if not handovers.may_offer(actor.user_id, lead, oncall_steps.present(step)):
                raise Conflict("Who leads hands over.", code="not_lead")
            if len(rows.handovers) >= handovers.MAX_OF_SESSION:
                raise Conflict("This visit was handed over too often.")
            handover = await self._made(step, actor, to_user, brief)
            await oncall_steps.save_handover(step, handover)
            await step.audit(AuditAction.HANDOVER_OFFERED, handover.id)
            return {"handover": views.handover_view(handover)}

        return await self._desk.transactor.command(session_id, actor.ref, actor.user_id, command_id, work)

    async def _made(self, step: VisitStep, actor: Staff, to_user: str, brief: str) -> Handover:
        user = await step.tx.users.get(to_user)
        fits = user is not None and user.is_active and user.role in MAY_BE_ON_CALL and user.id != actor.user_id
        if user is None or not fits or user.organisation_id != actor.organisation_id:
            raise NotFound()
        if not user.staff.works_at(step.session.site_id):
            raise NotFound()
        return Handover(
            id=new_id("hdo"),
            session_id=step.session.id,
            from_user=actor.user_id,
            from_name=actor.name,
            from_role=actor.role.value,
            to_user=user.id,
            to_name=user.name,
            to_role=user.role.value,
            brief=brief,
            state=HandoverState.OFFERED,
            offered_at=step.now,
        )

    async def accept(self, actor: Staff, handover_id: str, command_id: str) -> Json:
        """-> {handover, session_id, participant_id}: both are in the call. Raises Conflict `handover_over`, Gone."""

        @of_kind("handover.accept")
        async def work(step: VisitStep, handover: Handover) -> Json:
            _only(actor, handover.to_user)
            require_live(step)
            authorise(step, actor, Action.TAKE_SEAT)
            told = await _move(step, handover, HandoverEvent.ACCEPTED)
            seat = await take_seat(step, actor)
            return {**told, "session_id": step.session.id, "participant_id": seat.id}  # who gave may be gone: see oncall_steps

        return await self._on(actor, handover_id, command_id, work)

    async def decline(self, actor: Staff, handover_id: str, command_id: str) -> Json:
        """-> {handover}. Raises Conflict `handover_over`."""

        @of_kind("handover.decline")
        async def work(step: VisitStep, handover: Handover) -> Json:
            _only(actor, handover.to_user)
            return await _move(step, handover, HandoverEvent.DECLINED)

        return await self._on(actor, handover_id, command_id, work)

    async def withdraw(self, actor: Staff, handover_id: str, command_id: str) -> Json:
        """-> {handover}. Raises Conflict `handover_over`."""

        @of_kind("handover.withdraw")
        async def work(step: VisitStep, handover: Handover) -> Json:
            _only(actor, handover.from_user)
            return await _move(step, handover, HandoverEvent.WITHDRAWN)

        return await self._on(actor, handover_id, command_id, work)

    async def release(self, actor: Staff, handover_id: str, command_id: str) -> Json:
        """-> {handover}: the other leads from now on. Raises Conflict `handover_over`."""

        @of_kind("handover.release")
        async def work(step: VisitStep, handover: Handover) -> Json:
            _only(actor, handover.from_user)
            return await _move(step, handover, HandoverEvent.RELEASED)

        return await self._on(actor, handover_id, command_id, work)

    async def _on(self, actor: Staff, handover_id: str, command_id: str, work: HandoverWork) -> Json:
        check(actor, Action.ANSWER_HANDOVER)
        async with self._desk.store.read() as tx:
            found = await tx.handovers.get(handover_id)
        if found is None or actor.user_id not in (found.from_user, found.to_user):
            raise NotFound()

        @wraps(work)
        async def run(step: VisitStep) -> Json:
            handover = (await oncall_steps.rows_of(step)).handover(handover_id)
            if handover is None:
                raise NotFound()
            return await work(step, handover)

        return await self._desk.transactor.command(found.session_id, actor.ref, actor.user_id, command_id, run)


async def _withdraw_left_behind(step: VisitStep, user_id: str) -> None:
    """An offer nobody answered, of somebody who went, gives way to whoever is there. Raises Conflict for any other."""
    open_one = handovers.open_one((await oncall_steps.rows_of(step)).handovers)
    if open_one is None:
        return
    here = oncall_steps.present(step)
    if open_one.state is not HandoverState.OFFERED or open_one.from_user in here or user_id not in here:
        raise Conflict("A handover is under way.", code="handover_open")
    await _move(step, open_one, HandoverEvent.WITHDRAWN)


def _only(actor: Staff, user_id: str) -> None:
    """Raise NotFound for the other side: what is the giver's to do is not there for the taker."""
    if actor.user_id != user_id:
        raise NotFound()


async def _move(step: VisitStep, handover: Handover, event: HandoverEvent) -> Json:
    after, action = handovers.moved(handover, event, step.now)
    await oncall_steps.save_handover(step, after)
    await step.audit(action, after.id)
    return {"handover": views.handover_view(after)}
