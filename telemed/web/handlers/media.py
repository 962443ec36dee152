"""What a seat needs for the call itself: a socket ticket, the relay, offers, the probe of the device check."""

from __future__ import annotations

from telemed.care.ports import Json, OfferRequest, Publish, Subscribe
from telemed.ids import new_secret
from telemed.media.turn_access import ice_document, turn_urls
from telemed.web.call import Call, Reply
from telemed.web.handlers.account import TICKET_SECONDS
from telemed.web.request_models import CheckBody, OfferBody, ProbeBody


async def issue_ticket(call: Call) -> Reply:
    """`POST /sessions/{id}/ticket`."""
    ticket = await call.services.deps.visits.issue_ticket(call.who, call.session_id)
    answer: Json = {"ticket": ticket, "expires_in": TICKET_SECONDS}
    # With the ticket, so that a relay costs those who join no round trip.
    return Reply({**answer, "ice": _ice(call)} if call.services.deps.settings.turn.host else answer)


async def ice_servers(call: Call) -> Reply:
    """`POST /sessions/{id}/ice`."""
    await call.services.deps.visits.check_seat(call.who, call.session_id)
    return Reply(_ice(call))


def _ice(call: Call) -> Json:
    """A credential of its own for each answer; nothing in it says whose it is."""
    deps = call.services.deps
    return ice_document(deps.settings.turn, deps.clock.utcnow().timestamp(), new_secret())


async def ways(call: Call) -> Reply:
    """`GET /check`. A relay that is asked without a credential says so, and is there."""
    turn = call.services.deps.settings.turn
    return Reply({"relay": turn_urls(turn) if turn.host else []})


async def check_probe(call: Call) -> Reply:
    """`POST /check/probe`."""
    sdp = await call.services.deps.visits.check_connection(call.source, call.body_as(CheckBody).sdp)
    return Reply({"sdp": sdp})


async def offer(call: Call) -> Reply:
    """`POST /sessions/{id}/offer`."""
    body = call.body_as(OfferBody)
    request = OfferRequest(
        attempt=body.attempt,
        offer=body.offer,
        sdp=body.sdp,
        publish=tuple(Publish(line.mid, line.source.value) for line in body.publish),
        subscribe=tuple(Subscribe(line.mid, line.track_id) for line in body.subscribe),
    )
    return Reply(await call.services.deps.visits.offer(call.who, call.session_id, request))


async def probe(call: Call) -> Reply:
    """`POST /sessions/{id}/probe`."""
    sdp = await call.services.deps.visits.probe(call.who, call.session_id, call.body_as(ProbeBody).sdp)
    return Reply({"sdp": sdp})
