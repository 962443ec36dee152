"""Routes of the time after a visit."""

from __future__ import annotations

from telemed.care.permissions import Action
from telemed.web import request_models_aftercare as ask
from telemed.web import response_models_aftercare as give
from telemed.web.handlers import aftercare
from telemed.web.route import Route
from telemed.web.throttle import Rate

WRITE_RATE = Rate(60, 60.0)  # a person at a form
OPEN_RATE = Rate(30, 60.0)  # per address: each may be a guess at a date

AFTERCARE_ROUTES: tuple[Route, ...] = (
    Route("GET", "/sessions/{id}/after", Action.READ_AFTERCARE, aftercare.read, give.AfterVisit),
    Route(
        "POST",
        "/sessions/{id}/messages",
        Action.WRITE_TO_PATIENT,
        aftercare.write_message,
        give.MessageWritten,
        ask.WriteMessageBody,
        rate=WRITE_RATE,
        errors=(409,),
    ),
    Route(
        "POST",
        "/sessions/{id}/follow-ups",
        Action.PLAN_FOLLOW_UP,
        aftercare.plan_follow_up,
        give.FollowUpAnswer,
        ask.PlanFollowUpBody,
        rate=WRITE_RATE,
        errors=(409,),
    ),
    Route(
        "PATCH",
        "/follow-ups/{follow_up_id}",
        Action.CHANGE_FOLLOW_UP,
        aftercare.edit_follow_up,
        give.FollowUpAnswer,
        ask.EditFollowUpBody,
        rate=WRITE_RATE,
        errors=(409,),
    ),
    Route(
        "POST",
        "/follow-ups/{follow_up_id}/state",
        Action.CHANGE_FOLLOW_UP,
        aftercare.move_follow_up,
        give.FollowUpAnswer,
        ask.MoveFollowUpBody,
        rate=WRITE_RATE,
        errors=(409,),
    ),
    Route(
        "POST",
        "/follow-ups/{follow_up_id}/take",
        Action.CHANGE_FOLLOW_UP,
        aftercare.take_follow_up,
        give.FollowUpAnswer,
        ask.TakeFollowUpBody,
        rate=WRITE_RATE,
        errors=(409,),
    ),
    Route("GET", "/patients/{patient_id}/after", Action.READ_PATIENT_AFTERCARE, aftercare.of_patient, give.PatientAftercare),
    Route(
        "POST",
        "/visit-messages/open",
        Action.OPEN_VISIT_MESSAGE,
        aftercare.open_message,
        give.MessageOpened,
        ask.OpenMessageBody,
        rate=OPEN_RATE,
        errors=(404, 410),
    ),
)
