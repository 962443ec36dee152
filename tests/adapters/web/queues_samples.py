"""One good request per route about waiting rooms."""

from __future__ import annotations

from typing import Any

from tests.adapters.web.fakes import LINK_TOKEN

QUEUE_IDS = {"queue_id": "que_AbCdEfGh", "walk_in_id": "wil_AbCdEfGh"}
_DEVICE = "device-0123456789"
QUEUE_BODIES: dict[str, dict[str, Any]] = {
    "POST /admin/queues": {
        "name": "Walk-in",
        "phone": "+49 30 5550199",
        "time_zone": "Europe/Berlin",
        "hours": [{"day": 0, "from": "08:00", "to": "24:00"}],
        "closed_days": ["2026-12-25"],
        "reasons": ["A cough"],
        "questions": [{"id": "fever", "kind": "yes_no", "text": "Fever?", "choices": [], "required": True}],
        "max_waiting": 20,
        "command_id": "command-1",
    },
    "PATCH /admin/queues/{queue_id}": {"notice": "Soon", "revision": 1},
    "POST /admin/queues/{queue_id}/links": {"command_id": "command-1"},
    "POST /admin/queues/{queue_id}/links/{walk_in_id}/revoke": {},
    "POST /queues/{queue_id}/alerts": {"on": True},
    "POST /walk-ins/open": {"token": LINK_TOKEN, "device": _DEVICE},
    "POST /walk-ins/enter": {
        "token": LINK_TOKEN,
        "device": _DEVICE,
        "name": "Ada",
        "birth_date": "1980-02-29",
        "reason": "A cough",
        "answers": {"fever": True},
        "needs": ["cannot_hear"],
        "language": "de",
        "command_id": "command-1",
    },
    "POST /sessions/{id}/follow": {"device": _DEVICE},
}
