"""What a seat needs for the call itself: a socket ticket, offers, the probe of the device check."""

from __future__ import annotations

from telemed.care.ports import OfferRequest, Publish, Subscribe
from telemed.web.call import Call, Reply
from telemed.web.handlers.account import TICKET_SECONDS
from telemed.web.request_models import OfferBody, ProbeBody


async def issue_ticket(call: Call) -> Reply:
    """`POST /sessions/{id}/ticket`."""
    ticket = await call.services.deps.visits.issue_ticket(call.who, call.session_id)
    return Reply({"ticket": ticket, "expires_in": TICKET_SECONDS})


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
