"""Answering a seat's offer (protocol section 3): who may, which tracks, which worker, and what is refused."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from telemed.care import views
from telemed.care.identity import Identity, Seat, Staff, holder_of
from telemed.care.incidents.words import Part
from telemed.care.permissions import Action, check, may
from telemed.care.ports import Json, OfferRequest, Store
from telemed.care.records import ParticipantRecord
from telemed.care.states import IN_CALL, SessionKind
from telemed.clock import Clock
from telemed.congestion.demands import Mode
from telemed.errors import AttemptRefused, Conflict, Gone, InvalidInput, NotAllowed, NotFound, TooMany
from telemed.media import sdp
from telemed.media.control import Negotiate, Negotiated, PeerState, Source
from telemed.signaling import seats_ahead
from telemed.signaling.live import LiveVisits
from telemed.signaling.media_placement import Claim, Placement, media_unavailable
from telemed.signaling.media_room import MediaPeer, MediaRoom, track_id
from telemed.signaling.person_mode import mode_in_call, mode_of_patient
from telemed.signaling.visit import KINDS, LiveVisit

NEGOTIATE_TIMEOUT = 5.0  # seconds: a worker answers within milliseconds
AHEAD_MS = 24 * 3600 * 1000  # how far an attempt may count ahead of our clock: phones in the wrong time zone, with the wrong date
_SCREENS = frozenset({Source.SCREEN, Source.SCREEN_AUDIO})


class MediaOffers:
    """Turns an offer into a declaration for the worker and its grant into an answer."""

    def __init__(self, live: LiveVisits, placement: Placement, clock: Clock, store: Store) -> None:
        self._store = store
        self._live = live
        self._placement = placement
        self._clock = clock

    async def offer(self, identity: Identity, session_id: str, request: OfferRequest) -> Json:
        """-> {attempt, offer, sdp, publish, refused, mode}. Raises NotAllowed, NotFound, Gone, Conflict, TooMany, InvalidInput,
        Unavailable("media_unavailable", "server_full")."""
        mode = await self._mode(identity, session_id, request)
        visit, seat = self._authorise(identity, session_id, request)  # as it is now: somebody may have been sent away meanwhile
        publish, subscribe = _uses(request)
        self._check_sources(identity, visit, seat, publish)
        visible = {track for other in visit.seats.values() for track in self._tracks(visit, seat, other)}
        ahead = seats_ahead.tracks_for(visit.session, seat)
        visible |= ahead.keys()
        wanted = {mid: track for mid, track in subscribe.items() if track in visible}
        over = visit.live(seat.id).attempt_over
        if request.attempt <= over:
            raise self._stale(over)  # its transport is gone: only a new connection helps
        room = self._placement.place(session_id, _claim(visit))
        peer = room.peer(seat.id, self._clock.monotonic())
        self._check_turn(peer, request)
        offer = sdp.parse_offer(request.sdp, publish, wanted, visit.session.video_codec)
        track_ids = {mid: track_id(seat.id, source) for mid, source in publish.items()}
        lines = offer.publish_lines(track_ids)
        declaration = Negotiate(
            session_id, seat.id, request.attempt, offer.transport, lines, offer.subscribe_lines(), holder_of(identity), mode
        )
        negotiated = await self._negotiate(room, peer, declaration, request)
        await self._still_in(visit, room, seat.id)
        visit.live(seat.id).tracks = {line.source: line.track_id for line in lines}
        self._live.publish(visit)
        granted = {grant.mid for grant in negotiated.grants}
        without = set(offer.unsupported)
        asked = {**subscribe, **{mid: track_ids[mid] for mid in publish if mid in without}}
        refused = [(mid, track) for mid, track in asked.items() if mid not in granted]
        streams = {track: ahead[track][0] if track in ahead else self._publisher(visit, track) for track in wanted.values()}
        return {
            "attempt": request.attempt,
            "offer": request.offer,
            "sdp": sdp.write_answer(offer, negotiated, streams, offer.layered),
            "publish": [{"mid": line.mid, "track_id": line.track_id} for line in lines],
            "refused": [
                {"mid": mid, "track_id": track, "code": "no_codec" if mid in without else "not_found"} for mid, track in refused
            ],
            "mode": mode.value,
        }

    async def _mode(self, identity: Identity, session_id: str, request: OfferRequest) -> Mode:
        visit, seat = self._authorise(identity, session_id, request)
        patient = await mode_of_patient(self._store, visit.session)
        return mode_in_call(seat, patient, visit.seats.values())

    def _authorise(self, identity: Identity, session_id: str, request: OfferRequest) -> tuple[LiveVisit, ParticipantRecord]:
        visit = self._live.get(session_id)
        seat = _seat(visit, identity)
        check(identity, Action.CONNECT_SEAT, visit.session, seat)
        if not visit.is_live:
            raise Gone("This visit has ended.", code="visit_ended")
        check(identity, Action.JOIN_MEDIA, visit.session, seat)
        if request.publish:
            check(identity, Action.PUBLISH_MEDIA, visit.session, seat)
        if seat is None:
            raise NotAllowed()
        return visit, seat

    @staticmethod
    def _check_sources(identity: Identity, visit: LiveVisit, seat: ParticipantRecord, publish: Mapping[str, Source]) -> None:
        if not _SCREENS.isdisjoint(publish.values()):
            check(identity, Action.SHARE_SCREEN, visit.session, seat)
        incident = visit.incident.incident
        if publish and seat.part is Part.CALLER and incident is not None and not incident.allows_video:
            raise NotAllowed()  # the link asks for a place alone

    @staticmethod
    def _tracks(visit: LiveVisit, viewer: ParticipantRecord, other: ParticipantRecord) -> list[str]:
        return [
            track
            for source, track in visit.live(other.id).tracks.items()
            if views.receives_kind(viewer, other, KINDS[source].value)
        ]

    async def _negotiate(self, room: MediaRoom, peer: MediaPeer, declaration: Negotiate, request: OfferRequest) -> Negotiated:
        evictions = peer.evictions
        peer.negotiating = True
        try:
            async with asyncio.timeout(NEGOTIATE_TIMEOUT):
                negotiated = await room.plane.negotiate(declaration)
        except TimeoutError:
            raise media_unavailable() from None
        finally:
            peer.negotiating = False
        if not peer.present:
            peer.flowing, peer.hearing = True, True  # a replaced attempt hands its hold on, a new peer flows
        if request.attempt > peer.attempt or not peer.present:
            peer.state, peer.evicted = PeerState.CONNECTING, peer.evictions != evictions
        peer.attempt, peer.offer, peer.holder = request.attempt, request.offer, declaration.holder
        peer.mode = declaration.mode
        return negotiated

    async def _still_in(self, visit: LiveVisit, room: MediaRoom, participant_id: str) -> None:
        """A seat may have been held, sent away or taken from this device while the worker answered: its media follow first."""
        if not visit.is_live:
            await room.plane.close_room(room.room_id)
            raise Gone("This visit has ended.", code="visit_ended")
        if self._placement.find(room.room_id) is not room:
            raise media_unavailable()  # its worker went away; the next offer finds another
        peer = room.peers[participant_id]
        if peer.evicted:
            await room.plane.close_peer(room.room_id, participant_id)
            peer.state, peer.evicted = None, False
            raise self._stale(peer.attempt)
        if visit.seats[participant_id].state in IN_CALL:
            return
        if not is_admitted(visit, participant_id):
            await room.plane.close_peer(room.room_id, participant_id)
            peer.state = None
            raise NotAllowed()
        try:
            await room.plane.set_flow(room.room_id, participant_id, False, False)
        except NotFound:
            raise media_unavailable() from None
        peer.flowing = False

    def _check_turn(self, peer: MediaPeer, request: OfferRequest) -> None:
        """One offer at a time, not too many, none from a PeerConnection that was replaced, none that would leave no next one."""
        if not peer.bucket.take(self._clock.monotonic()):
            raise TooMany()
        if peer.negotiating:
            raise Conflict("An offer of this seat is being answered.", code="offer_in_flight")
        if (request.attempt, request.offer) < (peer.attempt, peer.offer):
            raise self._stale(peer.attempt)
        if request.attempt > max(self._utc_ms() + AHEAD_MS, peer.attempt + 1):
            raise AttemptRefused(
                "This attempt counts too far ahead.", code="attempt_ahead", next_attempt=self._next(peer.attempt)
            )

    def _stale(self, last: int) -> AttemptRefused:
        text = "This attempt is over or older than one that was answered."
        return AttemptRefused(text, code="stale_attempt", next_attempt=self._next(last))

    def _next(self, last: int) -> int:
        return max(last + 1, self._utc_ms())

    def _utc_ms(self) -> int:
        return int(self._clock.utcnow().timestamp() * 1000)

    @staticmethod
    def _publisher(visit: LiveVisit, track: str) -> str:
        """The participant whose track it is: it names the MediaStream, so that its tracks are in step."""
        return next((seat for seat in visit.seats if track in visit.live(seat).tracks.values()), "")


def _claim(visit: LiveVisit) -> Claim:
    """What the visit may ask of a full server."""
    return Claim.URGENT if visit.session.kind is SessionKind.URGENT else Claim.NEW


def is_admitted(visit: LiveVisit, participant_id: str) -> bool:
    """Whether the seat is in the call or on hold."""
    seat = visit.seats[participant_id]
    return may(views.seat_identity(seat, visit.session), Action.JOIN_MEDIA, visit.session, seat)


def _seat(visit: LiveVisit, identity: Identity) -> ParticipantRecord | None:
    if isinstance(identity, Staff):
        return next((seat for seat in visit.seats.values() if seat.user_id == identity.user_id), None)
    return visit.seats.get(identity.participant_id) if isinstance(identity, Seat) else None


def _uses(request: OfferRequest) -> tuple[dict[str, Source], dict[str, str]]:
    """What each mid is for; raises InvalidInput for a mid or track named twice or an unknown source."""
    publish: dict[str, Source] = {}
    for sending in request.publish:
        if sending.mid in publish or sending.source not in set(Source):
            raise InvalidInput("A published line is named twice or has an unknown source.", field="publish")
        publish[sending.mid] = Source(sending.source)
    subscribe: dict[str, str] = {}
    for receiving in request.subscribe:
        if receiving.mid in subscribe or receiving.track_id in subscribe.values():
            raise InvalidInput("A subscribed line or track is named twice.", field="subscribe")
        subscribe[receiving.mid] = receiving.track_id
    return publish, subscribe
