"""Routes of waiting rooms."""

from __future__ import annotations

from telemed.care.permissions import Action
from telemed.web import response_models
from telemed.web.handlers import queues
from telemed.web.queues import answers as give
from telemed.web.queues import bodies as ask
from telemed.web.route import Route
from telemed.web.throttle import Rate

WRITE_RATE = Rate(60, 60.0)  # a person at a form
# Per address, so that one household or ward is not shut out.
OPEN_RATE = Rate(60, 60.0)
ENTER_RATE = Rate(20, 60.0)  # each may make a visit
FOLLOW_RATE = Rate(20, 60.0)

_SET = Action.MANAGE_CLINIC
_LINKS = "/admin/queues/{queue_id}/links"

QUEUE_ROUTES: tuple[Route, ...] = (
    Route("GET", "/admin/queues", _SET, queues.list_queues, give.QueueList),
    Route(
        "POST",
        "/admin/queues",
        _SET,
        queues.create_queue,
        give.QueueSaved,
        ask.CreateQueueBody,
        rate=WRITE_RATE,
        errors=(409,),
    ),
    Route(
        "PATCH",
        "/admin/queues/{queue_id}",
        _SET,
        queues.edit_queue,
        give.QueueSaved,
        ask.EditQueueBody,
        rate=WRITE_RATE,
        errors=(409,),
    ),
    Route(
        "POST",
        _LINKS,
        _SET,
        queues.create_walk_in_link,
        give.WalkInMadeAnswer,
        ask.MakeWalkInBody,
        rate=WRITE_RATE,
        errors=(409,),
    ),
    Route("POST", f"{_LINKS}/{{walk_in_id}}/revoke", _SET, queues.revoke_walk_in_link, response_models.Nothing, rate=WRITE_RATE),
    Route(
        "POST",
        "/queues/{queue_id}/alerts",
        Action.TEND_QUEUE,
        queues.set_alerts,
        response_models.Nothing,
        ask.AlertsBody,
        rate=WRITE_RATE,
    ),
    Route(
        "POST",
        "/walk-ins/open",
        Action.OPEN_WALK_IN,
        queues.open_walk_in,
        give.WalkInOpened,
        ask.OpenWalkInBody,
        rate=OPEN_RATE,
        errors=(404, 410),
    ),
    Route(
        "POST",
        "/walk-ins/enter",
        Action.OPEN_WALK_IN,
        queues.enter_walk_in,
        give.WalkInEntered,
        ask.EnterWalkInBody,
        rate=ENTER_RATE,
        errors=(404, 409, 410),
    ),
    Route(
        "POST",
        "/sessions/{id}/follow",
        Action.FOLLOW_CALL,
        queues.follow,
        give.Followed,
        ask.FollowBody,
        rate=FOLLOW_RATE,
        errors=(409, 410),
    ),
)
