"""Calling somebody on duty: whom one can call, beginning, answering, calling off. Each method is one endpoint."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import wraps

from telemed.care.audit_actions import AuditAction
from telemed.care.identity import Staff
from telemed.care.oncall import paging, views
from telemed.care.oncall.records import PageRecord, PageRing, Speciality
from telemed.care.oncall.requests import NewPage
from telemed.care.oncall.roster import on_call
from telemed.care.oncall.words import MAY_BE_ON_CALL, PageEvent, PageState, RingState, StepEnd
from telemed.care.permissions import Action, check, may
from telemed.care.ports import Json
from telemed.care.records import ParticipantRecord
from telemed.care.repositories import Transaction
from telemed.care.states import SessionKind
from telemed.errors import Conflict, NotFound
from telemed.ids import new_id
from telemed.signaling import oncall_steps
from telemed.signaling.acting import authorise, require_live
from telemed.signaling.command_kinds import of_kind
from telemed.signaling.desk import Desk
from telemed.signaling.page_ladder import PageLadder
from telemed.signaling.staff_seats import new_visit, take_seat
from telemed.signaling.step import VisitStep

PageWork = Callable[[VisitStep, PageRecord], Awaitable[Json]]


class PagingDesk:
    """`changed` is told after each commit that may have moved a due time."""

    def __init__(self, desk: Desk, ladder: PageLadder, changed: Callable[[], None]) -> None:
        self._desk = desk
        self._ladder = ladder
        self._changed = changed

    async def choices(self, actor: Staff) -> Json:
        """-> {specialities}: open ones by name, with who is on call."""
        check(actor, Action.READ_ON_CALL)
        now = self._desk.clock.utcnow()
        async with self._desk.store.read() as tx:
            listed = [one for one in await tx.rosters.of_organisation(actor.organisation_id) if one.closed_at is None]
            shifts = await tx.rosters.shifts([one.id for one in listed])
            users = await tx.users.in_organisation(actor.organisation_id)
        here = [user for user in users if user.is_active and user.role in MAY_BE_ON_CALL and user.staff.works_at(actor.site_id)]
        names = {user.id: user.name for user in here}
        rows = []
        for one in listed:
            near = [shift for shift in shifts if shift.speciality_id == one.id and shift.user_id in names]
            duties = on_call(one, near, now)
            rows.append(views.choice_view(one, duties, names, actor.user_id))
        return {"specialities": rows}

    async def begin(self, actor: Staff, wanted: NewPage) -> Json:
        """-> {page, session_id, participant_id}. Raises NotFound, Conflict `page_open`, `too_many_pages`, Gone."""
        check(actor, Action.PAGE_ON_CALL)

        @of_kind("page.begin")
        async def work(tx: Transaction) -> tuple[VisitStep, Json]:
            speciality = await _speciality(tx, actor, wanted.speciality_id)
            if await tx.pages.ringing(actor.organisation_id) >= paging.MAX_OPEN:
                raise Conflict("Too many calls are ringing already.", code="too_many_pages")
            step = await self._visit(tx, actor, speciality, wanted)
            seat = await take_seat(step, actor)
            page = await self._begin(step, actor, speciality, wanted.brief)
            return step, await _answer(step, page, seat)

        answer = await self._desk.transactor.opening(actor.user_id, wanted.command_id, work)
        self._told()
        return answer

    async def _visit(self, tx: Transaction, actor: Staff, speciality: Speciality, wanted: NewPage) -> VisitStep:
        if wanted.session_id is None:
            self._desk.admission.check_new_session(SessionKind.URGENT)
            return await new_visit(self._desk, tx, actor, SessionKind.URGENT, "", wanted.brief or speciality.name)
        step = await VisitStep.load(tx, wanted.session_id, self._desk.clock.utcnow(), actor.ref)
        authorise(step, actor, Action.HAND_OVER)
        require_live(step)
        return step

    async def _begin(self, step: VisitStep, actor: Staff, speciality: Speciality, brief: str) -> PageRecord:
        rows = await oncall_steps.rows_of(step)
        if any(one.state is PageState.RINGING and one.speciality_id == speciality.id for one in rows.pages):
            raise Conflict("This speciality is being called already.", code="page_open")
        if len(rows.pages) >= paging.MAX_OF_SESSION:
            raise Conflict("This visit has had too many calls.", code="too_many_pages")
        page = PageRecord(
            id=new_id("pag"),
            organisation_id=step.session.organisation_id,
            session_id=step.session.id,
            speciality_id=speciality.id,
            speciality=speciality.name,
            phone=speciality.phone,
            mode=speciality.mode,
            timeouts=speciality.timeouts,
            brief=brief,
            asked_by=actor.user_id,
            asked_name=actor.name,
            asked_role=actor.role.value,
            state=PageState.RINGING,
            state_since=step.now,
            created_at=step.now,
        )
        await oncall_steps.save_page(step, page)
        await step.audit(AuditAction.PAGE_BEGAN, page.id)
        return await self._ladder.go_on(step, page)

    async def read(self, actor: Staff, page_id: str) -> Json:
        """-> {page}, for whoever it concerns. Raises NotFound."""
        check(actor, Action.ANSWER_PAGE)
        async with self._desk.store.read() as tx:
            page, rings = await _found(tx, actor, page_id)
        return {"page": views.page_view(page, rings)}

    async def accept(self, actor: Staff, page_id: str, command_id: str) -> Json:
        """The first yes takes it; -> {page, session_id, participant_id}. Raises Conflict `page_taken`, `page_over`, Gone."""

        @of_kind("page.accept")
        async def work(step: VisitStep, page: PageRecord) -> Json:
            require_live(step)
            ring = await _own_ring(step, page, actor)
            if page.taken_by == actor.user_id:
                return await _answer(step, page, await take_seat(step, actor))
            after, action = paging.moved(page, PageEvent.ACCEPTED, step.now)
            if not paging.may_accept(ring):
                raise NotFound()
            authorise(step, actor, Action.TAKE_SEAT)
            seat = await take_seat(step, actor)
            after = replace(after, taken_by=actor.user_id, taken_name=actor.name)
            await oncall_steps.save_page(step, after)
            await oncall_steps.save_ring(step, replace(ring, state=RingState.ACCEPTED, ended_at=step.now))
            await oncall_steps.end_step(step, page, StepEnd.ACCEPTED, RingState.TAKEN)
            await step.audit(action, page.id)
            return await _answer(step, after, seat)

        return await self._on_page(actor, page_id, command_id, work)

    async def decline(self, actor: Staff, page_id: str, command_id: str) -> Json:
        """-> {page}. When all of a step have said no the next begins at once."""

        @of_kind("page.decline")
        async def work(step: VisitStep, page: PageRecord) -> Json:
            ring = await _own_ring(step, page, actor)
            if ring.state in (RingState.RINGING, RingState.MISSED):
                await oncall_steps.save_ring(step, replace(ring, state=RingState.DECLINED, ended_at=step.now))
                await step.audit(AuditAction.PAGE_DECLINED, page.id)
                rings = (await oncall_steps.rows_of(step)).rings_of(page.id)
                if page.state is PageState.RINGING and paging.all_declined(rings, page.step):
                    page = await self._ladder.next_after(step, page, StepEnd.DECLINED)
            return await _answer(step, page)

        return await self._on_page(actor, page_id, command_id, work)

    async def cancel(self, actor: Staff, page_id: str, command_id: str) -> Json:
        """-> {page}: nobody needs to come any more."""

        @of_kind("page.cancel")
        async def work(step: VisitStep, page: PageRecord) -> Json:
            if page.asked_by != actor.user_id and not may(
                actor, Action.HAND_OVER, step.session, step.seat_of_user(actor.user_id)
            ):
                raise NotFound()
            after, action = paging.moved(page, PageEvent.CANCELLED, step.now)
            await oncall_steps.save_page(step, after)
            await oncall_steps.end_step(step, page, StepEnd.CANCELLED, RingState.CANCELLED)
            await step.audit(action, page.id)
            return await _answer(step, after)

        return await self._on_page(actor, page_id, command_id, work)

    async def _on_page(self, actor: Staff, page_id: str, command_id: str, work: PageWork) -> Json:
        check(actor, Action.ANSWER_PAGE)
        async with self._desk.store.read() as tx:
            found, _ = await _found(tx, actor, page_id)

        @wraps(work)
        async def run(step: VisitStep) -> Json:
            return await work(step, await oncall_steps.page_of(step, page_id))

        transactor = self._desk.transactor
        answer = await transactor.command(found.session_id, actor.ref, actor.user_id, command_id, run)
        self._told()
        return answer

    def _told(self) -> None:
        self._changed()
        self._ladder.messages.sent()


async def _speciality(tx: Transaction, actor: Staff, speciality_id: str) -> Speciality:
    found = await tx.rosters.get(speciality_id)
    if found is None or found.organisation_id != actor.organisation_id or found.closed_at is not None:
        raise NotFound()
    return found


async def _found(tx: Transaction, actor: Staff, page_id: str) -> tuple[PageRecord, list[PageRing]]:
    """A page that concerns the reader: asked for it, was called, or leads its session. Raises NotFound."""
    page = await tx.pages.get(page_id)
    if page is None or page.organisation_id != actor.organisation_id:
        raise NotFound()
    rings = await tx.pages.rings([page.id])
    if page.asked_by == actor.user_id or any(ring.user_id == actor.user_id for ring in rings):
        return page, rings
    session = await tx.sessions.get(page.session_id)
    own = await tx.participants.by_user(page.session_id, actor.user_id)
    if session is None or not may(actor, Action.HAND_OVER, session, own):
        raise NotFound()
    return page, rings


async def _own_ring(step: VisitStep, page: PageRecord, actor: Staff) -> PageRing:
    rings = (await oncall_steps.rows_of(step)).rings_of(page.id)
    found = next((ring for ring in rings if ring.user_id == actor.user_id), None)
    if found is None:
        raise NotFound()
    return found


async def _answer(step: VisitStep, page: PageRecord, seat: ParticipantRecord | None = None) -> Json:
    rings = (await oncall_steps.rows_of(step)).rings_of(page.id)
    answer: Json = {"page": views.page_view(page, rings)}
    if seat is not None:
        answer |= {"session_id": page.session_id, "participant_id": seat.id}
    return answer
