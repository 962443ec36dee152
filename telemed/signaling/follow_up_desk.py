"""What is to be done on a later day: planned at the end of a visit, changed and done by whose task it is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import wraps

from telemed.care.aftercare import states
from telemed.care.aftercare.heirs import able_people, heirs, is_able
from telemed.care.aftercare.ports import Plan
from telemed.care.aftercare.records import FollowUp
from telemed.care.aftercare.views import follow_up_view
from telemed.care.aftercare.words import FollowUpState
from telemed.care.audit_actions import AuditAction
from telemed.care.command_answers import kept_answer
from telemed.care.identity import Staff
from telemed.care.permission_table import TABLE
from telemed.care.permissions import Action
from telemed.care.ports import Json
from telemed.errors import Conflict, InvalidInput, NotAllowed, NotFound
from telemed.ids import new_id
from telemed.signaling.acting import authorise, staff_of
from telemed.signaling.command_kinds import of_kind
from telemed.signaling.desk import Desk
from telemed.signaling.step import VisitStep

_ONE_DAY = timedelta(days=1)  # the writer's day may have begun before the server's, or after

Work = Callable[[VisitStep, FollowUp], Awaitable[FollowUp]]


class FollowUpDesk:
    """`POST /sessions/{id}/follow-ups`, and `PATCH`, `/state` and `/take` of `/follow-ups/{follow_up_id}`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def plan(self, actor: Staff, session_id: str, plan: Plan, command_id: str) -> Json:
        """-> {follow_up}. Raises InvalidInput, Conflict `too_many_follow_ups`."""

        @of_kind("follow_up.plan")
        async def work(step: VisitStep) -> Json:
            authorise(step, actor, Action.PLAN_FOLLOW_UP)
            await _check_room(step, actor)
            if plan.due_on is None or plan.text is None:
                raise InvalidInput("Say what is to be done, and when.", field="due_on")
            _check_day(plan.due_on, step)
            made = FollowUp(
                new_id("fup"),
                step.session.organisation_id,
                session_id,
                actor.user_id,
                plan.due_on,
                plan.text,
                FollowUpState.OPEN,
                step.now,
                step.now,
            )
            await step.tx.follow_ups.create(made)
            step.follow_ups[made.id] = made
            await step.audit(AuditAction.FOLLOW_UP_PLANNED, made.id)
            return {"follow_up_id": made.id}

        ack = await self._desk.transactor.command(session_id, actor.ref, actor.user_id, command_id, work)
        return await self._told(actor, ack)

    async def edit(self, actor: Staff, follow_up_id: str, plan: Plan, revision: int) -> Json:
        """-> {follow_up}. Raises NotFound, Conflict `follow_up_changed` when `revision` is not the latest."""

        async def change(step: VisitStep, before: FollowUp) -> FollowUp:
            due_on, text = plan.due_on or before.due_on, plan.text or before.text
            if before.revision == revision + 1 and (before.due_on, before.text) == (due_on, text):
                return before  # said again because the answer was lost
            if before.revision != revision:
                raise Conflict("This follow-up was changed meanwhile.", code="follow_up_changed")
            if (due_on, text) == (before.due_on, before.text):
                return before
            if due_on != before.due_on:
                _check_day(due_on, step)
            after = replace(before, due_on=due_on, text=text, revision=revision + 1)
            await step.audit(AuditAction.FOLLOW_UP_CHANGED, after.id)
            return after

        session_id, run = await self._run(actor, follow_up_id, change)
        return await self._told(actor, await self._desk.transactor.change(session_id, run, actor.ref))

    async def move(self, actor: Staff, follow_up_id: str, to: FollowUpState, command_id: str) -> Json:
        """-> {follow_up}: done, cancelled, or open again. Raises NotFound, Conflict."""

        @of_kind("follow_up.move")
        async def change(step: VisitStep, before: FollowUp) -> FollowUp:
            after, action = states.moved(before, to, step.now)
            if action is AuditAction.FOLLOW_UP_REOPENED:
                await _check_room(step, actor)
            if action is not None:
                await step.audit(action, after.id)
            return after

        session_id, run = await self._run(actor, follow_up_id, change)
        ack = await self._desk.transactor.command(session_id, actor.ref, actor.user_id, command_id, run)
        return await self._told(actor, ack)

    async def _told(self, actor: Staff, ack: Json) -> Json:
        """-> {follow_up}: as it stands now. An answer that is kept holds no word of it, and is no right to read one that went to
        somebody else since. Raises NotFound."""
        async with self._desk.store.read() as tx:
            follow_up = await tx.follow_ups.get(str(kept_answer(ack, "follow_up_id")["follow_up_id"]))
            session = await tx.sessions.get(follow_up.session_id) if follow_up is not None else None
        if follow_up is None or session is None or follow_up.user_id != actor.user_id:
            raise NotFound()
        return {"follow_up": follow_up_view(follow_up, session)}

    async def take(self, actor: Staff, follow_up_id: str, command_id: str) -> Json:
        """-> {follow_up}: from now on one's own, whose owner is gone. Raises NotFound, Conflict `too_many_follow_ups`."""
        async with self._desk.store.read() as tx:
            known = await tx.follow_ups.get(follow_up_id)
        if known is None:
            raise NotFound()

        @of_kind("follow_up.take")
        async def work(step: VisitStep) -> Json:
            before = await step.tx.follow_ups.get(follow_up_id)
            staff = staff_of(await step.tx.users.get(actor.user_id))
            if staff.role not in TABLE[Action.CHANGE_FOLLOW_UP]:
                raise NotAllowed()
            if before is None or not (_reaches(staff, step) and await _may_take(step, staff, before)):
                raise NotFound()
            if before.user_id == staff.user_id:
                return {"follow_up_id": before.id}
            await _check_room(step, staff)
            after = replace(before, user_id=staff.user_id)
            await step.tx.follow_ups.save(after)
            step.follow_ups[after.id] = after
            await step.audit(AuditAction.FOLLOW_UP_TAKEN, after.id)
            return {"follow_up_id": after.id}

        ack = await self._desk.transactor.command(known.session_id, actor.ref, actor.user_id, command_id, work)
        return await self._told(actor, ack)

    async def _run(
        self, actor: Staff, follow_up_id: str, work: Work
    ) -> tuple[str, Callable[[VisitStep], Awaitable[Json]]]:
        """The visit of one's own follow-up, and the change to carry out in it. Raises NotFound: another's is not there."""
        async with self._desk.store.read() as tx:
            known = await tx.follow_ups.get(follow_up_id)
        if known is None or known.user_id != actor.user_id:
            raise NotFound()

        @wraps(work)
        async def run(step: VisitStep) -> Json:
            staff = staff_of(await step.tx.users.get(actor.user_id))
            before = await step.tx.follow_ups.get(follow_up_id)
            if before is None or before.user_id != staff.user_id or not _reaches(staff, step):
                raise NotFound()
            if staff.role not in TABLE[Action.CHANGE_FOLLOW_UP]:
                raise NotAllowed()
            after = await work(step, before)
            if after != before:
                await step.tx.follow_ups.save(after)
                step.follow_ups[after.id] = after
            return {"follow_up_id": after.id}

        return known.session_id, run


