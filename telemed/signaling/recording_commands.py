"""Commands of who leads a visit about its recording: ask, begin, choose, stop, note why there is none, mark."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import wraps

from telemed.care.audit_actions import AuditAction
from telemed.care.identity import Identity, Staff
from telemed.care.permissions import Action
from telemed.care.ports import Json
from telemed.care.recording import consent, policy
from telemed.care.recording.consent import Beginning
from telemed.care.recording.live_views import marker_view
from telemed.care.recording.records import Marker, RecordingRecord, UnrecordedReason
from telemed.care.recording.words import (
    OPEN,
    Basis,
    Bleed,
    RecordingCause,
    RecordingEvent,
    RecordingFault,
    RecordingState,
    Visibility,
)
from telemed.errors import Conflict, Unavailable
from telemed.ids import new_id
from telemed.signaling import recording_steps as steps
from telemed.signaling.acting import Guest, authorise, require_live
from telemed.signaling.command_kinds import of_kind
from telemed.signaling.desk import Desk
from telemed.signaling.recording_clock import new_take
from telemed.signaling.recording_means import RecordingMeans
from telemed.signaling.recording_speakers import at_ms
from telemed.signaling.schemas import (
    AskRecording,
    ChooseRecording,
    NoteUnrecorded,
    OnRecording,
    SetMarker,
)
from telemed.signaling.step import VisitStep

MAX_TAKES = 50  # of one visit: somebody plays with the button
MAX_MARKERS = 500  # of one recording, set during the call
FULL_RETRY = 30.0  # seconds: until the disk or the clinic's quota has been looked at again


class RecordingCommands:
    """Each method is one command of protocol section 2.3."""

    def __init__(self, desk: Desk, means: RecordingMeans) -> None:
        self._desk = desk
        self._means = means

    async def ask(self, guest: Guest, command: AskRecording) -> Json:
        """Ask everybody; with a reason, where the clinic allows it, begin without asking. -> {recording_id}."""

        @of_kind("recording.ask")
        async def work(step: VisitStep, identity: Identity) -> Json:
            require_live(step)
            authorise(step, identity, Action.RECORD_CALL)
            basis = Basis.CONSENT if command.emergency_reason is None else Basis.EMERGENCY
            asking = (await steps.rows_of(step)).open
            if basis is Basis.EMERGENCY and asking is not None and asking.state is RecordingState.ASKING:
                await steps.move(step, asking, RecordingEvent.CANCELLED, RecordingCause.RECORDER)
            await self._check_ask(step, basis)
            fresh = new_take(step, guest.user_id)
            if basis is Basis.EMERGENCY:
                decide_by = policy.decide_by(self._means.policies(), step.now)
                fresh = replace(fresh, basis=basis, reason=command.emergency_reason or "", decide_by=decide_by)
            await steps.create(step, fresh)  # the rules let it begin at the end of the step if it can
            return {"recording_id": fresh.id}

        return await self._desk.command(guest, command.command_id, work)

    async def begin(self, guest: Guest, command: OnRecording) -> Json:
        """Begin without those who have not answered."""

        @of_kind("recording.begin")
        async def work(step: VisitStep, recording: RecordingRecord) -> None:
            standings = consent.standing((await steps.rows_of(step)).events)
            if consent.may_begin(recording.basis, standings, list(step.seats.values())) is Beginning.NOT_YET:
                raise Conflict("Nobody in the call has agreed to be recorded.", code="nobody_agreed")
            await steps.move(step, recording, RecordingEvent.BEGAN, RecordingCause.RECORDER)

        return await self._on_take(guest, command, work)

    async def pause(self, guest: Guest, command: OnRecording) -> Json:
        """Recording -> paused."""
        return await self._move(guest, command, RecordingEvent.PAUSED)

    async def resume(self, guest: Guest, command: OnRecording) -> Json:
        """Paused -> recording."""
        return await self._move(guest, command, RecordingEvent.RESUMED)

    async def stop(self, guest: Guest, command: OnRecording) -> Json:
        """Recording or paused -> finalising; asking -> cancelled."""

        @of_kind("recording.stop")
        async def work(step: VisitStep, recording: RecordingRecord) -> None:
            await steps.move(step, recording, RecordingEvent.STOPPED, RecordingCause.RECORDER)

        return await self._on_take(guest, command, work)

    async def choose(self, guest: Guest, command: ChooseRecording) -> Json:
        """What is to be done about somebody within earshot who refused."""

        @of_kind("recording.choose")
        async def work(step: VisitStep, recording: RecordingRecord) -> None:
            if command.choice == "stop":
                await steps.move(step, recording, RecordingEvent.STOPPED, RecordingCause.RECORDER)
                return
            chosen = consent.choose(Bleed(command.choice), await steps.bleed(step, recording))
            await steps.save(step, replace(recording, bleed=chosen))
            await step.audit(AuditAction.RECORDING_BLEED_CHOSEN, recording.id)

        return await self._on_take(guest, command, work)

    async def _move(self, guest: Guest, command: OnRecording, event: RecordingEvent) -> Json:
        @of_kind(f"recording.{event.value}")
        async def work(step: VisitStep, recording: RecordingRecord) -> None:
            await steps.move(step, recording, event, RecordingCause.RECORDER)

        return await self._on_take(guest, command, work)

    async def _on_take(
        self, guest: Guest, command: OnRecording, act: Callable[[VisitStep, RecordingRecord], Awaitable[None]]
    ) -> Json:
        """Something about the open take."""

        @wraps(act)
        async def work(step: VisitStep, identity: Identity) -> Json:
            require_live(step)
            authorise(step, identity, Action.RECORD_CALL)
            recording = await steps.take(step, command.recording_id)
            if recording.state not in OPEN:
                raise Conflict("This recording is over.", code="recording_over")
            await act(step, recording)
            return {}

        return await self._desk.command(guest, command.command_id, work)

    async def unrecorded(self, guest: Guest, command: NoteUnrecorded) -> Json:
        """Note why a visit that had to be recorded is not; asking for it ends."""

        @of_kind("recording.unrecorded")
        async def work(step: VisitStep, identity: Identity) -> Json:
            require_live(step)
            authorise(step, identity, Action.RECORD_CALL)
            rows = await steps.rows_of(step)
            if rows.open is not None and rows.open.state is RecordingState.ASKING:
                await steps.move(step, rows.open, RecordingEvent.STOPPED, RecordingCause.RECORDER)
            reason = UnrecordedReason(new_id("unr"), step.session.id, guest.user_id, command.reason, step.now)
            await steps.add_unrecorded(step, reason)
            return {}

        return await self._desk.command(guest, command.command_id, work)

    async def marker(self, guest: Guest, command: SetMarker) -> Json:
        """Name a moment, now or a little while ago; -> {marker}."""

        @of_kind("recording.marker")
        async def work(step: VisitStep, identity: Identity) -> Json:
            require_live(step)
            authorise(step, identity, Action.MARK_CALL)
            recording = await steps.take(step, command.recording_id)
            if recording.started_at is None or recording.state not in OPEN:
                raise Conflict("Nothing of this is being recorded.", code="recording_over")
            if len(await step.tx.markers.of_recording(recording.id)) >= MAX_MARKERS:
                raise Conflict("This recording has too many markers.", code="too_many_markers")
            now_ms = at_ms(recording, step.now)
            start_ms = now_ms if command.at_ms is None else min(command.at_ms, now_ms)
            name = identity.name if isinstance(identity, Staff) else ""
            fresh = Marker(
                new_id("mrk"),
                recording.id,
                start_ms,
                policy.clean_category(command.category),
                guest.user_id,
                name,
                Visibility.TEAM,
                step.now,
                text=command.text or "",
                revision=0,
            )
            stored = await step.tx.markers.write(fresh)
            await step.audit(AuditAction.RECORDING_MARKED, recording.id)
            return {"marker": marker_view(stored)}

        return await self._desk.command(guest, command.command_id, work)

    async def _check_ask(self, step: VisitStep, basis: Basis) -> None:
        """The clinic's policy, and room for it: nothing new begins where it could not be kept. What is being recorded goes on."""
        policies, rows = self._means.policies(), await steps.rows_of(step)
        policy.check_ask(policies, step.session.kind, basis, rows.recordings)
        if len(rows.recordings) >= MAX_TAKES:
            raise Conflict("This visit has too many recordings.", code="too_many_recordings")
        refusal = self._means.work.refusal()
        if refusal is not RecordingFault.NONE:
            raise Unavailable("Recordings cannot be written now.", code=f"recording_{refusal.value}", retry_after=FULL_RETRY)
        quota, sums = policy.quota_bytes(policies), await step.tx.recordings.sums(step.session.organisation_id)
        if quota is not None and sums.size_bytes >= quota:
            raise Unavailable("The clinic's room for recordings is used up.", code="recording_quota", retry_after=FULL_RETRY)
