"""Reading an incident: its row, its steps, its summary, the whole track."""

from __future__ import annotations

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.identity import Staff
from telemed.care.incidents import views
from telemed.care.incidents.kept import kept
from telemed.care.incidents.records import FrameRecord, IncidentRecord
from telemed.care.incidents.track import MAX_FIXES
from telemed.care.incidents.views import SummaryFacts
from telemed.care.permissions import Action, may
from telemed.care.ports import Json
from telemed.care.records import ParticipantRecord
from telemed.care.repositories import Transaction
from telemed.care.stills.records import StillRecord
from telemed.care.times import iso_or_none
from telemed.errors import NotFound
from telemed.signaling.acting import authorise
from telemed.signaling.desk import Desk
from telemed.signaling.incident_live import LiveIncident
from telemed.signaling.incident_making import kept_until
from telemed.signaling.incident_rows import read_rows
from telemed.signaling.step import VisitStep

MAX_INSTRUCTIONS = 2000  # of a summary
MAX_LINES = 5000  # of chat counted


class IncidentReading:
    """Each method is one endpoint of protocol section 1.2, but `row`, which ends most answers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def row(self, actor: Staff, incident_id: str) -> Json:
        """The incident as its reader sees it now. Raises NotFound, NotAllowed."""
        async with self._desk.store.read() as tx:
            return _row(await self._load(tx, actor, incident_id, Action.READ_INCIDENT), actor)

    async def detail(self, actor: Staff, incident_id: str) -> Json:
        """-> {incident, timeline, summary}. Reading is audited."""
        async with self._desk.store.write() as tx:
            step = await self._load(tx, actor, incident_id, Action.READ_INCIDENT)
            await _note(step, AuditAction.INCIDENT_READ, incident_id)
            incident = _incident(step)
            events = await tx.incidents.events(incident_id)
            people, messages = await _people(tx, step)
            facts = SummaryFacts(
                events,
                people,
                await tx.incidents.instructions(incident_id, MAX_INSTRUCTIONS),
                await tx.incidents.count_positions(incident_id),
                messages,
            )
            pictures = await _kept(tx, step, actor, people)
        summary = views.summary(incident, facts)
        whole = {**summary, **pictures} if summary is not None else None
        return {"incident": _row(step, actor), "timeline": views.timeline(events), "summary": whole}

    async def positions(self, actor: Staff, incident_id: str) -> Json:
        """-> {positions, place, kept_until}. Reading is audited."""
        days = self._desk.around.recording.policies().location_days
        async with self._desk.store.write() as tx:
            step = await self._load(tx, actor, incident_id, Action.LEAD_INCIDENT)
            await _note(step, AuditAction.INCIDENT_TRACK_READ, incident_id)
            track = await tx.incidents.positions(incident_id, MAX_FIXES)
        incident, rows = _incident(step), step.incident
        said = [one.place for one in rows.callers_of(incident.session_id) if one.place] if rows is not None else []
        return {
            "positions": [views.position_view(one) for one in track],
            "place": said[0] if said else "",
            "kept_until": iso_or_none(kept_until(incident.ended_at, days)),
        }

    async def _load(self, tx: Transaction, actor: Staff, incident_id: str, action: Action) -> VisitStep:
        incident = await tx.incidents.get(incident_id)
        if incident is None:
            raise NotFound()
        step = await VisitStep.load(tx, incident.session_id, self._desk.clock.utcnow(), actor.ref)
        authorise(step, actor, action)
        step.incident = await read_rows(tx, incident.session_id)
        return step


def _incident(step: VisitStep) -> IncidentRecord:
    incident = step.incident.incident if step.incident is not None else None
    if incident is None:
        raise NotFound()
    return incident


def _row(step: VisitStep, actor: Staff) -> Json:
    row = LiveIncident(step.incident).board_row(step.session, step.seats, actor) if step.incident is not None else None
    if row is None:
        raise NotFound()
    return row


async def _note(step: VisitStep, action: AuditAction, incident_id: str) -> None:
    await step.tx.audit.append(step.actor, action, incident_id, AuditOutcome.DONE, step.now)


async def _kept(tx: Transaction, step: VisitStep, actor: Staff, people: list[ParticipantRecord]) -> Json:
    """Its pictures, for who may open them, and its drawings."""
    own = next((seat for seat in step.seats.values() if seat.user_id == actor.user_id), None)
    stills: list[StillRecord] = []
    frames: list[FrameRecord] = []
    for session_id in dict.fromkeys([seat.session_id for seat in people] or [step.session.id]):
        frames.extend(await tx.incidents.frames(session_id))
        if may(actor, Action.SEE_STILL, step.session, own):
            stills.extend(await tx.stills.in_session(session_id))
    return kept(stills, frames, people, may(actor, Action.ERASE_STILL, step.session, own))


async def _people(tx: Transaction, step: VisitStep) -> tuple[list[ParticipantRecord], int]:
    """Everybody who had a seat in a visit of the incident, and how many lines were written."""
    accesses = step.incident.accesses if step.incident is not None else ()
    people: list[ParticipantRecord] = []
    lines = 0
    for session_id in dict.fromkeys(one.session_id for one in accesses):
        people.extend(await tx.participants.in_session(session_id))
        lines += len(await tx.messages.in_session(session_id, MAX_LINES))
    return people, lines
