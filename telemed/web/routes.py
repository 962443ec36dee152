"""The route table of the API: every endpoint of protocol section 1.2, each with its action, body, answer and limits."""

from __future__ import annotations

from telemed.web.route import Route
from telemed.web.routes_admin import ADMIN_ROUTES
from telemed.web.routes_aftercare import AFTERCARE_ROUTES
from telemed.web.routes_audit import AUDIT_ROUTES
from telemed.web.routes_calls import CALL_ROUTES, OFFER_LIMIT
from telemed.web.routes_identity import IDENTITY_ROUTES
from telemed.web.routes_incidents import INCIDENT_ROUTES
from telemed.web.routes_notify import NOTIFY_ROUTES
from telemed.web.routes_oidc import OIDC_ROUTES
from telemed.web.routes_on_call import ON_CALL_ROUTES
from telemed.web.routes_people import PEOPLE_ROUTES
from telemed.web.routes_person import PERSON_ROUTES
from telemed.web.routes_queues import QUEUE_ROUTES
from telemed.web.routes_recordings import RECORDING_ROUTES
from telemed.web.routes_rights import RIGHTS_ROUTES
from telemed.web.routes_stills import STILL_ROUTES

__all__ = ["OFFER_LIMIT", "ROUTES"]

ROUTES: tuple[Route, ...] = (
    CALL_ROUTES
    + PEOPLE_ROUTES
    + PERSON_ROUTES
    + RIGHTS_ROUTES
    + IDENTITY_ROUTES
    + OIDC_ROUTES
    + ADMIN_ROUTES
    + AUDIT_ROUTES
    + NOTIFY_ROUTES
    + RECORDING_ROUTES
    + ON_CALL_ROUTES
    + INCIDENT_ROUTES
    + STILL_ROUTES
    + QUEUE_ROUTES
    + AFTERCARE_ROUTES
)
