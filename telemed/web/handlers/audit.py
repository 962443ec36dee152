"""The audit trail: search, one's own acts, who saw a patient's data."""

from __future__ import annotations

from telemed.web.audit_desk import AuditDesk
from telemed.web.call import Call, Reply
from telemed.web.request_models_audit import AccessBody, AuditExportBody, AuditSearchBody, OwnAuditBody


async def audit_state(call: Call) -> Reply:
    """`GET /audit/state`."""
    return Reply(await _desk(call).state(call.staff))


async def audit_people(call: Call) -> Reply:
    """`GET /audit/people`."""
    return Reply(await _desk(call).people(call.staff))


async def search_audit(call: Call) -> Reply:
    """`POST /audit/search`."""
    body = call.body_as(AuditSearchBody)
    return Reply(await _desk(call).search(call.staff, body.query(body.actor, body.object_id)))


async def export_audit(call: Call) -> Reply:
    """`POST /audit/export`."""
    return Reply(await _desk(call).export(call.staff, call.body_as(AuditExportBody).query))


async def own_audit(call: Call) -> Reply:
    """`POST /audit/mine`."""
    return Reply(await _desk(call).mine(call.staff, call.body_as(OwnAuditBody).query()))


async def patient_access(call: Call) -> Reply:
    """`POST /patients/{patient_id}/access`."""
    before = call.body_as(AccessBody).before
    return Reply(await _desk(call).access(call.staff, call.request.match_info["patient_id"], before))


def _desk(call: Call) -> AuditDesk:
    deps = call.services.deps
    return AuditDesk(deps.store, deps.clock, deps.trail)
