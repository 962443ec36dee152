"""The incident of one visit as its pages see it now: the rows of the last commit, projected for each viewer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from telemed.care.identity import Staff
from telemed.care.incidents import frames, track, views
from telemed.care.incidents.records import FrameRecord, IncidentRecord, PositionRecord
from telemed.care.incidents.views import IncidentScene
from telemed.care.incidents.words import Part
from telemed.care.permissions import Action, may
from telemed.care.ports import Json
from telemed.care.records import ParticipantRecord, SessionRecord
from telemed.care.states import IN_CALL, SessionKind
from telemed.care.views import is_staff, seat_identity
from telemed.signaling.incident_frame_rows import FrameRows
from telemed.signaling.incident_rows import NO_INCIDENT, IncidentRows

NOTHING: Json = {"incident": None, "positions": [], "instructions": [], "frame": None}


@dataclass(slots=True)
class LiveIncident:
    """Read by the visit and by the boards of dispatchers."""

    rows: IncidentRows = NO_INCIDENT
    frame: FrameRecord | None = None  # a caller's picture, or a responder's at a scene, frozen by staff
    jpeg: bytes = field(default=b"", repr=False)  # its bytes; empty after a restart: they are where stills are

    def take_frame(self, rows: FrameRows) -> None:
        """Show what the last commit left."""
        is_same = rows.shown is not None and self.frame is not None and rows.shown.id == self.frame.id
        self.jpeg = rows.jpeg or (self.jpeg if is_same else b"")
        self.frame = rows.shown

    @property
    def incident(self) -> IncidentRecord | None:
        """The incident whose present visit this is."""
        return self.rows.incident

    def call_view(self, session: SessionRecord, seats: Mapping[str, ParticipantRecord], viewer: ParticipantRecord) -> Json:
        """What a seat is told: `incident`, `positions`, `instructions`, `frame`."""
        incident = self.rows.incident
        if incident is None:
            return {**NOTHING, "frame": self._frame_for_staff(viewer)}
        if is_staff(viewer):
            return self._for_staff(self._scene(incident, session, seats), viewer)
        if viewer.part is Part.CALLER:
            mine = [one for one in self.rows.instructions if one.participant_id == viewer.id and one.cleared_at is None]
            instructions = [views.instruction_view(one, for_staff=False) for one in mine]
            view = {"incident": self.caller_view(viewer), "instructions": instructions}
            return {**NOTHING, **view, "frame": self._frame_of(viewer.id)}
        if viewer.part is Part.CREW and viewer.state in IN_CALL:
            return {**NOTHING, "incident": views.crew_view(incident), "positions": self._positions()}
        return NOTHING

    def caller_view(self, seat: ParticipantRecord) -> Json | None:
        """The incident for one of its callers."""
        incident, caller = self.rows.incident, self.rows.caller(seat.id)
        return views.caller_view(incident, caller, seat.silent) if incident is not None and caller is not None else None

    def _for_staff(self, scene: IncidentScene, viewer: ParticipantRecord) -> Json:
        leads = viewer.state in IN_CALL
        return {
            "incident": views.incident_row(scene, viewer.user_id or "", leads),
            "positions": self._positions() if leads else [],
            "instructions": [views.instruction_view(one, for_staff=True) for one in self.rows.instructions] if leads else [],
            "frame": self._frame_for_staff(viewer),
        }

    def _frame_for_staff(self, viewer: ParticipantRecord) -> Json | None:
        """The frozen picture, for staff in the call: also for a responder whose it is."""
        shown = self.frame is not None and is_staff(viewer) and viewer.state in IN_CALL
        return frames.view(self.frame) if shown and self.frame is not None else None

    def _frame_of(self, participant_id: str) -> Json | None:
        """The frozen picture, for whom it shows."""
        shown = self.frame is not None and self.frame.participant_id == participant_id
        return frames.view(self.frame) if shown and self.frame is not None else None

    def abilities(self, session: SessionRecord, viewer: ParticipantRecord) -> list[str]:
        """What a seat may do here beyond what it may in any visit."""
        identity = seat_identity(viewer, session)
        words = {"draw": Action.DRAW} if session.kind is SessionKind.URGENT else {}
        if self.rows.incident is not None:
            words["instruct"] = Action.INSTRUCT
        return [word for word, action in words.items() if may(identity, action, session, viewer)]

    def board_row(self, session: SessionRecord, seats: Mapping[str, ParticipantRecord], reader: Staff) -> Json | None:
        """The row of the board of one member of staff, None for who may not read it."""
        incident = self.rows.incident
        own = next((seat for seat in seats.values() if seat.user_id == reader.user_id), None)
        if incident is None or not may(reader, Action.READ_INCIDENT, session, own):
            return None
        leads = may(reader, Action.LEAD_INCIDENT, session, own)
        return views.incident_row(self._scene(incident, session, seats), reader.user_id, leads)

    def _positions(self) -> list[Json]:
        return [views.position_view(one) for one in self.rows.positions]

    def _scene(self, incident: IncidentRecord, session: SessionRecord, seats: Mapping[str, ParticipantRecord]) -> IncidentScene:
        callers = self.rows.callers_of(session.id)
        newest = {one.id: fix for one in callers if (fix := self._newest(one.participant_id)) is not None}
        return IncidentScene(incident, session, self.rows.accesses, tuple(callers), seats, newest)

    def _newest(self, participant_id: str) -> PositionRecord | None:
        """Where a caller is."""
        return track.newest([one for one in self.rows.positions if one.participant_id == participant_id])
