"""Answering somebody who waits: of all who press at the same moment one gets the person, the others are told so.

Usually the answer takes the person's own visit. With `into` the person is asked into a call that another patient is in: a seat
is made there, and the page asks the person and follows by `POST /sessions/{id}/follow`, which ends the visit it waited in, or
stays in line.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from telemed.care.actions import Action
from telemed.care.audit_actions import AuditAction
from telemed.care.identity import ActorRef, Identity, Seat, Staff
from telemed.care.permissions import check
from telemed.care.ports import Json, LinkOpened
from telemed.care.queues import presence, states
from telemed.care.queues.records import EntryRecord
from telemed.care.queues.words import IN_HAND, EntryEvent
from telemed.care.records import ParticipantRecord, SeatTokenRecord
from telemed.care.repositories import Transaction
from telemed.care.roles import Role
from telemed.care.states import IN_CALL, Cause, Outcome, ParticipantEvent, ParticipantState
from telemed.care.tokens import token_hash
from telemed.care.views import clinic_view
from telemed.errors import Conflict, NotAllowed, NotFound
from telemed.ids import new_id, new_secret
from telemed.signaling import queue_steps
from telemed.signaling.acting import Guest, authorise, require_live
from telemed.signaling.command_kinds import of_kind
from telemed.signaling.desk import Desk
from telemed.signaling.lead_commands import end_visit
from telemed.signaling.link_desk import MAX_SEATS
from telemed.signaling.queue_acting import Act, QueueActing, leading_seat
from telemed.signaling.queue_calls import QueueCalls
from telemed.signaling.schemas import AnswerEntry, Command
from telemed.signaling.step import VisitStep

SEAT_LIFE = timedelta(days=2)


class QueueAnswer:
    """`queue_answer` and the way of a page that was pulled into another call."""

    def __init__(self, desk: Desk, acting: QueueActing, calls: QueueCalls) -> None:
        self._desk = desk
        self._acting = acting
        self._calls = calls

    async def answer(self, sender: Staff, command: AnswerEntry) -> Json:
        """-> {session_id, participant_id}: the own seat. Raises Conflict `entry_taken`, `entry_over`, `confirm_needed`."""

        @of_kind("queue.answer")
        async def work(act: Act) -> Json:
            if command.into is not None:
                return await self._pull_in(act, command.into, command.confirmed)
            require_live(act.step)
            if not (act.entry.state in IN_HAND and act.entry.taken_by == act.staff.user_id):
                await self._take(act)
            own = await leading_seat(act)
            return {"session_id": act.step.session.id, "participant_id": own.id}

        result = await self._acting.act(sender, command, Action.SERVE_QUEUE, work)
        self._desk.notifier.wake()
        return result

    async def _take(self, act: Act) -> None:
        """Compare and set: from the line into somebody's hands."""
        step, seat = act.step, act.step.seat(act.entry.participant_id)
        away = presence.is_away(seat)
        entry = await taken(act, away)
        await step.move_seat(seat.id, ParticipantEvent.ADMITTED, Cause.STAFF)
        await step.save_session(replace(step.session, created_by=act.staff.user_id))
        await self._calls.called(step, entry)

    async def _pull_in(self, act: Act, session_id: str, confirmed: bool) -> Json:
        """A seat in the call of another patient. Both may hear each other: whoever presses says that this is agreed."""
        target = await self._target(act, session_id)
        own = target.seat_of_user(act.staff.user_id)
        if own is None or own.state not in IN_CALL:
            raise NotAllowed()
        if act.entry.into_session_id == session_id and act.entry.taken_by == act.staff.user_id:
            return {"session_id": session_id, "participant_id": own.id}
        if not confirmed:
            raise Conflict("Say that these people may hear each other.", code="confirm_needed")
        if len(target.seats) >= MAX_SEATS:
            raise Conflict("This visit has too many people.", code="too_many_people")
        waiting = act.step.seat(act.entry.participant_id)
        seat = ParticipantRecord(
            new_id("par"),
            session_id,
            Role.PATIENT,
            waiting.name,
            ParticipantState.INVITED,  # nobody in that call hears of the person before it says yes
            act.step.now,
            act.step.now,
            needs=waiting.needs,
        )
        await target.create_seat(seat)
        entry = await taken(act, away=True)
        await queue_steps.save(act.step, replace(entry, into_session_id=session_id, into_participant_id=seat.id))
        await act.step.audit(AuditAction.ENTRY_PULLED_IN, entry.id)
        await self._calls.called(act.step, entry)
        act.step.beside.append(target)
        return {"session_id": session_id, "participant_id": own.id}

    async def _target(self, act: Act, session_id: str) -> VisitStep:
        """The call of the other patient. Raises NotFound, Gone."""
        if session_id == act.step.session.id:
            raise NotFound()
        target = await VisitStep.load(act.step.tx, session_id, act.step.now, act.step.actor)
        authorise(target, act.staff, Action.ADMIT)
        require_live(target)
        return target

    async def stay(self, guest: Guest, command: Command) -> Json:
        """The person asked into the call of somebody else would rather wait: the old place. Raises Conflict `not_moved`."""

        @of_kind("queue.stay")
        async def work(step: VisitStep, identity: Identity) -> Json:
            authorise(step, identity, Action.FOLLOW_CALL)
            require_live(step)
            entry = await queue_steps.entry_of(step)
            if entry is None or entry.participant_id != guest.participant_id or entry.into_session_id is None:
                raise Conflict("You were not asked into another call.", code="not_moved")
            await queue_steps.give_up_other_seat(step)
            entry = await queue_steps.move(step, EntryEvent.DECLINED, Cause.SELF)
            await queue_steps.save(step, replace(entry, acknowledged_by=None, acknowledged_at=None))
            return {}

        return await self._desk.command(guest, command.command_id, work)

    async def follow(self, seat: Seat, device: str) -> LinkOpened:
        """The seat in the other call, for the page that waited. Raises Conflict `not_moved`, Gone."""
        device_hash = token_hash(device)

        async def begin(tx: Transaction) -> tuple[list[VisitStep], Json]:
            now, actor = self._desk.clock.utcnow(), ActorRef(seat.participant_id, Role.PATIENT.value)
            left = await VisitStep.load(tx, seat.session_id, now, actor)
            entry = await queue_steps.entry_of(left)
            mine = entry is not None and entry.participant_id == seat.participant_id
            check(seat, Action.FOLLOW_CALL, left.session, left.seats.get(seat.participant_id))
            if entry is None or not mine or entry.into_session_id is None or entry.into_participant_id is None:
                raise Conflict("You were not moved into another call.", code="not_moved")
            other = await VisitStep.load(tx, entry.into_session_id, now, ActorRef(entry.into_participant_id, actor.role))
            require_live(other)
            token = await _cookie(other, entry.into_participant_id, device_hash)
            await _come(other, entry.into_participant_id)
            if entry.closed_at is None:
                await _end_wait(left, entry)
            return [left, other], {"session_id": other.session.id, "seat": entry.into_participant_id, "seat_token": token}

        result = await self._desk.transactor.several(begin)
        visit = self._desk.live.get(result["session_id"])
        there = visit.seats[result["seat"]]
        return LinkOpened(
            "seat", clinic_view(visit.clinic), visit.session.id, there.id, there.name, there.state.value, result["seat_token"]
        )


