"""The door of a waiting room: a public link, opened by many; each device gets one place in line."""

from __future__ import annotations

from datetime import timedelta

from telemed.care.audit_actions import AuditAction
from telemed.care.identity import ActorRef
from telemed.care.ports import Json, LinkOpened
from telemed.care.queues import hours, intake
from telemed.care.queues.ports import Arrival, Entered
from telemed.care.queues.records import EntryRecord, QueueRecord, WalkInLink
from telemed.care.queues.views import door_view
from telemed.care.queues.words import EntryState
from telemed.care.records import ParticipantRecord, SeatTokenRecord, SessionRecord
from telemed.care.repositories import Transaction
from telemed.care.roles import Role
from telemed.care.states import Cause, ParticipantEvent, ParticipantState, SessionEvent, SessionKind, SessionState
from telemed.care.tokens import token_hash
from telemed.care.views import clinic_view
from telemed.errors import Conflict, Gone, NotFound
from telemed.ids import new_id, new_secret
from telemed.signaling import queue_steps
from telemed.signaling.desk import Desk
from telemed.signaling.door_rates import PlaceRates
from telemed.signaling.lead_commands import end_visit
from telemed.signaling.link_rates import LinkRates
from telemed.signaling.step import VisitStep

SEAT_LIFE = timedelta(days=2)  # of the cookie: a visit to a waiting room ends on its day


