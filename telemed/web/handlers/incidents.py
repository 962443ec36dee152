"""Incidents: what dispatchers do, how callers and crews come in, and where a caller is."""

from __future__ import annotations

import base64

from telemed.care.incidents import cards
from telemed.care.incidents.ports import CameIn, Fix, IncidentOrder, NewCaller, NewFrame, Silence, WayIn
from telemed.care.incidents.words import IncidentEvent
from telemed.care.tokens import token_hash
from telemed.errors import InvalidInput
from telemed.web import request_models_incidents as ask
from telemed.web.call import Call, NewCookie, Reply
from telemed.web.handlers.links import SEAT_COOKIE_SECONDS
from telemed.web.origin import is_other_program
from telemed.web.request_models_stills import EraseStillBody
from telemed.web.stills.sending import frame_answer


async def create_incident(call: Call) -> Reply:
    """`POST /incidents`."""
    body = call.body_as(ask.CreateIncidentBody)
    order = IncidentOrder(
        body.phone,
        body.reason,
        tuple(dict.fromkeys(body.kinds)),
        body.language,
        body.script_version,
        body.caller_agreed,
        body.silent,
        body.command_id,
    )
    return Reply(await call.services.deps.visits.incidents.create(call.staff, order))


async def incident_detail(call: Call) -> Reply:
    """`GET /incidents/{incident_id}`."""
    return Reply(await call.services.deps.visits.incidents.detail(call.staff, _incident_id(call)))


async def positions(call: Call) -> Reply:
    """`GET /incidents/{incident_id}/positions`."""
    return Reply(await call.services.deps.visits.incidents.positions(call.staff, _incident_id(call)))


async def resend(call: Call) -> Reply:
    """`POST /incidents/{incident_id}/resend`."""
    body = call.body_as(ask.ResendBody)
    incidents = call.services.deps.visits.incidents
    return Reply(await incidents.resend(call.staff, _incident_id(call), body.link_id, body.command_id))


async def add_caller(call: Call) -> Reply:
    """`POST /incidents/{incident_id}/callers`."""
    body = call.body_as(ask.NewCallerBody)
    wanted = NewCaller(body.phone, body.name, body.silent, body.command_id)
    return Reply(await call.services.deps.visits.incidents.add_caller(call.staff, _incident_id(call), wanted))


async def change_state(call: Call) -> Reply:
    """`POST /incidents/{incident_id}/state`."""
    body = call.body_as(ask.IncidentStateBody)
    incidents, event = call.services.deps.visits.incidents, IncidentEvent(body.event)
    return Reply(await incidents.change_state(call.staff, _incident_id(call), event, body.note, body.command_id))


async def silence(call: Call) -> Reply:
    """`POST /incidents/{incident_id}/silent`."""
    body = call.body_as(ask.SilentBody)
    incidents = call.services.deps.visits.incidents
    wanted = Silence(body.participant_id, body.silent, body.command_id)
    return Reply(await incidents.silence(call.staff, _incident_id(call), wanted))


async def share(call: Call) -> Reply:
    """`POST /incidents/{incident_id}/crews`."""
    body = call.body_as(ask.CrewBody)
    incidents = call.services.deps.visits.incidents
    return Reply(await incidents.share(call.staff, _incident_id(call), body.name, body.command_id))


async def revoke(call: Call) -> Reply:
    """`POST /incidents/{incident_id}/links/{link_id}/revoke`."""
    link_id, command_id = call.request.match_info["link_id"], call.body_as(ask.IncidentCommandBody).command_id
    return Reply(await call.services.deps.visits.incidents.revoke(call.staff, _incident_id(call), link_id, command_id))


async def show_code(call: Call) -> Reply:
    """`POST /incidents/{incident_id}/links/{link_id}/code`."""
    link_id, command_id = call.request.match_info["link_id"], call.body_as(ask.IncidentCommandBody).command_id
    return Reply(await call.services.deps.visits.incidents.show_code(call.staff, _incident_id(call), link_id, command_id))


async def guidance(call: Call) -> Reply:
    """`GET /guidance`: the cards, the same for everybody."""
    return Reply(cards.guidance())


async def open_caller(call: Call) -> Reply:
    """`POST /callers/open`: exchange a caller's link for the seat."""
    body = call.body_as(ask.CallerBody)
    way = WayIn(body.token, body.device, await _held_seat(call, body.token))
    return _seated(call, await call.services.deps.visits.incidents.open_caller(way))


async def open_crew(call: Call) -> Reply:
    """`POST /crews/open`: exchange a crew's link and PIN for the seat."""
    body = call.body_as(ask.CrewOpenBody)
    way = WayIn(body.token, body.device, await _held_seat(call, body.token), body.pin)
    return _seated(call, await call.services.deps.visits.incidents.open_crew(way))


async def freeze(call: Call) -> Reply:
    """`POST /sessions/{id}/frames`."""
    body = call.body_as(ask.FrameBody)
    try:
        jpeg = base64.b64decode(body.jpeg, validate=True)
    except ValueError:
        raise InvalidInput("This is no base64.", field="jpeg") from None
    wanted = NewFrame(body.participant_id, jpeg, body.width, body.height, body.command_id)
    return Reply(await call.services.deps.visits.incidents.freeze(call.staff, call.session_id, wanted))


async def frame_picture(call: Call) -> Reply:
    """`GET /sessions/{id}/frames/{frame_id}`."""
    frame_id = call.request.match_info["frame_id"]
    jpeg = await call.services.deps.visits.incidents.picture(call.who, call.session_id, frame_id)
    return Reply(stream=frame_answer(jpeg))


async def erase_frame(call: Call) -> Reply:
    """`POST /sessions/{id}/frames/{frame_id}/erase`."""
    reason = call.body_as(EraseStillBody).reason
    frame_id = call.request.match_info["frame_id"]
    await call.services.deps.visits.incidents.erase_frame(call.staff, call.session_id, frame_id, reason)
    return Reply()


async def tell_location(call: Call) -> Reply:
    """`POST /sessions/{id}/location`."""
    body = call.body_as(ask.LocationBody)
    fix = Fix(body.lat, body.lon, body.accuracy, body.altitude, body.heading, body.speed, body.taken_at)
    await call.services.deps.visits.incidents.tell_location(call.who, call.session_id, fix)
    return Reply({})


async def tell_place(call: Call) -> Reply:
    """`POST /sessions/{id}/place`."""
    text = call.body_as(ask.PlaceBody).text
    await call.services.deps.visits.incidents.tell_place(call.who, call.session_id, text)
    return Reply({})


def _incident_id(call: Call) -> str:
    return call.request.match_info["incident_id"]


def _seated(call: Call, came: CameIn) -> Reply:
    if came.seat_token is None or came.session_id is None:
        return Reply(came.content)
    if is_other_program(call.request.headers):
        return Reply({**came.content, "token": came.seat_token})
    name = call.services.jar.seat_name(came.session_id)
    return Reply(came.content, (NewCookie(name, came.seat_token, SEAT_COOKIE_SECONDS),))


async def _held_seat(call: Call, link_token: str) -> str | None:
    """The seat token this client holds for the session of a link, if any."""
    async with call.services.deps.store.read() as tx:
        link = await tx.links.by_token_hash(token_hash(link_token))
    return call.services.identifier.seat_token(call.request, link.session_id) if link else None
