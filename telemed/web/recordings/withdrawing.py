"""Withdrawing from a recording that is over: in Home by the person, in the review page by a colleague or, for somebody who has no
sign-in, by a privacy officer with a reason. What is said is written with its audit rows, and with the order to destroy, at once.

The files follow: the finaliser takes the part out while nobody can play the recording (`telemed.recording.taking_out`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from telemed.care.audit_actions import AuditOutcome
from telemed.care.identity import SYSTEM, ActorRef, Person, Staff
from telemed.care.permissions import Action
from telemed.care.ports import Json, Store
from telemed.care.recording import consent, states, texts, withdrawal
from telemed.care.recording.records import ConsentEvent, RecordingRecord
from telemed.care.recording.words import ConsentAct, OwnPart, RecordingCause, RecordingEvent, Standing
from telemed.care.records import ParticipantRecord
from telemed.care.repositories import Transaction
from telemed.care.states import LIVE_SESSIONS
from telemed.clock import Clock
from telemed.errors import Conflict, NotFound
from telemed.ids import new_id
from telemed.web.persons.channel_checks import own_record
from telemed.web.recordings.door import RecordingDoor


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody chose, and the words it was chosen by."""

    destroy: bool
    text_version: str
    language: str

    @property
    def choice(self) -> ConsentAct:
        """The act of consent."""
        return ConsentAct.DESTROY_EARLIER if self.destroy else ConsentAct.KEEP_EARLIER


@dataclass(frozen=True, slots=True)
class _Case:
    """One withdrawal within its transaction."""

    tx: Transaction
    now: datetime
    by: ActorRef
    recording: RecordingRecord
    said: Said
    reason: str = ""

    async def note(self, act: ConsentAct, person_id: str) -> None:
        """One consent event with its audit row."""
        is_bystander = person_id.startswith("bys_")
        event = ConsentEvent(
            new_id("con"),
            self.recording.session_id,
            act,
            self.by,
            self.said.text_version,
            self.said.language,
            self.now,
            self.recording.id,
            None if is_bystander else person_id,
            person_id if is_bystander else None,
            self.reason,
        )
        await self.tx.consents.append(event)
        await self.tx.audit.append(self.by, consent.AUDIT[act], person_id, AuditOutcome.DONE, self.now)


@dataclass(frozen=True, slots=True)
class RecordingWithdrawing:
    """Owns nothing. Each method answers {part}: what there is of the person from now on."""

    store: Store
    clock: Clock
    door: RecordingDoor

    async def own(self, person: Person, recording_id: str, said: Said) -> Json:
        """A patient's or carer's own part. Raises NotFound, NotAllowed, and Conflict like `staff`."""
        texts.check_withdrawal_text(said.text_version, said.language)
        now = self.clock.utcnow()
        async with self.store.write() as tx:
            patient = await own_record(tx, person, Action.WITHDRAW_OWN_RECORDING, now)
            recording = await tx.recordings.get(recording_id)
            visit = await tx.sessions.get(recording.session_id) if recording is not None else None
            if recording is None or visit is None or await tx.patients.kept(visit.patient_id or "") != patient:
                raise NotFound()
            seat = withdrawal.own_seat(person, await tx.participants.in_session(recording.session_id))
            if seat is None:
                raise Conflict("There is nothing of this person in the recording.", code="nothing_recorded")
            return await _withdraw(_Case(tx, now, person.ref, recording, said), seat.id)

    async def staff(self, actor: Staff, recording_id: str, said: Said, person_id: str | None, reason: str) -> Json:
        """The actor's own part, or with `person_id` that of somebody a privacy officer acts for. Raises NotFound, NotAllowed,
        InvalidInput, and Conflict: `nothing_recorded`, `no_own_part`, `part_destroyed`, `visit_open`, `recording_open`,
        `own_request`, `text_changed`."""
        texts.check_withdrawal_text(said.text_version, said.language)
        async with self.door.change(actor, recording_id, Action.WITHDRAW_RECORDING) as step:
            seats = await step.tx.participants.in_session(step.recording.session_id)
            own = withdrawal.own_seat(actor, seats)
            if person_id is None or (own is not None and own.id == person_id):
                if own is None:
                    raise Conflict("There is nothing of this person in the recording.", code="nothing_recorded")
                return await _withdraw(_Case(step.tx, step.now, actor.ref, step.recording, said), own.id)
            seat = next((seat for seat in seats if seat.id == person_id), None)
            clean = withdrawal.check_for_other(actor, seat, reason)
            case = _Case(step.tx, step.now, actor.ref, step.recording, said, clean)
            return await (_withdraw_bystander(case, person_id) if seat is None else _withdraw(case, seat.id))


async def own_part(tx: Transaction, person: Person, recording: RecordingRecord) -> OwnPart:
    """What there is of a person in one recording of its visits."""
    seat: ParticipantRecord | None = withdrawal.own_seat(person, await tx.participants.in_session(recording.session_id))
    if seat is None:
        return OwnPart.NONE
    return withdrawal.part_of(seat.id, await tx.consents.of_session(recording.session_id), recording)


async def take_out(tx: Transaction, recording: RecordingRecord, now: datetime) -> RecordingRecord:
    """Order what is due: the finaliser finds it by its state. Returns the recording as it is then."""
    if not withdrawal.is_due(recording, await tx.consents.of_session(recording.session_id)):
        return recording
    after, action = states.apply(recording, RecordingEvent.PART_WITHDRAWN, RecordingCause.SYSTEM, now)
    await tx.recordings.save(after)
    if action is not None:
        await tx.audit.append(SYSTEM, action, recording.id, AuditOutcome.DONE, now)
    return after


async def _withdraw(case: _Case, participant_id: str) -> Json:
    await _check_over(case)
    events = await case.tx.consents.of_session(case.recording.session_id)
    part = withdrawal.part_of(participant_id, events, case.recording)
    standing = consent.standing(events).get(participant_id, Standing.NONE)
    for act in withdrawal.acts(case.said.choice, part, standing):
        await case.note(act, participant_id)
    after = await take_out(case.tx, case.recording, case.now)
    events = await case.tx.consents.of_session(after.session_id)
    return {"part": withdrawal.part_of(participant_id, events, after).value}


async def _withdraw_bystander(case: _Case, bystander_id: str) -> Json:
    """Noted, no more: nothing in the recording is that person's alone."""
    await _check_over(case)
    people = await case.tx.consents.bystanders(case.recording.session_id)
    if all(one.id != bystander_id for one in people):
        raise NotFound()
    if case.said.destroy:
        raise Conflict("This person had no camera or microphone of its own: erase the recording instead.", code="no_own_part")
    events = await case.tx.consents.of_session(case.recording.session_id)
    if consent.standing(events).get(bystander_id) is not Standing.WITHDRAWN:
        await case.note(ConsentAct.WITHDRAWN, bystander_id)
    return {"part": OwnPart.NONE.value}


async def _check_over(case: _Case) -> None:
    visit = await case.tx.sessions.get(case.recording.session_id)
    withdrawal.check_over(case.recording, visit is not None and visit.state in LIVE_SESSIONS)
