"""Who watched: one line for each person and recording in an hour, however many pieces the player asks for."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta

from telemed.care.audit_actions import AuditAction
from telemed.care.identity import Staff
from telemed.care.permissions import Action
from telemed.care.recording.records import RecordingView
from telemed.care.recording.words import ViewKind
from telemed.clock import Clock
from telemed.ids import new_id
from telemed.web.recordings.door import RecordingDoor, RecordingStep

ONE_VIEW = timedelta(hours=1)
MAX_KEPT = 10_000  # people times recordings remembered; drop rule: the one not seen for longest is looked up once more

_Key = tuple[str, str]


def view_of(step: RecordingStep, what: ViewKind, reason: str = "") -> RecordingView:
    """A line of the list of those who watched."""
    actor = step.actor
    return RecordingView(new_id("viw"), step.recording.id, actor.user_id, actor.name, actor.role.value, step.now, what, reason)


class Watching:
    """Writes the lines before anything is shown."""

    def __init__(self, door: RecordingDoor, clock: Clock) -> None:
        self._door = door
        self._clock = clock
        self._seen: OrderedDict[_Key, datetime] = OrderedDict()

    async def note(self, actor: Staff, recording_id: str) -> None:
        """Write down that the actor watches, unless it was in the last hour. Nothing is shown without. Raises NotFound,
        Unavailable."""
        key, now = (actor.user_id, recording_id), self._clock.utcnow()
        before = self._seen.get(key)
        if before is not None and now - before < ONE_VIEW:
            return
        self._remember(key, now)
        try:
            at = await self._write(actor, recording_id)
        except BaseException:
            self._seen.pop(key, None)
            raise
        self._remember(key, at)

    async def _write(self, actor: Staff, recording_id: str) -> datetime:
        """When the line was written that covers this moment."""
        async with self._door.change(actor, recording_id, Action.WATCH_RECORDING) as step:
            for view in await step.tx.recording_views.of_recording(recording_id):
                is_own = view.user_id == actor.user_id and view.what is ViewKind.WATCHED
                if is_own and step.now - view.at < ONE_VIEW:
                    return view.at
            await step.tx.recording_views.append(view_of(step, ViewKind.WATCHED))
            await step.audit(AuditAction.RECORDING_WATCHED)
            return step.now

    def _remember(self, key: _Key, at: datetime) -> None:
        self._seen[key] = at
        self._seen.move_to_end(key)
        if len(self._seen) > MAX_KEPT:
            self._seen.popitem(last=False)
