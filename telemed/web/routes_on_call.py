"""Routes of on-call duty, paging, handover and vital signs."""

from __future__ import annotations

from telemed.care.permissions import Action
from telemed.web import request_models_on_call as ask
from telemed.web import response_models_on_call as give
from telemed.web.handlers import on_call
from telemed.web.response_models import Nothing
from telemed.web.route import Route
from telemed.web.routes_admin import WRITE_RATE
from telemed.web.throttle import Rate

PAGE_RATE = Rate(10, 60.0)  # each gets people out of bed
VITAL_RATE = Rate(120, 60.0)  # a full set in a minute, typed by two thumbs, with corrections

_SET = Action.MANAGE_CLINIC
_ANSWER = Action.ANSWER_PAGE
_HAND = Action.ANSWER_HANDOVER
_VITALS = Action.KEEP_VITALS
_ONLY = ask.OnlyCommand

ON_CALL_ROUTES: tuple[Route, ...] = (
    Route("GET", "/admin/on-call", _SET, on_call.rosters, give.Rosters),
    Route(
        "POST",
        "/admin/specialities",
        _SET,
        on_call.create_speciality,
        give.SpecialityAnswer,
        ask.CreateSpecialityBody,
        rate=WRITE_RATE,
        errors=(409,),
    ),
    Route(
        "PATCH",
        "/admin/specialities/{speciality_id}",
        _SET,
        on_call.edit_speciality,
        give.SpecialityAnswer,
        ask.EditSpecialityBody,
        rate=WRITE_RATE,
        errors=(409,),
    ),
    Route(
        "PUT",
        "/admin/specialities/{speciality_id}/shifts",
        _SET,
        on_call.set_shifts,
        give.SpecialityAnswer,
        ask.ShiftsBody,
        rate=WRITE_RATE,
        errors=(409,),
    ),
    Route("GET", "/on-call", Action.READ_ON_CALL, on_call.choices, give.Choices),
    Route(
        "POST",
        "/pages",
        Action.PAGE_ON_CALL,
        on_call.begin_page,
        give.PageSeat,
        ask.PageBody,
        rate=PAGE_RATE,
        errors=(404, 409, 410, 503),
    ),
    Route("GET", "/pages/{page_id}", _ANSWER, on_call.read_page, give.PageAnswer),
    Route("POST", "/pages/{page_id}/accept", _ANSWER, on_call.accept_page, give.PageSeat, _ONLY, errors=(409, 410)),
    Route("POST", "/pages/{page_id}/decline", _ANSWER, on_call.decline_page, give.PageAnswer, _ONLY, errors=(409,)),
    Route("POST", "/pages/{page_id}/cancel", _ANSWER, on_call.cancel_page, give.PageAnswer, _ONLY, errors=(409,)),
    Route("GET", "/sessions/{id}/vitals", _VITALS, on_call.read_vitals, give.VitalsAnswer),
    Route(
        "POST",
        "/sessions/{id}/vitals",
        _VITALS,
        on_call.note_vital,
        give.VitalAnswer,
        ask.VitalBody,
        rate=VITAL_RATE,
        errors=(409, 410),
    ),
    Route("POST", "/sessions/{id}/vitals/{vital_id}/remove", _VITALS, on_call.remove_vital, Nothing, _ONLY, errors=(409,)),
    Route("GET", "/sessions/{id}/colleagues", Action.HAND_OVER, on_call.handover_colleagues, give.HandoverColleagues),
    Route(
        "POST",
        "/sessions/{id}/handovers",
        Action.HAND_OVER,
        on_call.offer_handover,
        give.HandoverAnswer,
        ask.HandoverBody,
        rate=PAGE_RATE,
        errors=(409, 410),
    ),
    Route(
        "POST", "/handovers/{handover_id}/accept", _HAND, on_call.accept_handover, give.HandoverSeat, _ONLY, errors=(409, 410)
    ),
    Route("POST", "/handovers/{handover_id}/decline", _HAND, on_call.decline_handover, give.HandoverAnswer, _ONLY, errors=(409,)),
    Route(
        "POST", "/handovers/{handover_id}/withdraw", _HAND, on_call.withdraw_handover, give.HandoverAnswer, _ONLY, errors=(409,)
    ),
    Route("POST", "/handovers/{handover_id}/release", _HAND, on_call.release_handover, give.HandoverAnswer, _ONLY, errors=(409,)),
)
