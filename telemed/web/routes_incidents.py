"""Routes of incidents: dispatchers, callers and crews."""

from __future__ import annotations

from telemed.care.permissions import Action
from telemed.web import request_models_incidents as ask
from telemed.web import response_models_incidents as give
from telemed.web.handlers import incidents
from telemed.web.request_models_stills import EraseStillBody
from telemed.web.response_models import Nothing
from telemed.web.route import Route
from telemed.web.throttle import Rate

CREATE_RATE = Rate(60, 60.0)
COMMAND_RATE = Rate(120, 60.0)
# Per address: people at one scene may share one; a page that waits for a move asks every 2 s.
OPEN_RATE = Rate(120, 60.0)
FRAME_LIMIT = 420 * 1024  # bytes: 300 KiB as base64, and the rest
FRAME_RATE = Rate(30, 60.0)
PIN_RATE = Rate(20, 60.0)  # beside the five tries each link has
PLACE_RATE = Rate(240, 60.0)  # the seat's own limit is narrower (`signaling.event_rates`)

INCIDENT_ROUTES: tuple[Route, ...] = (
    Route(
        "POST",
        "/incidents",
        Action.CREATE_INCIDENT,
        incidents.create_incident,
        give.IncidentMade,
        ask.CreateIncidentBody,
        rate=CREATE_RATE,
        errors=(409,),
    ),
    Route("GET", "/incidents/{incident_id}", Action.READ_INCIDENT, incidents.incident_detail, give.IncidentDetail),
    Route("GET", "/incidents/{incident_id}/positions", Action.LEAD_INCIDENT, incidents.positions, give.Track),
    Route(
        "POST",
        "/incidents/{incident_id}/resend",
        Action.LEAD_INCIDENT,
        incidents.resend,
        give.IncidentAnswer,
        ask.ResendBody,
        rate=CREATE_RATE,
        errors=(409,),
    ),
    Route(
        "POST",
        "/incidents/{incident_id}/callers",
        Action.LEAD_INCIDENT,
        incidents.add_caller,
        give.IncidentMade,
        ask.NewCallerBody,
        rate=CREATE_RATE,
        errors=(409,),
    ),
    Route(
        "POST",
        "/incidents/{incident_id}/state",
        Action.LEAD_INCIDENT,
        incidents.change_state,
        give.IncidentAnswer,
        ask.IncidentStateBody,
        rate=COMMAND_RATE,
        errors=(409,),
    ),
    Route(
        "POST",
        "/incidents/{incident_id}/silent",
        Action.LEAD_INCIDENT,
        incidents.silence,
        give.IncidentAnswer,
        ask.SilentBody,
        rate=COMMAND_RATE,
        errors=(409,),
    ),
    Route(
        "POST",
        "/incidents/{incident_id}/crews",
        Action.LEAD_INCIDENT,
        incidents.share,
        give.CrewMade,
        ask.CrewBody,
        rate=CREATE_RATE,
        errors=(409,),
    ),
    Route(
        "POST",
        "/incidents/{incident_id}/links/{link_id}/revoke",
        Action.LEAD_INCIDENT,
        incidents.revoke,
        give.IncidentAnswer,
        ask.IncidentCommandBody,
        rate=COMMAND_RATE,
        errors=(409,),
    ),
    Route(
        "POST",
        "/incidents/{incident_id}/links/{link_id}/code",
        Action.LEAD_INCIDENT,
        incidents.show_code,
        give.IncidentMade,
        ask.IncidentCommandBody,
        rate=COMMAND_RATE,
        errors=(409,),
    ),
    Route("GET", "/guidance", Action.READ_GUIDANCE, incidents.guidance, give.Guidance),
    Route(
        "POST",
        "/callers/open",
        Action.OPEN_CALLER_LINK,
        incidents.open_caller,
        give.CameInAnswer,
        ask.CallerBody,
        rate=OPEN_RATE,
        errors=(403, 404, 409, 410),
    ),
    Route(
        "POST",
        "/crews/open",
        Action.OPEN_CREW_LINK,
        incidents.open_crew,
        give.CameInAnswer,
        ask.CrewOpenBody,
        rate=PIN_RATE,
        errors=(403, 404, 409, 410),
    ),
    Route(
        "POST",
        "/sessions/{id}/location",
        Action.TELL_PLACE,
        incidents.tell_location,
        Nothing,
        ask.LocationBody,
        rate=PLACE_RATE,
        errors=(409, 410),
    ),
    Route(
        "POST",
        "/sessions/{id}/place",
        Action.TELL_PLACE,
        incidents.tell_place,
        Nothing,
        ask.PlaceBody,
        rate=PLACE_RATE,
        errors=(409, 410),
    ),
    Route(
        "POST",
        "/sessions/{id}/frames",
        Action.DRAW,
        incidents.freeze,
        give.FrameAnswer,
        ask.FrameBody,
        body_limit=FRAME_LIMIT,
        rate=FRAME_RATE,
        errors=(409, 410),
    ),
    Route(
        "GET",
        "/sessions/{id}/frames/{frame_id}",
        Action.SEE_FRAME,
        incidents.frame_picture,
        Nothing,
        errors=(410,),
        files=("image/jpeg",),
    ),
    Route(
        "POST",
        "/sessions/{id}/frames/{frame_id}/erase",
        Action.ERASE_STILL,
        incidents.erase_frame,
        Nothing,
        EraseStillBody,
        rate=FRAME_RATE,
    ),
)
