"""What staff ask of a caller in the call, and what the caller tells: commands of `/call`, and two requests of its seat."""

from __future__ import annotations

from dataclasses import replace

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.identity import Identity, Seat
from telemed.care.incidents import rules, views
from telemed.care.incidents.cards import CARDS
from telemed.care.incidents.ports import Fix
from telemed.care.incidents.records import InstructionRecord, PositionRecord
from telemed.care.incidents.words import Allowed, InstructionKind, Part
from telemed.care.permissions import Action
from telemed.care.ports import Json
from telemed.care.records import ParticipantRecord
from telemed.care.states import Cause, ParticipantEvent
from telemed.errors import Conflict, InvalidInput, NotFound
from telemed.ids import new_id
from telemed.signaling import incident_steps
from telemed.signaling.acting import Guest, authorise, own_seat, require_live
from telemed.signaling.command_kinds import of_kind
from telemed.signaling.desk import Desk
from telemed.signaling.schemas import AskToBeCalled, BeSilent, Command, Instruct, OnInstruction, TellFacts
from telemed.signaling.step import VisitStep


class IncidentCommands:
    """Each method is one command of protocol section 2.3, or one request of a caller's seat."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def instruct(self, guest: Guest, command: Instruct) -> Json:
        """Ask something of the caller, or show a card; what stands of this kind gives way. -> {instruction}."""
        kind = InstructionKind(command.kind)
        value, card_id, version = _content(kind, command)

        @of_kind("caller.instruct")
        async def work(step: VisitStep, identity: Identity) -> Json:
            require_live(step)
            authorise(step, identity, Action.INSTRUCT, command.participant_id)
            incident = await incident_steps.incident_of(step)
            if step.seat(command.participant_id).part is not Part.CALLER:
                raise NotFound()
            by = own_seat(step, identity)
            await _clear_before(step, command.participant_id, kind)
            made = InstructionRecord(
                id=new_id("ins"),
                incident_id=incident.id,
                session_id=step.session.id,
                participant_id=command.participant_id,
                kind=kind,
                value=value,
                card_id=card_id,
                card_version=version,
                given_by=guest.user_id,
                given_by_name=by.name if by is not None else "",
                given_at=step.now,
            )
            await incident_steps.add_instruction(step, made)
            return {"instruction": views.instruction_view(made, for_staff=True)}

        return await self._desk.command(guest, command.command_id, work)

    async def clear(self, guest: Guest, command: OnInstruction) -> Json:
        """Take it off the caller's page."""

        @of_kind("caller.clear")
        async def work(step: VisitStep, identity: Identity) -> Json:
            require_live(step)
            authorise(step, identity, Action.INSTRUCT)
            found = await _instruction(step, command.instruction_id)
            if found.cleared_at is None:
                cleared = replace(found, cleared_at=step.now)
                await incident_steps.save_instruction(step, cleared, AuditAction.INSTRUCTION_CLEARED)
            return {}

        return await self._desk.command(guest, command.command_id, work)

    async def shown(self, guest: Guest, command: OnInstruction) -> Json:
        """The caller's page shows it."""

        @of_kind("caller.shown")
        async def work(step: VisitStep, identity: Identity) -> Json:
            seat = _caller(step, identity, Action.ANSWER_INSTRUCTION)
            found = await _instruction(step, command.instruction_id)
            if found.participant_id != seat.id:
                raise NotFound()
            if found.shown_at is None:
                await incident_steps.save_instruction(step, replace(found, shown_at=step.now), AuditAction.INSTRUCTION_SHOWN)
            return {}

        return await self._desk.command(guest, command.command_id, work)

    async def facts(self, guest: Guest, command: TellFacts) -> Json:
        """What the caller's device can do and how it is; what is not said stays as it was."""
        told = command.model_dump(exclude={"command_id"}, exclude_unset=True)

        @of_kind("caller.facts")
        async def work(step: VisitStep, identity: Identity) -> Json:
            seat = _caller(step, identity, Action.ANSWER_INSTRUCTION)
            caller = await incident_steps.caller_of(step, seat.id)
            if not caller.facts:
                await step.audit(AuditAction.CALLER_FACTS, seat.id)
            await incident_steps.save_caller(step, replace(caller, facts={**caller.facts, **told}))
            return {}

        return await self._desk.command(guest, command.command_id, work)

    async def call_back(self, guest: Guest, command: AskToBeCalled) -> Json:
        """The caller wants to be called, at another number if it says one."""

        @of_kind("caller.call_back")
        async def work(step: VisitStep, identity: Identity) -> Json:
            seat = _caller(step, identity, Action.ANSWER_INSTRUCTION)
            caller = await incident_steps.caller_of(step, seat.id)
            await incident_steps.save_caller(step, replace(caller, call_back=command.number or ""))
            await step.audit(AuditAction.CALLER_CALL_BACK, seat.id)
            return {}

        return await self._desk.command(guest, command.command_id, work)

    async def leave_quickly(self, guest: Guest, command: Command) -> Json:
        """The caller hides the page: who is with it must not see it. The link opens it again."""

        @of_kind("caller.leave_quickly")
        async def work(step: VisitStep, identity: Identity) -> Json:
            seat = _caller(step, identity, Action.ANSWER_INSTRUCTION)
            caller = await incident_steps.caller_of(step, seat.id)
            await incident_steps.save_caller(step, replace(caller, left_quickly=True))
            await step.audit(AuditAction.CALLER_LEFT_QUICKLY, seat.id)
            await step.move_seat(seat.id, ParticipantEvent.LEFT, Cause.SELF)
            return {}

        return await self._desk.command(guest, command.command_id, work)

    async def silent(self, guest: Guest, command: BeSilent) -> Json:
        """The caller wants nothing to be heard there, or no longer. Nobody else's silence changes."""

        @of_kind("caller.silent")
        async def work(step: VisitStep, identity: Identity) -> Json:
            seat = _caller(step, identity, Action.ANSWER_INSTRUCTION)
            await incident_steps.silence(step, seat.id, command.silent)
            return {}

        return await self._desk.command(guest, command.command_id, work)

    async def tell_location(self, identity: Identity, session_id: str, fix: Fix) -> None:
        """One fix of the caller's device; the same one again changes nothing."""
        self._limit(identity, session_id, "location")

        async def work(step: VisitStep) -> Json:
            seat = _caller(step, identity, Action.TELL_PLACE)
            incident = await incident_steps.incident_of(step)
            if Allowed.LOCATION not in incident.kinds:
                raise Conflict("This link does not ask for a location.", code="not_asked")
            rows = await incident_steps.rows_of(step)
            is_first = all(one.participant_id != seat.id for one in rows.positions)
            where = (fix.lat, fix.lon, fix.accuracy, fix.altitude, fix.heading, fix.speed)
            stored = await incident_steps.add_position(
                step, PositionRecord(incident.id, seat.id, 0, *where, fix.taken_at, step.now)
            )
            if stored is not None and is_first:
                await step.tx.audit.append(seat.ref, AuditAction.CALLER_LOCATED, seat.id, AuditOutcome.DONE, step.now)
            return {}

        await self._desk.transactor.change(session_id, work)

    async def tell_place(self, identity: Identity, session_id: str, text: str) -> None:
        """Where the caller is, in its own words; replaces what was said before."""
        self._limit(identity, session_id, "place")

        async def work(step: VisitStep) -> Json:
            seat = _caller(step, identity, Action.TELL_PLACE)
            caller = await incident_steps.caller_of(step, seat.id)
            if caller.place != text:
                await incident_steps.save_caller(step, replace(caller, place=text))
                await step.tx.audit.append(seat.ref, AuditAction.CALLER_PLACE, seat.id, AuditOutcome.DONE, step.now)
            return {}

        await self._desk.transactor.change(session_id, work)

    def _limit(self, identity: Identity, session_id: str, event: str) -> None:
        """Raises TooMany for what a seat tells too often."""
        visit = self._desk.live.find(session_id)
        if visit is not None and isinstance(identity, Seat):
            visit.live(identity.participant_id).rates.take(event, self._desk.clock.monotonic())


