"""What the SMS gateway tells us."""

from __future__ import annotations

from telemed.care.notify.reports import DeliveryReport
from telemed.web.call import Call, Reply
from telemed.web.report_secret import reported_routes
from telemed.web.request_models_notify import DeliveryReportBody


async def take_delivery_report(call: Call) -> Reply:
    """`POST /notify/reports`: the same answer whatever the report came to, so that it tells nothing about ids."""
    body = call.body_as(DeliveryReportBody)
    gateway_id = "" if body.id is None else str(body.id)
    deps = call.services.deps
    routes = reported_routes(call.request.headers, deps.settings)
    await deps.reports.take_report(DeliveryReport(body.reference or "", gateway_id, body.state, routes))
    return Reply({})
