"""Good requests about incidents, one for each route."""

from __future__ import annotations

import base64
from typing import Any

from tests.adapters.web.fakes import LINK_TOKEN

INCIDENT_ID = "inc_AbCdEfGhIjKlMnOp"
COMMAND = "command-1"
DEVICE = "device-0123456789"
INCIDENT_IDS = {"incident_id": INCIDENT_ID, "frame_id": "frm_AbCdEfGhIjKlMnOp"}


def a_jpeg(width: int, height: int, more: bytes = b"") -> bytes:
    """The beginning and the end of one."""
    size = height.to_bytes(2, "big") + width.to_bytes(2, "big")
    return b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08" + size + bytes(10) + more + b"\xff\xd9"


INCIDENT_BODIES: dict[str, dict[str, Any]] = {
    "POST /incidents": {
        "phone": "+49 30 1234567",
        "reason": "R",
        "kinds": ["location", "video"],
        "language": "de",
        "script_version": "2026-11",
        "caller_agreed": True,
        "command_id": COMMAND,
    },
    "POST /incidents/{incident_id}/resend": {"command_id": COMMAND},
    "POST /incidents/{incident_id}/callers": {"phone": "+49 30 1234567", "name": "On the bridge", "command_id": COMMAND},
    "POST /incidents/{incident_id}/state": {"event": "hand_over", "command_id": COMMAND},
    "POST /incidents/{incident_id}/silent": {"silent": True, "command_id": COMMAND},
    "POST /incidents/{incident_id}/crews": {"name": "Crew", "command_id": COMMAND},
    "POST /incidents/{incident_id}/links/{link_id}/code": {"command_id": COMMAND},
    "POST /incidents/{incident_id}/links/{link_id}/revoke": {"command_id": COMMAND},
    "POST /callers/open": {"token": LINK_TOKEN, "device": DEVICE},
    "POST /crews/open": {"token": LINK_TOKEN, "device": DEVICE, "pin": "123456"},
    "POST /sessions/{id}/location": {"lat": 52.5, "lon": 13.4, "accuracy": 8.0, "taken_at": "2026-03-01T08:00:00Z"},
    "POST /sessions/{id}/frames/{frame_id}/erase": {"reason": "Another person is seen"},
    "POST /sessions/{id}/frames": {
        "participant_id": "par_AbCdEfGhIjKlMnOp",
        "jpeg": base64.b64encode(a_jpeg(320, 240)).decode(),
        "width": 320,
        "height": 240,
        "command_id": COMMAND,
    },
    "POST /sessions/{id}/place": {"text": "Behind the barn"},
}
