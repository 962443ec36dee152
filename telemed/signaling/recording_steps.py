"""Recording inside one decision about a visit: rows are read when they are needed first, written with audit and consent events.

`settle` runs at the end of every decision, whatever it was about: who came, left, answered or was put on hold may let a recording
begin or end. So nobody has to think of it, and it is committed with what caused it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.identity import SYSTEM
from telemed.care.recording import consent, states
from telemed.care.recording.consent import Beginning
from telemed.care.recording.records import Bystander, ConsentEvent, RecordingRecord, UnrecordedReason
from telemed.care.recording.words import OPEN, Bleed, RecordingCause, RecordingEvent, RecordingState
from telemed.care.states import LIVE_SESSIONS
from telemed.errors import NotFound
from telemed.signaling.recording_rows import RecordingRows, read_rows

if TYPE_CHECKING:
    from telemed.signaling.step import VisitStep


async def rows_of(step: VisitStep) -> RecordingRows:
    """What there is about recording this visit, with what the step changed."""
    if step.recording is None:
        step.recording = await read_rows(step.tx, step.session.id)
    return step.recording


async def take(step: VisitStep, recording_id: str) -> RecordingRecord:
    """A take of this visit. Raises NotFound."""
    found = (await rows_of(step)).find(recording_id)
    if found is None:
        raise NotFound()
    return found


async def create(step: VisitStep, recording: RecordingRecord) -> None:
    """Begin to ask for a take."""
    rows = await rows_of(step)
    await step.tx.recordings.create(recording)
    step.recording = rows.with_recording(recording)
    await step.audit(AuditAction.RECORDING_ASKED, recording.id)


async def save(step: VisitStep, recording: RecordingRecord) -> None:
    """Write a changed take back."""
    rows = await rows_of(step)
    if rows.find(recording.id) != recording:
        await step.tx.recordings.save(recording)
        step.recording = rows.with_recording(recording)


async def move(step: VisitStep, recording: RecordingRecord, event: RecordingEvent, cause: RecordingCause) -> RecordingRecord:
    """Let `event` happen to a take: row and audit. Raises Conflict when the table has no such step."""
    after, action = states.apply(recording, event, cause, step.now)
    await save(step, after)
    if action is not None:
        actor = SYSTEM if cause is RecordingCause.SYSTEM else step.actor
        await step.tx.audit.append(actor, action, after.id, AuditOutcome.DONE, step.now)
    return after


async def add_event(step: VisitStep, event: ConsentEvent) -> None:
    """Note an act of consent."""
    rows = await rows_of(step)
    stored = await step.tx.consents.append(event)
    step.recording = replace(rows, events=(*rows.events, stored))
    await step.audit(consent.AUDIT[event.act], event.person_id)


async def add_bystander(step: VisitStep, person: Bystander, event: ConsentEvent) -> None:
    """List somebody without a seat, with what was decided for that person."""
    rows = await rows_of(step)
    await step.tx.consents.add_bystander(person)
    step.recording = replace(rows, bystanders=(*rows.bystanders, person))
    await step.audit(AuditAction.BYSTANDER_LISTED, person.id)
    await add_event(step, event)


async def bystander_left(step: VisitStep, person: Bystander) -> None:
    """Somebody without a seat has left the room."""
    rows = await rows_of(step)
    await step.tx.consents.save_bystander(person)
    others = tuple(person if one.id == person.id else one for one in rows.bystanders)
    step.recording = replace(rows, bystanders=others)
    await step.audit(AuditAction.BYSTANDER_LEFT, person.id)


async def add_unrecorded(step: VisitStep, reason: UnrecordedReason) -> None:
    """Note why there is no recording."""
    rows = await rows_of(step)
    await step.tx.consents.add_unrecorded(reason)
    step.recording = replace(rows, unrecorded=(*rows.unrecorded, reason))
    await step.audit(AuditAction.SESSION_UNRECORDED, step.session.id)


async def bleed(step: VisitStep, recording: RecordingRecord) -> Bleed:
    """What follows now from somebody within earshot who refused."""
    rows = await rows_of(step)
    return consent.bleed(recording.bleed, consent.standing(rows.events), step.seats.values(), rows.bystanders)


async def settle(step: VisitStep) -> None:
    """Let what the step changed begin or end the open take, and end a choice nobody needs any more."""
    if step.recording is None:
        takes = await step.tx.recordings.of_session(step.session.id)
        if not any(one.state in OPEN for one in takes):
            return
    rows = await rows_of(step)
    recording = rows.open
    if recording is None:
        return
    if step.session.state not in LIVE_SESSIONS:
        await move(step, recording, RecordingEvent.STOPPED, RecordingCause.SYSTEM)
        return
    if recording.state is RecordingState.ASKING:
        beginning = consent.may_begin(recording.basis, consent.standing(rows.events), list(step.seats.values()))
        if beginning is Beginning.AT_ONCE:
            recording = await move(step, recording, RecordingEvent.BEGAN, RecordingCause.SYSTEM)
    if recording.bleed is not Bleed.NONE and await bleed(step, recording) is Bleed.NONE:
        await save(step, replace(recording, bleed=Bleed.NONE))
