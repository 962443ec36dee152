"""A page on its way: beginning a step, ending it, ringing who is on call. Runs inside the decision about its visit.

The step that is over, the next one, its rings and messages are one transaction: after a crash either all of it happened or none,
so a step needs no lease beside its due time, and nobody is called twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from telemed.care.audit_actions import AuditAction
from telemed.care.oncall import paging
from telemed.care.oncall.paging import Begun
from telemed.care.oncall.records import Duty, PageRecord, PageRing, PageStep
from telemed.care.oncall.roster import on_call
from telemed.care.oncall.words import MAY_BE_ON_CALL, PageEvent, RingState, StepEnd
from telemed.care.records import UserRecord
from telemed.ids import new_id
from telemed.signaling import oncall_steps
from telemed.signaling.page_messages import PageMessages
from telemed.signaling.step import VisitStep

IsReached = Callable[[str], bool]  # whether a page of this user is open


class PageLadder:
    """Moves pages from step to step."""

    def __init__(self, is_reached: IsReached, messages: PageMessages) -> None:
        self._is_reached = is_reached
        self.messages = messages

    async def go_on(self, step: VisitStep, page: PageRecord) -> PageRecord:
        """Begin the next step, or say that nobody is left."""
        people = await self._people(step, page)
        rows = await oncall_steps.rows_of(step)
        rung = {ring.user_id for ring in rows.rings_of(page.id)}
        duties = [duty for duty, _ in people.values()]
        plan = paging.next_step(page, duties, rung, step.now)
        for number in plan.skipped:
            made = PageStep(new_id("pst"), page.id, number, step.now, step.now, StepEnd.NOBODY, step.now)
            await oncall_steps.add_step(step, made)
        if isinstance(plan, Begun):
            return await self._begin(step, page, plan, people)
        return await self._give_up(step, page)

    async def time_out(self, step: VisitStep, page: PageRecord) -> None:
        """The running step is over: nobody answered."""
        await self.next_after(step, page, StepEnd.TIMED_OUT)

    async def remind(self, step: VisitStep, page: PageRecord) -> None:
        """Write to those whose page was open and who do not answer: it may lie in another room. Again: nothing more."""
        people = await self._people(step, page)
        rings = (await oncall_steps.rows_of(step)).rings_of(page.id)
        for ring in paging.reminded(rings, page.step):
            if ring.user_id in people:
                duty, user = people[ring.user_id]
                await self.messages.put(step.tx, user, duty, ring)

    async def next_after(self, step: VisitStep, page: PageRecord, end: StepEnd) -> PageRecord:
        """End the running step so, and go on."""
        await oncall_steps.end_step(step, page, end, RingState.MISSED)
        await oncall_steps.audit(step, AuditAction.PAGE_STEP_OVER, page.id, by_system=True)
        return await self.go_on(step, page)

    async def _begin(
        self, step: VisitStep, page: PageRecord, plan: Begun, people: dict[str, tuple[Duty, UserRecord]]
    ) -> PageRecord:
        after = replace(page, step=plan.number, step_started_at=step.now, due_at=plan.due_at)
        await oncall_steps.save_page(step, after)
        await oncall_steps.add_step(step, PageStep(new_id("pst"), page.id, plan.number, step.now, plan.due_at))
        for duty in plan.people:
            await self._ring(step, after, people[duty.user_id])
        await oncall_steps.audit(step, AuditAction.PAGE_STEP_BEGAN, page.id, by_system=True)
        return after

    async def _ring(self, step: VisitStep, page: PageRecord, person: tuple[Duty, UserRecord]) -> None:
        duty, user = person
        reached = self._is_reached(user.id)
        ring = PageRing(
            new_id("rng"), page.id, user.id, user.name, duty.level, page.step, RingState.RINGING, reached, step.now
        )
        await oncall_steps.add_ring(step, ring)
        if not reached:
            await self.messages.put(step.tx, user, duty, ring)

    async def _give_up(self, step: VisitStep, page: PageRecord) -> PageRecord:
        after, action = paging.moved(page, PageEvent.RAN_OUT, step.now)
        await oncall_steps.save_page(step, after)
        await oncall_steps.audit(step, action, page.id, by_system=True)
        return after

    async def _people(self, step: VisitStep, page: PageRecord) -> dict[str, tuple[Duty, UserRecord]]:
        """Who is on call now and may come: active, of a caring role, of this site, and not who asks."""
        speciality = await step.tx.rosters.get(page.speciality_id)
        if speciality is None:
            return {}
        found = {}
        for duty in on_call(speciality, await step.tx.rosters.shifts([speciality.id]), step.now):
            user = await step.tx.users.get(duty.user_id)
            if user is not None and _may_come(user, step, page):
                found[user.id] = (duty, user)
        return found


def _may_come(user: UserRecord, step: VisitStep, page: PageRecord) -> bool:
    fits = user.is_active and user.role in MAY_BE_ON_CALL and user.id != page.asked_by
    return fits and user.organisation_id == step.session.organisation_id and user.staff.works_at(step.session.site_id)
