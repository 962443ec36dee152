"""One good request per route of the API."""

from __future__ import annotations

from typing import Any

from tests.adapters.web.aftercare_samples import AFTERCARE_BODIES, AFTERCARE_IDS
from tests.adapters.web.clinic_samples import CLINIC_BODIES, CLINIC_IDS
from tests.adapters.web.fakes import LINK_ID, LINK_TOKEN, SESSION_ID
from tests.adapters.web.identity_samples import IDENTITY_BODIES, IDENTITY_IDS
from tests.adapters.web.incidents_samples import INCIDENT_BODIES, INCIDENT_IDS
from tests.adapters.web.on_call_samples import ON_CALL_BODIES, ON_CALL_IDS
from tests.adapters.web.patients import PATIENT_BODIES, PATIENT_IDS
from tests.adapters.web.queues_samples import QUEUE_BODIES, QUEUE_IDS
from tests.adapters.web.recordings_samples import RECORDING_BODIES, RECORDING_IDS

DEVICE = "device-0123456789"
COMMAND = "command-1"

BODIES: dict[str, dict[str, Any]] = {
    "POST /auth/logout": {},
    "POST /sessions": {"kind": "urgent", "patient_name": "P", "reason": "R", "command_id": COMMAND},
    "PATCH /sessions/{id}": {"patient_name": "Q"},
    "POST /sessions/{id}/seat": {},
    "POST /sessions/{id}/links": {"role": "guest", "name": "G", "command_id": COMMAND},
    "POST /sessions/{id}/links/{link_id}/revoke": {},
    "PUT /sessions/{id}/note": {"body": "Text", "revision": 0},
    "POST /sessions/{id}/complete": {"outcome": "completed", "command_id": COMMAND},
    "POST /links/open": {"token": LINK_TOKEN, "device": DEVICE},
    "POST /links/move": {"token": LINK_TOKEN, "device": DEVICE},
    "POST /links/recover": {"token": LINK_TOKEN},
    "POST /check/probe": {"sdp": "v=0"},
    "POST /sessions/{id}/ticket": {},
    "POST /sessions/{id}/ice": {},
    "POST /sessions/{id}/offer": {
        "attempt": 1,
        "offer": 1,
        "sdp": "v=0",
        "publish": [{"mid": "0", "source": "microphone"}],
        "subscribe": [{"mid": "1", "track_id": "trk_AbC"}],
    },
    "POST /sessions/{id}/probe": {"sdp": "v=0"},
    "POST /staff/ticket": {},
    "POST /audit/search": {"group": "session", "limit": 10},
    "POST /audit/mine": {},
    "POST /audit/export": {"group": "session"},
    "POST /patients/{patient_id}/access": {},
    "POST /notify/reports": {"reference": "out_AbCdEfGh", "state": "delivered"},
    **PATIENT_BODIES,
    **IDENTITY_BODIES,
    **CLINIC_BODIES,
    **RECORDING_BODIES,
    **ON_CALL_BODIES,
    **INCIDENT_BODIES,
    "POST /sessions/{id}/stills/{still_id}/erase": {"reason": "Taken by mistake"},
    **QUEUE_BODIES,
    **AFTERCARE_BODIES,
}


def concrete(path: str) -> str:
    """Return a path of the route table with its parameters filled."""
    ids = {"id": SESSION_ID, "link_id": LINK_ID, "still_id": "stl_1234"}
    ids |= PATIENT_IDS | IDENTITY_IDS | CLINIC_IDS | RECORDING_IDS | ON_CALL_IDS | INCIDENT_IDS | QUEUE_IDS | AFTERCARE_IDS
    for name, value in ids.items():
        path = path.replace(f"{{{name}}}", value)
    return "/api/v1" + path
