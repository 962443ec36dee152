"""One look at one recording inside one transaction, and who may take it.

An id that names nothing, one of another organisation, and one that is not for this reader are looked up in the same steps,
written into the audit trail in the same way and answered alike: guessing ids tells nothing, and leaves a trace.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.identity import Staff
from telemed.care.permissions import Action
from telemed.care.ports import Store
from telemed.care.recording import withdrawal
from telemed.care.recording.records import RecordingRecord, RecordingStanding
from telemed.care.recording.rights import may_recording
from telemed.care.recording.words import RecordingState
from telemed.care.repositories import Transaction
from telemed.care.states import SessionKind
from telemed.clock import Clock
from telemed.errors import NotFound

_NEVER = datetime.min.replace(tzinfo=UTC)
# Looked at in the place of a recording that is not there, so that the same is asked of the store.
_NOTHING = RecordingRecord(
    "rec_none", "ses_none", "org_none", SessionKind.URGENT, RecordingState.CANCELLED, _NEVER, "usr_none", _NEVER
)
# Rows without anything to look at: what was never begun, and what is erased.
_GONE = frozenset({RecordingState.ASKING, RecordingState.CANCELLED, RecordingState.ERASED})


@dataclass(frozen=True, slots=True)
class RecordingStep:
    """A recording as the transaction read it, and who works on it."""

    tx: Transaction
    now: datetime
    actor: Staff
    recording: RecordingRecord
    standing: RecordingStanding

    def may(self, action: Action) -> bool:
        """Whether the actor may also do this."""
        return may_recording(self.actor, action, self.recording, self.standing)

    async def audit(self, action: AuditAction) -> None:
        """Write down what the actor did with it."""
        await self.tx.audit.append(self.actor.ref, action, self.recording.id, AuditOutcome.DONE, self.now)


class RecordingDoor:
    """Lets in who may."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    @asynccontextmanager
    async def change(self, actor: Staff, recording_id: str, action: Action) -> AsyncIterator[RecordingStep]:
        """A write transaction on a recording the actor may do `action` with. Raises NotFound."""
        now = self._clock.utcnow()
        async with self._store.write() as tx:
            step = await opened(tx, now, actor, recording_id, action)
            if step is not None:
                yield step
                return
            await _note_refusal(tx, actor, recording_id, now)
        raise NotFound()  # after the commit: the refused look stays written down

    async def not_shown(self, recording: RecordingRecord) -> frozenset[str]:
        """Participants whose part a legal hold alone keeps: it is played to nobody."""
        if not recording.hold:
            return frozenset()
        async with self._store.read() as tx:
            return withdrawal.not_shown(recording, await tx.consents.of_session(recording.session_id))

    async def look(self, actor: Staff, recording_id: str, action: Action) -> RecordingRecord:
        """The recording, read beside the writer: for requests that come many a second. Raises NotFound."""
        now = self._clock.utcnow()
        async with self._store.read() as tx:
            step = await opened(tx, now, actor, recording_id, action)
        if step is not None:
            return step.recording
        async with self._store.write() as tx:
            await _note_refusal(tx, actor, recording_id, now)
        raise NotFound()


async def opened(tx: Transaction, now: datetime, actor: Staff, recording_id: str, action: Action) -> RecordingStep | None:
    """The recording as this transaction reads it; None when it is not there or not the actor's to do `action` with."""
    found = await tx.recordings.get(recording_id)
    recording = found or _NOTHING
    standing = await tx.recordings.standing(actor, recording, now)
    allowed = may_recording(actor, action, recording, standing)
    if found is None or not allowed or found.state in _GONE:
        return None
    return RecordingStep(tx, now, actor, recording, standing)


async def _note_refusal(tx: Transaction, actor: Staff, recording_id: str, now: datetime) -> None:
    await tx.audit.append(actor.ref, AuditAction.RECORDING_READ, recording_id, AuditOutcome.REFUSED, now)
