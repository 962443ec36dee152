"""One good request per route about the time after a visit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.adapters.web.fakes import LINK_TOKEN

AFTERCARE_IDS = {"follow_up_id": "fup_AbCdEfGh"}
_SOON = (datetime.now(UTC).date() + timedelta(days=7)).isoformat()
AFTERCARE_BODIES: dict[str, dict[str, Any]] = {
    "POST /sessions/{id}/messages": {"body": "Drink a lot.\nCall us if it lasts.", "way": "home", "command_id": "command-1"},
    "POST /sessions/{id}/follow-ups": {"due_on": _SOON, "text": "Ask about the fever", "command_id": "command-1"},
    "PATCH /follow-ups/{follow_up_id}": {"due_on": _SOON, "text": "Ask again", "revision": 1},
    "POST /follow-ups/{follow_up_id}/take": {"command_id": "command-1"},
    "POST /follow-ups/{follow_up_id}/state": {"state": "done", "command_id": "command-1"},
    "POST /visit-messages/open": {"token": LINK_TOKEN, "birth_date": "1980-02-29"},
}
