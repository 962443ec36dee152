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

_AT = "2026-03-01T08:00:00Z"
_NAME = {"user_id": "usr_1", "name": "A", "role": "clinician"}
_SEAT = {"session_id": "ses_AbCdEfGhIjKlMnOp", "participant_id": "par_1"}
_PAGE = {
    **{"id": ON_CALL_IDS["page_id"], "session_id": _SEAT["session_id"], "speciality_id": ON_CALL_IDS["speciality_id"]},
    **{"speciality": "Trauma", "brief": "", "asked_by": _NAME, "state": "ringing", "step": 1, "steps": 2, "phone": "1"},
    **{"created_at": _AT, "step_started_at": _AT, "due_at": _AT, "taken_by": None, "ended_at": None, "rings": []},
}
_VITAL = {
    **{"id": ON_CALL_IDS["vital_id"], "kind": "pulse", "value": 88, "second": None, "unit": "/min", "at": _AT},
    "by": {"participant_id": "par_1", "name": "A"},
}
_HANDOVER = {
    **{"id": ON_CALL_IDS["handover_id"], "session_id": _SEAT["session_id"], "from": _NAME, "to": _NAME, "brief": ""},
    **{"state": "offered", "offered_at": _AT, "answered_at": None, "released_at": None},
}


class Answering:
    """Every method of a port, each with its fixed good answer."""

    def __init__(self, **answers: dict[str, Any]) -> None:
        self._answers = answers

    def __getattr__(self, name: str) -> Any:
        async def answer(*_: Any) -> dict[str, Any]:
            return self._answers[name]

        return answer


class RememberedOnCall:
    """Stands in for paging, handover and vital signs."""

    paging: Any = Answering(
        choices={"specialities": []},
        begin={"page": _PAGE, **_SEAT},
        read={"page": _PAGE},
        accept={"page": _PAGE, **_SEAT},
        decline={"page": _PAGE},
        cancel={"page": _PAGE},
    )
    handovers: Any = Answering(
        colleagues={"colleagues": []},
        offer={"handover": _HANDOVER},
        accept={"handover": _HANDOVER, **_SEAT},
        decline={"handover": _HANDOVER},
        withdraw={"handover": _HANDOVER},
        release={"handover": _HANDOVER},
    )
    vitals: Any = Answering(note={"vital": _VITAL}, remove={}, read={"vitals": [_VITAL]})
