"""Staff freeze a caller's picture, or a responder's at a scene, and draw on it; both sides see the same bytes and lines.

A picture is shown as soon as its row is there, and sealed beside the stills before who froze it is answered: it outlives a
restart, as do its lines, which are written with each act. Where it cannot be kept (disk, key, too many) it is shown all the same.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

from telemed.care.audit_actions import AuditAction
from telemed.care.identity import Identity, Staff
from telemed.care.incidents import frames
from telemed.care.incidents.ports import NewFrame
from telemed.care.incidents.records import FrameRecord
from telemed.care.incidents.words import Part
from telemed.care.permissions import Action, check
from telemed.care.ports import Json
from telemed.care.records import ParticipantRecord
from telemed.care.roles import Role
from telemed.care.states import SessionKind
from telemed.care.stills.words import StillPart
from telemed.errors import Conflict, Gone, NotFound, TelemedError, Unavailable
from telemed.ids import new_id, short
from telemed.signaling import incident_frame_rows, incident_steps
from telemed.signaling.acting import Guest, authorise, own_seat, require_live
from telemed.signaling.command_kinds import of_kind
from telemed.signaling.desk import Desk
from telemed.signaling.schemas import Draw, OnFrame
from telemed.signaling.step import VisitStep
from telemed.signaling.visit import LiveVisit

MAX_FRAMES = 100  # shown at the same time, of all visits: 30 MB in memory
NOT_SHOWN = "This picture is not shown any more."
log = logging.getLogger(__name__)


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

        @of_kind("frame.freeze")
        async def work(step: VisitStep) -> Json:
            require_live(step)
            authorise(step, actor, Action.DRAW)
            _check_whose(step, wanted.participant_id)
            incident = (await incident_steps.rows_of(step)).incident
            ids = (frame_id, incident.id if incident is not None else None, session_id, wanted.participant_id)
            row = FrameRecord(*ids, actor.user_id, actor.name, step.now, width=wanted.width, height=wanted.height)
            gone = await incident_frame_rows.show(step, row, wanted.jpeg)
            self._desk.counters.add("frames.dropped", gone)
            return {"frame_id": frame_id}

        ack = await self._desk.transactor.command(session_id, actor.ref, actor.user_id, wanted.command_id, work)
        shown = frames.view(_present(self._desk.live.get(session_id), ack["frame_id"]))
        if ack["frame_id"] == frame_id:
            await self._keep(session_id, frame_id, wanted.jpeg)
        return {"frame": shown}

    async def _keep(self, session_id: str, frame_id: str, jpeg: bytes) -> None:
        """Seal what is shown already, then note that it is kept."""
        vault = self._desk.around.stills
        async with self._desk.store.read() as tx:
            many = await tx.incidents.kept_frames(session_id) >= frames.MOST_KEPT
        if many or not vault.has_room():
            return

        async def work(step: VisitStep) -> Json:
            row = await step.tx.incidents.frame(frame_id)
            erased = row is None or row.erased_at is not None
            if row is not None and not erased:
                await step.tx.incidents.save_frame(replace(row, size=len(jpeg)))
            return {"erased": erased}

        try:
            await vault.keep(frame_id, jpeg)
            if (await self._desk.transactor.change(session_id, work))["erased"]:  # while it was being sealed
                await vault.discard(frame_id)
        except TelemedError as fault:  # it is in sight all the same, and care goes on
            log.warning("a frozen picture is not kept frame=%s code=%s", short(frame_id), fault.code)

    async def picture(self, identity: Identity, session_id: str, frame_id: str) -> bytes:
        """The bytes, for staff of the visit and the caller they show. Raises NotFound, NotAllowed, Gone, Unavailable."""
        visit = self._desk.live.get(session_id)
        seat = next((one for one in visit.seats.values() if _holds(identity, one.user_id, one.id)), None)
        check(identity, Action.SEE_FRAME, visit.session, seat)
        frame = _present(visit, frame_id)
        if not isinstance(identity, Staff) and (seat is None or seat.id != frame.participant_id):
            raise Gone(NOT_SHOWN)  # to others it never was
        return visit.incident.jpeg or await self._sealed(frame_id)

    async def _sealed(self, frame_id: str) -> bytes:
        """Those of a picture from before a restart."""
        try:
            reader = await self._desk.around.stills.open(frame_id, StillPart.PICTURE)
        except NotFound:
            raise Gone(NOT_SHOWN) from None
        try:
            return await reader.read(0, min(reader.size, frames.MAX_BYTES))
        finally:
            await reader.close()

    async def erase(self, actor: Staff, session_id: str, frame_id: str, reason: str) -> None:
        """Destroy a picture, its key and its lines, also one that is shown. Repeating it does nothing. Raises NotFound."""

        async def work(step: VisitStep) -> Json:
            authorise(step, actor, Action.ERASE_STILL)
            row = await step.tx.incidents.frame(frame_id)
            if row is None or row.session_id != session_id:
                raise NotFound()
            if row.erased_at is None:
                await incident_frame_rows.erase(step, row, reason)
            await self._desk.around.stills.discard(frame_id)  # inside: when it cannot be destroyed, nothing is said
            return {}

        await self._desk.transactor.change(session_id, work, actor.ref)

    async def draw(self, guest: Guest, command: Draw) -> Json:
        """A line, an arrow, a circle."""
        shape = frames.a_shape(command.shape.id, command.shape.kind, command.shape.points)
        return await self._change(guest, command, "draw", lambda frame: frames.drawn(frame, shape))

    async def undo(self, guest: Guest, command: OnFrame) -> Json:
        """Take the last shape off."""
        return await self._change(guest, command, "undo", lambda frame: replace(frame, lines=frame.lines[:-1]))

    async def clear(self, guest: Guest, command: OnFrame) -> Json:
        """Take all shapes off."""
        return await self._change(guest, command, "clear", lambda frame: replace(frame, lines=()))

    async def resume(self, guest: Guest, command: OnFrame) -> Json:
        """Back to the live picture."""
        return await self._change(guest, command, "resume", lambda _frame: None)

    async def _change(
        self, guest: Guest, command: Draw | OnFrame, verb: str, change: Callable[[FrameRecord], FrameRecord | None]
    ) -> Json:
        """Change the picture once, however often the command is repeated: decided and written one after the other."""
        frame_id = command.frame_id

        @of_kind(f"frame.{verb}")
        async def work(step: VisitStep, identity: Identity) -> Json:
            require_live(step)
            authorise(step, identity, Action.DRAW)
            if own_seat(step, identity) is None:
                raise NotFound()
            _present(self._desk.live.get(guest.session_id), frame_id)
            before = await step.tx.incidents.frame(frame_id)
            if before is None:
                raise Gone(NOT_SHOWN)
            after = change(before)
            if after is not None:
                await incident_frame_rows.change(step, before, after)
            else:
                await incident_frame_rows.end(step, frame_id)
                await step.audit(AuditAction.FRAME_RESUMED, frame_id)
            return {}

        return await self._desk.command(guest, command.command_id, work)


def _check_whose(step: VisitStep, participant_id: str) -> None:
    """Raise Conflict unless it is the picture of a scene, not of a face."""
    if step.session.kind is not SessionKind.URGENT:
        raise Conflict("This visit belongs to no incident.", code="no_incident")
    seat = step.seats.get(participant_id)
    if seat is None or not _is_shown_around(seat):
        raise Conflict("Only the picture of a caller or a responder can be drawn on.", code="not_the_caller")


def _is_shown_around(seat: ParticipantRecord) -> bool:
    """Whose picture is one of a scene, not of a face."""
    return seat.part is Part.CALLER or seat.role is Role.RESPONDER


def _present(visit: LiveVisit, frame_id: str) -> FrameRecord:
    frame = visit.incident.frame
    if frame is None or frame.id != frame_id:
        raise Gone(NOT_SHOWN)
    return frame


def _holds(identity: Identity, user_id: str | None, participant_id: str) -> bool:
    if isinstance(identity, Staff):
        return identity.user_id == user_id
    return getattr(identity, "participant_id", None) == participant_id
