"""The command `negotiated`: a client has applied an answer, so what it receives may begin with a key frame."""

from __future__ import annotations

from telemed.care.permissions import Action
from telemed.care.ports import Json
from telemed.errors import TelemedError
from telemed.signaling.acting import Guest, authorise, identity_of, require_live
from telemed.signaling.desk import Desk
from telemed.signaling.media_placement import Placement
from telemed.signaling.schemas import AppliedAnswer
from telemed.signaling.step import VisitStep


class MediaCommands:
    """Commands about the transport."""

    def __init__(self, desk: Desk, placement: Placement) -> None:
        self._desk = desk
        self._placement = placement

    async def negotiated(self, guest: Guest, command: AppliedAnswer) -> Json:
        """Ask for key frames of all this seat receives; one for an older attempt is ignored."""
        async with self._desk.store.read() as tx:
            step = await VisitStep.load(tx, guest.session_id, self._desk.clock.utcnow(), guest.ref)
            require_live(step)
            authorise(step, await identity_of(tx, guest), Action.JOIN_MEDIA)
        room = self._placement.find(guest.session_id)
        peer = room.peers.get(guest.participant_id) if room is not None else None
        if room is None or peer is None or command.attempt < peer.attempt:
            return {}
        try:
            await room.plane.request_keyframes(room.room_id, guest.participant_id)
        except TelemedError:
            self._desk.counters.add(
                "media.keyframes_unavailable"
            )  # the peer or its worker is gone: a new attempt follows
        return {}
