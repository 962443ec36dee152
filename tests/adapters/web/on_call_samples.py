"""One good request per route of on-call duty, paging, handover and vital signs."""

from __future__ import annotations

from typing import Any

ON_CALL_IDS = {
    "speciality_id": "spc_AbCdEfGhIjKlMnOp",
    "page_id": "pag_AbCdEfGhIjKlMnOp",
    "handover_id": "hdo_AbCdEfGhIjKlMnOp",
    "vital_id": "vit_AbCdEfGhIjKlMnOp",
}
SPECIALITY = {"name": "Trauma", "mode": "escalate", "phone": "+49 30 5550100", "time_zone": "Europe/Berlin", "steps": [30, 45]}
_COMMAND = {"command_id": "command-on-call"}
ON_CALL_BODIES: dict[str, dict[str, Any]] = {
    "POST /admin/specialities": {**SPECIALITY, **_COMMAND},
    "PATCH /admin/specialities/{speciality_id}": {"revision": 1, "phone": "+49 30 5550101"},
    "PUT /admin/specialities/{speciality_id}/shifts": {"revision": 1, "shifts": []},
    "POST /pages": {"speciality_id": ON_CALL_IDS["speciality_id"], "brief": "Leg, bleeding", **_COMMAND},
    "POST /pages/{page_id}/accept": _COMMAND,
    "POST /pages/{page_id}/decline": _COMMAND,
    "POST /pages/{page_id}/cancel": _COMMAND,
    "POST /sessions/{id}/vitals": {"kind": "pulse", "value": 88, **_COMMAND},
    "POST /sessions/{id}/vitals/{vital_id}/remove": _COMMAND,
    "POST /sessions/{id}/handovers": {"to_user_id": "usr_AbCdEfGhIjKlMnOp", "brief": "Woman, 40", **_COMMAND},
    "POST /handovers/{handover_id}/accept": _COMMAND,
    "POST /handovers/{handover_id}/decline": _COMMAND,
    "POST /handovers/{handover_id}/withdraw": _COMMAND,
    "POST /handovers/{handover_id}/release": _COMMAND,
}
