"""Markers: points and spans that those who review a recording note. A private one exists for its author alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from telemed.care.audit_actions import AuditAction
from telemed.care.command_answers import kept_answer
from telemed.care.identity import Staff
from telemed.care.permissions import Action
from telemed.care.ports import Json
from telemed.care.recording.records import Marker
from telemed.care.recording.words import Visibility
from telemed.errors import Conflict, InvalidInput, NotFound
from telemed.ids import new_id
from telemed.web.recordings import views
from telemed.web.recordings.door import RecordingDoor, RecordingStep

NEW = 0  # the revision before the first
MAX_MARKERS = 1000  # of one recording: more cannot be told apart on any timeline

_CREATE = "marker.add"  # the kind of answers kept


class RecordingMarkers:
    """Reading, adding, changing and removing. Authors change their own; every revision is kept."""

    def __init__(self, door: RecordingDoor) -> None:
        self._door = door

    async def read(self, actor: Staff, recording_id: str) -> Json:
        """-> {markers} in order of time. Raises NotFound."""
        async with self._door.change(actor, recording_id, Action.WATCH_RECORDING) as step:
            await step.audit(AuditAction.RECORDING_READ)
            found = await step.tx.markers.of_recording(recording_id)
        return {"markers": [views.marker_view(marker, actor.user_id) for marker in found if _sees(actor, marker)]}

    async def add(self, actor: Staff, recording_id: str, values: Mapping[str, Any], command_id: str) -> Json:
        """-> {marker}; the same again for a repeated command. Raises NotFound, InvalidInput, Conflict `command_repeated`,
        `too_many_markers`."""
        async with self._door.change(actor, recording_id, Action.MARK_RECORDING) as step:
            known = await step.tx.acks.find(actor.user_id, command_id, _CREATE)
            if known is not None:
                made = await _own(step, str(kept_answer(known, "marker_id")["marker_id"]))
                return {"marker": views.marker_view(made, actor.user_id)}
            _check_span(step, values["start_ms"], values["end_ms"])
            if len(await step.tx.markers.of_recording(recording_id)) >= MAX_MARKERS:
                raise Conflict("This recording has too many markers.", code="too_many_markers")
            marker = Marker(
                id=new_id("mrk"),
                recording_id=recording_id,
                author_id=actor.user_id,
                author_name=actor.name,
                at=step.now,
                revision=NEW,
                **values,
            )
            kept = await step.tx.markers.write(marker)
            await step.audit(AuditAction.RECORDING_MARKED)
            await step.tx.acks.save(actor.user_id, command_id, {"marker_id": kept.id}, step.now, _CREATE)
        return {"marker": views.marker_view(kept, actor.user_id)}

    async def edit(self, actor: Staff, recording_id: str, marker_id: str, changes: Mapping[str, Any], revision: int) -> Json:
        """-> {marker}. Raises NotFound for others' markers too, InvalidInput, Conflict `marker_changed`."""
        async with self._door.change(actor, recording_id, Action.MARK_RECORDING) as step:
            marker = replace(await _own(step, marker_id), revision=revision, at=step.now, **changes)
            _check_span(step, marker.start_ms, marker.end_ms)
            kept = await step.tx.markers.write(marker)
            await step.audit(AuditAction.RECORDING_MARKER_CHANGED)
        return {"marker": views.marker_view(kept, actor.user_id)}

    async def remove(self, actor: Staff, recording_id: str, marker_id: str, revision: int) -> Json:
        """-> {}. Raises NotFound, Conflict `marker_changed`."""
        async with self._door.change(actor, recording_id, Action.MARK_RECORDING) as step:
            marker = await _own(step, marker_id)
            await step.tx.markers.write(replace(marker, revision=revision, at=step.now, removed=True))
            await step.audit(AuditAction.RECORDING_MARKER_REMOVED)
        return {}


def _sees(actor: Staff, marker: Marker) -> bool:
    return marker.visibility is Visibility.TEAM or marker.author_id == actor.user_id


async def _own(step: RecordingStep, marker_id: str) -> Marker:
    """A marker of the actor's in this recording. Raises NotFound."""
    marker = await step.tx.markers.get(marker_id)
    if marker is None or marker.removed or marker.recording_id != step.recording.id or marker.author_id != step.actor.user_id:
        raise NotFound()
    return marker


def _check_span(step: RecordingStep, start_ms: int, end_ms: int | None) -> None:
    """Raise InvalidInput for a place outside the recording, or a span that ends before it begins."""
    length = views.length_ms(step.recording, step.now)
    if start_ms > length:
        raise InvalidInput("The recording is not that long.", field="start_ms")
    if end_ms is not None and not start_ms < end_ms <= length:
        raise InvalidInput("The span ends outside the recording.", field="end_ms")