def _content(kind: InstructionKind, command: Instruct) -> tuple[str, str, str]:
    """Value, card and the card's version. Raises InvalidInput."""
    if kind is not InstructionKind.CARD:
        if command.card_id is not None:
            raise InvalidInput("Only a card has a card.", field="card_id")
        return rules.check_value(kind, command.value), "", ""
    card = CARDS.get(command.card_id or "")
    if card is None or command.value is not None:
        raise InvalidInput("There is no such card.", field="card_id")
    return "", card.id, card.version


def _caller(step: VisitStep, identity: Identity, action: Action) -> ParticipantRecord:
    """The caller's seat of who asks. Raises NotAllowed, Gone `visit_ended`, Conflict for a guest who is not the caller."""
    require_live(step)
    authorise(step, identity, action)
    seat = own_seat(step, identity)
    if seat is None or seat.part is not Part.CALLER:
        raise Conflict("This is for the caller of an incident.", code="not_the_caller")
    return seat


async def _instruction(step: VisitStep, instruction_id: str) -> InstructionRecord:
    found = (await incident_steps.rows_of(step)).instruction(instruction_id)
    if found is None or found.session_id != step.session.id:
        raise NotFound()
    return found


async def _clear_before(step: VisitStep, participant_id: str, kind: InstructionKind) -> None:
    for before in (await incident_steps.rows_of(step)).instructions:
        if before.participant_id == participant_id and rules.replaced_by(kind, before):
            cleared = replace(before, cleared_at=step.now)
            await incident_steps.save_instruction(step, cleared, AuditAction.INSTRUCTION_CLEARED)
