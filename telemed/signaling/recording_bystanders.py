"""Commands of who leads a visit about people who are there without a seat: a child, a relative, somebody hurt.

A bystander who refuses counts like anybody within earshot who does, until that person agrees or has left.
"""

from __future__ import annotations

from dataclasses import replace

from telemed.care.identity import Identity
from telemed.care.permissions import Action
from telemed.care.ports import Json
from telemed.care.recording import consent, policy, texts
from telemed.care.recording.records import Bystander, ConsentEvent
from telemed.care.recording.words import BystanderLabel, ConsentAct, DecidedBy, Standing
from telemed.errors import Conflict, NotFound
from telemed.ids import new_id
from telemed.signaling import recording_steps as steps
from telemed.signaling.acting import Guest, authorise, require_live
from telemed.signaling.command_kinds import of_kind
from telemed.signaling.desk import Desk
from telemed.signaling.schemas import AddBystander, ChangeBystander
from telemed.signaling.step import VisitStep

MAX_BYSTANDERS = 50  # of one visit


class RecordingBystanders:
    """Each method is one command of protocol section 2.3."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def add(self, guest: Guest, command: AddBystander) -> Json:
        """List somebody who is there without a seat, and how it was decided for that person. -> {bystander_id}."""

        @of_kind("bystander.add")
        async def work(step: VisitStep, identity: Identity) -> Json:
            require_live(step)
            authorise(step, identity, Action.RECORD_CALL)
            rows = await steps.rows_of(step)
            if len(rows.bystanders) >= MAX_BYSTANDERS:
                raise Conflict("This visit has too many bystanders.", code="too_many_people")
            listed = Bystander(
                new_id("bys"),
                step.session.id,
                BystanderLabel(command.label),
                guest.participant_id,
                step.now,
                DecidedBy(command.decided_by),
                command.agreed,
                command.by_name or "",
                command.reason or "",
            )
            person = policy.check_bystander(listed)
            await steps.add_bystander(step, person, _event(step, person, policy.act_for(person)))
            return {"bystander_id": person.id}

        return await self._desk.command(guest, command.command_id, work)

    async def change(self, guest: Guest, command: ChangeBystander) -> Json:
        """Somebody listed says otherwise, or has left the room. Saying again what holds changes nothing."""

        @of_kind("bystander.change")
        async def work(step: VisitStep, identity: Identity) -> Json:
            require_live(step)
            authorise(step, identity, Action.RECORD_CALL)
            rows = await steps.rows_of(step)
            person = next((one for one in rows.bystanders if one.id == command.bystander_id), None)
            if person is None:
                raise NotFound()
            if person.gone_at is not None:
                return {}
            if command.now == "left":
                await steps.bystander_left(step, replace(person, gone_at=step.now))
                return {}
            act = _act(person, consent.standing(rows.events).get(person.id, Standing.NONE), command.now == "agreed")
            if act is not None:
                consent.check_answers(act, rows.events, person.id)
                await steps.add_event(step, _event(step, person, act))
            return {}

        return await self._desk.command(guest, command.command_id, work)


def _act(person: Bystander, stands: Standing, agrees: bool) -> ConsentAct | None:
    """What is noted. Whoever decided for the person still does."""
    act = consent.act_of(agrees, stands)
    return policy.act_for(replace(person, agreed=True)) if act is ConsentAct.AGREED else act


def _event(step: VisitStep, person: Bystander, act: ConsentAct) -> ConsentEvent:
    """The act behind it. Who listed the person read the words to it, so their version is the present one."""
    current = step.recording.open if step.recording is not None else None
    return ConsentEvent(
        new_id("con"),
        step.session.id,
        act,
        step.actor,
        texts.CURRENT_TEXT,
        "",
        step.now,
        current.id if current is not None else None,
        bystander_id=person.id,
        reason=person.reason,
    )
