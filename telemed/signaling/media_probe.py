"""Network probes of the device check and of the connection check: a peer alone in a room that carries nothing and is closed soon.

The connection check is open to everybody, so its probes are few, per source and in all; while the server is full there are none.
What a stranger gets is an ICE and a DTLS answer to the address that asked with the answer's own password; nobody else is in the
room, nothing it sends is forwarded, and no relay is opened for it.
"""

from __future__ import annotations

import asyncio

from telemed.care.identity import Identity, Seat, Staff
from telemed.care.permissions import Action, check
from telemed.clock import Clock
from telemed.errors import Gone, NotAllowed, TooMany, Unavailable
from telemed.ids import new_id
from telemed.media import sdp
from telemed.media.control import Negotiate
from telemed.signaling.live import LiveVisits
from telemed.signaling.media_offers import NEGOTIATE_TIMEOUT
from telemed.signaling.media_placement import Claim, Placement, media_unavailable
from telemed.signaling.rate import TokenBucket

PROBE_SECONDS = 20.0  # ICE and DTLS take two at most; the page waits ten
PROBES_PER_SECOND = 0.5
PROBE_BURST = 5.0
MAX_PROBES = 200  # at once: each is a DTLS handshake
MAX_CHECKS = 40  # at once, of strangers
CHECKS_PER_SOURCE = 6  # at once: two people in one household, each trying its ways one after the other


class MediaProbes:
    """Answers probe offers and closes their rooms."""

    def __init__(self, live: LiveVisits, placement: Placement, clock: Clock) -> None:
        self._live = live
        self._placement = placement
        self._clock = clock
        self._until: dict[str, float] = {}  # participant id -> monotonic
        self._buckets: dict[str, TokenBucket] = {}
        self._checks: dict[str, str] = {}  # of strangers: key -> source; in memory only

    async def probe(self, identity: Identity, session_id: str, text: str) -> str:
        """Answer a probe offer; raises as an offer does."""
        visit = self._live.get(session_id)
        key = self._seat_id(identity, session_id)
        check(identity, Action.PROBE_NETWORK, visit.session, visit.seats.get(key))
        if not visit.is_live:
            raise Gone("This visit has ended.", code="visit_ended")
        now = self._clock.monotonic()
        bucket = self._buckets.setdefault(key, TokenBucket(PROBES_PER_SECOND, PROBE_BURST, now))
        if not bucket.take(now) or (key not in self._until and len(self._until) >= MAX_PROBES):
            raise TooMany()
        return await self._answer(key, text, Claim.ANY)

    async def check(self, source: str, text: str) -> str:
        """Answer the offer of a stranger; raises InvalidInput, TooMany, Unavailable("media_unavailable", "server_full")."""
        running = list(self._checks.values())
        if len(running) >= MAX_CHECKS or running.count(source) >= CHECKS_PER_SOURCE:
            raise TooMany(retry_after=PROBE_SECONDS)
        key = new_id("chk")
        self._checks[key] = source
        try:
            return await self._answer(key, text, Claim.NEW)
        except BaseException:
            if key not in self._until:  # nothing began that the sweep would end
                del self._checks[key]
            raise

    async def _answer(self, key: str, text: str, claim: Claim) -> str:
        offer = sdp.parse_probe(text)
        attempt = int(self._clock.utcnow().timestamp() * 1000)
        room = self._placement.place(_room_id(key), claim)
        self._until[key] = self._clock.monotonic() + PROBE_SECONDS
        try:
            async with asyncio.timeout(NEGOTIATE_TIMEOUT):
                negotiated = await room.plane.negotiate(Negotiate(room.room_id, key, attempt, offer.transport, (), ()))
        except TimeoutError:
            raise media_unavailable() from None
        return sdp.write_answer(offer, negotiated, {})

    def _seat_id(self, identity: Identity, session_id: str) -> str:
        if isinstance(identity, Seat):
            return identity.participant_id
        if not isinstance(identity, Staff):
            raise NotAllowed()
        seats = self._live.get(session_id).seats.values()
        seat = next((seat for seat in seats if seat.user_id == identity.user_id), None)
        if seat is None:
            raise NotAllowed()
        return seat.id

    async def sweep(self) -> None:
        """Close the rooms of probes that are over."""
        now = self._clock.monotonic()
        for key, until in list(self._until.items()):
            if until > now:
                continue
            del self._until[key]
            self._buckets.pop(key, None)
            self._checks.pop(key, None)
            await self._close(_room_id(key))

    async def _close(self, room_id: str) -> None:
        room = self._placement.find(room_id)
        self._placement.drop(room_id)
        if room is None:
            return
        try:
            async with asyncio.timeout(NEGOTIATE_TIMEOUT):
                await room.plane.close_room(room_id)
        except (TimeoutError, Unavailable):
            return  # the worker is gone, and the probe with it


def _room_id(participant_id: str) -> str:
    return f"probe_{participant_id}"


def is_probe(room_id: str) -> bool:
    """Whether a room belongs to a probe."""
    return room_id.startswith("probe_")
