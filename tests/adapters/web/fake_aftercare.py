"""The time after a visit as the web layer sees it: one visit, one message, one follow-up."""

from __future__ import annotations

from datetime import date
from typing import Any

from telemed.care.aftercare.ports import Letter, Plan
from telemed.care.aftercare.words import FollowUpState
from telemed.care.identity import Staff
from tests.adapters.web.fakes import SESSION_ID

AT = "2026-01-01T00:00:00.000Z"
MESSAGE = {"id": "vms_1", "session_id": SESSION_ID, "way": "link", "by": "Dr. A", "at": AT, "body": "Drink a lot."}
FOLLOW_UP = {
    "id": "fup_AbCdEfGh",
    "session_id": SESSION_ID,
    "patient_name": "Ada",
    "patient_id": None,
    "due_on": "2026-01-08",
    "text": "Ask about the fever",
    "state": "open",
    "state_since": AT,
    "created_at": AT,
    "revision": 1,
}


class OneVisit:
    """Fulfils `telemed.care.aftercare.ports.Aftercare`."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.plans: list[Plan] = []

    async def read(self, actor: Staff, session_id: str) -> Any:
        session = {"id": SESSION_ID, "kind": "scheduled", "state": "ended"}
        ways = [{"way": "link", "shown": "…99"}]
        return {"session": session, "ways": ways, "messages": [self._message()], "follow_ups": [FOLLOW_UP]}

    async def write(self, actor: Staff, session_id: str, letter: Letter) -> Any:
        self.letters.append(letter)
        return {"message": self._message()}

    async def plan(self, actor: Staff, session_id: str, plan: Plan, command_id: str) -> Any:
        self.plans.append(plan)
        return {"follow_up": FOLLOW_UP}

    async def edit(self, actor: Staff, follow_up_id: str, plan: Plan, revision: int) -> Any:
        self.plans.append(plan)
        return {"follow_up": FOLLOW_UP}

    async def move(self, actor: Staff, follow_up_id: str, to: FollowUpState, command_id: str) -> Any:
        return {"follow_up": {**FOLLOW_UP, "state": to.value}}

    async def take(self, actor: Staff, follow_up_id: str, command_id: str) -> Any:
        return {"follow_up": FOLLOW_UP}

    async def open(self, token: str, birth_date: date | None) -> Any:
        clinic = {"name": "Clinic", "phone": "1", "emergency_number": "112", "demo": True}
        own = {"id": "vms_1", "session_id": SESSION_ID, "by": "Dr. A", "at": AT, "body": "Drink a lot.", "new": True}
        return {"clinic": clinic, "asks": None, "tries_left": 5, "message": own}

    def _message(self) -> Any:
        return {**MESSAGE, "opened_at": None, "notice": "queued"}
