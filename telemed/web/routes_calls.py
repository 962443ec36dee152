"""Routes of the clinic, sign-in, sessions, links and media."""

from __future__ import annotations

from telemed.care.permissions import Action
from telemed.web import request_models as ask
from telemed.web import response_models as give
from telemed.web.handlers import account, links, media, sessions
from telemed.web.response_models_identity import SignInAnswer
from telemed.web.route import Route
from telemed.web.throttle import Rate

OFFER_LIMIT = 96 * 1024  # bytes, protocol section 3
PROBE_LIMIT = 16 * 1024  # bytes: one line of sound

# Per address, so that one household or ward is not shut out: a page waiting for a move asks every 2 s.
OPEN_LINK_RATE = Rate(120, 60.0)
MOVE_RATE = Rate(20, 60.0)
RECOVER_RATE = Rate(10, 60.0)
CHECK_RATE = Rate(20, 60.0)  # a run of the connection check takes two probes
LOGIN_RATE = Rate(60, 60.0)  # beside the throttle of failed attempts in sign_in.py
# Per person.
TICKET_RATE = Rate(60, 60.0)  # a dropped network asks for one at each new connection
OFFER_RATE = Rate(30, 10.0)  # before anything is parsed; protocol section 3 allows each seat 10
PROBE_RATE = Rate(10, 60.0)
ICE_RATE = Rate(20, 60.0)  # a page asks every five minutes, and once after it slept
CREATE_RATE = Rate(60, 60.0)

CALL_ROUTES: tuple[Route, ...] = (
    Route("GET", "/clinic", Action.READ_CLINIC, account.clinic, give.ClinicDetail),
    Route("GET", "/openapi.json", Action.READ_CLINIC, account.openapi, give.Document),
    Route("GET", "/version", Action.READ_CLINIC, account.version, give.Version),
    Route("POST", "/auth/login", Action.SIGN_IN, account.login, SignInAnswer, ask.LoginBody, rate=LOGIN_RATE, errors=(401,)),
    Route("POST", "/auth/logout", Action.SIGN_OUT, account.logout, give.Nothing, while_locked=True),
    Route("GET", "/me", Action.READ_SELF, account.me, give.Me),
    Route("GET", "/today", Action.READ_TODAY, account.today, give.Today),
    Route("POST", "/staff/ticket", Action.CONNECT_STAFF, account.staff_ticket, give.Ticket, rate=TICKET_RATE),
    Route(
        "POST",
        "/sessions",
        Action.CREATE_SESSION,
        sessions.create_session,
        give.SessionCreated,
        ask.CreateSessionBody,
        rate=CREATE_RATE,
        errors=(404, 409),
    ),
    Route("GET", "/sessions/{id}", Action.READ_SESSION, sessions.session_detail, give.SessionDetail),
    Route("GET", "/sessions/{id}/quality", Action.READ_SESSION, sessions.session_quality, give.SessionQuality),
    Route(
        "PATCH",
        "/sessions/{id}",
        Action.EDIT_SESSION,
        sessions.edit_session,
        give.SessionAnswer,
        ask.EditSessionBody,
        errors=(409,),
    ),
    Route("POST", "/sessions/{id}/seat", Action.TAKE_SEAT, sessions.take_seat, give.SeatAnswer, errors=(409, 410)),
    Route(
        "POST",
        "/sessions/{id}/links",
        Action.CREATE_LINK,
        sessions.create_link,
        give.LinkAnswer,
        ask.CreateLinkBody,
        rate=CREATE_RATE,
        errors=(409, 410),
    ),
    Route("POST", "/sessions/{id}/links/{link_id}/revoke", Action.REVOKE_LINK, sessions.revoke_link, give.Nothing, errors=(409,)),
    Route("GET", "/sessions/{id}/note", Action.READ_NOTE, sessions.read_note, give.Note),
    # 20 000 characters may take 4 bytes each, or 12 as escaped surrogate pairs.
    Route(
        "PUT",
        "/sessions/{id}/note",
        Action.WRITE_NOTE,
        sessions.write_note,
        give.NoteSaved,
        ask.WriteNoteBody,
        body_limit=256 * 1024,
        errors=(409,),
    ),
    Route(
        "POST",
        "/sessions/{id}/complete",
        Action.COMPLETE_SESSION,
        sessions.complete,
        give.SessionAnswer,
        ask.CompleteBody,
        body_limit=256 * 1024,
        errors=(409,),
    ),
    Route(
        "POST",
        "/links/open",
        Action.OPEN_LINK,
        links.open_link,
        give.LinkOpenedAnswer,
        ask.LinkBody,
        rate=OPEN_LINK_RATE,
        errors=(403, 404, 409, 410),
    ),
    Route(
        "POST",
        "/links/move",
        Action.ASK_MOVE,
        links.ask_move,
        give.MoveAsked,
        ask.LinkBody,
        rate=MOVE_RATE,
        errors=(404, 409, 410),
    ),
    Route("POST", "/links/recover", Action.RECOVER_LINK, links.recover_link, give.Nothing, ask.RecoverBody, rate=RECOVER_RATE),
    Route("GET", "/check", Action.CHECK_CONNECTION, media.ways, give.Ways, rate=CHECK_RATE),
    Route(
        "POST",
        "/check/probe",
        Action.CHECK_CONNECTION,
        media.check_probe,
        give.ProbeAnswer,
        ask.CheckBody,
        body_limit=PROBE_LIMIT,
        rate=CHECK_RATE,
    ),
    Route(
        "POST",
        "/sessions/{id}/ticket",
        Action.CONNECT_SEAT,
        media.issue_ticket,
        give.SeatTicket,
        ask.AsBody,
        rate=TICKET_RATE,
        errors=(410,),
    ),
    Route(
        "POST",
        "/sessions/{id}/ice",
        Action.CONNECT_SEAT,
        media.ice_servers,
        give.IceServers,
        ask.AsBody,
        rate=ICE_RATE,
        errors=(410,),
    ),
    Route(
        "POST",
        "/sessions/{id}/offer",
        Action.JOIN_MEDIA,
        media.offer,
        give.OfferAnswer,
        ask.OfferBody,
        body_limit=OFFER_LIMIT,
        rate=OFFER_RATE,
        errors=(409, 410),
    ),
    Route(
        "POST",
        "/sessions/{id}/probe",
        Action.PROBE_NETWORK,
        media.probe,
        give.ProbeAnswer,
        ask.ProbeBody,
        body_limit=OFFER_LIMIT,
        rate=PROBE_RATE,
        errors=(410,),
    ),
)
