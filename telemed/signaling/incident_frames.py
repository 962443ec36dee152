"""Staff freeze a caller's picture, or a responder's at a scene, and draw on it; both sides see the same bytes and lines.

Picture and lines are in memory: gone at a restart. That they were shown, to whom and when, is a row.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace

from telemed.care.audit_actions import AuditAction
from telemed.care.identity import Identity, Staff
from telemed.care.incidents import frames
from telemed.care.incidents.frames import Frame
from telemed.care.incidents.ports import NewFrame
from telemed.care.incidents.words import Part
from telemed.care.permissions import Action, check
from telemed.care.ports import Json
from telemed.care.records import ParticipantRecord
from telemed.care.roles import Role
from telemed.care.states import SessionKind
from telemed.errors import Conflict, Gone, NotFound, Unavailable
from telemed.ids import new_id
from telemed.signaling import incident_frame_rows
from telemed.signaling.acting import Guest, authorise, own_seat, require_live
from telemed.signaling.desk import Desk
from telemed.signaling.schemas import Command, Draw, OnFrame
from telemed.signaling.step import VisitStep
from telemed.signaling.visit import LiveVisit

MAX_FRAMES = 100  # of all visits: 30 MB


class IncidentFrames:
    """Two requests and four commands. What changes is told after the commit of its audit row."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def freeze(self, actor: Staff, session_id: str, wanted: NewFrame) -> Json:
        """Show a picture of somebody; replaces the one before. -> {frame}."""
        frames.check_jpeg(wanted.jpeg, wanted.width, wanted.height)
        if sum(visit.incident.frame is not None for visit in self._desk.live) >= MAX_FRAMES:
            raise Unavailable()
        frame_id = new_id("frm")

        async def work(step: VisitStep) -> Json:
            require_live(step)
            authorise(step, actor, Action.DRAW)
            if step.session.kind is not SessionKind.URGENT:
                raise Conflict("This visit belongs to no incident.", code="no_incident")
            seat = step.seats.get(wanted.participant_id)
            if seat is None or not _is_shown_around(seat):
                raise Conflict("Only the picture of a caller or a responder can be drawn on.", code="not_the_caller")
            former = self._desk.live.get(session_id).incident.frame
            await incident_frame_rows.shown(step, frame_id, wanted.participant_id, actor, former)
            await step.audit(AuditAction.FRAME_SHOWN, frame_id)
            return {"frame_id": frame_id}

        ack = await self._desk.transactor.command(session_id, actor.ref, actor.user_id, wanted.command_id, work)
        visit = self._desk.live.get(session_id)
        if ack["frame_id"] == frame_id:
            size = (wanted.width, wanted.height)
            frame = Frame(frame_id, wanted.participant_id, *size, actor.name, self._desk.clock.utcnow(), wanted.jpeg)
            self._show(visit, frame)
        return {"frame": _present(visit, ack["frame_id"]).view()}

    async def picture(self, identity: Identity, session_id: str, frame_id: str) -> bytes:
        """The bytes, for staff of the visit and the caller they show. Raises NotFound, NotAllowed."""
        visit = self._desk.live.get(session_id)
        seat = next((one for one in visit.seats.values() if _holds(identity, one.user_id, one.id)), None)
        check(identity, Action.SEE_FRAME, visit.session, seat)
        frame = _present(visit, frame_id)
        if not isinstance(identity, Staff) and (seat is None or seat.id != frame.participant_id):
            raise Gone("This picture is not shown any more.")  # to others it never was
        return frame.jpeg

    async def draw(self, guest: Guest, command: Draw) -> Json:
        """A line, an arrow, a circle."""
        shape = frames.a_shape(command.shape.id, command.shape.kind, command.shape.points)
        return await self._change(guest, command, command.frame_id, lambda frame: frames.drawn(frame, shape))

    async def undo(self, guest: Guest, command: OnFrame) -> Json:
        """Take the last shape off."""
        return await self._change(guest, command, command.frame_id, lambda frame: replace(frame, shapes=frame.shapes[:-1]))

    async def clear(self, guest: Guest, command: OnFrame) -> Json:
        """Take all shapes off."""
        return await self._change(guest, command, command.frame_id, lambda frame: replace(frame, shapes=()))

    async def resume(self, guest: Guest, command: OnFrame) -> Json:
        """Back to the live picture."""
        return await self._change(guest, command, command.frame_id, lambda _frame: None)

    async def _change(
        self, guest: Guest, command: Command, frame_id: str, change: Callable[[Frame], Frame | None]
    ) -> Json:
        """Change the picture once, however often the command is repeated."""
        decided: list[str] = []  # empty for a command that is repeated

        async def work(step: VisitStep, identity: Identity) -> Json:
            require_live(step)
            authorise(step, identity, Action.DRAW)
            if own_seat(step, identity) is None:
                raise NotFound()
            before = _present(self._desk.live.get(guest.session_id), frame_id)
            after = change(before)
            await incident_frame_rows.changed(step, before, after)
            if after is None:
                await step.audit(AuditAction.FRAME_RESUMED, frame_id)
            decided.append(frame_id)
            return {}

        ack = await self._desk.command(guest, command.command_id, work)
        visit = self._desk.live.get(guest.session_id)
        before = visit.incident.frame
        if decided and before is not None and before.id == frame_id:
            # From what is shown now, not from what was when it was decided: somebody else may have drawn in between.
            with contextlib.suppress(Conflict):  # ... and filled the picture
                self._show(visit, change(before))
        return ack

    def _show(self, visit: LiveVisit, frame: Frame | None) -> None:
        visit.incident.frame = frame if visit.is_live else None
        self._desk.live.publish(visit)


def _is_shown_around(seat: ParticipantRecord) -> bool:
    """Whose picture is one of a scene, not of a face."""
    return seat.part is Part.CALLER or seat.role is Role.RESPONDER


def _present(visit: LiveVisit, frame_id: str) -> Frame:
    frame = visit.incident.frame
    if frame is None or frame.id != frame_id:
        raise Gone("This picture is not shown any more.")
    return frame


def _holds(identity: Identity, user_id: str | None, participant_id: str) -> bool:
    if isinstance(identity, Staff):
        return identity.user_id == user_id
    return getattr(identity, "participant_id", None) == participant_id
