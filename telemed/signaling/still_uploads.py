"""Uploads of stills, piece by piece. Fulfils `care.stills.ports.StillUploads`.

The bytes are the vault's and the rules are here. Who asks is looked up again for each piece: a seat that is taken away in the
middle of an upload sends nothing more. A picture is sealed before the row says so, and the upload goes after it: whatever kills
the process in between, the next request or the sweep carries on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from telemed.care.audit_actions import AuditAction
from telemed.care.identity import Identity
from telemed.care.permissions import Action
from telemed.care.ports import Json
from telemed.care.records import ParticipantRecord
from telemed.care.repositories import Transaction
from telemed.care.stills import limits, states
from telemed.care.stills.records import KeptPicture, NewStill, StillRecord
from telemed.care.stills.words import StillCause, StillEvent, StillState
from telemed.care.views import is_staff
from telemed.errors import Conflict, Gone, NotAllowed, TelemedError, TooLarge, Unavailable
from telemed.ids import new_id
from telemed.media.pictures.faults import DamagedPicture, HeicPicture, NotAPicture, TooManyPixels
from telemed.signaling.acting import authorise, own_seat, require_live
from telemed.signaling.desk import Desk
from telemed.signaling.step import VisitStep
from telemed.signaling.still_steps import cause_of, clear_former, discard, move_still, ref_of, still_of

_NOT_KEPT = (NotAPicture, HeicPicture, DamagedPicture, TooManyPixels)
_OVER = frozenset({StillState.DECLINED, StillState.REFUSED, StillState.CANCELLED, StillState.ERASED})


@dataclass(frozen=True, slots=True)
class StillUploadDesk:
    """Owns nothing."""

    desk: Desk

    async def check_begin(self, who: Identity, session_id: str) -> None:
        """Raise unless somebody may send pictures here now."""
        async with self.desk.store.read() as tx:
            step = await self._step(tx, who, session_id)
            authorise(step, who, Action.SEND_STILL)
        require_live(step)

    async def create(self, who: Identity, session_id: str, wanted: NewStill) -> StillRecord:
        """Begin an upload, or find the one the same command began."""
        limits.check_new(wanted)
        made: list[StillRecord] = []

        async def work(step: VisitStep) -> Json:
            require_live(step)
            authorise(step, who, Action.SEND_STILL)
            seat = _seat(step, who)
            said = await step.tx.stills.by_command(seat.id, wanted.command_id)
            made.append(said or await self._begun(step, seat, wanted))
            return {}

        await self.desk.transactor.change(session_id, work, ref_of(who))
        still = made[0]
        if still.state is StillState.SENDING:
            await self.desk.around.stills.begin(still.id)
        return still

    async def _begun(self, step: VisitStep, seat: ParticipantRecord, wanted: NewStill) -> StillRecord:
        if not self.desk.around.stills.has_room():
            raise Unavailable("The server's disk is full.", code="disk_full", retry_after=60.0)
        stills = await step.tx.stills.shown(step.session.id)
        asked = await still_of(step, wanted.still_id, seat.id) if wanted.still_id is not None else None
        limits.check_quota(stills, seat.id, wanted.length, wanted.still_id)
        await clear_former(step, stills, seat.id)
        if asked is None:
            fresh = StillRecord(new_id("stl"), step.session.id, seat.id, 0, StillState.SENDING, step.now, step.now)
            still = await step.create_still(_told(fresh, wanted, step.now))
            await step.audit(AuditAction.STILL_BEGUN, still.id)
            return still
        begun = await move_still(step, asked, StillEvent.BEGUN, StillCause.TAKER)
        still = _told(begun, wanted, step.now)
        await step.save_still(still)
        return still

    async def check(self, who: Identity, session_id: str, still_id: str) -> None:
        """Raise unless the upload is the own one and may go on."""
        await self._own(who, session_id, still_id)

    async def received(self, who: Identity, session_id: str, still_id: str) -> tuple[StillRecord, int]:
        """The own upload and how far it is; one that is whole and was cut off before its end is brought to it."""
        still = await self._own(who, session_id, still_id)
        if still.state is StillState.KEPT:
            return still, still.length
        await self.desk.around.stills.begin(still_id)  # the process may have died between the row and the file
        offset = await self.desk.around.stills.received(still_id)
        if offset >= still.length:
            still = await self._finish(who, still)
        return still, offset

    async def append(
        self, who: Identity, session_id: str, still_id: str, offset: int, piece: bytes
    ) -> tuple[StillRecord, int]:
        """Take a piece; the last one makes it a picture."""
        still = await self._own(who, session_id, still_id)
        if still.state is StillState.KEPT:
            return still, still.length
        if offset + len(piece) > still.length:
            raise TooLarge("This is more than was announced.")
        try:
            now = await self._grown(still, offset, piece)
        except _NOT_KEPT as fault:
            await self._refuse(who, still, fault)
            raise
        self._tell_progress(still, now, len(piece))
        return (await self._finish(who, still) if now >= still.length else still), now

    async def _grown(self, still: StillRecord, offset: int, piece: bytes) -> int:
        vault = self.desk.around.stills
        if not piece:
            return await vault.received(still.id)
        if not vault.has_room():
            raise Unavailable("The server's disk is full.", code="disk_full", retry_after=60.0)
        return await vault.append(still.id, offset, piece)

    async def cancel(self, who: Identity, session_id: str, still_id: str) -> None:
        """Call it off and destroy what came."""

        async def work(step: VisitStep) -> Json:
            authorise(step, who, Action.CANCEL_STILL)
            still = await still_of(step, still_id)
            await move_still(step, still, StillEvent.CANCELLED, cause_of(_seat(step, who), still))
            return {}

        await self.desk.transactor.change(session_id, work, ref_of(who))
        await discard(self.desk, still_id)

    async def put_thumbnail(self, who: Identity, session_id: str, still_id: str, data: bytes) -> None:
        """The uploader's small picture: shown while the large one comes. It replaces none."""
        still = await self._own(who, session_id, still_id)
        if still.has_thumbnail:
            raise Conflict("There is one already.", code="still_over")
        await self.desk.around.stills.put_thumbnail(still_id, data)

        async def work(step: VisitStep) -> Json:
            authorise(step, who, Action.SEND_STILL)
            now = await still_of(step, still_id, _seat(step, who).id)
            if now.state not in _OVER:
                await step.save_still(replace(now, has_thumbnail=True))
            return {}

        await self.desk.transactor.change(session_id, work, ref_of(who))

    async def _own(self, who: Identity, session_id: str, still_id: str) -> StillRecord:
        async with self.desk.store.read() as tx:
            step = await self._step(tx, who, session_id)
            authorise(step, who, Action.SEND_STILL)
            still = await still_of(step, still_id, _seat(step, who).id)
        require_live(step)
        if still.state in _OVER or still.state is StillState.ASKED:
            raise Gone("This upload is over.", code="still_over")
        return still

    async def _step(self, tx: Transaction, who: Identity, session_id: str) -> VisitStep:
        return await VisitStep.load(tx, session_id, self._now, ref_of(who))

    @property
    def _now(self) -> datetime:
        return self.desk.clock.utcnow()

    async def _finish(self, who: Identity, still: StillRecord) -> StillRecord:
        """Make a picture of what came, and tell everybody. Raises the faults of pictures."""
        try:
            picture = await self.desk.around.stills.finish(still.id)
        except _NOT_KEPT as fault:
            await self._refuse(who, still, fault)
            raise
        kept = await self._keep(who, still, picture)
        await self.desk.around.stills.settle(still.id)
        return kept

    async def _keep(self, who: Identity, still: StillRecord, picture: KeptPicture) -> StillRecord:
        found: list[StillRecord] = []

        async def work(step: VisitStep) -> Json:
            authorise(step, who, Action.SEND_STILL)
            after, action = states.finished(await still_of(step, still.id), picture, step.now)
            if action is not None:
                await step.save_still(after)
                await step.audit(action, still.id)
            found.append(after)
            return {}

        await self.desk.transactor.change(still.session_id, work, ref_of(who))
        return found[0]

    async def _refuse(self, who: Identity, still: StillRecord, fault: TelemedError) -> None:
        async def work(step: VisitStep) -> Json:
            now = await still_of(step, still.id)
            if now.state is StillState.SENDING:
                await move_still(step, now, StillEvent.REFUSED, StillCause.TAKER, fault.code)
            return {}

        await self.desk.transactor.change(still.session_id, work, ref_of(who))
        await discard(self.desk, still.id)

    def _tell_progress(self, still: StillRecord, received: int, octets: int) -> None:
        """To staff and who takes it; it may be lost."""
        visit = self.desk.live.find(still.session_id)
        if visit is None or not visit.stills.received(still, octets, self.desk.clock.monotonic()):
            return
        data = {"id": still.id, "received": received, "size": still.length}
        for seat in visit.seats.values():
            channel = visit.channel(seat.id)
            if channel is not None and (is_staff(seat) or seat.id == still.participant_id):
                channel.live("still_progress", data)


def _told(still: StillRecord, wanted: NewStill, now: datetime) -> StillRecord:
    """What the upload says of itself."""
    taken_at = limits.credible(wanted.taken_at, now)
    return replace(still, command_id=wanted.command_id, length=wanted.length, mime=wanted.mime, taken_at=taken_at)


def _seat(step: VisitStep, who: Identity) -> ParticipantRecord:
    """The seat somebody holds here; raises NotAllowed."""
    seat = own_seat(step, who)
    if seat is None:
        raise NotAllowed()
    return seat
