"""Recordings that end by themselves: their time is over, or nobody decided in time on one made in an emergency. And leftovers.

Key and files are destroyed inside the transaction that says so. A process that dies in between leaves a row whose recording is
gone: it is still due, and erasing twice does nothing. What lies on the disk and belongs to no recording any more goes, too.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.identity import SYSTEM
from telemed.care.ports import Store
from telemed.care.recording import retention, states
from telemed.care.recording.records import RecordingRecord
from telemed.care.recording.retention import Due
from telemed.care.recording.words import Basis, RecordingCause, RecordingEvent, RecordingState
from telemed.care.repositories import Transaction
from telemed.clock import Clock
from telemed.ids import short
from telemed.recording.storage import RecordingStorage, has_journal

_GONE = frozenset({RecordingState.ERASED, RecordingState.CANCELLED})
_WORDS = {Due.EXPIRED: AuditAction.RECORDING_EXPIRED, Due.UNDECIDED: AuditAction.RECORDING_EMERGENCY_DESTROYED}
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ending:
    """Owns nothing."""

    store: Store
    clock: Clock
    storage: RecordingStorage

    async def run(self) -> None:
        """Erase what is due. Raises what the store raises, OSError and ConfigError."""
        now = self.clock.utcnow()
        async with self.store.read() as tx:
            due = [*await tx.recordings.due_to_decide(now), *await tx.recordings.due_to_expire(now)]
        for recording in due:
            async with self.store.write() as tx:
                await self._erase(tx, recording.id, now)

    async def tidy(self) -> None:
        """Remove what lies on the disk for nobody: keys and files of what was erased, journals of what is finished."""
        for recording_id in await asyncio.to_thread(self.storage.ids):
            async with self.store.read() as tx:
                recording = await tx.recordings.get(recording_id)
            if recording is None:
                log.warning("on the disk and unknown to the database recording=%s", short(recording_id))  # it was put back: left
            elif recording.state in _GONE:
                await asyncio.to_thread(self.storage.discard, recording_id)
            elif recording.state is RecordingState.READY:
                await asyncio.to_thread(self._clear, recording)

    def _clear(self, recording: RecordingRecord) -> None:
        if has_journal(self.storage.of(recording.id)):
            self.storage.remove_journal(recording.id)
        if recording.basis is Basis.EMERGENCY and recording.decide_by is None:
            self.storage.keep_key(recording.id)

    async def _erase(self, tx: Transaction, recording_id: str, now: datetime) -> None:
        """Decided again by the row as it is now: a hold may have come."""
        recording = await tx.recordings.get(recording_id)
        why = retention.due(recording, now) if recording is not None else None
        if recording is None or why is None:
            return
        had_key = await asyncio.to_thread(self.storage.discard, recording_id)
        after, action = states.apply(recording, RecordingEvent.ERASED, RecordingCause.SYSTEM, now)
        await tx.recordings.save(after)
        for word in (_WORDS[why], action, AuditAction.RECORDING_KEY_DESTROYED if had_key else None):
            if word is not None:
                await tx.audit.append(SYSTEM, word, recording_id, AuditOutcome.DONE, now)
