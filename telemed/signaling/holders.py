"""Whether the logins and seat cookies behind open connections and media still stand. The database decides, not the memory.

Signing out and moving a seat close what they opened at once. This is for what is left: control died in between, the request that
told us was cut short, or time ended a login. Every LOOK_SECONDS, and when a worker has reported its peers to a new control, all
holders are looked up and what an ended one still has open is closed. A call in progress is not cut by a clock
(care/login_rules.py): being in it keeps a login from idling, and one past its absolute end carries its call until that ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from telemed.care.login_rules import TOUCH_EVERY, Standing, is_in_call, standing
from telemed.care.records import LoginRecord
from telemed.care.repositories import Transaction
from telemed.signaling.carer_places import carer_may_join
from telemed.signaling.channel import Channel
from telemed.signaling.connection import Connection
from telemed.signaling.desk import Desk
from telemed.signaling.media_placement import Placement
from telemed.signaling.media_room import MediaPeer
from telemed.signaling.visit import LiveVisit

LOOK_SECONDS = 30.0  # an ended login keeps nothing open longer than this, whatever was lost


@dataclass(frozen=True, slots=True)
class _Open:
    """Something that is open by right of a holder: a connection of a channel, or the media of a seat."""

    user_id: str  # empty: a seat cookie
    visit: LiveVisit | None  # None: Today
    participant_id: str
    channel: Channel | None = None
    connection: Connection | None = None
    peer: MediaPeer | None = None

    @property
    def holder(self) -> str:
        """The login or seat cookie; empty where nothing is behind it."""
        thing = self.connection or self.peer
        return thing.holder if thing is not None else ""

    @property
    def is_call(self) -> bool:
        """Whether a call is in progress over it."""
        seat = self.visit.seats.get(self.participant_id) if self.visit is not None and self.visit.is_live else None
        return seat is not None and self.visit is not None and is_in_call(seat, self.visit.seats.values())


class Holders:
    """Looks at the holders of everything open. `evict` closes the media of (session, participant)."""

    def __init__(self, desk: Desk, placement: Placement, evict: Callable[[str, str], None]) -> None:
        self._desk = desk
        self._placement = placement
        self._evict = evict
        self._due: float | None = None  # monotonic; None: at once

    def poke(self) -> None:
        """A worker reported peers whose holders nobody here has looked at: look in the next sweep."""
        self._due = None

    async def run(self) -> None:
        """Look when it is due. Raises Unavailable without a database; it is due again then."""
        now = self._desk.clock.monotonic()
        if self._due is not None and now < self._due:
            return
        self._due = now + LOOK_SECONDS
        try:
            await self._look()
        except BaseException:
            self._due = None
            raise

    def in_call(self, login_id: str, session_id: str) -> bool:
        """Whether a call of this session is in progress that this login opened."""
        visit = self._desk.live.find(session_id)
        held = (thing for thing in self._of_visit(visit) if thing.holder == login_id) if visit is not None else iter(())
        return bool(login_id) and any(thing.is_call for thing in held)

    def renewed(self, before: str, after: str) -> None:
        """The same person signed in again in the same browser: what the former login opened is the new one's."""
        for thing in list(self._all()):
            for part in (thing.connection, thing.peer):
                if part is not None and part.holder == before:
                    part.holder = after

    def close_user(self, user_id: str, login_id: str | None) -> None:
        """Close what a member of staff has open, or only what one login opened."""
        for thing in list(self._all()):
            if thing.user_id == user_id and (login_id is None or thing.holder in (login_id, "")):
                self._close(thing)

    def close_today(self, login_id: str) -> None:
        """Close the Today pages of a login that was locked: they lie hidden under the lock, and names go on arriving in them."""
        for thing in list(self._all()):
            if login_id and thing.visit is None and thing.holder == login_id:
                self._close(thing)

    async def _look(self) -> None:
        now = self._desk.clock.utcnow()
        things = [thing for thing in self._all() if thing.holder]
        if not things:
            return
        async with self._desk.store.read() as tx:
            judged = {key: await _judge(tx, *key, now) for key in {(thing.holder, bool(thing.user_id)) for thing in things}}
        active: dict[str, LoginRecord] = {}
        for thing in things:
            verdict = judged.get((thing.holder, bool(thing.user_id)))
            if verdict is None:
                continue  # it was renewed while we read
            login, worth = verdict
            if worth is Standing.ENDED or (worth is Standing.EXPIRED and not thing.is_call):
                self._desk.counters.add(f"holder.{worth.value}")
                self._close(thing)
            elif login is not None and _was_active(thing) and now - login.last_seen_at >= TOUCH_EVERY:
                active[login.id] = login
        if active:
            async with self._desk.store.write() as tx:
                for login_id in active:
                    await tx.logins.touch(login_id, now)

    def _close(self, thing: _Open) -> None:
        if thing.connection is not None:
            thing.connection.finish()
        elif thing.visit is not None:
            self._evict(thing.visit.session.id, thing.participant_id)

    def _all(self) -> Iterator[_Open]:
        for user_id, channel in self._desk.live.board.channels():
            for connection in channel.connections:
                yield _Open(user_id, None, "", channel, connection)
        for visit in self._desk.live:
            yield from self._of_visit(visit)

    def _of_visit(self, visit: LiveVisit) -> Iterator[_Open]:
        room = self._placement.find(visit.session.id)
        for seat in visit.seats.values():
            user_id = seat.user_id or ""
            channel = visit.channel(seat.id)
            for connection in channel.connections if channel is not None else ():
                yield _Open(user_id, visit, seat.id, channel, connection)
            peer = room.peers.get(seat.id) if room is not None else None
            if peer is not None and (peer.present or peer.negotiating):
                yield _Open(user_id, visit, seat.id, peer=peer)


def _was_active(thing: _Open) -> bool:
    """Whether a login works: a command came over the connection since the last look, or a call is in progress."""
    used = thing.connection is not None and thing.connection.used
    if thing.connection is not None:
        thing.connection.used = False
    return used or thing.is_call


async def _judge(tx: Transaction, holder: str, is_login: bool, now: datetime) -> tuple[LoginRecord | None, Standing]:
    """What a holder is worth now. A seat cookie stands until it is revoked: its visit ends what it opened."""
    if not is_login:
        return None, await _judge_seat(tx, holder, now)
    login = await tx.logins.get(holder)
    user = await tx.users.get(login.user_id) if login is not None else None
    return login, standing(login, user, now)


async def _judge_seat(tx: Transaction, holder: str, now: datetime) -> Standing:
    token = await tx.seats.get(holder)
    if token is None or token.revoked_at is not None:
        return Standing.ENDED
    seat = await tx.participants.get(token.participant_id)
    return Standing.VALID if await carer_may_join(tx, seat, now) else Standing.EXPIRED
