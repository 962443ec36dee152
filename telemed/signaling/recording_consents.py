"""Commands by which a seat speaks for itself about being recorded: agree, refuse, withdraw, and what becomes of the part before.

A withdrawal is carried out before anything is asked or written: the worker is told in the same turn of the event loop, whatever
the database does meanwhile. Should the command fail then, the person is not captured until it agrees anew.
"""

from __future__ import annotations

from collections.abc import Callable

from telemed.care.identity import Identity
from telemed.care.permissions import Action
from telemed.care.ports import Json
from telemed.care.recording import consent, texts, withdrawal
from telemed.care.recording.records import ConsentEvent
from telemed.care.recording.words import Basis, ConsentAct, RecordingCause, RecordingEvent, Standing
from telemed.ids import new_id
from telemed.signaling import recording_steps as steps
from telemed.signaling.acting import Guest, authorise, require_live
from telemed.signaling.command_kinds import of_kind
from telemed.signaling.desk import Desk
from telemed.signaling.schemas import DecideEarlier, GiveConsent
from telemed.signaling.step import VisitStep
from telemed.signaling.visit import LiveVisit


class RecordingConsents:
    """Each method is one command of protocol section 2.3. `now_less` tells the worker what a visit's captured tracks are."""

    def __init__(self, desk: Desk, now_less: Callable[[LiveVisit], None]) -> None:
        self._desk = desk
        self._now_less = now_less

    async def consent(self, guest: Guest, command: GiveConsent) -> Json:
        """Agree, refuse or withdraw. Saying again what holds changes nothing."""
        visit = self._desk.live.get(guest.session_id)
        if command.answer == "agree":
            texts.check_text(command.text_version, command.language)
            return await self._answer(visit, guest, command)
        with visit.recording.without(guest.participant_id):  # whatever words a page has shown, no is no
            self._now_less(visit)
            return await self._answer(visit, guest, command)

    async def _answer(self, visit: LiveVisit, guest: Guest, command: GiveConsent) -> Json:
        @of_kind("consent.answer")
        async def work(step: VisitStep, identity: Identity) -> Json:
            require_live(step)
            authorise(step, identity, Action.ANSWER_RECORDING)
            act = await _act(step, guest, command, guest.participant_id in visit.recording.withdrawn)
            if act is not None:
                consent.check_answers(act, (await steps.rows_of(step)).events, guest.participant_id)
                await steps.add_event(step, self._event(step, guest, act, command))
            return {}

        return await self._desk.command(guest, command.command_id, work)

    async def earlier(self, guest: Guest, command: DecideEarlier) -> Json:
        """After withdrawing: keep what was recorded before, or have it left out."""

        @of_kind("consent.earlier")
        async def work(step: VisitStep, identity: Identity) -> Json:
            require_live(step)
            authorise(step, identity, Action.ANSWER_RECORDING)
            recording = await steps.take(step, command.recording_id)
            rows = await steps.rows_of(step)
            act = ConsentAct.KEEP_EARLIER if command.choice == "keep" else ConsentAct.DESTROY_EARLIER
            owes = guest.participant_id in consent.owes_earlier(rows.events, recording)
            consent.check_act(act, consent.standing(rows.events).get(guest.participant_id, Standing.NONE), owes)
            last = [one for one in rows.events if one.participant_id == guest.participant_id][-1]
            event = ConsentEvent(
                new_id("con"),
                step.session.id,
                act,
                step.actor,
                last.text_version,
                last.language,
                step.now,
                recording.id,
                guest.participant_id,
            )
            await steps.add_event(step, event)
            if withdrawal.is_due(recording, (await steps.rows_of(step)).events):  # finished meanwhile, while the call goes on
                await steps.move(step, recording, RecordingEvent.PART_WITHDRAWN, RecordingCause.SYSTEM)
            return {}

        return await self._desk.command(guest, command.command_id, work)

    @staticmethod
    def _event(step: VisitStep, guest: Guest, act: ConsentAct, command: GiveConsent) -> ConsentEvent:
        current = step.recording.open if step.recording is not None else None
        return ConsentEvent(
            new_id("con"),
            step.session.id,
            act,
            step.actor,
            command.text_version,
            command.language,
            step.now,
            current.id if current is not None else None,
            guest.participant_id,
        )


async def _act(step: VisitStep, guest: Guest, command: GiveConsent, has_withdrawn: bool) -> ConsentAct | None:
    """What is noted; None when it holds already. `has_withdrawn`: whatever the rows say, its no may have failed to reach them."""
    rows = await steps.rows_of(step)
    standing = consent.standing(rows.events).get(guest.participant_id, Standing.NONE)
    if has_withdrawn and command.answer == "agree":
        return ConsentAct.AGREED
    is_captured = rows.open is not None and rows.open.basis is Basis.EMERGENCY and rows.open.started_at is not None
    return consent.act_of(command.answer == "agree", standing, is_captured)
