"""Commands of talking: chat, typing, what one's devices do, what the call's quality was."""

from __future__ import annotations

from telemed.care.addressing import addressee
from telemed.care.identity import Identity
from telemed.care.permissions import Action
from telemed.care.ports import Json
from telemed.care.quality_minutes import Reception
from telemed.signaling.acting import Guest, authorise, identity_of, require_live
from telemed.signaling.chat_lines import append_line
from telemed.signaling.command_kinds import LINE, of_kind
from telemed.signaling.desk import Desk
from telemed.signaling.quality_keeper import QualityKeeper
from telemed.signaling.schemas import Command, ReportQuality, SendChat, SetMedia
from telemed.signaling.step import VisitStep


class TalkCommands:
    """Each method is one command of protocol section 2.3."""

    def __init__(self, desk: Desk, quality: QualityKeeper) -> None:
        self._desk = desk
        self._quality = quality

    async def chat(self, guest: Guest, command: SendChat) -> Json:
        """One line to everybody in the call, or to staff while one waits; kept with the session. A line of real-time text goes to
        whom it was begun for."""

        @of_kind(LINE)
        async def work(step: VisitStep, identity: Identity) -> Json:
            require_live(step)
            authorise(step, identity, Action.CHAT)
            seat = step.seat(guest.participant_id)
            visit = self._desk.live.find(guest.session_id)
            begun = visit.lines.of(seat.id) if visit is not None else None
            is_live = begun is not None and begun.id == command.command_id
            to = begun.to if begun is not None and is_live else addressee(seat, step.seats, command.to)
            return await append_line(step, seat, command.body, command.command_id, to)

        return await self._desk.command(guest, command.command_id, work)

    async def typing(self, guest: Guest, command: Command) -> Json:
        """Tell the others; nothing is kept."""
        await self._check(guest, Action.CHAT)
        visit = self._desk.live.get(guest.session_id)
        seat = visit.seats[guest.participant_id]
        visit.text_event("typing", seat.id, addressee(seat, visit.seats, None), {"participant_id": seat.id})
        return {}

    async def media_state(self, guest: Guest, command: SetMedia) -> Json:
        """What the devices of a seat do; kept in memory, told again by the client after each snapshot that shows it wrong."""
        await self._check(guest, Action.SHOW_MEDIA_STATE)
        visit = self._desk.live.get(guest.session_id)
        live = visit.live(guest.participant_id)
        live.microphone, live.camera, live.screen = command.microphone, command.camera, command.screen
        live.interrupted = command.interrupted
        self._desk.live.publish(visit)
        return {}

    async def quality_report(self, guest: Guest, command: ReportQuality) -> Json:
        """What the client measured; kept with its minute, the last report of a minute counts."""
        await self._check(guest, Action.REPORT_QUALITY)
        reception = Reception(
            command.freezes, round(command.rtt_ms), command.concealed, command.frozen, command.height, command.way or ""
        )
        self._quality.reported(guest.session_id, guest.participant_id, reception)
        return {}

    async def _check(self, guest: Guest, action: Action) -> None:
        async with self._desk.store.read() as tx:
            step = await VisitStep.load(tx, guest.session_id, self._desk.clock.utcnow(), guest.ref)
            require_live(step)
            authorise(step, await identity_of(tx, guest), action)
