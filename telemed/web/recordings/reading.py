"""Finding recordings, and reading what one holds besides its media."""

from __future__ import annotations

from dataclasses import replace

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.identity import Staff
from telemed.care.permissions import Action, grants
from telemed.care.ports import Json, Store
from telemed.care.recording import withdrawal
from telemed.care.recording.ports import RecordingContents, RecordingVault
from telemed.care.recording.records import RecordingRecord
from telemed.care.recording.repositories import RecordingQuery
from telemed.care.recording.words import RecordingState
from telemed.care.roles import CARE_ROLES
from telemed.clock import Clock
from telemed.errors import InvalidInput, NotAllowed, NotFound, Unavailable
from telemed.web.recordings import acts_view, timeline_view, views, withdrawal_views
from telemed.web.recordings.acts import read_acts
from telemed.web.recordings.door import RecordingDoor, RecordingStep, opened

MAX_CHAT = 5000  # lines of one visit
NOTHING = RecordingContents((), (), ())


class RecordingReading:
    """The list, one recording, its timeline and its plots."""

    def __init__(self, store: Store, clock: Clock, door: RecordingDoor, vault: RecordingVault) -> None:
        self._store = store
        self._clock = clock
        self._door = door
        self._vault = vault

    async def search(self, actor: Staff, query: RecordingQuery) -> Json:
        """-> {recordings, next}, newest first."""
        if not grants(actor, Action.LIST_RECORDINGS):
            raise NotAllowed()
        now = self._clock.utcnow()
        async with self._store.read() as tx:
            if query.after is not None and await opened(tx, now, actor, query.after, Action.LIST_RECORDINGS) is None:
                raise InvalidInput("There is no such place in this list.", field="after")
            found = await tx.recordings.search(actor, replace(query, limit=query.limit + 1), now)
            shown = [replace(one, duration_ms=views.length_ms(one, now)) for one in found[: query.limit]]
            figures = await tx.recordings.figures(actor, shown)
        async with self._store.write() as tx:
            about = actor.organisation_id
            await tx.audit.append(actor.ref, AuditAction.RECORDINGS_LISTED, about, AuditOutcome.DONE, now)
        rows = [views.recording_view(recording, figures[recording.id]) for recording in shown]
        return {"recordings": rows, "next": shown[-1].id if len(found) > query.limit else None}

    async def clinicians(self, actor: Staff) -> Json:
        """-> {clinicians: [{id, name}]}: whose visits may be looked for, those who left included. Raises NotAllowed."""
        if not grants(actor, Action.LIST_RECORDINGS):
            raise NotAllowed()
        async with self._store.read() as tx:
            users = await tx.users.in_organisation(actor.organisation_id)
        fit = [user for user in users if user.role in CARE_ROLES and actor.works_at(user.site_id)]
        return {"clinicians": [{"id": user.id, "name": user.name} for user in sorted(fit, key=lambda one: one.name.casefold())]}

    async def detail(self, actor: Staff, recording_id: str) -> Json:
        """-> {recording, can}. Raises NotFound."""
        async with self._door.change(actor, recording_id, Action.READ_RECORDING) as step:
            await step.audit(AuditAction.RECORDING_READ)
            tx, recording = step.tx, step.recording
            figures = (await tx.recordings.figures(actor, [recording]))[recording.id]
            seats = await tx.participants.in_session(recording.session_id)
            request = await tx.erase_requests.open_of(recording.id)
            wanted = [who for who in (recording.reviewed_by, request.asked_by if request else None) if who is not None]
            names = await tx.users.names(wanted)
            events = await tx.consents.of_session(recording.session_id)
            bystanders = await tx.consents.bystanders(recording.session_id)
        contents = await self._contents(recording, withdrawal.not_shown(recording, events))
        played = {segment.participant_id for segment in contents.segments}
        people = [seat for seat in seats if seat.admitted_at is not None or seat.user_id is not None or seat.id in played]
        line = views.recording_view(replace(recording, duration_ms=views.length_ms(recording, step.now)), figures)
        asked_by = names.get(request.asked_by, "") if request is not None else ""
        more = {
            "reviewed_by": names.get(recording.reviewed_by) if recording.reviewed_by is not None else None,
            "erase": views.erase_view(request, asked_by, actor.user_id),
            "withdrawal": withdrawal_views.withdrawal_view(actor, recording, seats, bystanders, events),
        }
        part = {seat.id: withdrawal.part_of(seat.id, events, recording) for seat in people}
        parts = views.detail_parts(recording, contents, people, part)
        return {"recording": {**line, **parts, **more}, "can": can(step)}

    async def timeline(self, actor: Staff, recording_id: str) -> Json:
        """-> {duration_ms, joins, speaking, chat, reads_chat, quality, consent, gaps, acts, acts_outside}. Raises NotFound."""
        async with self._door.change(actor, recording_id, Action.WATCH_RECORDING) as step:
            await step.audit(AuditAction.RECORDING_READ)
            tx, recording = step.tx, step.recording
            events = await tx.events.in_session(recording.session_id)
            spans = await tx.speaking.of_recording(recording.id)
            minutes = await tx.quality.in_session(recording.session_id)
            reads_chat = actor.role in CARE_ROLES  # who reviews the work of others hears what was said, and does not read along
            messages = await tx.messages.in_session(recording.session_id, MAX_CHAT) if reads_chat else []
            done = await read_acts(tx, recording.session_id)
        contents, clock = await self._contents(recording), _clock(step)
        joins = timeline_view.joins(clock, events)
        return {
            "duration_ms": clock.duration_ms,
            "joins": joins,
            "speaking": timeline_view.speaking(clock, spans),
            "chat": timeline_view.chat(clock, messages),
            "reads_chat": reads_chat,
            "quality": timeline_view.quality(clock, minutes),
            "consent": timeline_view.consent(clock, contents, timeline_view.presence(clock, joins)),
            "gaps": timeline_view.gaps(clock, contents),
            **acts_view.acts(clock, recording, done, reads_chat),
        }

    async def plots(self, actor: Staff, recording_id: str) -> Json:
        """-> {speaking, minutes}. Raises NotFound."""
        async with self._door.change(actor, recording_id, Action.WATCH_RECORDING) as step:
            await step.audit(AuditAction.RECORDING_READ)
            spans = await step.tx.speaking.of_recording(recording_id)
            minutes = await step.tx.quality.in_session(step.recording.session_id)
        return timeline_view.plots(_clock(step), spans, minutes)

    async def viewers(self, actor: Staff, recording_id: str) -> Json:
        """-> {viewers}, newest first. Raises NotFound."""
        async with self._door.change(actor, recording_id, Action.READ_RECORDING) as step:
            await step.audit(AuditAction.RECORDING_VIEWERS_READ)
            found = await step.tx.recording_views.of_recording(recording_id)
        return {"viewers": [views.viewer_view(view) for view in found]}

    async def _contents(self, recording: RecordingRecord, hidden: frozenset[str] = frozenset()) -> RecordingContents:
        """What can be played; nothing of one that is not finished, or whose files cannot be read now, and of nobody `hidden`."""
        if recording.state is not RecordingState.READY:
            return NOTHING
        try:
            found = await self._vault.contents(recording.id)
            return replace(found, segments=tuple(one for one in found.segments if one.participant_id not in hidden))
        except (NotFound, Unavailable):
            return NOTHING


def can(step: RecordingStep) -> Json:
    """What the reader may do with the recording now."""
    recording = step.recording
    ready, over = recording.state is RecordingState.READY, recording.state in (RecordingState.READY, RecordingState.FAILED)
    return {
        "watch": ready and step.may(Action.WATCH_RECORDING),
        "mark": step.may(Action.MARK_RECORDING),
        "sign_off": ready and step.may(Action.REVIEW_RECORDING),
        "download": ready and step.may(Action.EXPORT_RECORDING),
        "verify": ready and step.may(Action.VERIFY_RECORDING),
        "hold": step.may(Action.HOLD_RECORDING),
        "erase": over and not recording.hold and step.may(Action.ERASE_RECORDING),
        "decide": recording.decide_by is not None and step.may(Action.DECIDE_RECORDING),
    }


def _clock(step: RecordingStep) -> timeline_view.Clock:
    recording = step.recording
    return timeline_view.Clock(recording.started_at or recording.asked_at, views.length_ms(recording, step.now))
