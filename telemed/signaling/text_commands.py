"""Real-time text: `text` and `text_sync`, and finishing lines that their writers do not finish. Their content is never logged.

Edits live in memory alone and are told at once. A finished line is an ordinary message, stored once under the line's id whether
its writer sends it (`chat`), or the server: after IDLE_SECONDS, when the writer goes or begins another, before somebody comes in.
"""

from __future__ import annotations

from telemed.care.addressing import addressee
from telemed.care.live_lines import IDLE_SECONDS, Edit, LiveLine, line_over
from telemed.care.permissions import Action, check, may
from telemed.care.ports import Json
from telemed.care.records import ParticipantRecord
from telemed.care.states import TALKING
from telemed.care.views import seat_identity
from telemed.errors import Gone, NotFound, TelemedError
from telemed.signaling.acting import Guest
from telemed.signaling.chat_lines import append_line
from telemed.signaling.command_kinds import LINE, of_kind
from telemed.signaling.desk import Desk
from telemed.signaling.schemas import Command, WriteText
from telemed.signaling.step import VisitStep
from telemed.signaling.visit import LiveVisit


class TextCommands:
    """Each public method with a guest is one command of protocol section 2.3."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def text(self, guest: Guest, command: WriteText) -> Json:
        """Carry out edits of the writer's line and tell those who read along; -> {sequence}."""
        visit, seat = self._seat(guest)
        check(seat_identity(seat, visit.session), Action.WRITE_LIVE, visit.session, seat)
        self._desk.counters.add("text.edits")
        former = visit.lines.of(seat.id)
        if former is not None and former.id != command.line:
            if not former.is_blank:  # it becomes a message: no more of these than by sending them
                visit.live(seat.id).rates.take("chat", self._desk.clock.monotonic())
            await self._finish(visit, seat.id)
            seat = visit.seats[seat.id]
        if any(said.command_id == command.line and said.participant_id == seat.id for said in visit.messages):
            raise line_over()
        to = addressee(seat, visit.seats, command.to)
        begun = LiveLine(command.line, command.sequence, "", to, self._desk.clock.monotonic())
        edits = [Edit(edit.at, edit.erase, edit.insert) for edit in command.edits]
        try:
            written = visit.lines.write(seat.id, begun, edits, command.reset)
        except TelemedError:
            self._desk.counters.add("text.refused")
            raise
        if written is not None:
            visit.text_event("text", seat.id, written.to, _edits_view(seat.id, written, edits, command.reset))
        known = visit.lines.of(seat.id)
        return {"sequence": known.sequence if known is not None else command.sequence}

    async def text_sync(self, guest: Guest, _command: Command) -> Json:
        """Tell a page that has missed something all that is being written."""
        self._desk.counters.add("text.gaps")
        visit, seat = self._seat(guest)
        self._tell(visit, seat, visit.unfinished_lines(seat.id))
        return {}

    def tell(self, visit: LiveVisit, seat: ParticipantRecord) -> None:
        """Send a seat whose stream has begun every unfinished line it may read; where there is none, most never hear of it."""
        lines = visit.unfinished_lines(seat.id)
        if lines:
            self._tell(visit, seat, lines)

    @staticmethod
    def _tell(visit: LiveVisit, seat: ParticipantRecord, lines: list[Json]) -> None:
        channel = visit.channel(seat.id)
        if channel is not None:
            channel.live("text_now", {"lines": lines})

    async def close_before(self, guest: Guest, action: Action, newcomer_id: str) -> None:
        """Finish what others are writing before `guest` lets somebody in, who reads what is written from then on. What the
        newcomer is writing stays for whom it was begun."""
        visit, seat = self._seat(guest)
        if not may(seat_identity(seat, visit.session), action, visit.session, seat):
            return
        for writer_id, _ in visit.lines:
            if writer_id != newcomer_id:
                await self._finish(visit, writer_id)

    async def run(self) -> None:
        """Finish the lines whose writers went, or wrote nothing for a while. A chore of every sweep."""
        now = self._desk.clock.monotonic()
        for visit in self._desk.live:
            for writer_id, line in visit.lines:
                here = visit.is_live and visit.seats[writer_id].state in TALKING
                if not here or now - line.touched >= IDLE_SECONDS:
                    await self._finish(visit, writer_id)

    async def flush(self) -> None:
        """Finish every line: the server stops."""
        for visit in self._desk.live:
            for writer_id, _ in visit.lines:
                await self._finish(visit, writer_id)

    def _seat(self, guest: Guest) -> tuple[LiveVisit, ParticipantRecord]:
        visit = self._desk.live.get(guest.session_id)
        seat = visit.seats.get(guest.participant_id)
        if seat is None:
            raise NotFound()
        if not visit.is_live:
            raise Gone("This visit has ended.", code="visit_ended")
        return visit, seat

    async def _finish(self, visit: LiveVisit, writer_id: str) -> None:
        """Make a message of somebody's line. One that cannot be stored now stays, and is tried again."""
        line = visit.lines.close(writer_id)
        if line is None:
            return
        if line.is_blank:
            visit.lines.forget(writer_id, line.id)
            visit.text_event("text_gone", writer_id, line.to, {"participant_id": writer_id, "line": line.id})
            return
        seat = visit.seats[writer_id]

        @of_kind(LINE)
        async def work(step: VisitStep) -> Json:
            return await append_line(step, step.seat(writer_id), line.text.strip(), line.id, line.to)

        try:
            await self._desk.transactor.command(visit.session.id, seat.ref, seat.user_id or seat.id, line.id, work)
        except TelemedError:
            self._desk.counters.add("text.not_stored")
        else:
            visit.lines.forget(writer_id, line.id)  # also where it had been stored before
        finally:
            visit.lines.reopen(writer_id, line.id)


def _edits_view(writer_id: str, line: LiveLine, edits: list[Edit], reset: bool) -> Json:
    view: Json = {
        "participant_id": writer_id,
        "line": line.id,
        "sequence": line.sequence,
        "edits": [{"at": edit.at, "erase": edit.erase, "insert": edit.insert} for edit in edits],
        "to": line.to,
    }
    return {**view, "reset": True} if reset else view
