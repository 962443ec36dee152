"""The frozen picture of a visit inside one decision: its row, with the lines on it, is written with the audit row of the act."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from telemed.care.audit_actions import AuditAction
from telemed.care.incidents.records import FrameRecord
from telemed.care.states import LIVE_SESSIONS, SessionKind

if TYPE_CHECKING:
    from telemed.care.repositories import Transaction
    from telemed.signaling.step import VisitStep


@dataclass(frozen=True, slots=True)
class FrameRows:
    """What stands there after a decision; None: the live picture. `jpeg`: of a picture that is new."""

    shown: FrameRecord | None = None
    jpeg: bytes = field(default=b"", repr=False)


async def read_shown(tx: Transaction, session_id: str) -> FrameRecord | None:
    """What a visit of before a restart shows: the newest picture that is kept and was not put away."""
    newest = next(iter(await tx.incidents.open_frames(session_id)), None)
    return newest if newest is not None and newest.size > 0 else None


async def show(step: VisitStep, frame: FrameRecord, jpeg: bytes) -> int:
    """One is shown; none before it is any more, also none that a sudden end of the server left open. -> how many rows of older
    pictures went for it."""
    for row in await step.tx.incidents.open_frames(step.session.id):
        await end(step, row.id)
    gone = await step.tx.incidents.add_frame(frame)
    step.frame = FrameRows(frame, jpeg)
    await step.audit(AuditAction.FRAME_SHOWN, frame.id)
    return gone


async def change(step: VisitStep, before: FrameRecord, after: FrameRecord) -> None:
    """Something was drawn, or taken off."""
    if after != before:
        await step.tx.incidents.save_frame(after)
    step.frame = FrameRows(after)
    if before.shapes == 0 and after.shapes > 0:
        await step.audit(AuditAction.FRAME_DRAWN, after.id)


async def end(step: VisitStep, frame_id: str) -> None:
    """The live picture is back."""
    step.frame = FrameRows()
    row = await step.tx.incidents.frame(frame_id)
    if row is not None and row.ended_at is None:
        await step.tx.incidents.save_frame(replace(row, ended_at=step.now))


async def erase(step: VisitStep, row: FrameRecord, reason: str) -> None:
    """The row alone stays, and says that there was one."""
    if row.ended_at is None:
        step.frame = FrameRows()
    ended = row.ended_at or step.now
    gone = replace(row, ended_at=ended, lines=(), size=0, erased_at=step.now, erase_reason=reason)
    await step.tx.incidents.save_frame(gone)
    await step.audit(AuditAction.FRAME_ERASED, row.id)


async def settle(step: VisitStep) -> None:
    """With the visit ends what it showed."""
    if step.session.kind is not SessionKind.URGENT or step.session.state in LIVE_SESSIONS:
        return
    for row in await step.tx.incidents.open_frames(step.session.id):
        await end(step, row.id)
