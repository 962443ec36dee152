"""An incident inside one decision about its visit: rows are read when needed first, written with their audit row and step.

`settle` runs at the end of every decision about an urgent visit: a picture that came, or the end of the visit, moves the incident
in the transaction that caused it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.identity import SYSTEM
from telemed.care.incidents import states
from telemed.care.incidents.records import (
    AccessRecord,
    CallerRecord,
    IncidentEventRecord,
    IncidentRecord,
    InstructionRecord,
    PositionRecord,
)
from telemed.care.incidents.words import OVER, IncidentCause, IncidentEvent, IncidentState
from telemed.care.states import LIVE_SESSIONS, ParticipantState, SessionKind
from telemed.errors import NotFound
from telemed.ids import new_id
from telemed.signaling.incident_rows import IncidentRows, read_rows

if TYPE_CHECKING:
    from telemed.signaling.step import VisitStep

# One change ends all access: what stands at a caller's page goes with it.
_SEEN = frozenset({ParticipantState.CONNECTED})


async def rows_of(step: VisitStep) -> IncidentRows:
    """What there is about the incident of this visit, with what the step changed."""
    if step.incident is None:
        step.incident = await read_rows(step.tx, step.session.id)
    return step.incident


async def incident_of(step: VisitStep) -> IncidentRecord:
    """The incident of this visit. Raises NotFound for a visit of none."""
    rows = await rows_of(step)
    if rows.incident is None:
        raise NotFound()
    return rows.incident


async def create(step: VisitStep, incident: IncidentRecord, by_name: str) -> None:
    """Begin one."""
    await step.tx.incidents.create(incident)
    step.incident = IncidentRows(incident)
    await step.audit(AuditAction.INCIDENT_CREATED, incident.id)
    await step.tx.incidents.add_event(
        IncidentEventRecord(new_id("ine"), incident.id, IncidentEvent.MADE, incident.state, by_name, step.now)
    )


async def save(step: VisitStep, incident: IncidentRecord) -> None:
    """Write a changed one back."""
    rows = await rows_of(step)
    if rows.incident != incident:
        await step.tx.incidents.save(incident)
        step.incident = replace(rows, incident=incident)


async def move(step: VisitStep, event: IncidentEvent, cause: IncidentCause, by_name: str = "") -> IncidentRecord:
    """Let `event` happen: row, step and audit. Raises Conflict when the table has no such step."""
    before = await incident_of(step)
    row = states.transition(before.state, event, cause)
    if row.next_state is before.state:
        return before
    is_over, was_over = row.next_state in OVER, before.state in OVER
    ended_at = step.now if is_over and not was_over else None if not is_over else before.ended_at
    after = replace(before, state=row.next_state, state_since=step.now, ended_at=ended_at)
    if not is_over:  # what is told from now on is to be forgotten in its time, too
        after = replace(after, forgotten_at=None, texts_forgotten_at=None)
    await save(step, after)
    await step.tx.incidents.add_event(IncidentEventRecord(new_id("ine"), after.id, event, after.state, by_name, step.now))
    if row.audit is not None:
        actor = SYSTEM if cause is IncidentCause.SYSTEM else step.actor
        await step.tx.audit.append(actor, row.audit, after.id, AuditOutcome.DONE, step.now)
    return after


async def add_access(step: VisitStep, access: AccessRecord) -> None:
    """Add a way in."""
    rows = await rows_of(step)
    await step.tx.incidents.add_access(access)
    step.incident = rows.with_access(access)


async def save_access(step: VisitStep, access: AccessRecord) -> None:
    """Write a changed way in back."""
    rows = await rows_of(step)
    if rows.access(access.id) != access:
        await step.tx.incidents.save_access(access)
        step.incident = rows.with_access(access)


async def caller_of(step: VisitStep, participant_id: str) -> CallerRecord:
    """The caller in a seat. Raises NotFound for any other."""
    caller = (await rows_of(step)).caller(participant_id)
    if caller is None:
        raise NotFound()
    return caller


async def add_caller(step: VisitStep, caller: CallerRecord) -> None:
    """Add a caller; its way in is there."""
    rows = await rows_of(step)
    await step.tx.incidents.add_caller(caller)
    step.incident = rows.with_caller(caller)


async def save_caller(step: VisitStep, caller: CallerRecord) -> None:
    """Write a changed one back."""
    rows = await rows_of(step)
    if rows.caller(caller.participant_id) != caller:
        await step.tx.incidents.save_caller(caller)
        step.incident = rows.with_caller(caller)


async def add_position(step: VisitStep, position: PositionRecord) -> PositionRecord | None:
    """Add a fix; None when it is there already."""
    rows = await rows_of(step)
    stored = await step.tx.incidents.add_position(position)
    if stored is not None:
        step.incident = rows.with_position(stored)
    return stored


async def add_instruction(step: VisitStep, instruction: InstructionRecord) -> None:
    """Add something the caller is asked."""
    rows = await rows_of(step)
    await step.tx.incidents.add_instruction(instruction)
    step.incident = rows.with_instruction(instruction)
    await step.audit(AuditAction.INSTRUCTION_GIVEN, instruction.id)


async def save_instruction(step: VisitStep, instruction: InstructionRecord, action: AuditAction) -> None:
    """Write a changed one back."""
    rows = await rows_of(step)
    await step.tx.incidents.save_instruction(instruction)
    step.incident = rows.with_instruction(instruction)
    await step.audit(action, instruction.id)


async def settle(step: VisitStep) -> None:
    """Let what the step changed move the incident: its caller is seen, or its visit is over."""
    if step.session.kind is not SessionKind.URGENT:
        return
    incident = (await rows_of(step)).incident
    if incident is None:
        return
    if step.session.state not in LIVE_SESSIONS:
        if incident.state not in OVER:
            await move(step, IncidentEvent.SESSION_OVER, IncidentCause.SYSTEM)
        await _close_access(step)
        return
    if incident.state is IncidentState.OPENED and await _is_seen(step):
        await move(step, IncidentEvent.SEEN, IncidentCause.SYSTEM)


async def _is_seen(step: VisitStep) -> bool:
    """Whether a caller's place or picture is here."""
    rows = await rows_of(step)
    callers = {one.participant_id for one in rows.callers_of(step.session.id)}
    placed = any(one.participant_id in callers for one in rows.positions)
    return placed or any(step.seats[one].state in _SEEN for one in callers & step.seats.keys())


async def _close_access(step: VisitStep) -> None:
    """Nobody gets in any more, whatever it came by."""
    for access in (await rows_of(step)).accesses:
        if access.session_id == step.session.id and access.revoked_at is None:
            await save_access(step, replace(access, revoked_at=step.now))
            await step.tx.links.revoke_of_participant(access.participant_id, step.now)
            await step.tx.seats.revoke_of_participant(access.participant_id, step.now)


def opened(access: AccessRecord, now: datetime) -> AccessRecord:
    """The same way in, opened the first time."""
    return replace(access, opened_at=now)


async def came_back(step: VisitStep, participant_id: str) -> None:
    """A caller who had left quickly is here again."""
    caller = await caller_of(step, participant_id)
    if caller.left_quickly:
        await save_caller(step, replace(caller, left_quickly=False))


async def silence(step: VisitStep, participant_id: str, silent: bool) -> None:
    """Whether nothing may be heard at this caller from now on. The media plane follows the commit."""
    seat = step.seat(participant_id)
    if seat.silent is not silent:
        await step.save_seat(replace(seat, silent=silent))
        await step.audit(AuditAction.INCIDENT_SILENCED if silent else AuditAction.INCIDENT_UNSILENCED, seat.id)