async def taken(act: Act, away: bool) -> EntryRecord:
    """The entry in somebody's hands; a page that is away has a while to come back. Raises Conflict."""
    now = act.step.now
    entry = await queue_steps.move(act.step, EntryEvent.ANSWERED, Cause.STAFF)
    entry = replace(entry, taken_by=act.staff.user_id, acknowledged_at=entry.acknowledged_at or now)
    entry = replace(entry, acknowledged_by=entry.acknowledged_by or act.staff.user_id)
    if away:
        entry = replace(entry, called_at=now, held_until=now + states.HELD_FOR)
    return await queue_steps.save(act.step, entry)


async def _cookie(step: VisitStep, participant_id: str, device_hash: str) -> str:
    token = new_secret()
    record = SeatTokenRecord(
        new_id("tok"), participant_id, step.session.id, token_hash(token), device_hash, step.now, step.now + SEAT_LIFE
    )
    await step.tx.seats.create(record)
    await step.tx.seats.revoke_of_participant(participant_id, step.now, keep=record.id)
    return token


async def _come(step: VisitStep, participant_id: str) -> None:
    """Into the other call: straight in after the first yes, for staff have asked; afterwards as any page that is opened again."""
    is_first = step.seat(participant_id).state is ParticipantState.INVITED
    await step.move_seat(participant_id, ParticipantEvent.LINK_OPENED, Cause.SELF)
    if is_first:
        await step.move_seat(participant_id, ParticipantEvent.ENTERED_WAITING, Cause.SELF)
        await step.move_seat(participant_id, ParticipantEvent.ADMITTED, Cause.SYSTEM)


async def _end_wait(step: VisitStep, entry: EntryRecord) -> None:
    """The visit it waited in is over: the other call has its outcome."""
    await step.audit(AuditAction.ENTRY_FOLLOWED, entry.id)
    await end_visit(step, Cause.STAFF)
    await step.save_session(replace(step.session, outcome=Outcome.COMPLETED, completed_at=step.now))
