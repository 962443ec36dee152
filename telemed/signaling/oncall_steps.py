"""Paging and handovers inside one decision about a visit: rows are read when they are needed first, written with their audit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.identity import SYSTEM
from telemed.care.oncall import handovers, paging
from telemed.care.oncall.records import Handover, PageRecord, PageRing, PageStep, Vital
from telemed.care.oncall.words import HandoverEvent, HandoverState, PageEvent, RingState, StepEnd
from telemed.care.states import IN_CALL, LIVE_SESSIONS, ParticipantState
from telemed.errors import NotFound
from telemed.signaling.oncall_rows import OnCallRows, read_rows

if TYPE_CHECKING:
    from telemed.signaling.step import VisitStep

THERE = IN_CALL | {ParticipantState.ON_HOLD}  # where somebody who hands over, or takes over, has to be

async def rows_of(step: VisitStep) -> OnCallRows:
    """What there is about this visit, with what the step changed."""
    if step.on_call is None:
        step.on_call = await read_rows(step.tx, step.session.id)
    return step.on_call


async def page_of(step: VisitStep, page_id: str) -> PageRecord:
    """A page of this visit. Raises NotFound."""
    found = (await rows_of(step)).page(page_id)
    if found is None:
        raise NotFound()
    return found


async def save_page(step: VisitStep, page: PageRecord) -> None:
    """Write a new or changed page."""
    rows = await rows_of(step)
    if rows.page(page.id) is None:
        await step.tx.pages.create(page)
    elif rows.page(page.id) != page:
        await step.tx.pages.save(page)
    step.on_call = rows.with_page(page)


async def save_ring(step: VisitStep, ring: PageRing) -> None:
    """Write a changed ring."""
    rows = await rows_of(step)
    if ring not in rows.rings:
        await step.tx.pages.save_ring(ring)
        step.on_call = rows.with_ring(ring)


async def add_ring(step: VisitStep, ring: PageRing) -> None:
    """Call one more person."""
    rows = await rows_of(step)
    await step.tx.pages.add_ring(ring)
    step.on_call = rows.with_ring(ring)


async def add_step(step: VisitStep, made: PageStep) -> None:
    """Note a step of a page."""
    await step.tx.pages.add_step(made)


async def end_step(step: VisitStep, page: PageRecord, end: StepEnd, others: RingState) -> None:
    """The running step of a page is over: its row says how, and who still rings becomes `others`."""
    for made in await step.tx.pages.steps(page.id):
        if made.end is StepEnd.RUNNING:
            await step.tx.pages.save_step(paging.ended_step(made, end, step.now))
    for ring in (await rows_of(step)).rings_of(page.id):
        await save_ring(step, paging.closed_ring(ring, others, step.now))


async def audit(step: VisitStep, action: AuditAction, object_id: str, by_system: bool = False) -> None:
    """Record what was done."""
    actor = SYSTEM if by_system else step.actor
    await step.tx.audit.append(actor, action, object_id, AuditOutcome.DONE, step.now)


async def save_handover(step: VisitStep, handover: Handover) -> None:
    """Write a new or changed handover."""
    rows = await rows_of(step)
    if rows.handover(handover.id) is None:
        await step.tx.handovers.create(handover)
    else:
        await step.tx.handovers.save(handover)
    step.on_call = rows.with_handover(handover)


async def save_vital(step: VisitStep, vital: Vital) -> None:
    """Write a new or removed measurement."""
    rows = await rows_of(step)
    if vital.removed_at is None:
        await step.tx.vitals.create(vital)
    else:
        await step.tx.vitals.save(vital)
    step.on_call = rows.with_vital(vital)


def present(step: VisitStep) -> set[str]:
    """Users in the call; who is on hold is still there."""
    return {seat.user_id for seat in step.seats.values() if seat.user_id is not None and seat.state in THERE}


async def _follow_handover(step: VisitStep) -> None:
    """When one of the two went, however that came about, an accepted handover does not stay between them."""
    went = any(seat.user_id is not None and seat.since == step.now and seat.state not in THERE for seat in step.seats.values())
    if not went and step.on_call is None:
        return  # nothing about it was read or can have changed
    due = handovers.followed((await rows_of(step)).handovers, present(step))
    if due is None:
        return
    after, action = handovers.moved(*due, step.now)
    await save_handover(step, after)
    await audit(step, action, after.id, by_system=True)


async def settle(step: VisitStep) -> None:
    """With the visit ends whatever rings or was offered for it."""
    if step.session.state in LIVE_SESSIONS:
        await _follow_handover(step)
        return
    for page in (await rows_of(step)).pages:
        if page.state in paging.OPEN:
            after, action = paging.moved(page, PageEvent.CANCELLED, step.now)
            await save_page(step, after)
            await end_step(step, page, StepEnd.CANCELLED, RingState.CANCELLED)
            await audit(step, action, page.id, by_system=True)
    for handover in (await rows_of(step)).handovers:
        if handover.state is HandoverState.OFFERED:
            ended, action = handovers.moved(handover, HandoverEvent.WITHDRAWN, step.now)
            await save_handover(step, ended)
            await audit(step, action, ended.id, by_system=True)
