"""Checking a recording against its signed manifest while somebody waits. One check serves all who ask for it meanwhile."""

from __future__ import annotations

import asyncio

from aiohttp import web

from telemed.care.audit_actions import AuditAction
from telemed.care.identity import Staff
from telemed.care.permissions import Action
from telemed.care.ports import Json
from telemed.care.recording.ports import RecordingVault, VerifyResult
from telemed.care.recording.words import RecordingState, ViewKind
from telemed.errors import Conflict, TooMany
from telemed.web.recordings import views
from telemed.web.recordings.door import RecordingDoor
from telemed.web.recordings.watching import view_of
from telemed.web.streams import DEADLINE

AT_ONCE = 2  # recordings; each reads all its bytes
BUSY_SECONDS = 10.0
LONGEST_SECONDS = 600.0  # 100 GB at the pace of one core; beyond it the command line checks


class RecordingVerifier:
    """Runs the checks; owns them until `close`."""

    def __init__(self, door: RecordingDoor, vault: RecordingVault) -> None:
        self._door = door
        self._vault = vault
        self._running: dict[str, asyncio.Task[VerifyResult]] = {}

    async def verify(self, actor: Staff, recording_id: str, request: web.Request) -> Json:
        """-> {result, checked_at, up_to, broken}; kept in the list of viewers and in the trail. Raises NotFound, Conflict
        `not_ready`, TooMany."""
        recording = await self._door.look(actor, recording_id, Action.VERIFY_RECORDING)
        if recording.state is not RecordingState.READY:
            raise Conflict("There is nothing to check yet.", code="not_ready")
        _wait_longer(request)
        result = await asyncio.shield(self._check(recording_id))
        async with self._door.change(actor, recording_id, Action.VERIFY_RECORDING) as step:
            await step.tx.recording_views.append(view_of(step, ViewKind.VERIFIED))
            await step.audit(AuditAction.RECORDING_VERIFIED if result.complete else AuditAction.RECORDING_BROKEN)
        return views.verify_view(result)

    def _check(self, recording_id: str) -> asyncio.Task[VerifyResult]:
        """The check under way, or a new one. Raises TooMany."""
        task = self._running.get(recording_id)
        if task is None:
            if len(self._running) >= AT_ONCE:
                raise TooMany("Other recordings are being checked. Please wait.", retry_after=BUSY_SECONDS)
            task = asyncio.ensure_future(self._vault.verify(recording_id))
            self._running[recording_id] = task
            task.add_done_callback(lambda _: self._running.pop(recording_id, None))
        return task

    async def close(self) -> None:
        """Give up what runs."""
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def _wait_longer(request: web.Request) -> None:
    deadline = request.get(DEADLINE)
    if deadline is not None:
        deadline.reschedule(asyncio.get_running_loop().time() + LONGEST_SECONDS)
