"""One decision about one visit inside one write transaction: what was read, what changes, and what to tell after the commit."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from telemed.care import participant_states, session_states
from telemed.care.aftercare.records import FollowUp
from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.identity import SYSTEM, ActorRef
from telemed.care.queues.records import EntryRecord
from telemed.care.records import MessageRecord, MoveRequest, ParticipantEventRecord, ParticipantRecord, SessionRecord
from telemed.care.repositories import Transaction
from telemed.care.states import Cause, ParticipantEvent, SessionEvent
from telemed.care.stills.records import StillRecord
from telemed.errors import NotFound
from telemed.ids import new_id
from telemed.signaling import incident_frame_rows, incident_steps, oncall_steps, queue_steps, recording_steps
from telemed.signaling.incident_frame_rows import FrameRows
from telemed.signaling.incident_rows import IncidentRows
from telemed.signaling.oncall_rows import OnCallRows
from telemed.signaling.recording_rows import RecordingRows


@dataclass(frozen=True, slots=True)
class Outcome:
    """A visit as the transaction left it; `messages` are the new ones, `moved` the seats whose former device is to be let go."""

    session: SessionRecord
    seats: dict[str, ParticipantRecord]
    moves: list[MoveRequest]
    messages: list[MessageRecord]
    moved: frozenset[str]
    links_wanted: dict[str, datetime | None]  # participant id -> since when; None: no longer
    recording: RecordingRows | None = None  # None: as before
    on_call: OnCallRows | None = None  # likewise
    incident: IncidentRows | None = None  # None: as before
    stills: tuple[StillRecord, ...] = ()  # new or changed ones
    entry: EntryRecord | None = None  # of a waiting room, if it came by one
    follow_ups: tuple[FollowUp, ...] = ()  # new or changed ones
    frame: FrameRows | None = None  # None: as before


@dataclass(slots=True)
class VisitStep:
    """The working set of one transaction. Rules decide, this class writes: rows, events and audit, never without each other."""

    tx: Transaction
    now: datetime
    actor: ActorRef
    session: SessionRecord
    seats: dict[str, ParticipantRecord]
    messages: list[MessageRecord] = field(default_factory=list)
    moved: set[str] = field(default_factory=set)
    links_wanted: dict[str, datetime | None] = field(default_factory=dict)
    recording: RecordingRows | None = None  # None: nobody asked for it
    on_call: OnCallRows | None = None  # likewise
    incident: IncidentRows | None = None  # likewise
    frame: FrameRows | None = None  # likewise
    stills: dict[str, StillRecord] = field(default_factory=dict)  # new or changed ones
    entry: EntryRecord | None = None
    entry_read: bool = False  # nobody asked for it yet
    follow_ups: dict[str, FollowUp] = field(default_factory=dict)  # new or changed ones
    beside: list[VisitStep] = field(default_factory=list)  # other visits the same decision changes

    @classmethod
    async def load(cls, tx: Transaction, session_id: str, now: datetime, actor: ActorRef) -> VisitStep:
        """Read a visit; raises NotFound."""
        session = await tx.sessions.get(session_id)
        if session is None:
            raise NotFound()
        seats = await tx.participants.in_session(session_id)
        return cls(tx, now, actor, session, {seat.id: seat for seat in seats})

    async def beside_of(self, session_id: str) -> VisitStep:
        """Another visit that this decision changes too; raises NotFound."""
        other = await VisitStep.load(self.tx, session_id, self.now, self.actor)
        self.beside.append(other)
        return other

    def seat(self, participant_id: str) -> ParticipantRecord:
        """A seat of this visit; raises NotFound for any other."""
        seat = self.seats.get(participant_id)
        if seat is None:
            raise NotFound()
        return seat

    def seat_of_user(self, user_id: str) -> ParticipantRecord | None:
        """The seat a member of staff holds here."""
        return next((seat for seat in self.seats.values() if seat.user_id == user_id), None)

    async def create_seat(self, seat: ParticipantRecord) -> None:
        """Add a seat."""
        await self.tx.participants.create(seat)
        self.seats[seat.id] = seat
        await self.audit(AuditAction.PARTICIPANT_CREATED, seat.id)

    async def save_seat(self, seat: ParticipantRecord) -> None:
        """Write a changed seat back."""
        if seat != self.seats[seat.id]:
            await self.tx.participants.save(seat)
            self.seats[seat.id] = seat

    async def save_session(self, session: SessionRecord) -> None:
        """Write a changed session back."""
        if session != self.session:
            await self.tx.sessions.save(session)
            self.session = session

    async def move_seat(self, participant_id: str, event: ParticipantEvent, cause: Cause) -> ParticipantRecord:
        """Let `event` happen to a seat: row, event row and audit. Raises Conflict when the table has no such step."""
        before = self.seat(participant_id)
        after, action = participant_states.apply(before, event, cause, self.now)
        await self.save_seat(after)
        actor = SYSTEM if cause is Cause.SYSTEM else self.actor
        if after.state is not before.state:
            record = ParticipantEventRecord(
                new_id("evt"), self.session.id, after.id, event, before.state, after.state, actor, self.now
            )
            await self.tx.events.append(record)
        if action is not None:
            await self.tx.audit.append(actor, action, after.id, AuditOutcome.DONE, self.now)
        if before.identity is not None and after.identity is None:
            await self.tx.audit.append(actor, AuditAction.IDENTITY_UNCONFIRMED, after.id, AuditOutcome.DONE, self.now)
        return after

    async def doubt(self, participant_id: str) -> None:
        """It may be somebody else now: that staff made sure who it is no longer holds."""
        seat = self.seat(participant_id)
        if seat.identity is not None:
            await self.save_seat(replace(seat, identity=None))
            await self.audit(AuditAction.IDENTITY_UNCONFIRMED, seat.id)

    async def move_session(self, event: SessionEvent, cause: Cause) -> None:
        """Let `event` happen to the session. Raises Conflict when the table has no such step."""
        after, action = session_states.apply(self.session, event, cause, self.now)
        await self.save_session(after)
        if action is not None:
            actor = SYSTEM if cause is Cause.SYSTEM else self.actor
            await self.tx.audit.append(actor, action, after.id, AuditOutcome.DONE, self.now)

    async def create_still(self, still: StillRecord) -> StillRecord:
        """Add a still; returns it with its number."""
        created = await self.tx.stills.create(still)
        self.stills[created.id] = created
        return created

    async def save_still(self, still: StillRecord) -> None:
        """Write a changed still back."""
        await self.tx.stills.save(still)
        self.stills[still.id] = still

    async def audit(self, action: AuditAction, object_id: str) -> None:
        """Record what the actor did."""
        await self.tx.audit.append(self.actor, action, object_id, AuditOutcome.DONE, self.now)

    async def settle(self) -> Outcome:
        """Let the seats move the session (started, everyone left, someone returned) and both the recording, and sum up."""
        event = session_states.occupancy_event(self.session.state, self.seats.values())
        if event is not None:
            await self.move_session(event, Cause.SYSTEM)
        await queue_steps.settle(self)
        await recording_steps.settle(self)
        await oncall_steps.settle(self)
        await incident_steps.settle(self)
        await incident_frame_rows.settle(self)
        moves = await self.tx.moves.undecided(self.session.id)
        rows = (self.recording, self.on_call, self.incident, tuple(self.stills.values()), self.entry)
        told = Outcome(self.session, self.seats, moves, self.messages, frozenset(self.moved), self.links_wanted, *rows)
        return replace(told, follow_ups=tuple(self.follow_ups.values()), frame=self.frame)
