"""Commands by which a seat speaks for itself: name, devices, waiting, visibility, leaving."""

from __future__ import annotations

from dataclasses import replace

from telemed.care.audit_actions import AuditAction
from telemed.care.identity import Identity
from telemed.care.needs import needs_of
from telemed.care.permissions import Action
from telemed.care.ports import Json
from telemed.care.records import DeviceReport
from telemed.care.roles import Role
from telemed.care.states import Cause, ParticipantEvent, ParticipantState
from telemed.signaling.acting import Guest, authorise, require_live
from telemed.signaling.command_kinds import of_kind
from telemed.signaling.desk import Desk
from telemed.signaling.schemas import Command, ReportDevices, SayNeeds, SetName, SetVisibility
from telemed.signaling.step import VisitStep

# Where a hidden page matters: people wait for this one. In the call only the media count.
_HIDING_COUNTS = frozenset({ParticipantState.CHECKING, ParticipantState.WAITING, ParticipantState.ASLEEP})


class SeatCommands:
    """Each method is one command of protocol section 2.3."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def set_name(self, guest: Guest, command: SetName) -> Json:
        """The name others read; the first name a patient gives also names a visit that has none."""

        @of_kind("own_seat.set_name")
        async def work(step: VisitStep, identity: Identity) -> Json:
            require_live(step)
            authorise(step, identity, Action.SET_NAME)
            seat = step.seat(guest.participant_id)
            await step.save_seat(replace(seat, name=command.name))
            if seat.role is Role.PATIENT and not step.session.patient_name:
                await step.save_session(replace(step.session, patient_name=command.name))
            await step.audit(AuditAction.PARTICIPANT_RENAMED, seat.id)
            return {}

        return await self._desk.command(guest, command.command_id, work)

    async def device_report(self, guest: Guest, command: ReportDevices) -> Json:
        """The verdict of the device check, for staff."""
        report = DeviceReport(
            command.camera, command.microphone, command.speaker, command.network, round(command.rtt_ms)
        )

        @of_kind("own_seat.device_report")
        async def work(step: VisitStep, identity: Identity) -> Json:
            require_live(step)
            authorise(step, identity, Action.REPORT_DEVICE)
            await step.save_seat(replace(step.seat(guest.participant_id), device=report))
            return {}

        return await self._desk.command(guest, command.command_id, work)

    async def needs(self, guest: Guest, command: SayNeeds) -> Json:
        """What talking with this person takes, for this visit. The patient's record is staff's to change."""
        said = needs_of(command.needs)

        @of_kind("own_seat.needs")
        async def work(step: VisitStep, identity: Identity) -> Json:
            require_live(step)
            authorise(step, identity, Action.SAY_NEEDS)
            seat = step.seat(guest.participant_id)
            if seat.needs != said:
                await step.save_seat(replace(seat, needs=said))
                await step.audit(AuditAction.PARTICIPANT_NEEDS_SAID, seat.id)
            return {}

        return await self._desk.command(guest, command.command_id, work)

    async def enter_waiting(self, guest: Guest, command: Command) -> Json:
        """Checking -> waiting."""

        @of_kind("own_seat.enter_waiting")
        async def work(step: VisitStep, identity: Identity) -> Json:
            require_live(step)
            authorise(step, identity, Action.ENTER_WAITING)
            await step.move_seat(guest.participant_id, ParticipantEvent.ENTERED_WAITING, Cause.SELF)
            return {}

        return await self._desk.command(guest, command.command_id, work)

    async def visibility(self, guest: Guest, command: SetVisibility) -> Json:
        """Waiting <-> asleep; elsewhere the page may hide as it likes."""
        event = ParticipantEvent.PAGE_SILENT if command.hidden else ParticipantEvent.PAGE_AWAKE

        @of_kind("own_seat.visibility")
        async def work(step: VisitStep, identity: Identity) -> Json:
            require_live(step)
            authorise(step, identity, Action.SHOW_VISIBILITY)
            if step.seat(guest.participant_id).state in _HIDING_COUNTS:
                await step.move_seat(guest.participant_id, event, Cause.SELF)
            return {}

        self._desk.live.get(guest.session_id).live(guest.participant_id).hidden = command.hidden
        return await self._desk.command(guest, command.command_id, work)

    async def leave(self, guest: Guest, command: Command) -> Json:
        """-> left; the seat may come back."""

        @of_kind("own_seat.leave")
        async def work(step: VisitStep, identity: Identity) -> Json:
            require_live(step)
            authorise(step, identity, Action.LEAVE)
            await step.move_seat(guest.participant_id, ParticipantEvent.LEFT, Cause.SELF)
            return {}

        return await self._desk.command(guest, command.command_id, work)
