"""The route by which the SMS gateway reports what became of messages."""

from __future__ import annotations

from telemed.care.permissions import Action
from telemed.web.handlers import notify
from telemed.web.report_secret import check_report_secret
from telemed.web.request_models_notify import DeliveryReportBody
from telemed.web.response_models import Nothing
from telemed.web.route import Route
from telemed.web.throttle import Rate

REPORT_RATE = Rate(300, 60.0)  # per address: more reports than a clinic sends SMS; the gateway repeats what got a 429
REPORT_LIMIT = 4 * 1024  # bytes: two ids and a word

NOTIFY_ROUTES: tuple[Route, ...] = (
    Route(
        "POST",
        "/notify/reports",
        Action.REPORT_DELIVERY,
        notify.take_delivery_report,
        Nothing,
        DeliveryReportBody,
        body_limit=REPORT_LIMIT,
        rate=REPORT_RATE,
        errors=(401, 404),
        secret=check_report_secret,
    ),
)
