"""Routes of the audit trail: search for privacy officers, one's own acts, who saw a patient's data."""

from __future__ import annotations

from telemed.care.permissions import Action
from telemed.web import request_models_audit as ask
from telemed.web import response_models_audit as give
from telemed.web.handlers import audit
from telemed.web.route import Route
from telemed.web.throttle import Rate

SEARCH_RATE = Rate(60, 60.0)  # a person who reads; each search writes a row of its own
EXPORT_RATE = Rate(10, 600.0)  # of ten thousand rows each

AUDIT_ROUTES: tuple[Route, ...] = (
    Route("GET", "/audit/state", Action.SEARCH_AUDIT, audit.audit_state, give.TrailStateAnswer),
    Route("GET", "/audit/people", Action.SEARCH_AUDIT, audit.audit_people, give.AuditPeople),
    Route(
        "POST", "/audit/search", Action.SEARCH_AUDIT, audit.search_audit, give.AuditRows, ask.AuditSearchBody, rate=SEARCH_RATE
    ),
    Route(
        "POST",
        "/audit/export",
        Action.EXPORT_AUDIT,
        audit.export_audit,
        give.AuditExport,
        ask.AuditExportBody,
        rate=EXPORT_RATE,
        needs_proof=True,
    ),
    Route("POST", "/audit/mine", Action.READ_OWN_AUDIT, audit.own_audit, give.AuditRows, ask.OwnAuditBody, rate=SEARCH_RATE),
    Route("POST", "/patients/{patient_id}/access", Action.READ_ACCESS, audit.patient_access, give.Accesses, ask.AccessBody),
)