class QueueDoor:
    """`POST /walk-ins/open` and `POST /walk-ins/enter`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._rates = LinkRates()
        self._places = PlaceRates()

    async def look_in(self, token: str, device: str) -> Json:
        """Which waiting room it is, whether it is open, and whether this device waits there; nothing is made."""
        now = self._desk.clock.utcnow()
        async with self._desk.store.read() as tx:
            queue = await _queue_of(tx, token)
            waiting = await tx.queue_entries.waiting(queue.id)
            entry = await tx.queue_entries.of_device(queue.id, token_hash(device))
            left = entry is not None and await _left_by_hand(tx, entry)
        clinic = self._desk.live.board.clinic_of(queue.organisation_id)
        there = None
        if entry is not None:
            there = {"session_id": entry.session_id, "participant_id": entry.participant_id, "left": left}
        wait = self._desk.live.queues.expected(queue.id, waiting)
        room = {**door_view(queue, clinic, now, waiting), "expected_wait": wait}
        return {"clinic": clinic_view(clinic), "queue": room, "entry": there}

    async def enter(self, arrival: Arrival) -> Entered:
        """A place in line; the same one for a device that has one. Raises NotFound `walk_in_unknown`, Gone `walk_in_revoked`,
        Conflict `queue_closed`, `queue_full`, InvalidInput, TooMany, Unavailable."""
        device_hash = token_hash(arrival.device)

        async def begin(tx: Transaction) -> tuple[list[VisitStep], Json]:
            queue = await _queue_of(tx, arrival.token)
            entry = await tx.queue_entries.of_device(queue.id, device_hash)
            over = []
            if entry is not None and arrival.anew and entry.state is EntryState.LEFT:
                over.append(await self._let_go(tx, entry))
                entry = None
            if entry is None:
                step = await self._come(tx, queue, arrival, device_hash)
            else:
                step = await self._come_back(tx, entry)
            token = await _seat_token(step, device_hash)
            return [*over, step], {"session_id": step.session.id, "seat_token": token}

        result = await self._desk.transactor.several(begin)
        return self._entered(result["session_id"], result["seat_token"])

    async def _come(self, tx: Transaction, queue: QueueRecord, arrival: Arrival, device_hash: str) -> VisitStep:
        now = self._desk.clock.utcnow()
        self._desk.admission.check_new_session(SessionKind.SCHEDULED)
        if not hours.is_open(queue, now):
            raise Conflict("This waiting room is closed now.", code="queue_closed")
        if await tx.queue_entries.waiting(queue.id) >= queue.max_waiting:
            raise Conflict("Too many people wait here already.", code="queue_full")
        answers = intake.checked_answers(queue.questions, arrival.answers)
        birth_date = intake.checked_birth_date(arrival.birth_date, now.date())
        self._places.take(queue.id, arrival.source, self._desk.clock.monotonic())
        session = self._session(queue, arrival)
        seat = ParticipantRecord(
            new_id("par"), session.id, Role.PATIENT, arrival.name, ParticipantState.WAITING, now, now, needs=arrival.needs
        )
        await tx.sessions.create(session)
        step = VisitStep(tx, now, ActorRef(seat.id, Role.PATIENT.value), session, {})
        await step.audit(AuditAction.SESSION_CREATED, session.id)
        await step.create_seat(seat)
        await step.move_session(SessionEvent.OPENED, Cause.SELF)
        entry = EntryRecord(
            new_id("ent"),
            queue.id,
            queue.id,
            session.id,
            seat.id,
            device_hash,
            EntryState.WAITING,
            now,
            now,
            reason=arrival.reason,
            birth_date=birth_date,
            answers=answers,
            interpreter_language=arrival.interpreter_language,
            language=arrival.language,
        )
        await queue_steps.create(step, entry)
        return step

    async def _let_go(self, tx: Transaction, entry: EntryRecord) -> VisitStep:
        """The visit of who left with this device is over: somebody else has the device now."""
        now = self._desk.clock.utcnow()
        step = await VisitStep.load(tx, entry.session_id, now, ActorRef(entry.participant_id, Role.PATIENT.value))
        await step.audit(AuditAction.ENTRY_BEGUN_ANEW, entry.id)
        await end_visit(step, Cause.SYSTEM)
        await tx.seats.revoke_of_participant(entry.participant_id, now)
        await queue_steps.settle(step)  # the place is closed before the device gets its next one
        return step

    def _session(self, queue: QueueRecord, arrival: Arrival) -> SessionRecord:
        """A visit nobody leads yet; made by whoever made the room, until somebody answers."""
        now = self._desk.clock.utcnow()
        return SessionRecord(
            new_id("ses"),
            queue.organisation_id,
            SessionKind.SCHEDULED,
            SessionState.CREATED,
            now,
            queue.created_by,
            now,
            patient_name=arrival.name,
            reason=arrival.reason,
            site_id=queue.site_id,
            video_codec=self._desk.around.video_codec(),
        )

    async def _come_back(self, tx: Transaction, entry: EntryRecord) -> VisitStep:
        """The same place again: a second tap, a reload, a page that was closed."""
        now = self._desk.clock.utcnow()
        self._rates.take_row(entry.id, self._desk.clock.monotonic())
        step = await VisitStep.load(tx, entry.session_id, now, ActorRef(entry.participant_id, Role.PATIENT.value))
        self._desk.admission.check_join(step.session.state)
        seat = await step.move_seat(entry.participant_id, ParticipantEvent.LINK_OPENED, Cause.SELF)
        if seat.state is ParticipantState.CHECKING:
            await step.move_seat(seat.id, ParticipantEvent.ENTERED_WAITING, Cause.SELF)
        return step

    def _entered(self, session_id: str, seat_token: str) -> Entered:
        visit = self._desk.live.get(session_id)
        entry = visit.entry
        if entry is None:
            raise NotFound()
        seat = visit.seats[entry.participant_id]
        clinic = clinic_view(visit.clinic)
        opened = LinkOpened("seat", clinic, session_id, seat.id, seat.name, seat.state.value, seat_token)
        return Entered(opened, entry.id)


async def _left_by_hand(tx: Transaction, entry: EntryRecord) -> bool:
    """Whether the person pressed that it leaves: who has this device now may be somebody else."""
    seat = await tx.participants.get(entry.participant_id)
    return entry.state is EntryState.LEFT and seat is not None and seat.state is ParticipantState.LEFT


async def _seat_token(step: VisitStep, device_hash: str) -> str:
    """Make this device's newest cookie the only one that holds the seat."""
    entry = await queue_steps.the_entry(step)
    token = new_secret()
    expires = step.now + SEAT_LIFE
    record = SeatTokenRecord(
        new_id("tok"), entry.participant_id, step.session.id, token_hash(token), device_hash, step.now, expires
    )
    await step.tx.seats.create(record)
    await step.tx.seats.revoke_of_participant(entry.participant_id, step.now, keep=record.id)
    return token


async def _queue_of(tx: Transaction, token: str) -> QueueRecord:
    """The waiting room a link leads to. Raises NotFound `walk_in_unknown`, Gone `walk_in_revoked`."""
    link: WalkInLink | None = await tx.walk_in_links.by_token_hash(token_hash(token))
    queue = await tx.queues.get(link.queue_id) if link is not None else None
    if link is None or queue is None:
        raise NotFound("This link is not known.", code="walk_in_unknown")
    if link.revoked_at is not None:
        raise Gone("This link was withdrawn.", code="walk_in_revoked")
    return queue
