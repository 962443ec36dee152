"""Commands about what a seat receives: its pictures may begin with a key frame, and how large it shows them."""

from __future__ import annotations

from telemed.care.permissions import Action
from telemed.care.ports import Json
from telemed.errors import TelemedError
from telemed.media.control import SetWishes, TileWish
from telemed.signaling.acting import Guest, authorise, identity_of, require_live
from telemed.signaling.desk import Desk
from telemed.signaling.media_placement import Placement
from telemed.signaling.schemas import AppliedAnswer, SetView
from telemed.signaling.step import VisitStep


class MediaCommands:
    """Commands about the transport."""

    def __init__(self, desk: Desk, placement: Placement) -> None:
        self._desk = desk
        self._placement = placement

    async def negotiated(self, guest: Guest, command: AppliedAnswer) -> Json:
        """Ask for key frames of all this seat receives; one for an older attempt is ignored."""
        await self._check(guest)
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

    async def set_view(self, guest: Guest, command: SetView) -> Json:
        """Pass the sizes of a seat's tiles on to its worker, which keeps them for tracks that come later. Without a peer there is
        nothing to lower: the client says it again after its next answer."""
        await self._check(guest)
        room = self._placement.find(guest.session_id)
        peer = room.peers.get(guest.participant_id) if room is not None else None
        if room is None or peer is None or not peer.present:
            return {}
        wishes = {tile.track_id: TileWish(tile.track_id, tile.height, tile.first) for tile in command.tiles}
        try:
            await room.plane.set_wishes(SetWishes(room.room_id, guest.participant_id, tuple(wishes.values())))
        except TelemedError:
            self._desk.counters.add("media.wishes_unavailable")  # as above
        return {}

    async def _check(self, guest: Guest) -> None:
        async with self._desk.store.read() as tx:
            step = await VisitStep.load(tx, guest.session_id, self._desk.clock.utcnow(), guest.ref)
            require_live(step)
            authorise(step, await identity_of(tx, guest), Action.JOIN_MEDIA)