def _reaches(staff: Staff, step: VisitStep) -> bool:
    return staff.organisation_id == step.session.organisation_id and staff.works_at(step.session.site_id)


async def _may_take(step: VisitStep, staff: Staff, follow_up: FollowUp) -> bool:
    """Whether it is one's own, or an open one of somebody who is gone that one may take."""
    if follow_up.user_id == staff.user_id:
        return True
    owner = await step.tx.users.get(follow_up.user_id)
    if follow_up.state is not FollowUpState.OPEN or (owner is not None and is_able(owner, step.session)):
        return False
    people = await step.tx.users.in_organisation(step.session.organisation_id)
    close = await step.tx.follow_ups.close_to([step.session.id])
    return staff.user_id in heirs(able_people(people, step.session), close[step.session.id])


async def _check_room(step: VisitStep, actor: Staff) -> None:
    """Raise Conflict when somebody has as many open follow-ups as one may have."""
    if len(await step.tx.follow_ups.open_of(actor.user_id)) >= states.MAX_OPEN:
        raise Conflict("You have too many open follow-ups.", code="too_many_follow_ups")


def _check_day(day: date, step: VisitStep) -> None:
    """Raise InvalidInput for a day that is over, or so far off that it must be a mistake."""
    today = step.now.date()
    if day < today - _ONE_DAY or day > today + states.FURTHEST:
        raise InvalidInput("Choose a day from today on.", field="due_on")
