"""What commands and uploads do with stills inside a transaction: rows and audit, never without each other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from telemed.care.identity import ActorRef, Identity, Seat
from telemed.care.records import ParticipantRecord
from telemed.care.stills import states
from telemed.care.stills.records import StillRecord
from telemed.care.stills.words import StillCause, StillEvent, StillState
from telemed.care.views import is_staff
from telemed.errors import NotFound, TelemedError
from telemed.signaling.desk import Desk
from telemed.signaling.step import VisitStep

_OVER = frozenset({StillState.DECLINED, StillState.REFUSED})


async def still_of(step: VisitStep, still_id: str, participant_id: str | None = None) -> StillRecord:
    """A still of this visit, and of this seat where one is named; raises NotFound for any other."""
    still = await step.tx.stills.get(still_id)
    if still is None or still.session_id != step.session.id or participant_id not in (None, still.participant_id):
        raise NotFound()
    return still


def cause_of(seat: ParticipantRecord, still: StillRecord) -> StillCause:
    """Who a seat is to a still; raises NotFound for somebody it is none of."""
    if still.participant_id == seat.id:
        return StillCause.TAKER
    if is_staff(seat):
        return StillCause.STAFF
    raise NotFound()


async def move_still(step: VisitStep, still: StillRecord, event: StillEvent, cause: StillCause, fault: str = "") -> StillRecord:
    """Let `event` happen to a still: row and audit. Raises Conflict `still_over`."""
    after, action = states.apply(still, event, cause, step.now)
    after = replace(after, fault=fault) if fault else after
    if after != still:
        await step.save_still(after)
    if action is not None:
        await step.audit(action, still.id)
    return after


async def clear_former(step: VisitStep, stills: Iterable[StillRecord], participant_id: str) -> None:
    """A new try takes what came to nothing before off the pages."""
    for still in stills:
        if still.participant_id == participant_id and still.state in _OVER:
            await move_still(step, still, StillEvent.CANCELLED, StillCause.SYSTEM)


async def discard(desk: Desk, still_id: str) -> None:
    """Destroy what came of one that is over. What a disk refuses, the sweep tries again."""
    try:
        await desk.around.stills.discard(still_id)
    except TelemedError:
        desk.counters.add("stills.not_discarded")


def ref_of(who: Identity) -> ActorRef:
    """The actor of audit rows."""
    return ActorRef(who.participant_id, "seat") if isinstance(who, Seat) else who.ref
