"""The `WaitingRooms` port: what HTTP handlers ask of the waiting rooms, each handed to the part that knows."""

from __future__ import annotations

from telemed.care.identity import Seat, Staff
from telemed.care.ports import Json, LinkOpened
from telemed.care.queues.ports import Arrival, Entered, QueueChange
from telemed.signaling.desk import Desk
from telemed.signaling.queue_acting import QueueActing
from telemed.signaling.queue_admin import QueueAdmin
from telemed.signaling.queue_answer import QueueAnswer
from telemed.signaling.queue_calls import QueueCalls
from telemed.signaling.queue_clock import QueueClock
from telemed.signaling.queue_commands import QueueCommands
from telemed.signaling.queue_door import QueueDoor


class QueueService:
    """Implements `telemed.care.queues.ports.WaitingRooms`; the methods are described there."""

    def __init__(self, desk: Desk) -> None:
        acting = QueueActing(desk)
        self.calls = QueueCalls(desk)
        self.clock = QueueClock(desk, self.calls)
        self.commands = QueueCommands(desk, acting)
        self.answers = QueueAnswer(desk, acting, self.calls)
        self._admin = QueueAdmin(desk)
        self._door = QueueDoor(desk)

    async def list(self, admin: Staff) -> Json:
        """-> {queues, staff, default_time_zone}."""
        return await self._admin.list(admin)

    async def create(self, admin: Staff, change: QueueChange, command_id: str) -> Json:
        """-> {queue}."""
        return await self._admin.create(admin, change, command_id)

    async def edit(self, admin: Staff, queue_id: str, change: QueueChange, revision: int) -> Json:
        """-> {queue}."""
        return await self._admin.edit(admin, queue_id, change, revision)

    async def create_link(self, admin: Staff, queue_id: str, command_id: str) -> Json:
        """-> {link}."""
        return await self._admin.create_link(admin, queue_id, command_id)

    async def revoke_link(self, admin: Staff, queue_id: str, link_id: str) -> None:
        """The link leads nowhere any more."""
        await self._admin.revoke_link(admin, queue_id, link_id)

    async def set_alerts(self, staff: Staff, queue_id: str, on: bool) -> None:
        """A member's wish for messages."""
        await self._admin.set_alerts(staff, queue_id, on)

    async def look_in(self, token: str, device: str) -> Json:
        """-> {clinic, queue, entry}."""
        return await self._door.look_in(token, device)

    async def enter(self, arrival: Arrival) -> Entered:
        """A place in line."""
        return await self._door.enter(arrival)

    async def follow(self, seat: Seat, device: str) -> LinkOpened:
        """The seat in the call that somebody was pulled into."""
        return await self.answers.follow(seat, device)
