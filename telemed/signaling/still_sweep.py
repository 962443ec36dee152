"""Ends what nobody ends: asks without an answer, uploads that never came to their end, and what lies on the disk for nobody."""

from __future__ import annotations

import logging
from datetime import timedelta

from telemed.care.incidents.records import FrameRecord
from telemed.care.ports import Json
from telemed.care.states import LIVE_SESSIONS
from telemed.care.stills.records import StillRecord
from telemed.care.stills.states import is_overdue
from telemed.care.stills.words import OPEN, StillCause, StillEvent, StillState
from telemed.errors import TelemedError
from telemed.ids import short
from telemed.signaling.desk import Desk
from telemed.signaling.step import VisitStep
from telemed.signaling.still_steps import discard, move_still, still_of

SWEEP_SECONDS = 60.0
TIDY_SECONDS = 3600.0  # it looks at every picture there is
SEALED_WITHIN = timedelta(hours=1)  # far beyond what it takes to seal one, and to write that down
_ON_DISK = frozenset({StillState.SENDING, StillState.KEPT})
log = logging.getLogger(__name__)


class StillSweep:
    """Called by every sweep of presence; works once a minute."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._next = self._tidy_at = desk.clock.monotonic()

    async def run(self) -> None:
        """Do what is due. What a disk or key refuses is tried again in a minute."""
        now = self._desk.clock.monotonic()
        if now < self._next:
            return
        self._next = now + SWEEP_SECONDS
        async with self._desk.store.read() as tx:
            unfinished = await tx.stills.in_states(OPEN)
        for still in unfinished:
            await self._end(still)
        if now < self._tidy_at:
            return
        self._tidy_at = now + TIDY_SECONDS
        try:
            await self._tidy()
        except TelemedError as fault:
            log.warning("stills could not be tidied code=%s", fault.code)

    async def _end(self, still: StillRecord) -> None:
        async def work(step: VisitStep) -> Json:
            fresh = await still_of(step, still.id)
            is_dead = step.session.state not in LIVE_SESSIONS and fresh.state in OPEN
            if is_overdue(fresh, step.now) or is_dead:
                event = StillEvent.TIMED_OUT if is_overdue(fresh, step.now) else StillEvent.CANCELLED
                await move_still(step, fresh, event, StillCause.SYSTEM)
                return {"ended": True}
            return {}

        visit = self._desk.live.find(still.session_id)
        if visit is None or not visit.is_live or is_overdue(still, self._desk.clock.utcnow()):
            if await self._desk.transactor.change(still.session_id, work):
                await discard(self._desk, still.id)

    async def _tidy(self) -> None:
        """Remove keys and files of what came to nothing, and uploads beside finished pictures."""
        vault = self._desk.around.stills
        for still_id in await vault.ids():
            async with self._desk.store.read() as tx:
                still = await tx.stills.get(still_id)
                frame = await tx.incidents.frame(still_id) if still is None else None
            if frame is not None:
                await self._tidy_frame(frame)
            elif still is None:
                log.warning("on the disk and unknown to the database still=%s", short(still_id))  # it was put back: left
            elif still.state not in _ON_DISK:
                await vault.discard(still_id)
            elif still.state is StillState.KEPT:
                await vault.settle(still_id)

    async def _tidy_frame(self, frame: FrameRecord) -> None:
        """Remove a frozen picture that was erased, or sealed by a process that died before its row said so."""
        is_young = self._desk.clock.utcnow() - frame.shown_at < SEALED_WITHIN
        if frame.size == 0 and (frame.erased_at is not None or not is_young):
            await self._desk.around.stills.discard(frame.id)
