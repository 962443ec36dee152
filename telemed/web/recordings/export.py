"""Taking a recording out of the house: asked for with a reason, fetched once and soon, by who asked."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web

from telemed.care.audit_actions import AuditAction
from telemed.care.identity import Staff
from telemed.care.permissions import Action
from telemed.care.ports import Json
from telemed.care.recording import withdrawal
from telemed.care.recording.ports import RecordingVault
from telemed.care.recording.words import RecordingState, ViewKind
from telemed.clock import Clock
from telemed.errors import Conflict, NotFound, TooMany
from telemed.ids import new_id
from telemed.web.recordings.door import RecordingDoor
from telemed.web.recordings.watching import view_of
from telemed.web.streams import Source, StreamedAnswer

LIFE = timedelta(minutes=10)
MAX_TICKETS = 1000  # drop rule: the oldest, which is then asked for again
AT_ONCE = 2  # each reads and encloses a whole recording: more would take the disk from calls that are recorded
BUSY_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class _Ticket:
    """An export that was asked for."""

    recording_id: str
    user_id: str
    login_id: str
    until: datetime


class RecordingExports:
    """Gives tickets and the files for them. Tickets end with the process."""

    def __init__(self, door: RecordingDoor, vault: RecordingVault, clock: Clock) -> None:
        self._door = door
        self._vault = vault
        self._clock = clock
        self._tickets: OrderedDict[str, _Ticket] = OrderedDict()
        self._running = 0

    async def ask(self, actor: Staff, recording_id: str, reason: str) -> Json:
        """-> {export_id, expires_in}. Who asks is listed among those who have it. Raises NotFound, Conflict `not_ready`,
        `part_withdrawn` for what a legal hold alone keeps: its export is for privacy officers."""
        async with self._door.change(actor, recording_id, Action.EXPORT_RECORDING) as step:
            if step.recording.state is not RecordingState.READY:
                raise Conflict("There is nothing to export yet.", code="not_ready")
            events = await step.tx.consents.of_session(step.recording.session_id)
            if withdrawal.not_shown(step.recording, events) and not actor.is_privacy_officer:
                raise Conflict("Somebody's part is kept for a legal hold alone.", code="part_withdrawn")
            await step.tx.recording_views.append(view_of(step, ViewKind.EXPORTED, reason))
            await step.audit(AuditAction.RECORDING_EXPORTED)
        export_id = new_id("exp")
        self._tickets[export_id] = _Ticket(recording_id, actor.user_id, actor.login_id, step.now + LIFE)
        while len(self._tickets) > MAX_TICKETS:
            self._tickets.popitem(last=False)
        return {"export_id": export_id, "expires_in": int(LIFE.total_seconds())}

    async def fetch(self, actor: Staff, recording_id: str, export_id: str, request: web.Request) -> StreamedAnswer:
        """The zip. Raises NotFound for a ticket that is spent, old or another's, TooMany."""
        recording = await self._door.look(actor, recording_id, Action.EXPORT_RECORDING)
        if recording.state is not RecordingState.READY:  # somebody's part is being taken out: ask again
            raise NotFound()
        if await self._door.not_shown(recording) and not actor.is_privacy_officer:
            raise NotFound()  # withdrawn since it was asked for
        ticket, wanted = self._tickets.get(export_id), (recording_id, actor.user_id, actor.login_id)
        if ticket is None or (ticket.recording_id, ticket.user_id, ticket.login_id) != wanted:
            raise NotFound()
        if ticket.until <= self._clock.utcnow():
            del self._tickets[export_id]
            raise NotFound()
        headers = {
            "Cache-Control": "no-store, private",
            "Content-Disposition": f'attachment; filename="{recording_id}.zip"',
            "Content-Type": "application/zip",
        }
        if request.method != "GET":
            return StreamedAnswer(200, headers, None, None)
        if self._running >= AT_ONCE:
            raise TooMany("Other exports are under way. Please wait.", retry_after=BUSY_SECONDS)
        del self._tickets[export_id]
        return StreamedAnswer(200, headers, self._source(recording_id), None)

    def _source(self, recording_id: str) -> Source:
        """The zip as it is made; its place is given back when the answer ends."""
        self._running += 1
        pieces = self._vault.export(recording_id)

        async def close() -> None:
            self._running -= 1
            await _close(pieces)

        return Source(pieces, close)


async def _close(pieces: AsyncIterator[bytes]) -> None:
    """End a generator; an iterator of another kind has nothing to end."""
    end = getattr(pieces, "aclose", None)
    if end is not None:
        await end()
