"""Routes of emergency access."""

from __future__ import annotations

from telemed.care.permissions import Action
from telemed.web import request_models_rights as ask
from telemed.web import response_models_rights as give
from telemed.web.handlers import break_glass
from telemed.web.response_models import Nothing
from telemed.web.route import Route
from telemed.web.throttle import Rate

OPEN_RATE = Rate(20, 3600.0)  # of one person: a disaster, not a habit

_GLASS = "/patients/{patient_id}/break-glass"
_ACCESS = "/break-glass/{break_glass_id}"

RIGHTS_ROUTES: tuple[Route, ...] = (
    Route(
        "POST",
        _GLASS,
        Action.BREAK_GLASS,
        break_glass.open_access,
        give.GlassOpened,
        ask.BreakGlassBody,
        rate=OPEN_RATE,
        errors=(409,),
    ),
    Route("GET", _GLASS, Action.BREAK_GLASS, break_glass.own_access, give.OwnGlassAnswer),
    Route("POST", f"{_ACCESS}/close", Action.CLOSE_GLASS, break_glass.close_access, Nothing),
    Route("POST", "/break-glass/search", Action.REVIEW_GLASS, break_glass.search_accesses, give.Glasses, ask.SearchGlassBody),
    Route("POST", f"{_ACCESS}/review", Action.REVIEW_GLASS, break_glass.review_access, give.GlassAnswer, errors=(409,)),
)
