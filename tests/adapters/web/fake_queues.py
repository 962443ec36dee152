"""Waiting rooms as the web layer sees them: one room, one person who waits."""

from __future__ import annotations

from typing import Any

from telemed.care.identity import Seat, Staff
from telemed.care.ports import LinkOpened
from telemed.care.queues.ports import Arrival, Entered, QueueChange
from telemed.care.queues.records import QueueMember, QueueRecord, WalkInLink
from telemed.care.queues.views import door_view, queue_view
from telemed.care.records import OrganisationRecord
from telemed.care.views import clinic_view
from tests.adapters.web.fakes import SEAT_TOKEN, SESSION_ID, START

CLINIC = OrganisationRecord("org_1", "Clinic", "+49 30 1", "112", is_demo=True, created_at=START)
ROOM = QueueRecord("que_AbCdEfGh", "org_1", "Walk-in", "usr_AbCdEfGh", START)
LINK = WalkInLink("wil_AbCdEfGh", ROOM.id, "hash", "usr_AbCdEfGh", START)
OPENED = LinkOpened("seat", clinic_view(CLINIC), SESSION_ID, "par_AbCdEfGh", "Ada", "waiting", SEAT_TOKEN)


class OneRoom:
    """Fulfils `telemed.care.queues.ports.WaitingRooms`."""

    def __init__(self) -> None:
        self.changes: list[QueueChange] = []
        self.arrivals: list[Arrival] = []

    async def list(self, admin: Staff) -> Any:
        return {"queues": [self._view()], "staff": [], "default_time_zone": "Europe/Berlin"}

    async def create(self, admin: Staff, change: QueueChange, command_id: str) -> Any:
        self.changes.append(change)
        return {"queue": self._view()}

    async def edit(self, admin: Staff, queue_id: str, change: QueueChange, revision: int) -> Any:
        self.changes.append(change)
        return {"queue": self._view()}

    async def create_link(self, admin: Staff, queue_id: str, command_id: str) -> Any:
        made = {"id": LINK.id, "url": "http://x.example/w#token", "qr": ["01"], "created_at": "2026-01-01T00:00:00.000Z"}
        return {"link": made}

    async def revoke_link(self, admin: Staff, queue_id: str, link_id: str) -> None: ...
    async def set_alerts(self, staff: Staff, queue_id: str, on: bool) -> None: ...
    async def look_in(self, token: str, device: str) -> Any:
        room = {**door_view(ROOM, CLINIC, START, 0), "expected_wait": None}
        return {"clinic": clinic_view(CLINIC), "queue": room, "entry": None}

    async def enter(self, arrival: Arrival) -> Entered:
        self.arrivals.append(arrival)
        return Entered(OPENED, "ent_AbCdEfGh")

    async def follow(self, seat: Seat, device: str) -> LinkOpened:
        return OPENED

    def _view(self) -> Any:
        return queue_view(ROOM, [QueueMember(ROOM.id, "usr_AbCdEfGh")], [LINK], {"usr_AbCdEfGh": "Dr. A"})
