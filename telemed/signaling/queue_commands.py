"""Commands of staff about those who wait: read and write to them, rank, hand on, give up, remove, silence, tell of delays."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from telemed.care import views
from telemed.care.actions import Action
from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.identity import Staff
from telemed.care.ports import Json
from telemed.care.queues import rights, states
from telemed.care.queues.records import EntryRecord, QueueRecord
from telemed.care.queues.views import line_view
from telemed.care.queues.words import IN_HAND, IN_LINE, EntryEvent, Priority
from telemed.care.repositories import Transaction
from telemed.care.states import Cause, Outcome, ParticipantEvent, ParticipantState
from telemed.errors import Conflict, InvalidInput, NotFound
from telemed.signaling import queue_steps
from telemed.signaling.acting import require_live, staff_of
from telemed.signaling.chat_lines import append_line
from telemed.signaling.command_kinds import kind_of, of_kind
from telemed.signaling.desk import Desk
from telemed.signaling.lead_commands import end_visit
from telemed.signaling.queue_acting import Act, QueueActing, is_member, require_free_hands, writing_seat
from telemed.signaling.schemas import OnEntry, OnQueue, RankEntry, RemoveEntry, TellLate, TransferEntry, WriteToEntry
from telemed.signaling.step import VisitStep
from telemed.signaling.visit import CHAT_LINES

_HERE = frozenset({ParticipantState.CONNECTED, ParticipantState.RECONNECTING})
_SHUT_OUT = frozenset({ParticipantState.DENIED, ParticipantState.REMOVED})
QueueWork = Callable[[Transaction, QueueRecord], Awaitable[QueueRecord | None]]


class QueueCommands:
    """Each method is one command of docs/protocol.md "Waiting rooms"."""

    def __init__(self, desk: Desk, acting: QueueActing) -> None:
        self._desk = desk
        self._acting = acting

    async def message(self, sender: Staff, command: WriteToEntry) -> Json:
        """One line to the person who waits, kept with the visit."""

        @of_kind("queue.message")
        async def work(act: Act) -> Json:
            require_live(act.step)
            seat = await writing_seat(act)
            return await append_line(act.step, seat, command.body, command.command_id, act.entry.participant_id)

        return await self._acting.act(sender, command, Action.TEND_QUEUE, work)

    async def read(self, sender: Staff, command: OnEntry) -> Json:
        """The chat with a person who waits; it counts as read."""

        @of_kind("queue.read")
        async def work(act: Act) -> Json:
            lines = await act.step.tx.messages.in_session(act.step.session.id, CHAT_LINES)
            newest = lines[-1].sequence if lines else 0
            await queue_steps.save(act.step, replace(act.entry, read_sequence=max(newest, act.entry.read_sequence)))
            await act.step.audit(AuditAction.ENTRY_READ, act.entry.id)
            return {"messages": [views.message_view(line) | line_view(line, act.entry) for line in lines]}

        return await self._acting.act(sender, command, Action.TEND_QUEUE, work)

    async def priority(self, sender: Staff, command: RankEntry) -> Json:
        """Before or behind others."""

        @of_kind("queue.priority")
        async def work(act: Act) -> Json:
            if act.entry.state not in IN_LINE:
                raise Conflict("This person does not wait any more.", code="entry_over")
            wanted = Priority(command.priority)
            if wanted is not act.entry.priority:
                await queue_steps.save(act.step, replace(act.entry, priority=wanted))
                await act.step.audit(AuditAction.ENTRY_PRIORITY, act.entry.id)
            return {}

        return await self._acting.act(sender, command, Action.TEND_QUEUE, work)

    async def remove(self, sender: Staff, command: RemoveEntry) -> Json:
        """Out of the line, for a reason that staff read: the seat and its ways in end."""

        @of_kind("queue.remove")
        async def work(act: Act) -> Json:
            require_free_hands(act)
            step = act.step
            await queue_steps.give_up_other_seat(step)
            await queue_steps.move(step, EntryEvent.REMOVED, Cause.STAFF)
            await queue_steps.save(step, replace(await queue_steps.the_entry(step), removed_reason=command.reason))
            seat = await step.move_seat(act.entry.participant_id, ParticipantEvent.REMOVED, Cause.STAFF)
            await step.save_seat(replace(seat, reason=command.reason))
            await step.tx.links.revoke_of_participant(seat.id, step.now)
            await step.tx.seats.revoke_of_participant(seat.id, step.now)
            return {}

        return await self._acting.act(sender, command, Action.TEND_QUEUE, work)

    async def no_show(self, sender: Staff, command: OnEntry) -> Json:
        """Was called and did not come: the visit is over, and its outcome given."""

        @of_kind("queue.no_show")
        async def work(act: Act) -> Json:
            require_free_hands(act)
            step = act.step
            if act.entry.state in IN_HAND and step.seat(act.entry.participant_id).state in _HERE:
                raise Conflict("This person is in the call.", code="entry_here")
            await queue_steps.give_up_other_seat(step)
            await queue_steps.move(step, EntryEvent.NO_SHOW, Cause.STAFF)
            await end_visit(step, Cause.STAFF)
            await step.save_session(replace(step.session, outcome=Outcome.NO_SHOW, completed_at=step.now))
            await step.audit(AuditAction.SESSION_COMPLETED, step.session.id)
            return {}

        return await self._acting.act(sender, command, Action.TEND_QUEUE, work)

    async def transfer(self, sender: Staff, command: TransferEntry) -> Json:
        """To another waiting room, or to one person; whoever has it lets go of it."""
        if (command.queue_id is None) == (command.user_id is None):
            raise InvalidInput("Hand it to a waiting room or to a person.", field="queue_id")

        @of_kind("queue.transfer")
        async def work(act: Act) -> Json:
            require_live(act.step)
            require_free_hands(act)
            was_in_hand = act.entry.state in IN_HAND
            if act.entry.into_session_id is not None:
                raise Conflict("This person is in another call.")
            queue_id = await self._target_room(act, command.queue_id)
            user_id = await self._target_person(act, command.user_id)
            entry = await queue_steps.move(act.step, EntryEvent.TRANSFERRED, Cause.STAFF)
            came_from = act.queue.id if queue_id != act.queue.id else entry.transferred_from
            fresh = replace(entry, queue_id=queue_id, for_user=user_id, transferred_from=came_from)
            await queue_steps.save(
                act.step, replace(fresh, transfer_note=command.note or "", acknowledged_at=None, acknowledged_by=None)
            )
            if was_in_hand:
                await send_back(act)
            return {}

        return await self._acting.act(sender, command, Action.TEND_QUEUE, work)

    async def _target_room(self, act: Act, queue_id: str | None) -> str:
        """Where the entry stands from now on. Raises NotFound, Conflict `queue_closed`, `queue_full`."""
        if queue_id is None:
            return act.queue.id
        queue = await act.step.tx.queues.get(queue_id)
        if queue is None or not rights.is_in_reach(act.staff, queue) or queue.site_id != act.queue.site_id:
            raise NotFound()
        if queue.closed:
            raise Conflict("That waiting room is switched off.", code="queue_closed")
        if queue.id != act.queue.id and await act.step.tx.queue_entries.waiting(queue.id) >= queue.max_waiting:
            raise Conflict("Too many people wait there already.", code="queue_full")
        return queue.id

    async def _target_person(self, act: Act, user_id: str | None) -> str | None:
        """Whom it is handed to. Raises NotFound."""
        if user_id is None:
            return None
        user = await act.step.tx.users.get(user_id)
        fits = user is not None and user.is_active and user.organisation_id == act.queue.organisation_id
        if user is None or not fits or not user.staff.works_at(act.queue.site_id):
            raise NotFound()
        rights.check_queue(user.staff, Action.SERVE_QUEUE, act.queue, is_member=True)
        self._desk.live.queues.learn({user.id: user.name})
        return user.id

    async def put_back(self, sender: Staff, command: OnEntry) -> Json:
        """Back into the line at the old place: the next one first."""

        @of_kind("queue.put_back")
        async def work(act: Act) -> Json:
            require_free_hands(act)
            was_asked_in = act.entry.into_session_id is not None
            await queue_steps.give_up_other_seat(act.step)
            await queue_steps.move(act.step, EntryEvent.PUT_BACK, Cause.STAFF)
            if not was_asked_in:
                await send_back(act)
            return {}

        return await self._acting.act(sender, command, Action.SERVE_QUEUE, work)

    async def keep_waiting(self, sender: Staff, command: OnEntry) -> Json:
        """Hold the place of a called person for another while."""

        @of_kind("queue.keep_waiting")
        async def work(act: Act) -> Json:
            if act.entry.state not in IN_HAND or act.entry.held_until is None:
                raise Conflict("This person was not called.")
            await queue_steps.save(act.step, replace(act.entry, held_until=act.step.now + states.HELD_FOR))
            await act.step.audit(AuditAction.ENTRY_KEPT_WAITING, act.entry.id)
            return {}

        return await self._acting.act(sender, command, Action.SERVE_QUEUE, work)

    async def hold(self, sender: Staff, command: OnEntry) -> Json:
        """In the call -> on hold."""
        return await self._on_seat(sender, command, ParticipantEvent.HELD)

    async def resume(self, sender: Staff, command: OnEntry) -> Json:
        """On hold -> in the call."""
        return await self._on_seat(sender, command, ParticipantEvent.RESUMED)

    async def _on_seat(self, sender: Staff, command: OnEntry, event: ParticipantEvent) -> Json:
        @of_kind(f"entry.{event.value}")
        async def work(act: Act) -> Json:
            require_live(act.step)
            if act.entry.state not in IN_HAND:
                raise Conflict("Nobody has answered yet.")
            require_free_hands(act)
            await act.step.move_seat(act.entry.participant_id, event, Cause.STAFF)
            return {}

        return await self._acting.act(sender, command, Action.SERVE_QUEUE, work)

    async def late(self, sender: Staff, command: TellLate) -> Json:
        """Tell everybody who waits that it takes longer."""

        @of_kind("queue.late")
        async def work(tx: Transaction, queue: QueueRecord) -> QueueRecord | None:
            now = self._desk.clock.utcnow()
            await tx.audit.append(sender.ref, AuditAction.QUEUE_LATE_TOLD, queue.id, AuditOutcome.DONE, now)
            changed = replace(queue, late_minutes=command.minutes, late_at=now if command.minutes else None)
            await tx.queues.save(changed)
            return changed

        return await self._on_queue(sender, command, work)

    async def acknowledge(self, sender: Staff, command: OnQueue) -> Json:
        """Silence the arrivals of one waiting room on every screen."""
        found = self._desk.live.queues.entries(command.queue_id)
        waiting = [entry.session_id for entry in found if states.is_unacknowledged(entry)]

        @of_kind("queue.acknowledge")
        async def begin(tx: Transaction) -> tuple[list[VisitStep], Json]:
            staff = staff_of(await tx.users.get(sender.user_id))
            member = await is_member(tx, command.queue_id, staff.user_id)
            rights.check_queue(staff, Action.TEND_QUEUE, await tx.queues.get(command.queue_id), member)
            steps = [await VisitStep.load(tx, one, self._desk.clock.utcnow(), staff.ref) for one in waiting]
            for step in steps:
                await _acknowledge(step, command.queue_id, staff.user_id)
            return steps, {}

        return await self._desk.transactor.several_once(sender.user_id, command.command_id, begin)

    async def _on_queue(self, sender: Staff, command: OnQueue, work: QueueWork) -> Json:
        """Carry out a change of a waiting room once, and show it."""
        async with self._desk.store.write() as tx:
            staff = staff_of(await tx.users.get(sender.user_id))
            queue = await tx.queues.get(command.queue_id)
            rights.check_queue(staff, Action.TEND_QUEUE, queue, await is_member(tx, command.queue_id, staff.user_id))
            if queue is None or await tx.acks.find(staff.user_id, command.command_id, kind_of(work)) is not None:
                return {}
            changed = await work(tx, queue)
            await tx.acks.save(staff.user_id, command.command_id, {}, self._desk.clock.utcnow(), kind_of(work))
        if changed is not None:
            self._desk.live.queues.put(changed)
            self._desk.live.renew_queues()
        return {}


async def send_back(act: Act) -> None:
    """The person sees the waiting page again, and whoever had it is out of the visit."""
    await act.step.move_seat(act.entry.participant_id, ParticipantEvent.SENT_BACK, Cause.STAFF)
    for seat in list(act.step.seats.values()):
        if seat.user_id is not None:
            await leave_if_inside(act.step, seat.id)


async def leave_if_inside(step: VisitStep, participant_id: str) -> None:
    """Whoever of the staff is in this call leaves it: the line is no place for them."""
    seat = step.seat(participant_id)
    if seat.admitted_at is not None and seat.state not in _SHUT_OUT:
        await step.move_seat(seat.id, ParticipantEvent.LEFT, Cause.SELF)


async def _acknowledge(step: VisitStep, queue_id: str, user_id: str) -> None:
    entry = await queue_steps.entry_of(step)
    if entry is None or entry.queue_id != queue_id or not states.is_unacknowledged(entry):
        return  # taken, gone or handed on meanwhile: there it is news
    await queue_steps.save(step, acknowledged(entry, user_id, step))
    await step.audit(AuditAction.ENTRY_ACKNOWLEDGED, entry.id)


def acknowledged(entry: EntryRecord, user_id: str, step: VisitStep) -> EntryRecord:
    """The entry as somebody has taken note of it."""
    return entry if entry.acknowledged_at else replace(entry, acknowledged_by=user_id, acknowledged_at=step.now)
